"""The verb train-model: its help, its options, and a name that is none."""

import pytest

from course_lib import cli, pretraining
from course_lib.cli import train_model
from course_lib.errors import CourseError


def test_help_names_models_and_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        train_model.run(["--help"])
    assert stop.value.code == 0
    said = capsys.readouterr().out
    for name in (*pretraining.NAMES, "--no-resume"):
        assert name in said
    for option in ("output", "steps", "minutes", "threads", "device", "seed", "resume"):
        assert f"--{option}" in said


def test_the_names_are_those_of_the_recipes() -> None:
    assert train_model.NAMES == pretraining.NAMES
    assert cli.VERBS["train-model"].module == "train_model"


def test_an_unknown_name_is_answered_with_the_known() -> None:
    with pytest.raises(CourseError, match="Did you mean course-bert") as refusal:
        train_model.run(["course-brt"])
    assert all(name in str(refusal.value) for name in pretraining.NAMES)


def test_options_reach_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(pretraining.run, "train_model", lambda *a: seen.append(a))
    words = "course-gpt --minutes 2.5 --threads 1 --device cpu --seed 3 --no-resume"
    assert train_model.run([*words.split(), "--output", "there"]) == 0
    [(recipe, options)] = seen
    assert recipe.name == "course-gpt"
    expected = pretraining.Options(
        output="there", minutes=2.5, threads=1, device="cpu", seed=3, resume=False
    )
    assert options == expected


def test_steps_and_minutes_exclude_one_another(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        train_model.run(["course-gpt", "--steps", "3", "--minutes", "2"])
    assert "not allowed with" in capsys.readouterr().err

"""The benchmark as a whole, on models of a few weights."""

import json
from functools import partial
from pathlib import Path

import materials
import pytest

from course_lib.cli import bench
from course_lib.errors import CourseError

FEW = ["--count", "4", "--characters", "20_000", "--threads", "1"]


@pytest.fixture(autouse=True)
def few_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marian's training pairs take half a minute to be written."""
    monkeypatch.setattr(
        materials, "Materials", partial(materials.Materials, pairs_learned=50)
    )


def test_every_model_is_measured_and_its_card_filled(models, tmp_path, capsys):
    file = tmp_path / "figures.json"
    options = ["--models", str(models), "--cards", "--json", str(file), *FEW]
    assert bench.run(["quality", *options]) == 0
    printed = capsys.readouterr().out
    reports = {report["name"]: report for report in json.loads(file.read_text())}
    assert list(reports) == ["course-bert", "course-gpt", "course-marian"]
    for name, report in reports.items():
        card = (models / name / "README.md").read_text(encoding="utf-8")
        assert card.startswith("# A model\n\n<!-- figures -->\n")
        assert card.endswith("<!-- /figures -->\n\nMore.\n")
        assert "none yet" not in card
        assert f"`python -m course_lib bench quality {name}`" in card
        assert card.count("\n| ") == len(report["figures"]) + 1
        for figure in report["figures"]:
            assert f"| {figure['what']} |" in card
        assert all(sentence in card for sentence in report["about"])
        assert f"\n{name}\n" in printed
    kinds = {
        "course-bert": ("hidden tokens", "agreement", "hidden pronoun to its"),
        "course-gpt": ("perplexity of a token", "pronoun, name 8", "before a pronoun"),
        "course-marian": ("BLEU, world", "exact, written", "BLEU, written"),
    }
    for name, beginnings in kinds.items():
        every = [figure["what"] for figure in reports[name]["figures"]]
        for beginning in beginnings:
            assert any(what.startswith(beginning) for what in every), beginning


def test_the_same_figures_come_again_and_n_grams_beat_a_model_without_training(
    models, tmp_path
):
    files = [tmp_path / "first.json", tmp_path / "second.json"]
    for file in files:
        options = ["course-gpt", "--models", str(models), "--json", str(file), *FEW]
        assert bench.run(["quality", *options]) == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    (report,) = json.loads(file.read_text())
    perplexity = report["figures"][0]
    assert perplexity["what"].startswith("perplexity of a token, world stories")
    beside = perplexity["beside"]
    assert beside["5-gram"] < beside["bigram"] < beside["unigram"] < 600
    assert perplexity["trained"] == pytest.approx(600, rel=0.1)  # of 600 tokens


def test_a_missing_model_is_named_before_anything_runs(tmp_path, capsys):
    (tmp_path / "course-gpt").mkdir()
    (tmp_path / "course-gpt" / "config.json").write_text("{}")
    with pytest.raises(CourseError, match="train-model course-bert") as error:
        bench.run(["quality", "--models", str(tmp_path)])
    assert "course-bert and course-marian" in str(error.value)
    assert "--models DIR" in str(error.value)
    assert capsys.readouterr().out == ""


def test_a_model_of_another_kind_is_refused(tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "config.json").write_text('{"model_type": "t5"}')
    with pytest.raises(CourseError, match="is a t5; measured are bert, gpt2, marian"):
        bench.run(["quality", "other", "--models", str(tmp_path)])


def test_a_card_without_a_place_for_figures_is_refused_first(models, tmp_path):
    folder = tmp_path / "course-gpt"
    folder.mkdir()
    for file in Path(models / "course-gpt").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "README.md").write_text("# A model\n", encoding="utf-8")
    options = ["course-gpt", "--models", str(tmp_path), "--cards", *FEW]
    with pytest.raises(CourseError, match="no place for figures"):
        bench.run(["quality", *options])
    assert (folder / "README.md").read_text(encoding="utf-8") == "# A model\n"


@pytest.mark.parametrize("options", [["--count", "0"], ["--threads", "many"]])
def test_numbers_that_cannot_be_are_refused(options, capsys):
    with pytest.raises(SystemExit):
        bench.run(["quality", *options])
    assert options[0] in capsys.readouterr().err


def test_the_help_names_every_option(capsys):
    with pytest.raises(SystemExit) as done:
        bench.run(["quality", "--help"])
    assert done.value.code == 0
    said = "".join(capsys.readouterr().out.split())
    for option in ("--models", "--count", "--characters", "--threads", "--cards"):
        assert option in said
    assert "--json" in said
    assert "course-marian" in said

"""Checkpoints: whole or not there, taken up exactly, refused where they do not fit."""

import errno
import json
import shutil
from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader

from course_lib.errors import CourseError
from course_lib.training import Checkpoints
from course_lib.training import checkpoints as module
from course_lib.training.checkpoints import FACTS, STATE, SUMS, WEIGHTS

from .tiny import Tiny, difference, examples, noisy, run


class Stop(Exception):
    """Stands for whatever stops a run."""


def stop_at(step):
    def callback(history, ended):
        if history[-1].step >= step:
            raise Stop

    return callback


def steps_in(folder):
    return [checkpoint.step for checkpoint in Checkpoints(folder).all()]


def begin(folder, until, **settings):
    """Run until a step, then stop: checkpoints every 4 steps, reports every one."""
    changes = settings.pop("changes", {}) | {"report_every": 1}
    with pytest.raises(Stop):
        run(
            checkpoints=Checkpoints(folder, every=4),
            callbacks=[stop_at(until)],
            changes=changes,
            **settings,
        )


def resume(folder, **settings):
    settings["changes"] = settings.get("changes", {}) | {"report_every": 1}
    return run(checkpoints=Checkpoints(folder, every=4, resume=True), **settings)


KINDS = {
    "examples": {"collate": noisy, "changes": {"gradient_accumulation": 2}},
    "batches": {
        "data": DataLoader(examples(), batch_size=5, shuffle=True, collate_fn=noisy),
        "changes": {"batch_size": None},
        "validation": DataLoader(examples(7), batch_size=4),
    },
    "two optimisers": {
        "optimizers": lambda model: [
            torch.optim.Muon([model.inner.weight], lr=0.02),
            torch.optim.AdamW(model.norm.parameters(), lr=0.01),
        ]
    },
    "bfloat16": {"changes": {"mixed_precision": "bf16"}},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("until", [7, 22])
def test_a_resumed_run_ends_as_one_that_never_stopped(tmp_path, kind, until):
    settings = {"validation": examples(7)} | KINDS[kind]
    changes = settings.get("changes", {}) | {"report_every": 1}
    whole, one = run(**(settings | {"changes": changes}))
    begin(tmp_path, until, **settings)
    resumed, other = resume(tmp_path, model=Tiny(seed=5), **settings)
    assert difference(whole, resumed) == 0.0
    assert one.history == other.history
    assert (one.best_step, one.best_value) == (other.best_step, other.best_value)


def test_a_finished_run_is_not_trained_again(tmp_path):
    whole, _ = resume(tmp_path)
    again, result = resume(tmp_path, model=Tiny(seed=5))
    assert difference(whole, again) == 0.0
    assert result.steps == 30
    assert result.tokens_per_second == 0


def test_patience_is_remembered(tmp_path):
    changes = {"patience": 2, "validate_every": 4, "watch": "accuracy", "steps": 40}
    values = iter([0.5, 0.4, 0.3, 0.9])
    measure = {"measure": lambda model: {"accuracy": next(values)}}
    whole, one = resume(tmp_path, changes=changes, **measure)
    assert (one.steps, one.best_step) == (12, 4)
    again, other = resume(tmp_path, model=Tiny(seed=5), changes=changes, **measure)
    assert (other.steps, other.best_step, other.stopped_early) == (12, 4, True)
    assert difference(whole, again) == 0.0


def test_the_newest_and_the_best_stay(tmp_path):
    values = iter([0.1, 0.9, *[0.5] * 20])
    run(
        checkpoints=Checkpoints(tmp_path, every=4, keep=3),
        measure=lambda model: {"accuracy": next(values)},
        changes={"watch": "accuracy", "validate_every": 3},
    )
    assert steps_in(tmp_path) == [6, 24, 28, 30]
    assert sorted(path.name for path in tmp_path.iterdir())[0] == "step-00000006"


def spoil(file: Path, how: str) -> None:
    if how == "gone":
        file.unlink()
    elif how == "cut":
        file.write_bytes(file.read_bytes()[:-9])
    else:  # one bit, as a disk may lose it
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)


@pytest.mark.parametrize("how", ["gone", "cut", "bit"])
@pytest.mark.parametrize("file", [WEIGHTS, STATE, FACTS, SUMS])
def test_a_damaged_newest_falls_back_to_the_one_before(tmp_path, file, how):
    whole, _ = run(changes={"report_every": 1})
    begin(tmp_path, until=17)
    assert steps_in(tmp_path) == [12, 16]
    spoil(tmp_path / "step-00000016" / file, how)
    with pytest.warns(UserWarning, match="step-00000016 is damaged.*the one before"):
        resumed, _ = resume(tmp_path, model=Tiny(seed=5))
    assert difference(whole, resumed) == 0.0
    assert steps_in(tmp_path) == [28, 30]
    assert (tmp_path / "damaged-step-00000016").is_dir()


def test_when_all_are_damaged_it_is_said(tmp_path):
    begin(tmp_path, until=9)
    for step in ("step-00000004", "step-00000008"):
        spoil(tmp_path / step / STATE, "cut")
    with (
        pytest.warns(UserWarning, match="damaged"),
        pytest.raises(CourseError, match="all 2 checkpoints in .* are damaged"),
    ):
        resume(tmp_path)
    assert steps_in(tmp_path) == [4, 8]


def test_damaged_best_weights_leave_the_last_ones(tmp_path):
    values = iter([0.9, 0.1, 0.1])
    settings = {
        "measure": lambda model: {"accuracy": next(values)},
        "changes": {"watch": "accuracy", "validate_every": 10},
        "callbacks": [
            lambda history, ended: (
                spoil(tmp_path / "step-00000010" / WEIGHTS, "cut")
                if history[-1].step == 25
                else None
            )
        ],
    }
    with pytest.warns(UserWarning, match="keeps those of the last step"):
        model, _ = resume(tmp_path, **settings)
    last = Tiny(seed=5)
    Checkpoints(tmp_path).at(30).fill(last)
    assert difference(model, last) == 0.0


def test_sums_are_read_by_sha256sum(tmp_path):
    resume(tmp_path)
    lines = (tmp_path / "step-00000030" / SUMS).read_text().splitlines()
    assert [line[64:] for line in lines] == [f"  {f}" for f in (WEIGHTS, STATE, FACTS)]


def test_a_folder_with_a_run_is_not_taken_for_another(tmp_path):
    begin(tmp_path, until=9)
    with pytest.raises(CourseError, match="already holds a run, at step 8.*resume"):
        run(checkpoints=Checkpoints(tmp_path))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (
            {"changes": {"learning_rate": 0.5}},
            "plan differs: learning_rate was 0.01",
        ),
        ({"data": examples(24)}, "its data differs: length was 25, is 24"),
        ({"model": torch.nn.Linear(2, 2)}, "its model differs: words.weight was"),
    ],
)
def test_another_run_cannot_be_resumed(tmp_path, settings, says):
    begin(tmp_path, until=9)
    with pytest.raises(CourseError, match=says):
        resume(tmp_path, **settings)
    assert steps_in(tmp_path) == [4, 8]


def test_more_or_fewer_parts_may_take_over(tmp_path):
    model = Tiny(dropout=0.0)
    whole, _ = run(model)
    begin(tmp_path, until=9, model=Tiny(dropout=0.0))
    changes = {"gradient_accumulation": 3}
    resumed, _ = resume(tmp_path, model=Tiny(dropout=0.0), changes=changes)
    assert difference(whole, resumed) < 1e-5


def full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("writer", ["save_model", "torch.save", "os.fsync"])
def test_a_full_disk_leaves_the_old_checkpoints(tmp_path, monkeypatch, writer):
    begin(tmp_path, until=9)
    with monkeypatch.context() as broken:
        target = module
        *path, name = writer.split(".")
        for part in path:
            target = getattr(target, part)
        broken.setattr(target, name, full)
        with pytest.raises(CourseError, match="step 12 can't .*No space.*make room"):
            resume(tmp_path)
    assert steps_in(tmp_path) == [4, 8]
    assert all(checkpoint.fault() is None for checkpoint in Checkpoints(tmp_path).all())
    assert len(list(tmp_path.iterdir())) == 2  # nothing half-written is left
    assert difference(resume(tmp_path)[0], run()[0]) == 0.0


def test_a_place_that_cannot_be_written_is_refused_before_training(tmp_path):
    (tmp_path / "file").write_text("no folder")
    steps = []
    with pytest.raises(CourseError, match="can't be written to .*another folder"):
        run(
            checkpoints=Checkpoints(tmp_path / "file" / "runs"),
            callbacks=[lambda *_: steps.append(1)],
        )
    assert steps == []


def test_what_a_killed_run_left_is_swept_up(tmp_path):
    begin(tmp_path, until=9)
    shutil.copytree(tmp_path / "step-00000008", tmp_path / ".writing-step-00000012")
    shutil.copytree(tmp_path / "step-00000004", tmp_path / ".removing-step-00000001")
    resume(tmp_path)
    assert {path.name[:5] for path in tmp_path.iterdir()} == {"step-"}


def test_no_checkpoint_holds_a_pickled_object(tmp_path):
    resume(tmp_path, validation=examples(5))
    folder = tmp_path / "step-00000030"
    state = torch.load(folder / STATE, weights_only=True)
    assert state.keys() == {"optimizers", "schedules", "random", "standing"}
    assert json.loads((folder / FACTS).read_text())["step"] == 30


@pytest.mark.parametrize("wrong", [{"keep": 1}, {"every": 0}])
def test_impossible_settings_are_refused(tmp_path, wrong):
    with pytest.raises(CourseError, match="at least"):
        Checkpoints(tmp_path, **wrong)

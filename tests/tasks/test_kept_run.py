"""A run is kept until it has ended well, and goes on only if the same is asked."""

import json

import pytest

from course_lib.errors import CourseError
from course_lib.tasks.kept_run import kept_run

ASKED = {"task": "tagging", "epochs": 3}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "mine.training"


def stopped(folder, asked=ASKED, **how):
    """A run that is stopped after its first checkpoint."""
    with pytest.raises(KeyboardInterrupt), kept_run(folder, asked, **how) as kept:
        (kept / "step-1").mkdir(exist_ok=True)
        raise KeyboardInterrupt


def test_it_goes_when_all_is_done(folder):
    with kept_run(folder, ASKED) as kept:
        assert json.loads((kept / "asked.json").read_text()) == ASKED
    assert not folder.exists()


def test_a_stopped_run_stays_and_goes_on(folder, capsys):
    stopped(folder)
    assert (folder / "step-1").is_dir()
    with kept_run(folder, dict(ASKED)) as kept:
        assert (kept / "step-1").is_dir()
    assert "goes on" in capsys.readouterr().out


def test_another_question_is_refused_and_nothing_lost(folder):
    stopped(folder)
    other = {"task": "tagging", "epochs": 5, "seed": 1}
    message = "asked for epochs 3, seed not given; you ask for epochs 5, seed 1"
    with pytest.raises(CourseError, match=message), kept_run(folder, other):
        pytest.fail("it went on")
    assert (folder / "step-1").is_dir()


def test_it_may_begin_anew(folder):
    stopped(folder)
    with kept_run(folder, {"task": "x"}, resume=False) as kept:
        assert not (kept / "step-1").exists()


def test_a_failure_before_anything_was_trained_leaves_nothing(folder):
    with pytest.raises(CourseError, match="no data"), kept_run(folder, ASKED):
        raise CourseError("no data")
    assert not folder.exists()


def test_other_things_in_that_place_are_left_alone(folder):
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    refusal = pytest.raises(CourseError, match="holds something else")
    with refusal, kept_run(folder, ASKED, resume=False):
        pytest.fail("it began")
    assert (folder / "thesis.txt").read_text() == "years of work"


def test_other_processes_leave_the_folder_to_the_first(folder, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    with kept_run(folder, ASKED):
        assert not folder.exists()

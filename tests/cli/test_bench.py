"""The verb bench, and the table of the checker."""

import pytest

from course_lib.cli import bench
from course_lib.errors import CourseError


def test_the_table_of_the_checker(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.run(["checks", "03.causal_mask", "--faults"]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["exercise", "caught", "named"]
    name, caught, named, *_rest = row.split()
    assert name == "03.causal_mask"
    assert caught == named
    assert row.split()[6] == "0"  # no right answer is blamed


def test_a_fault_is_printed_and_counts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from course_lib.exercises import proof

    monkeypatch.setattr(proof, "right_answers", lambda exercise: {"bad": lambda n: n})
    assert bench.run(["checks", "03.causal_mask", "--faults"]) == 1
    assert "bad in torch.float32 is blamed" in capsys.readouterr().out


def test_an_unknown_benchmark_names_the_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        bench.run(["nothing"])
    assert "checks" in capsys.readouterr().err


def test_without_the_repository_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setattr(bench, "FOLDER", tmp_path)
    with pytest.raises(CourseError, match="repository"):
        bench.run(["checks"])

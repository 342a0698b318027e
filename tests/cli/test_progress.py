"""`python -m course_lib progress`: a table by chapter, and where it comes from."""

from pathlib import Path

import pytest

from course_lib.cli import progress as verb
from course_lib.errors import CourseError
from course_lib.exercises import progress


def test_the_table_counts_by_chapter() -> None:
    done = progress.Progress(
        passed={"03.scores", "03.weights"},
        tried={"03.scores", "03.weights", "03.attention", "09.rollout"},
        quizzes={"03"},
    )
    lines = verb.table(done).splitlines()
    assert lines[0].split()[:3] == ["chapter", "passed", "quiz"]
    (third,) = (line for line in lines if line.startswith("03 "))
    assert third.split("  ")[0] == "03 Self-attention"
    assert "2 of 5" in third and "seen" in third and third.endswith("attention")
    (ninth,) = (line for line in lines if line.startswith("09 "))
    assert "0 of 5" in ninth and ninth.endswith("rollout")
    assert lines[-1].startswith("all") and " 2 of " in lines[-1]


def test_it_says_where_the_notes_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "progress.jsonl"
    monkeypatch.setenv(progress.SETTING, str(path))
    assert verb.run([]) == 0
    assert "Nothing is noted yet" in capsys.readouterr().out
    path.write_text("nonsense\n")
    assert verb.run([]) == 0
    said = capsys.readouterr().out
    assert "It is kept as" in said and f"Noted in {path}" in said
    monkeypatch.setenv(progress.SETTING, "off")
    assert verb.run([]) == 0
    assert capsys.readouterr().out == "No notes are made: COURSE_PROGRESS is off.\n"


def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "progress.jsonl"
    path.write_text(f"{progress.HEAD}\n")
    monkeypatch.setenv(progress.SETTING, str(path))

    def refuses(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuses)
    with pytest.raises(CourseError, match="Permission denied.*COURSE_PROGRESS"):
        verb.run([])

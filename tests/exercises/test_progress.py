"""Notes of progress: added, never lost, never in the way."""

import json
import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from course_lib.exercises import check, progress, quiz
from course_lib.exercises.catalogue import find


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An own file for each test, as if this process had not noted anything."""
    path = tmp_path / "notes" / "progress.jsonl"
    monkeypatch.setenv(progress.SETTING, str(path))
    monkeypatch.setattr(progress, "_noted", set())
    monkeypatch.setattr(progress, "_complained", set())
    return path


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_check_and_quiz_make_notes(file: Path) -> None:
    check("03.scores", lambda query, key: query @ key.mT)
    check("03.causal_mask", find("03.causal_mask").reference)
    quiz("03")
    done = progress.read()
    assert done.passed == {"03.causal_mask"}
    assert done.tried == {"03.scores", "03.causal_mask"}
    assert done.quizzes == {"03"} and done.remark == ""
    assert {key for line in lines(file)[1:] for key in line} == {
        "exercise",
        "passed",
        "quiz",
        "at",
    }, "what is noted, and nothing else"


def test_a_stub_is_no_note(file: Path) -> None:
    def stub(query, key): ...

    check("03.scores", stub)
    assert not file.exists()


def test_the_same_again_is_noted_once(file: Path) -> None:
    for _ in range(3):
        check("03.scores", lambda query, key: query)
    assert len(lines(file)) == 2


def test_once_passed_stays_passed() -> None:
    progress.note("03.scores", True)
    progress.note("03.scores", False)
    assert progress.read().passed == {"03.scores"}


def test_it_can_be_switched_off(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(progress.SETTING, "off")
    progress.note("03.scores", True)
    assert progress.place() is None and progress.read() == progress.Progress()
    assert not file.parent.exists()


def test_by_default_it_lies_where_jupyter_keeps_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(progress.SETTING)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    assert progress.place() == tmp_path / "transformer-course" / "progress.jsonl"


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        (b"", 0),
        (b"\xff\xfe nonsense", 0),
        (b'{"course-progress": 0}\n{"done": ["03.scores"]}\n', 0),
        (f'{progress.HEAD}\n{{"exercise": "03.scores", "pas'.encode(), 0),
        (
            f'{progress.HEAD}\n{{"exercise": "03.weights", "passed": true}}\n[1]\n{{'
            '"quiz": "03"}\n'.encode(),
            2,
        ),
    ],
    ids=["empty", "bytes", "older", "cut off", "damaged in the middle"],
)
def test_a_broken_or_older_file_is_set_aside(
    file: Path, content: bytes, kept: int, capsys: pytest.CaptureFixture[str]
) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    progress.note("03.scores", True)
    aside = file.with_name("progress-aside-1.jsonl")
    assert aside.read_bytes() == content
    said = capsys.readouterr().out
    assert str(aside) in said and "It is kept as" in said
    assert len(lines(file)) == 1 + kept + 1
    assert "03.scores" in progress.read().passed


def test_reading_sets_aside_too_and_never_on_top_of_another(file: Path) -> None:
    file.parent.mkdir()
    (file.parent / "progress-aside-1.jsonl").write_text("an earlier one")
    file.write_text("broken")
    assert "progress-aside-2" in progress.read().remark
    assert (file.parent / "progress-aside-1.jsonl").read_text() == "an earlier one"
    assert progress.read().remark == ""


def _many(path: str, start: int) -> None:
    os.environ[progress.SETTING] = path
    for number in range(start, start + 50):
        progress.note(f"{number}", True)


def test_two_processes_at_once_lose_nothing(file: Path) -> None:
    context = multiprocessing.get_context("fork" if os.name != "nt" else "spawn")
    both = [context.Process(target=_many, args=(str(file), n)) for n in (0, 50)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert progress.read().passed == {str(number) for number in range(100)}
    assert len(lines(file)) == 101


def test_a_place_that_cannot_be_written_costs_only_the_note(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file.parent.write_text("a file where the folder should be")
    for _ in range(2):
        assert check("03.causal_mask", find("03.causal_mask").reference).passed
    said = capsys.readouterr().out
    assert said.count("Your progress is not noted") == 1, "said once"


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="an administrator writes anywhere"
)
def test_a_read_only_home_costs_only_the_note(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.parent.mkdir()
    file.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    progress.note("03.scores", True)
    file.parent.chmod(stat.S_IRWXU)
    assert "Your progress is not noted" in capsys.readouterr().out
    assert not file.exists()

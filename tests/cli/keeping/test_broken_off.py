"""An update that stops half-way has lost nothing and says what to do."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.keeping.conftest import (
    ANSWER,
    BOTH,
    CHAPTER,
    NEW,
    Course,
    chapter,
    sources,
)
from course_lib.cli.keeping import updating
from course_lib.cli.keeping.git import GitError, Repository
from course_lib.errors import CourseError


def offline(course: Course) -> str:
    course.remote.rename(course.remote.with_name("gone"))
    return "can't be fetched.*Nothing was changed"


def detached(course: Course) -> str:
    course.git("checkout", "--quiet", "--detach")
    return "git switch main"


def no_remote(course: Course) -> str:
    course.git("remote", "remove", "origin")
    return "git remote add origin"


def own_branch(course: Course) -> str:
    course.git("switch", "--quiet", "--create", "own")
    return "follows no branch"


def from_a_zip(course: Course) -> str:
    (course.root / ".git").rename(course.root / "gone")
    return "ZIP file.*update --from"


def strangers(course: Course) -> str:
    course.git("checkout", "--quiet", "--orphan", "new")
    course.git("commit", "--quiet", "--message=x", "--all")
    course.git("branch", "--quiet", "--force", "main", "new")
    course.git("switch", "--quiet", "main")
    return "no history in common.*update --from"


def no_git(course: Course) -> str:
    os.environ["PATH"] = ""
    return "git is not installed"


STATES = (offline, detached, no_remote, own_branch, from_a_zip, strangers, no_git)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_where_it_cannot_go_on_a_sentence_says_so(
    course: Course, state: Callable[[Course], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.environ["PATH"])
    course.publish({CHAPTER: NEW})
    sentence = state(course)
    mine = course.write(chapter(stub=ANSWER))
    with pytest.raises(CourseError, match=sentence):
        course.update()
    assert course.read() == mine


def test_a_full_disk_changes_nothing(
    course: Course, full_disk: Callable[[], None]
) -> None:
    mine = course.write(chapter(stub=ANSWER))
    course.publish({CHAPTER: NEW})
    full_disk()
    with pytest.raises(CourseError, match="No space left"):
        course.update()
    assert course.read() == mine
    assert course.copies() == {}


def test_a_save_in_between_is_not_lost(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.write(chapter(stub=ANSWER))
    course.publish({CHAPTER: NEW})
    write_note = updating.Update._write_note

    def then_lab_saves(update: updating.Update, kept: list[updating.Kept]) -> None:
        write_note(update, kept)
        course.write(chapter(stub=ANSWER + "  # later"))

    monkeypatch.setattr(updating.Update, "_write_note", then_lab_saves)
    with pytest.raises(CourseError, match="saved just now. Close it in Lab"):
        course.update()
    assert course.read() == chapter(stub=ANSWER + "  # later")


KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from course_lib.cli.keeping import answers, copies, updating
from course_lib.cli.keeping.git import GitError, Repository

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

owner, name = {"write": (copies, "write"), "carry": (answers, "carry"),
    "restore": (Repository, "restore"), "merge": (updating.Update, "_merge"),
    "step": (updating.Update, "_step_aside")}[sys.argv[2]]
setattr(owner, name, die)
list(updating.Update(Path(sys.argv[1]), date(2026, 11, 23)).run())
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGKILL")
@pytest.mark.parametrize("where", ["write", "step", "restore", "merge", "carry"])
@pytest.mark.parametrize("committed", [False, True])
def test_killed_in_the_middle_it_loses_nothing_and_is_finished(
    course: Course, where: str, committed: bool
) -> None:
    mine = course.write(chapter(stub=ANSWER))
    if committed:
        course.commit()
    course.publish({CHAPTER: NEW})
    command = [sys.executable, "-c", KILLED, str(course.root), where]
    died = subprocess.run(command, cwd=Path(updating.__file__).parents[3]).returncode
    assert died == (0 if committed and where == "restore" else -signal.SIGKILL)
    assert mine in [course.read(), *course.copies().values()]
    course.update()
    assert sources(course.read()) == BOTH
    assert mine in course.copies().values()
    assert not (course.root / "mine" / updating.NOTE).exists()
    assert course.update() == "The course is up to date."


def test_what_was_written_since_is_not_undone(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.write(chapter(stub=ANSWER))
    course.publish({CHAPTER: NEW})
    with monkeypatch.context() as stopped:
        stopped.setattr(updating.Update, "_carry", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            course.update()
    later = course.write(chapter(intro="print('new')", stub="better"))
    course.update()
    assert course.read() == later


def test_a_note_that_cannot_be_read_stops_nothing(course: Course) -> None:
    (course.root / "mine").mkdir()
    (course.root / "mine" / updating.NOTE).write_bytes(b"{")
    course.publish({CHAPTER: NEW, "requirements.txt": b"torch"})
    assert "next `lab` brings them up to date" in course.update()
    assert course.read() == NEW


def test_a_lock_of_git_is_explained(course: Course) -> None:
    mine = course.write(chapter(stub=ANSWER))
    course.publish({CHAPTER: NEW})
    (course.root / ".git" / "index.lock").touch()
    with pytest.raises(CourseError, match="delete .git/index.lock"):
        course.update()
    assert mine in [course.read(), *course.copies().values()]
    (course.root / ".git" / "index.lock").unlink()
    course.update()
    assert sources(course.read()) == BOTH
    assert Repository(course.root).untracked() == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("fatal: detected dubious ownership in repository at '/x'", "another user"),
        ("fatal: bad object HEAD", "bad object HEAD.*update --from"),
    ],
)
def test_a_folder_that_git_cannot_read(
    course: Course, said: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Repository, *words: str) -> bytes:
        raise GitError(said)

    monkeypatch.setattr(Repository, "git", refuse)
    with pytest.raises(CourseError, match=sentence):
        course.update()


def test_a_folder_that_git_cannot_write_to(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Repository.git

    def refuse(self: Repository, *words: str) -> bytes:
        if "fetch" in words:
            raise GitError(
                "error: cannot open '.git/FETCH_HEAD': Read-only file system"
            )
        return ask(self, *words)

    monkeypatch.setattr(Repository, "git", refuse)
    with pytest.raises(CourseError, match="can't be written to.*clone the course"):
        course.update()

"""An update never loses an answer: real repositories, in each of their states."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.keeping.conftest import (
    ANSWER,
    CHAPTER,
    DAY,
    OTHER,
    STUB,
    Course,
    chapter,
    sources,
)
from course_lib.cli.keeping import updating
from course_lib.cli.keeping.git import GitError, Repository
from course_lib.errors import CourseError

COPY = "03_attention_2026-11-23.ipynb"
NEW = chapter(intro="print('new')")
BOTH = ["print('new')", ANSWER, "print(2)"]


def test_where_git_pull_refuses_the_update_goes_through(course: Course) -> None:
    mine = course.write(chapter(stub=ANSWER))
    course.publish({CHAPTER: NEW, OTHER: NEW})
    assert "would be overwritten" in course.git("pull", fails=True)
    assert course.read() == mine
    said = course.update()
    assert course.copies() == {COPY: mine}
    assert sources(course.read()) == BOTH
    assert course.read(OTHER) == NEW
    assert f"mine/{COPY}" in said and "03.scores" in said
    assert course.git("status", "--porcelain").split() == ["M", CHAPTER]
    assert course.update() == "The course is up to date."


def test_a_chapter_that_the_update_leaves_alone_is_left_alone(course: Course) -> None:
    mine = course.write(chapter(stub=ANSWER))
    course.publish({OTHER: NEW})
    course.update()
    assert course.read() == mine
    assert course.read(OTHER) == NEW
    assert course.copies() == {}


def test_a_chapter_that_was_only_run_is_said_to_be_new(course: Course) -> None:
    course.write(chapter().replace(b"null", b"7"))
    course.publish({CHAPTER: NEW})
    assert "not changed by you, and now new: 03_attention" in course.update()
    assert course.read() == NEW
    assert course.copies() == {}


def test_the_next_update_brings_the_answers_along(course: Course) -> None:
    course.write(chapter(stub=ANSWER))
    course.publish({CHAPTER: NEW})
    course.update()
    course.publish({CHAPTER: chapter(intro="print('newer')")})
    course.update()
    assert sources(course.read()) == ["print('newer')", ANSWER, "print(2)"]
    assert len(course.copies()) == 2


@pytest.mark.parametrize("identity", [True, False])
def test_answers_that_were_committed(
    course: Course, identity: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = course.write(chapter(intro="print('mine')", stub=ANSWER))
    course.commit()
    course.publish({CHAPTER: NEW})
    if not identity:
        for name in [name for name in os.environ if name.startswith("GIT_A")]:
            monkeypatch.delenv(name)
    said = course.update()
    assert course.copies() == {COPY: mine}
    assert sources(course.read()) == BOTH
    assert "only in your version: 03-intro" in said
    assert course.git("log", "--format=%s").splitlines()[0].startswith("Merge")
    assert course.git("show", f"HEAD~1:{CHAPTER}").encode() == mine


def test_commits_of_a_hub_and_a_shallow_clone(course: Course, tmp_path: Path) -> None:
    # nbgitpuller clones with depth 1 and commits for the learner under its own name.
    course.git("fetch", "--depth=1", "origin")
    mine = course.write(chapter(stub=ANSWER))
    course.commit()
    course.write(later := chapter(stub=ANSWER + "  # better"))
    course.publish({CHAPTER: NEW})
    course.update()
    assert course.copies() == {COPY: later}
    assert sources(course.read())[1] == ANSWER + "  # better"
    assert course.git("show", f"HEAD~1:{CHAPTER}").encode() == mine


def test_a_chapter_that_was_renamed(course: Course) -> None:
    mine = course.write(chapter(stub=ANSWER))
    new = "chapters/03_looking.ipynb"
    course.publish({CHAPTER: None, new: NEW, OTHER: b"{}"})
    said = course.update()
    assert sources(course.read(new)) == BOTH
    assert not (course.root / CHAPTER).exists()
    assert course.copies() == {COPY: mine}
    assert "new 03_looking" in said


@pytest.mark.parametrize("committed", [True, False])
def test_a_chapter_that_was_deleted(course: Course, committed: bool) -> None:
    mine = course.write(chapter(stub=ANSWER))
    if committed:
        course.commit()
    course.publish({CHAPTER: None, OTHER: b"{}"})
    assert "no longer in the course" in course.update()
    assert not (course.root / CHAPTER).exists()
    assert course.copies() == {COPY: mine}


def test_a_notebook_of_the_learners_own_under_a_new_chapters_name(
    course: Course,
) -> None:
    path = "chapters/05_mine.ipynb"
    mine = course.write(chapter(stub=ANSWER), path)
    course.publish({path: NEW})
    course.update()
    assert list(course.copies().values()) == [mine]
    assert sources(course.read(path))[0] == "print('new')"


def test_a_chapter_that_the_learner_deleted_comes_back(course: Course) -> None:
    (course.root / CHAPTER).unlink()
    course.publish({CHAPTER: NEW})
    course.update()
    assert course.read() == NEW


def test_a_damaged_notebook_is_kept_as_it_is(course: Course) -> None:
    mine = course.write(b'{"cells": [{"cell_type": "co')
    course.publish({CHAPTER: NEW})
    assert "nothing of it could be brought" in course.update()
    assert course.copies() == {COPY: mine}
    assert course.read() == NEW


def test_other_files_of_the_learners_are_named(course: Course) -> None:
    course.publish({"notes.txt": b"one"})
    course.update()
    course.write(b"mine", "notes.txt")
    mine = course.write(chapter(stub=ANSWER))
    course.publish({"notes.txt": b"two", CHAPTER: NEW})
    with pytest.raises(CourseError, match="notes.txt.*another name.*Nothing was"):
        course.update()
    assert (course.read("notes.txt"), course.read()) == (b"mine", mine)
    course.commit()
    with pytest.raises(CourseError, match="commits change notes.txt.*in place again"):
        course.update()
    assert (course.read("notes.txt"), course.read()) == (b"mine", mine)
    assert course.git("status", "--porcelain") == ""


def test_a_merge_that_git_pull_left_unfinished(course: Course) -> None:
    mine = course.write(chapter(stub=ANSWER))
    course.commit()
    course.publish({CHAPTER: chapter(stub=STUB + "!")})
    assert "CONFLICT" in course.git("pull", "--no-rebase", fails=True)
    with pytest.raises(CourseError, match="`git merge --abort`"):
        course.update()
    course.git("merge", "--abort")
    course.update()
    assert course.copies() == {COPY: mine}
    assert sources(course.read())[1] == ANSWER


def test_a_stash_that_does_not_fit(course: Course) -> None:
    course.write(chapter(stub=ANSWER))
    course.git("stash")
    course.publish({CHAPTER: chapter(stub=STUB + "!")})
    course.git("pull", "--quiet")
    course.git("stash", "pop", fails=True)
    with pytest.raises(CourseError, match="in the stash.*git checkout HEAD"):
        course.update()
    course.git("checkout", "HEAD", "--", CHAPTER)
    assert "my_scores" in course.git("stash", "show", "-p")


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
    assert DAY.isoformat() in COPY


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

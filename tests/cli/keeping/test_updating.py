"""An update never loses an answer: real repositories, in each of their states."""

import os
from pathlib import Path

import pytest

from cli.keeping.conftest import (
    ANSWER,
    BOTH,
    CHAPTER,
    COPY,
    NEW,
    OTHER,
    STUB,
    Course,
    chapter,
    sources,
)
from course_lib.errors import CourseError


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

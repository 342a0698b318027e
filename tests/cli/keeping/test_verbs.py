"""`python -m course_lib keep`, and `update --from` for copies without git."""

import shutil
from datetime import date
from pathlib import Path

import nbformat
import pytest

from cli.keeping.conftest import ANSWER, CHAPTER, OTHER, Course, chapter, sources
from course_lib.cli import keep, update
from course_lib.cli.notebooks import execute
from course_lib.errors import CourseError

TODAY = date.today().isoformat()
COPY = f"03_attention_{TODAY}.ipynb"


@pytest.fixture(autouse=True)
def in_the_course(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verbs work on the clone."""
    for verb in (keep, update):
        monkeypatch.setattr(verb, "ROOT", course.root)


def test_keep_copies_what_was_changed(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    assert keep.run([]) == 0
    assert "nothing to keep" in capsys.readouterr().out
    mine = course.write(chapter(stub=ANSWER))
    course.write(chapter().replace(b"null", b"3"), OTHER)
    keep.run([])
    said = capsys.readouterr().out
    assert f"03_attention: kept as mine/{COPY}." in said
    assert "04_heads: nothing in it is yours." in said
    assert course.copies() == {COPY: mine}
    assert course.read() == mine


def test_reset_puts_the_courses_version_back_so_that_git_pulls(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = course.write(chapter(stub=ANSWER))
    course.publish({CHAPTER: chapter(intro="new")})
    keep.run(["--reset", "03"])
    assert "the course's version is back" in capsys.readouterr().out
    assert course.read() == chapter()
    assert course.copies() == {COPY: mine}
    course.git("pull")
    assert course.read() == chapter(intro="new")
    assert course.copies() == {COPY: mine}


def test_a_deleted_chapter_is_named_and_comes_back(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    (course.root / CHAPTER).unlink()
    keep.run([])
    assert "keep --reset" in capsys.readouterr().out
    keep.run(["--reset"])
    assert course.read() == chapter()


def test_a_notebook_of_ones_own_is_never_removed(course: Course) -> None:
    mine = course.write(b"whatever", "chapters/notes.ipynb")
    keep.run(["--reset"])
    assert course.read("chapters/notes.ipynb") == mine
    assert list(course.copies().values()) == [mine]


def test_without_git_chapters_are_named(course: Course) -> None:
    shutil.rmtree(course.root / ".git")
    mine = course.write(chapter(stub=ANSWER))
    with pytest.raises(CourseError, match="Name them"):
        keep.run([])
    with pytest.raises(CourseError, match="There is no chapter 17"):
        keep.run(["17"])
    with pytest.raises(CourseError, match="ZIP"):
        keep.run(["--reset", "03"])
    keep.run(["03"])
    assert course.copies() == {COPY: mine}


def test_update_says_what_it_does(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    assert update.run([]) == 0
    assert capsys.readouterr().out == "The course is up to date.\n"


def test_answers_come_from_an_older_folder(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "old"
    shutil.copytree(course.root / "chapters", old / "chapters")
    theirs = chapter(intro="an older text", stub=ANSWER)
    (old / CHAPTER).write_bytes(theirs)
    (old / "chapters/09_gone.ipynb").write_bytes(theirs)
    shutil.rmtree(course.root / ".git")
    update.run(["--from", str(old)])
    said = capsys.readouterr().out
    assert "03.scores" in said and "no such chapter here" in said
    assert sources(course.read()) == ["print(1)", ANSWER, "print(2)"]
    assert course.copies() == {COPY: theirs}
    assert (old / CHAPTER).read_bytes() == theirs
    (old / "chapters/09_gone.ipynb").unlink()
    update.run(["--from", str(old)])
    assert "no answers" in capsys.readouterr().out


def test_answers_that_were_here_are_kept_too(course: Course, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(course.root / "chapters", old / "chapters")
    (old / CHAPTER).write_bytes(chapter(stub=ANSWER))
    here = course.write(chapter(stub="another"))
    lines = update.bring(old, course.root, date.today())
    assert "the one before mine/" in lines[0]
    assert here in course.copies().values()
    assert len(course.copies()) == 2


@pytest.mark.parametrize("where", ["nowhere", "course"])
def test_a_folder_that_is_no_other_course_is_refused(
    course: Course, tmp_path: Path, where: str
) -> None:
    with pytest.raises(CourseError, match="no other folder of the course"):
        update.run(["--from", str(tmp_path / where)])


SET_UP = "from course_lib.start import start\nstart()"
CHECK = """from course_lib.exercises import check
from course_lib.exercises.catalogue import find
from course_lib.resources.files import data_folder
assert data_folder().is_dir()
report = check("03.scores", find("03.scores").reference)
assert report.passed"""


def test_a_copy_runs_where_it_lies(tmp_path: Path) -> None:
    mine = tmp_path / "course" / "mine"
    mine.mkdir(parents=True)
    cells = [nbformat.v4.new_code_cell(text) for text in (SET_UP, CHECK)]
    done = execute(nbformat.v4.new_notebook(cells=cells), mine)
    assert done.notebook.cells[0].outputs == []

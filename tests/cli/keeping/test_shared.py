"""A course that is only to be read: chapters of one's own lie in the home."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.keeping.conftest import ANSWER, DAY, chapter, sources
from course_lib.cli import lab
from course_lib.cli.keeping import shared
from course_lib.errors import CourseError

NAME = "03_attention.ipynb"
NEW = chapter(intro="print('new')")


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    """The course as somebody else put it there."""
    root = tmp_path / "pool"
    (root / "chapters").mkdir(parents=True)
    (root / "data").mkdir()
    (root / "chapters" / NAME).write_bytes(chapter())
    return root


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The learner's folder, not yet there."""
    return tmp_path / "home" / "mine"


def test_chapters_are_copied_once(pool: Path, own: Path) -> None:
    assert shared.make(pool, own, DAY) == []
    here = own / "chapters" / NAME
    assert here.read_bytes() == chapter()
    here.write_bytes(mine := chapter(stub=ANSWER))
    assert shared.make(pool, own, DAY) == []
    assert here.read_bytes() == mine
    if os.name != "nt":
        assert (own / "data").is_dir()


def test_what_is_new_in_the_course_comes_around_the_answers(
    pool: Path, own: Path
) -> None:
    shared.make(pool, own, DAY)
    here = own / "chapters" / NAME
    here.write_bytes(mine := chapter(stub=ANSWER))
    (pool / "chapters" / NAME).write_bytes(NEW)
    (line,) = shared.make(pool, own, DAY)
    assert sources(here.read_bytes()) == ["print('new')", ANSWER, "print(2)"]
    (copy,) = (own / "mine").iterdir()
    assert copy.read_bytes() == mine and str(copy) in line
    assert shared.make(pool, own, DAY) == []


def test_a_chapter_that_was_only_run_becomes_the_new_one(pool: Path, own: Path) -> None:
    shared.make(pool, own, DAY)
    here = own / "chapters" / NAME
    here.write_bytes(chapter().replace(b"null", b"4"))
    (pool / "chapters" / NAME).write_bytes(NEW)
    assert shared.make(pool, own, DAY) == []
    assert here.read_bytes() == NEW
    assert not (own / "mine").exists()


def test_a_chapter_of_unknown_origin_is_kept(pool: Path, own: Path) -> None:
    (own / "chapters").mkdir(parents=True)
    here = own / "chapters" / NAME
    here.write_bytes(mine := chapter(intro="whose?", stub=ANSWER))
    shared.make(pool, own, DAY)
    assert sources(here.read_bytes()) == ["print(1)", ANSWER, "print(2)"]
    assert [copy.read_bytes() for copy in (own / "mine").iterdir()] == [mine]


def test_a_home_that_is_full_is_named(
    pool: Path, own: Path, full_disk: Callable[[], None]
) -> None:
    full_disk()
    with pytest.raises(CourseError, match="nor can .*mine .No space left"):
        shared.make(pool, own, DAY)


def test_lab_works_in_the_home(
    pool: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert lab.workplace(pool) == pool
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(lab, "is_writable", lambda folder: False)
    own = lab.workplace(pool)
    assert own == tmp_path / shared.NAME
    assert (own / "chapters" / NAME).read_bytes() == chapter()
    assert "can't be written to. Lab works on chapters of your own in" in (
        capsys.readouterr().out
    )
    assert f"--ServerApp.root_dir={own}" in lab.lab_command([], root=own)

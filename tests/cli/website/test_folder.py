"""The pages' folder: never another's, and always whole."""

import os
import signal
from pathlib import Path

import pytest

from course_lib.cli.website import folder, links
from course_lib.errors import CourseError


def test_a_folder_of_others_stays_as_it_is(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with (
        pytest.raises(CourseError, match="did not write"),
        folder.written_whole(mine) as new,
    ):
        (new / "index.html").touch()
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]
    assert list(tmp_path.iterdir()) == [mine]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "site"
    file.write_text("x")
    with pytest.raises(CourseError, match="is a file"):
        folder.require_ours(file)


def test_a_failed_build_leaves_the_earlier_pages(tmp_path: Path) -> None:
    pages = tmp_path / "deep" / "site"
    with folder.written_whole(pages) as new:
        (new / "index.html").write_text("first")
    with pytest.raises(ZeroDivisionError), folder.written_whole(pages) as new:
        (new / "index.html").write_text("half")
        raise ZeroDivisionError
    assert (pages / "index.html").read_text() == "first"
    assert [path.name for path in pages.parent.iterdir()] == ["site"]


def test_a_new_build_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    pages = tmp_path / "site"
    for text, name in (("first", "old.html"), ("second", "new.html")):
        with folder.written_whole(pages) as new:
            (new / name).write_text(text)
    assert {path.name for path in pages.iterdir()} == {"new.html", folder.MARK}


def test_broken_links_and_other_hosts_are_named(tmp_path: Path) -> None:
    (tmp_path / "other.html").write_text('<p id="here">x</p>')
    (tmp_path / "index.html").write_text(
        '<a href="other.html#here">good</a><a href="https://example.org">out</a>'
        '<a href="other.html#there">a</a><a href="gone.html">b</a>'
        '<img src="https://example.org/x.png"><script src="no.js"></script>'
    )
    assert links.faults(tmp_path) == [
        "index.html: loads https://example.org/x.png from another host",
        "index.html: the link no.js leads to no file",
        "index.html: the link other.html#there leads to no place on that page",
        "index.html: the link gone.html leads to no file",
    ]


@pytest.mark.skipif(os.name == "nt", reason="no signals to oneself there")
def test_a_stop_between_two_steps_costs_no_pages(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pages = tmp_path / "site"
    with folder.written_whole(pages) as new:
        (new / "index.html").write_text("first")
    move = os.replace

    def stopped_at_each(source: Path, target: Path) -> None:
        move(source, target)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(folder.os, "replace", stopped_at_each)
    with folder.written_whole(pages) as new:
        (new / "index.html").write_text("second")
    assert (pages / "index.html").read_text() == "second"
    assert list(tmp_path.iterdir()) == [pages]

"""Copies are whole, and none is written over."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.keeping.conftest import DAY
from course_lib.cli.keeping import copies
from course_lib.errors import CourseError


def test_each_version_has_a_copy_of_its_own(tmp_path: Path) -> None:
    path, mine = tmp_path / "03_x.ipynb", tmp_path / "mine"
    names = []
    for data in (b"one\r\n", b"two", b"two", b"one\r\n"):
        path.write_bytes(data)
        copy = copies.keep(path, mine, DAY)
        assert copy.read_bytes() == data
        names.append(copy.name)
    first, second = "03_x_2026-11-23.ipynb", "03_x_2026-11-23_2.ipynb"
    assert names == [first, second, second, first]
    assert sorted(os.listdir(mine)) == [first, second]


def test_a_full_disk_leaves_nothing_half_written(
    tmp_path: Path, full_disk: Callable[[], None]
) -> None:
    path, mine = tmp_path / "03_x.ipynb", tmp_path / "mine"
    path.write_bytes(b"answer")
    full_disk()
    with pytest.raises(CourseError, match="No space left.*Nothing of yours"):
        copies.keep(path, mine, DAY)
    assert os.listdir(mine) == []
    with pytest.raises(OSError):
        copies.write(path, b"other")
    assert (path.read_bytes(), sorted(os.listdir(tmp_path))) == (
        b"answer",
        ["03_x.ipynb", "mine"],
    )


def test_a_name_that_another_takes_meanwhile_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "03_x.ipynb"
    path.write_bytes(b"answer")
    monkeypatch.setattr(copies, "claimed", lambda path: path.name.endswith("_3.ipynb"))
    copy = copies.keep(path, tmp_path / "mine", DAY)
    assert copy.name == "03_x_2026-11-23_3.ipynb"

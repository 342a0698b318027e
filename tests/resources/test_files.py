"""The data is found in a checkout and in an installed package."""

from pathlib import Path

import pytest

from course_lib.errors import CourseError
from course_lib.resources.files import data_folder, repository_folder


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "course_lib"
    folder.mkdir()
    return folder


def test_in_a_checkout_it_lies_beside_the_package(package: Path) -> None:
    (package.parent / "data" / "recorded").mkdir(parents=True)
    assert data_folder(package) == package.parent / "data"


def test_an_installed_package_carries_it_inside(package: Path) -> None:
    (package / "_data" / "recorded").mkdir(parents=True)
    (package.parent / "data" / "recorded").mkdir(parents=True)
    assert data_folder(package) == package / "_data"


def test_a_folder_of_somebody_elses_is_not_taken(package: Path) -> None:
    (package.parent / "data").mkdir()
    with pytest.raises(CourseError, match="data is missing.*pip install"):
        data_folder(package)


def test_the_repository_is_known_by_its_chapters(package: Path) -> None:
    assert repository_folder(package) is None
    (package.parent / "chapters").mkdir()
    assert repository_folder(package) == package.parent

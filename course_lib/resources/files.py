"""The folder with what ships with the course: recordings, quizzes, small models."""

from pathlib import Path

from course_lib.errors import CourseError

PACKAGE = Path(__file__).resolve().parents[1]


def data_folder(package: Path = PACKAGE) -> Path:
    """The course's `data` folder: inside an installed package, else beside it.

    Args:
        package: the folder of `course_lib`.

    Raises:
        CourseError: neither place holds it.
    """
    # A wheel carries the data as course_lib/_data: Colab opens a notebook without
    # the repository. A neighbour called "data" in site-packages is not ours.
    for folder in (package / "_data", package.parent / "data"):
        if (folder / "recorded").is_dir():
            return folder
    raise CourseError(
        f"The course's data is missing: neither {package / '_data'} nor "
        f"{package.parent / 'data'} holds it. Fetch the repository again, or "
        "reinstall with: pip install --force-reinstall --no-deps ."
    )


def repository_folder(package: Path = PACKAGE) -> Path | None:
    """The checkout that holds this package, or None when it was installed alone."""
    root = package.parent
    return root if (root / "chapters").is_dir() else None

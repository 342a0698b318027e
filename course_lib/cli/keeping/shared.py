"""Chapters of one's own where the course's folder belongs to somebody else.

A lecture pool has the course in a folder that learners can read alone. They work on
copies in their home; what the course's folder brings anew goes into these copies.
"""

import contextlib
import os
from datetime import date
from pathlib import Path

from course_lib.cli.keeping import answers, copies
from course_lib.cli.keeping.git import CHAPTERS
from course_lib.errors import CourseError

NAME = "my-transformer-course"
BEGUN = ".begun"
"""Where the versions lie that the learner's chapters began as."""


def own_folder() -> Path:
    """The learner's folder."""
    return Path.home() / NAME


def make(root: Path, folder: Path, day: date) -> list[str]:
    """Make the learner's chapters, or bring them up to date; return what to say.

    Args:
        root: the course's folder; it is only read.
        folder: the learner's.
        day: today, for the names of copies.
    """
    try:
        for name in (CHAPTERS, BEGUN):
            (folder / name).mkdir(parents=True, exist_ok=True)
        _link(root / "data", folder / "data")
        files = sorted((root / CHAPTERS).glob("*.ipynb"))
        return [line for file in files if (line := _treat(file, folder, day))]
    except OSError as error:
        raise CourseError(
            f"{root} can't be written to, nor can {folder} ({error.strerror or error}),"
            " where your own chapters would lie. Make room or copy the course into a "
            "folder of your own, and start again there."
        ) from error


def _treat(file: Path, folder: Path, day: date) -> str:
    """Copy one chapter, or put the learner's cells into its new version."""
    here, begun = (folder / name / file.name for name in (CHAPTERS, BEGUN))
    new = file.read_bytes()
    mine = here.read_bytes() if here.exists() else None
    base = begun.read_bytes() if begun.exists() else None
    if base == new and mine is not None:
        return ""
    said = ""
    if mine is None or base is not None and answers.only_run(mine, base):
        copies.write(here, new)
    elif mine != new:
        copy = copies.keep(here, folder / copies.FOLDER, day)
        copies.write(here, answers.carry(mine, base, new).data)
        said = f"{file.stem} is new, with your answers in it. As it was: {copy}"
    copies.write(begun, new)
    return said


def _link(target: Path, link: Path) -> None:
    """Let links in the chapters find the data; without it they run all the same."""
    with contextlib.suppress(OSError):
        if not link.exists():
            os.symlink(target, link, target_is_directory=True)

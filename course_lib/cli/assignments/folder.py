"""The folder that a lecturer gives to nbgrader; nothing in it is overwritten."""

import secrets
from collections.abc import Sequence
from pathlib import Path

from course_lib.cli import normal_form
from course_lib.cli.assignments.notebook import (
    SEEN,
    UNSEEN,
    Assignment,
    assignment,
)
from course_lib.errors import CourseError
from course_lib.resources.chapters import chapters

CONFIG, README = "nbgrader_config.py", "README.md"
_TEMPLATES = Path(__file__).parent


def new_seed() -> int:
    """A seed for cases that no class has seen."""
    return secrets.randbelow(10**9)


def export(
    folder: Path, root: Path, numbers: Sequence[str], seed: int
) -> list[Assignment]:
    """Write assignments for these chapters, or for all, into a folder.

    An earlier export may be added to: its settings stay, its assignments are not
    touched.

    Args:
        folder: where nbgrader is going to work.
        root: the course's repository.
        numbers: of chapters, "03"; none means all that have exercises.
        seed: decides the unseen cases.

    Returns:
        What was written; chapters without exercises come without any.

    Raises:
        CourseError: there is no such chapter, none of them has exercises, or
            something stands in the way; nothing was written then.
    """
    made = [assignment(*one, seed) for one in _wanted(root, numbers)]
    full = [one for one in made if one.exercises]
    if not full:
        raise CourseError(
            f"There are no exercises to export in {' '.join(numbers)}. Without numbers "
            "all chapters that have some are exported."
        )
    _stop_if_in_the_way(folder, full)
    try:
        _write(folder, full)
    except OSError as error:
        raise CourseError(
            f"{folder} can't be written to: {error.strerror}. Give another folder."
        ) from error
    return made


def _wanted(root: Path, numbers: Sequence[str]) -> list[tuple[Path, str]]:
    """Notebook and title of each chapter meant."""
    known = {chapter.number: chapter for chapter in chapters(root)}
    if not known:
        raise CourseError(
            "No chapters here: exporting needs the repository, not the package alone. "
            "Clone it and run this there."
        )
    wrong = [number for number in numbers if number not in known]
    if wrong:
        raise CourseError(
            f"There is no chapter {', '.join(wrong)}; there are {', '.join(known)}."
        )
    chosen = [known[number] for number in dict.fromkeys(numbers or known)]
    return [(root / "chapters" / one.file, one.title) for one in chosen]


def _stop_if_in_the_way(folder: Path, made: list[Assignment]) -> None:
    if folder.exists() and not folder.is_dir():
        raise CourseError(f"{folder} is a file. Give a folder that is new or empty.")
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / CONFIG).is_file():
        raise CourseError(
            f"{folder} holds other things, and nothing was written. Give a folder that "
            "is new or empty, or one of an earlier export."
        )
    there = [one.name for one in made if (folder / "source" / one.name).exists()]
    if there:
        raise CourseError(
            f"{folder} has {', '.join(there)} from an earlier export, and nothing was "
            "written. Delete them there, name other chapters, or give another folder."
        )


def _write(folder: Path, made: list[Assignment]) -> None:
    for one in made:
        place = folder / "source" / one.name
        place.mkdir(parents=True)
        text = normal_form.serialise(one.notebook)
        (place / f"{one.name}.ipynb").write_text(text, encoding="utf-8", newline="\n")
    readme = (_TEMPLATES / f"{README}.txt").read_text(encoding="utf-8")
    figures = {"points": SEEN + UNSEEN, "seen": SEEN, "unseen": UNSEEN}
    for name, figure in figures.items():
        readme = readme.replace(f"{{{name}}}", str(figure))
    config = (_TEMPLATES / f"{CONFIG}.txt").read_text(encoding="utf-8")
    for name, text in ((CONFIG, config), (README, readme)):
        if not (folder / name).exists():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")

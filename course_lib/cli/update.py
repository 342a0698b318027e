"""The verb `update`: the course's new version, with your answers in it.

Chapters that you changed, and that the update changes, are first copied to the folder
`mine`. Then your answers and your own cells go into their new versions.
"""

import argparse
from datetime import date
from pathlib import Path

from course_lib.cli.keeping import answers, copies
from course_lib.cli.keeping.git import CHAPTERS
from course_lib.cli.keeping.updating import Update, said
from course_lib.cli.setup.place import ROOT
from course_lib.errors import CourseError


def run(arguments: list[str]) -> int:
    """Update, or bring answers over from another folder."""
    parser = argparse.ArgumentParser(
        "python3 -m course_lib update",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--from",
        dest="old",
        metavar="FOLDER",
        help="bring your answers here from another folder of the course",
    )
    options, root = parser.parse_args(arguments), ROOT
    today = date.today()
    lines = bring(Path(options.old).expanduser(), root, today) if options.old else None
    for line in lines or Update(root, today).run():
        print(line, flush=True)
    return 0


def bring(old: Path, root: Path, day: date) -> list[str]:
    """Bring answers from another folder of the course; say what came from where.

    Args:
        old: that folder; it is only read.
        root: the folder that they come to.
        day: today, for the names of copies.
    """
    files = sorted((old / CHAPTERS).glob("[0-9]*_*.ipynb"))
    if not files or old.resolve() == root.resolve():
        raise CourseError(f"{old} is no other folder of the course: name that of old.")
    lines = [line for file in files if (line := _bring_one(file, root, day))]
    return lines or [f"There are no answers in {old / CHAPTERS} that are not here."]


def _bring_one(file: Path, root: Path, day: date) -> str:
    here = root / CHAPTERS / file.name
    if not here.exists():
        return f"{file.stem}: there is no such chapter here; yours stays in {file}."
    there, new = file.read_bytes(), here.read_bytes()
    result = answers.carry(there, None, new)
    if not result.answers:
        return ""
    copy = copies.keep(file, root / copies.FOLDER, day)
    kept = copies.keep(here, root / copies.FOLDER, day) if _answered(new) else None
    copies.write(here, result.data)
    before = f", the one before mine/{kept.name}" if kept else ""
    return f"{file.stem}: your version is mine/{copy.name}{before}; " + said(
        result, file.stem
    )


def _answered(data: bytes) -> bool:
    """Whether a chapter holds an answer that must not get lost."""
    own = answers.cells(data)
    return own is None or any(
        answers.exercise(cell) and not answers.is_stub(cell) for cell in own
    )

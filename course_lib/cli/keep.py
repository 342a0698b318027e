"""The verb `keep`: copy the chapters that you changed to the folder `mine`.

keep             every chapter that you changed
keep 03 05       these two
keep --reset 03  copy it, then put the course's version back, to begin anew
A copy has the day in its name and is never written over. It runs like a chapter.
"""

import argparse
from datetime import date
from pathlib import Path

from course_lib.cli.keeping import answers, copies
from course_lib.cli.keeping.git import CHAPTERS, Repository, is_chapter
from course_lib.cli.setup.place import ROOT
from course_lib.errors import CourseError


def run(arguments: list[str]) -> int:
    """Copy, say where the copies are, and reset if that was asked."""
    parser = argparse.ArgumentParser(
        "python3 -m course_lib keep",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("chapters", nargs="*", metavar="NN", help="a chapter's number")
    parser.add_argument("--reset", action="store_true", help="begin these anew")
    options, root = parser.parse_args(arguments), ROOT
    known = (root / ".git").exists()
    if options.reset or (known and not options.chapters):
        Repository(root).require()
    if not known and not options.chapters:
        raise CourseError(
            "Without git nobody knows which chapters you changed. Name them: keep 03"
        )
    chosen = named(root, options.chapters) if options.chapters else changed(root)
    if not chosen:
        print("You have changed no chapter: there is nothing to keep.")
    for path in chosen:
        print(treat(root, path, options.reset))
    return 0


def named(root: Path, names: list[str]) -> list[str]:
    """The chapters of these numbers, as paths from the root."""
    found = []
    for name in names:
        files = sorted((root / CHAPTERS).glob(f"{name}*.ipynb"))
        if not name[:1].isdigit() or not files:
            raise CourseError(f"There is no chapter {name} in {root / CHAPTERS}.")
        found += [f"{CHAPTERS}/{file.name}" for file in files]
    return found


def changed(root: Path) -> list[str]:
    """The chapters that the learner changed, and notebooks put beside them."""
    repository = Repository(root)
    paths = {*repository.edited(), *repository.untracked()}
    return sorted(path for path in paths if is_chapter(path))


def treat(root: Path, path: str, reset: bool) -> str:
    """Keep one chapter; say where, and whether the course's version is back."""
    file, name = root / path, Path(path).stem
    repository = Repository(root)
    begun = repository.show("HEAD", path) if (root / ".git").exists() else None
    if not file.exists():
        repository.restore([path] if reset else [])
        return (
            f"{name}: deleted. `keep --reset {name[:2]}` brings it back." * (not reset)
            or f"{name}: the course's version is back."
        )
    if begun is not None and answers.only_run(file.read_bytes(), begun):
        said = f"{name}: nothing in it is yours"
    else:
        copy = copies.keep(file, root / copies.FOLDER, date.today())
        said = f"{name}: kept as {copies.FOLDER}/{copy.name}"
    if reset and begun is not None:
        repository.restore([path])
        said += "; the course's version is back"
    return f"{said}."

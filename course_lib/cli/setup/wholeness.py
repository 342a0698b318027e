"""Whether an environment that an interrupted set-up left behind can still be used."""

import csv
from pathlib import Path

from course_lib.cli.setup.place import Place, version_of


def usable(place: Place, uv: str | None) -> bool:
    """Whether its Python starts, it has an installer, and no package is cut off."""
    if version_of(place.python) is None:
        return False
    has_pip = any(place.packages.glob("pip-*.dist-info"))
    return bool(has_pip or uv) and whole(place.packages)


def whole(packages: Path) -> bool:
    """Whether every package that is there is there completely.

    An installer that was killed leaves a package without its list of files, or files
    short of the list, or (while it replaced a package) a folder named ~something.
    """
    if any(packages.glob("~*")):
        return False
    return all(complete(info) for info in packages.glob("*.dist-info"))


def complete(info: Path) -> bool:
    """Whether every file that a package lists exists."""
    try:
        with (info / "RECORD").open(newline="", encoding="utf-8") as lines:
            names = [row[0] for row in csv.reader(lines) if row]
    except OSError:
        return False
    folder = info.parent
    return all((folder / name).exists() for name in names if not name.endswith(".pyc"))

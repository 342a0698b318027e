"""Copies in the folder `mine`: whole or not at all, none ever written over."""

import contextlib
import itertools
import os
from datetime import date
from pathlib import Path

from course_lib.errors import CourseError

FOLDER = "mine"


def keep(path: Path, folder: Path, day: date) -> Path:
    """Copy a file into a folder, byte for byte, and return where the copy lies.

    The day stands in its name. A copy that is there already with the same bytes is
    returned as it is.

    Raises:
        CourseError: it can't be written; whatever was there before is untouched.
    """
    try:
        data = path.read_bytes()
        folder.mkdir(exist_ok=True)
        stem = path.stem if folder not in path.parents else f"{path.stem}_again"
        for number in itertools.count(1):
            again = f"_{number}" if number > 1 else ""
            copy = folder / f"{stem}_{day.isoformat()}{again}{path.suffix}"
            if copy.exists() and copy.read_bytes() == data:
                return copy
            if not copy.exists() and claimed(copy):
                write(copy, data)
                return copy
    except OSError as error:
        raise CourseError(
            f"{path.name} can't be copied to {folder} ({error.strerror or error}). "
            "Nothing of yours was changed. Make room there, or make the folder "
            "writable, and start again."
        ) from error
    raise AssertionError("there are always more numbers")


def claimed(path: Path) -> bool:
    """Make an empty file of this name, unless somebody else just did."""
    try:
        path.open("xb").close()
    except FileExistsError:
        return False
    return True


def write(path: Path, data: bytes) -> None:
    """Replace a file by these bytes in one step, once they are safely on the disk.

    Raises:
        OSError: they can't be written; a file that held something is as it was.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            part.chmod(path.stat().st_mode & 0o777)
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
            if path.exists() and not path.stat().st_size:
                path.unlink()  # the name that was claimed for them
        raise

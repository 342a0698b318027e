"""The folder the pages go to: never another's, and always whole."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course_lib.cli import stops
from course_lib.errors import CourseError

MARK = ".course-site"
"""An empty file that says: this folder was written by the verb `site`."""


def require_ours(folder: Path) -> None:
    """Refuse a folder that holds what we did not write.

    Raises:
        CourseError: it is a file, or a folder with contents and without our mark.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise CourseError(f"{folder} is a file: name a folder for the pages.")
    if any(folder.iterdir()) and not (folder / MARK).is_file():
        raise CourseError(
            f"{folder} holds files that this command did not write, so it stays as "
            "it is. Name a new folder, an empty one, or one from an earlier build."
        )


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """Give an empty folder that takes the place of `folder` once all went well.

    After an exception, also one that a signal raises, the earlier folder stands as it
    was. A signal that comes when the new pages are whole comes too late.

    Raises:
        CourseError: the folder is not ours, or its parent can't be written to.
    """
    folder = folder.absolute()
    require_ours(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        workshop = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise CourseError(
            f"Nothing can be written beside {folder} ({error.strerror}). Name a folder "
            "that you may write to."
        ) from error
    try:
        new = workshop / "new"
        new.mkdir()
        yield new
        with stops.held() as asked:
            (new / MARK).touch()
            _replace(folder, new, workshop / "old")
            shutil.rmtree(workshop, ignore_errors=True)
            asked.clear()
    except BaseException:
        with stops.held():
            shutil.rmtree(workshop, ignore_errors=True)
        raise


def _replace(folder: Path, new: Path, aside: Path) -> None:
    require_ours(folder)  # the build took a while
    if folder.exists():
        os.replace(folder, aside)
    try:
        os.replace(new, folder)
    except OSError:
        if aside.exists():
            os.replace(aside, folder)
        raise

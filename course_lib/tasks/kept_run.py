"""The folder in which a fine-tuning is kept until it is done, and what it was asked."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from course_lib.errors import CourseError
from course_lib.tasks.run import leads

ASKED = "asked.json"


@contextmanager
def kept_run(
    folder: Path, asked: Mapping[str, Any], *, resume: bool = True
) -> Iterator[Path]:
    """A folder for checkpoints, removed when what is done inside has ended well.

    Args:
        folder: made if it is not there.
        asked: what the run is to do; one that goes on must have been asked the same.
        resume: whether a run in it goes on; False removes it.

    Raises:
        CourseError: it holds a run that was asked something else, or other things.
    """
    if leads():
        _prepare(folder, asked, resume)
    try:
        yield folder
    except BaseException:
        if leads() and [file.name for file in folder.iterdir()] == [ASKED]:
            shutil.rmtree(folder)  # nothing was trained yet
        raise
    if leads():
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(folder: Path, asked: Mapping[str, Any], resume: bool) -> None:
    """Make the folder, or see that the run in it is this one."""
    note = folder / ASKED
    if folder.exists() and not note.is_file():
        raise CourseError(
            f"{folder} is where the run would be kept, but it holds something else: "
            "move it away, or choose another name to save under"
        )
    if note.is_file() and not resume:
        shutil.rmtree(folder)
    if note.is_file():
        _require_same(folder, json.loads(note.read_text(encoding="utf-8")), asked)
        print(f"{folder}: the run that is kept there goes on.")
        return
    try:
        folder.mkdir(parents=True)
        note.write_text(json.dumps(asked, indent=1, default=str), encoding="utf-8")
    except OSError as error:
        raise CourseError(
            f"nothing can be written in {folder.parent} ({error.strerror}): choose "
            "another place to save"
        ) from error


def _require_same(
    folder: Path, before: Mapping[str, Any], asked: Mapping[str, Any]
) -> None:
    now = json.loads(json.dumps(asked, default=str))
    names = [n for n in {**before, **now} if before.get(n) != now.get(n)]
    if names:
        then = ", ".join(f"{n} {before.get(n, 'not given')}" for n in names)
        new = ", ".join(f"{n} {now.get(n, 'not given')}" for n in names)
        raise CourseError(
            f"{folder} keeps a run that was asked for {then}; you ask for {new}. Ask "
            "the same to go on with it, or begin anew with --no-resume"
        )

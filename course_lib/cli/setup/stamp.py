"""The stamp that a set-up leaves in the environment, and its lock while it runs."""

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from course_lib.errors import CourseError

NAME = "transformer-course.json"
LOCK = ".venv.lock"
READY, UNFINISHED = "ready", "unfinished"
REMIND_EVERY = 60.0


@dataclass
class Stamp:
    """How far the set-up of an environment has come, kept as JSON inside it."""

    state: str = UNFINISHED
    requirements: str = ""
    """The hash of the requirements that were installed last."""
    python: str = ""
    root: str = ""
    """Where the course lay: the environment points there."""
    made: bool = False
    """Whether the course made this environment, and so may rebuild it."""
    encoder: str = ""
    """The optional sentence encoder: "installed", "missing" or not tried yet."""


def fingerprint(requirements: Path) -> str:
    """Return the hash of a requirements file, the same on every system."""
    text = requirements.read_text(encoding="utf-8")
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_stamp(folder: Path) -> Stamp | None:
    """Return the stamp in an environment; None if there is none that can be read."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return Stamp(**found)
    except (OSError, ValueError, TypeError):
        return None


def write_stamp(folder: Path, stamp: Stamp) -> None:
    """Write the stamp whole or not at all."""
    waiting = folder / f"{NAME}.{os.getpid()}"
    waiting.write_text(json.dumps(asdict(stamp), indent=1), encoding="utf-8")
    waiting.replace(folder / NAME)


@contextlib.contextmanager
def only_one(root: Path) -> Iterator[int]:
    """Wait until no other set-up works in this folder, then be the one that does.

    The system frees the lock when its holders end, in whatever way, so a lock never
    outlives them. Yields the lock's file number: an installer that inherits it goes on
    holding the lock even if the command that started it was killed.
    """
    path = root / LOCK
    number = wait_for(path)
    try:
        os.ftruncate(number, 0)
        os.write(number, str(os.getpid()).encode())
        yield number
    finally:
        with contextlib.suppress(OSError):
            path.unlink()  # while it is held: who waits sees that and tries again
        os.close(number)
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)  # Windows deletes no file that is open


def wait_for(path: Path) -> int:
    """Return the number of the lock's open file, once it is ours."""
    said = -REMIND_EVERY
    while True:
        number = open_lock(path)
        if take(number) and is_still(path, number):
            return number
        holder = read_holder(path)
        os.close(number)
        if time.monotonic() - said >= REMIND_EVERY and holder:
            print(f"Another set-up is at work here (process {holder}): waiting for it.")
            said = time.monotonic()
        time.sleep(0.2)


def open_lock(path: Path) -> int:
    """Open the lock's file; say what to do where nothing can be written."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise CourseError(
            f"The course can't write to its folder {path.parent} ({error.strerror}). "
            "Copy or clone it into a folder of your own and start again there."
        ) from error


def take(number: int) -> bool:
    """Try to lock an open file, without waiting."""
    try:
        if os.name == "nt":
            import msvcrt

            # A byte far behind the text, so that others can read who holds the lock.
            os.lseek(number, 1 << 20, os.SEEK_SET)
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
            os.lseek(number, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except PermissionError:  # how Windows says that another holds it
        return False
    except OSError:
        return True  # a file system without locks: better two set-ups than none
    return True


def is_still(path: Path, number: int) -> bool:
    """Whether the file that we hold is the one at the path, not a deleted one."""
    try:
        return os.path.samestat(os.fstat(number), os.stat(path))
    except OSError:
        return False


def read_holder(path: Path) -> str:
    """Return the number of the process that holds the lock, as far as it is known."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""

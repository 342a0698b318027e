"""Where the packages of the course live: its own .venv, or the current environment."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from course_lib.__main__ import OLDEST
from course_lib.errors import CourseError

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Place:
    """An environment that the course uses."""

    folder: Path
    """The environment's folder: what `sys.prefix` is inside it."""
    python: Path
    kind: str
    """Whose it is, in words that fit into a sentence."""
    own: bool
    """Whether the course made it: then it holds the pinned set and may be rebuilt."""

    @property
    def packages(self) -> Path:
        """The folder that packages are installed in."""
        if os.name == "nt":
            return self.folder / "Lib" / "site-packages"
        found = sorted(self.folder.glob("lib/python3*/site-packages"))
        return found[-1] if found else self.folder / "lib" / "site-packages"


def interpreter(folder: Path) -> Path:
    """Return where the environment in this folder keeps its Python."""
    inside = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return folder.joinpath(*inside)


def find_place(
    root: Path = ROOT,
    environ: Mapping[str, str] | None = None,
    prefix: str = sys.prefix,
    base_prefix: str = sys.base_prefix,
) -> Place:
    """Return the environment to use: the current one if there is one, else .venv."""
    environ = os.environ if environ is None else environ
    own = root / ".venv"
    active = Path(environ.get("VIRTUAL_ENV") or own)
    if same(Path(prefix), own):
        return Place(own, interpreter(own), "the course's own environment", True)
    if "COLAB_RELEASE_TAG" in environ or "COLAB_GPU" in environ:
        return current(prefix, "Colab")
    if "BINDER_LAUNCH_HOST" in environ or "BINDER_SERVICE_HOST" in environ:
        return current(prefix, "Binder")
    if (Path(prefix) / "conda-meta").is_dir():
        return current(prefix, "a conda environment")
    if prefix != base_prefix:
        return current(prefix, "a virtual environment")
    if not same(active, own) and interpreter(active).exists():
        # Activated, but started with a Python from outside it, by its full path.
        return checked(
            Place(active, interpreter(active), "a virtual environment", False)
        )
    return Place(own, interpreter(own), "the course's own environment", True)


def current(prefix: str, kind: str) -> Place:
    """Return the environment that this very Python belongs to."""
    return Place(Path(prefix), Path(sys.executable), kind, False)


def same(one: Path, other: Path) -> bool:
    """Whether two paths name one folder; a folder that is not there equals none."""
    return one.exists() and other.exists() and os.path.samefile(one, other)


def checked(place: Place) -> Place:
    """Return the place if its Python is new enough."""
    version = version_of(place.python)
    if version is None or version < OLDEST:
        found = "does not start" if version is None else f"is {spoken(version)}"
        raise CourseError(
            f"The environment {place.folder} can't be used: its Python {found}, the "
            f"course needs {spoken(OLDEST)} or newer. {cure(place)} and start again: "
            "the course then makes its own."
        )
    return place


def cure(place: Place) -> str:
    """Say how to get an unusable environment out of the way."""
    return "Delete or rename it" if place.own else "Leave it with `deactivate`"


def spoken(version: tuple[int, int] | None) -> str:
    """Write a version as people do; none if there is none."""
    return ".".join(map(str, version)) if version else "none"


def version_of(python: Path) -> tuple[int, int] | None:
    """Return (major, minor) of an interpreter; None if it does not start."""
    ask = "import sys; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [python, "-I", "-S", "-c", ask], capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if answer.returncode:
        return None
    major, minor = answer.stdout.split()
    return int(major), int(minor)

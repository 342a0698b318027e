"""The course's own environment: .venv in the repository, with the pinned set."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

from course_lib.cli.setup import bounds, sources
from course_lib.cli.setup.installer import Installer, InstallError
from course_lib.cli.setup.place import Place, checked, same, spoken, version_of
from course_lib.cli.setup.progress import Step
from course_lib.cli.setup.stamp import (
    READY,
    UNFINISHED,
    Stamp,
    fingerprint,
    only_one,
    read_stamp,
    write_stamp,
)
from course_lib.cli.setup.steps import install_torch, try_encoder
from course_lib.cli.setup.wholeness import usable
from course_lib.errors import CourseError

PINNED = ("lab", "test")
"""The extras of pyproject.toml that requirements.txt covers."""
CUT_OFF = "Stopped. The same command goes on from here."


def complete(place: Place, root: Path) -> None:
    """Make the environment, finish it or bring it up to date, unless it stands."""
    if is_ready(place, root):
        return
    with only_one(root) as lock:
        if not is_ready(place, root):  # another set-up may just have done it
            set_up(place, root, Installer(place, root, lock))


def is_ready(place: Place, root: Path) -> bool:
    """Whether the environment stands, for this folder and these requirements."""
    stamp = read_stamp(place.folder)
    return (
        stamp is not None
        and stamp.state == READY
        and stamp.requirements == fingerprint(root / "requirements.txt")
        and stamp.root == str(root)
        and stamp.python == spoken(version_of(place.python))
    )


def set_up(place: Place, root: Path, installer: Installer) -> None:
    """Make or finish the environment; leave nothing half-made where that fails."""
    before = salvage(place, root, installer)
    if before is None:
        sources.require_room(root)
    updates = stood(before)
    print("Bringing the course up to date." if updates else "Setting up the course.")
    try:
        build(place, root, installer, replace(before or Stamp(made=True)))
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(CUT_OFF) from stop
    except InstallError as error:
        give_up(place, root, before, error)
    except OSError as error:
        give_up(place, root, before, InstallError(installer.explain([str(error)])))


def stood(stamp: Stamp | None) -> bool:
    """Whether a stamp tells of an environment that stood."""
    return stamp is not None and stamp.state == READY


def give_up(place: Place, root: Path, before: Stamp | None, error: CourseError) -> None:
    """Go on with what stood before if that will do; else clear away and raise."""
    if before is not None and stood(before) and enough(place, root):
        write_stamp(place.folder, before)
        print(f"{error}\nUntil then the packages of before will do.", flush=True)
        return
    if before is None or before.made and not stood(before):
        remove(place)
    raise error


def salvage(place: Place, root: Path, installer: Installer) -> Stamp | None:
    """Return the stamp of what is there and can be kept; clear away what can't."""
    there = place.folder.is_dir() and any(place.folder.iterdir())
    stamp = read_stamp(place.folder) if there else None
    if there and stamp is None:  # somebody else made it: use it, never remove it
        checked(place)
        return Stamp()
    if stamp is not None and (
        not stamp.made or keepable(stamp, place, root, installer)
    ):
        return stamp
    sources.require_venv(installer.uv)
    if stamp is not None:
        print("What is in .venv can't be used any more: it is made anew.", flush=True)
        remove(place)
    return None


def keepable(stamp: Stamp, place: Place, root: Path, installer: Installer) -> bool:
    """Whether an environment can be finished instead of made anew."""
    moved = stamp.root != str(root)
    changed = stamp.python != spoken(version_of(place.python))
    return not moved and not changed and usable(place, installer.uv)


def build(place: Place, root: Path, installer: Installer, stamp: Stamp) -> None:
    """Go through the steps, then put the stamp under them."""
    requirements = root / "requirements.txt"
    pins = sources.pins(requirements)
    make(place, installer, stamp, root)
    install_torch(installer, sources.torch_pin(root), "[2/4]")
    step = Step(f"[3/4] JupyterLab, Transformers and the rest ({len(pins)} packages)")
    installer.install(step, "-r", str(requirements))
    step.done()
    if stamp.encoder != "missing":
        stamp.encoder = try_encoder(installer, "[4/4]")
    stamp.requirements = fingerprint(requirements)
    stamp.state = READY
    write_stamp(place.folder, stamp)


def make(place: Place, installer: Installer, stamp: Stamp, root: Path) -> None:
    """Make the environment if it is not there, marked as unfinished from the start."""
    step = Step(f"[1/4] An environment of its own: {place.folder}")
    there = version_of(place.python) is not None
    place.folder.mkdir(exist_ok=True)
    stamp.state, stamp.root = UNFINISHED, str(root)
    stamp.python = spoken(version_of(place.python) if there else sys.version_info[:2])
    write_stamp(place.folder, stamp)
    if not there:
        said = installer.run(step, sources.venv_command(place.folder, installer.uv))
        if said is not None:
            raise InstallError(installer.explain(said))
    step.done("is there" if there else "made")


def enough(place: Place, root: Path) -> bool:
    """Whether what is installed meets at least the lower bounds."""
    needs = bounds.wanted(root / "pyproject.toml", PINNED)
    try:
        return not bounds.missing(needs, bounds.installed(place.python))
    except CourseError:
        return False


def remove(place: Place) -> None:
    """Remove the environment; refuse where this very command runs in it."""
    if same(Path(sys.prefix), place.folder):
        raise CourseError(
            f"{place.folder} must be made anew, and is in use right now. Leave it with "
            "`deactivate` and start again."
        )
    try:
        shutil.rmtree(place.folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise CourseError(
            f"{place.folder} must be made anew, but can't be removed: "
            f"{error.strerror}. Close what uses it, delete it and start again."
        ) from error

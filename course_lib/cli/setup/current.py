"""A current environment (virtual, conda, Colab, Binder): what is missing is added."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from course_lib.cli.setup import bounds
from course_lib.cli.setup.installer import Installer, InstallError
from course_lib.cli.setup.place import Place
from course_lib.cli.setup.progress import Step
from course_lib.cli.setup.sources import torch_pin
from course_lib.cli.setup.stamp import Stamp, only_one, read_stamp, write_stamp
from course_lib.cli.setup.steps import install_torch, try_encoder
from course_lib.errors import CourseError

COURSE = "course-lib"


def complete(place: Place, root: Path, extras: Sequence[str]) -> None:
    """Install what the course lacks here by its lower bounds, and nothing else."""
    needs = bounds.wanted(root / "pyproject.toml", extras)
    there = bounds.installed(place.python)
    lacking = bounds.missing(needs, there)
    stamp = read_stamp(place.folder) or Stamp()
    untried = not stamp.encoder and os.access(place.folder, os.W_OK)
    if not lacking and COURSE in there and not untried:
        return
    refuse_old_torch(place, lacking, there)
    with only_one(root) as lock:
        print(f"Using the current environment ({place.kind}): {place.folder}")
        installer = Installer(place, root, lock)
        install_lacking(installer, lacking, there.get("torch"))
        if COURSE not in there:
            install_course(installer)
        if untried:
            stamp.encoder = try_encoder(installer, "[+]")
            write_stamp(place.folder, stamp)


def add(place: Place, root: Path, extras: Sequence[str]) -> None:
    """Install what these extras need beside an environment that stands."""
    there = bounds.installed(place.python)
    needs = bounds.wanted(root / "pyproject.toml", extras)
    lacking = bounds.missing(needs, there)
    if lacking:
        with only_one(root) as lock:
            installer = Installer(place, root, lock)
            install_lacking(installer, lacking, there.get("torch"))


def refuse_old_torch(
    place: Place, lacking: Sequence[bounds.Requirement], there: Mapping[str, str]
) -> None:
    """Raise where the torch that is there is too old: it is not ours to replace."""
    for need in lacking:
        if need.name == "torch" and "torch" in there:
            raise CourseError(
                f"The current environment ({place.kind}, {place.folder}) has torch "
                f"{there['torch']}; the course needs {need.text} and does not replace "
                "yours. Upgrade it, or leave the environment: the course then makes "
                "its own."
            )


def install_lacking(
    installer: Installer, lacking: Sequence[bounds.Requirement], torch: str | None
) -> None:
    """Install these requirements without touching the torch that is there."""
    if not lacking:
        return
    if torch is None:  # there is none to be careful with: the tested one
        install_torch(installer, torch_pin(installer.folder), "[+]")
    # A torch that was just installed is named again: what it needs itself comes now.
    texts = [need.text for need in lacking]
    step = Step(f"[+] What the course lacks here: {', '.join(texts)}")
    with tempfile.TemporaryDirectory() as folder:
        keep = Path(folder) / "keep.txt"
        keep.write_text(f"torch=={torch}\n" if torch else "", encoding="utf-8")
        installer.install(step, "--constraint", str(keep), *texts)
    step.done()


def install_course(installer: Installer) -> None:
    """Install the course's own package; where that fails, its folder will do."""
    step = Step("[+] The course's own package")
    try:
        installer.install(step, "--no-deps", "-e", ".")
        step.done()
    except InstallError:
        step.done("not installed: Lab and the tests find it in its folder all the same")

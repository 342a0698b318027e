"""The verb `doctor`: what this machine offers, and what to do about each problem.

Runs on a bare Python: it looks into the course's environment from outside.
"""

import argparse
import platform
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course_lib.cli import inventory, machine
from course_lib.cli.keeping import shared
from course_lib.cli.setup import sources
from course_lib.cli.setup.place import ROOT, Place, find_place, version_of
from course_lib.cli.setup.stamp import READY, read_stamp
from course_lib.cli.versions import Package, packages
from course_lib.errors import CourseError
from course_lib.resources import hub
from course_lib.resources.encoder import INSTALL
from course_lib.resources.files import data_folder
from course_lib.resources.shipped import shipped, shipped_models

WIDTH = 80
LOW_MEMORY, LOW_DISK = 2 * machine.GB, 1 * machine.GB
OK, NOTE, STOP = "ok", "note", "STOP"
PYTHON = Path(sys.executable).stem if sys.platform == "win32" else "python3"
SET_UP = f"Start `{PYTHON} -m course_lib lab`: it installs what is missing."


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        topic: what was looked at.
        found: what is there.
        cure: what to do, "" where nothing is wrong.
        stops: True if the course can't run like this.
    """

    topic: str
    found: str
    cure: str = ""
    stops: bool = False

    @property
    def mark(self) -> str:
        """ok, note or STOP."""
        return STOP if self.stops else NOTE if self.cure else OK


def run(arguments: list[str]) -> int:
    """Print the report; 1 if the course can't run here, else 0."""
    parser = argparse.ArgumentParser(
        f"{PYTHON} -m course_lib doctor", description=__doc__
    )
    parser.parse_args(arguments)
    print("The course on this machine\n", flush=True)
    found = []
    for finding in findings():
        found.append(finding)
        print(line(finding), flush=True)  # as it comes: a device takes a second
    rows = rows_of_packages()
    if rows:
        print(f"\n{table(rows)}")
        found += about_packages(rows)
    print(f"\n{advice(found)}")
    return 1 if any(finding.stops for finding in found) else 0


def findings() -> Iterator[Finding]:
    """Everything but the packages, in the order of the report."""
    yield python()
    try:
        place = find_place()
    except CourseError as error:
        yield Finding("Environment", "can't be used", str(error), stops=True)
        return
    made = version_of(place.python) is not None
    yield environment(place, made)
    if made:
        yield device(place)
    yield memory()
    yield disk(made)
    yield hub_line()
    yield chapters()
    yield recordings()
    yield models()
    if made:  # the set-up tries to install it
        yield encoder(place)
    yield chromium()


def python() -> Finding:
    """The Python that runs this."""
    name = f"{platform.python_version()} ({platform.system()}, {platform.machine()})"
    return Finding("Python", name)


def environment(place: Place, made: bool) -> Finding:
    """Where the packages are, or that there are none yet."""
    name = ".venv, the course's own" if place.own else f"{place.kind}: {place.folder}"
    if not made:
        return Finding("Environment", "not made yet", SET_UP, stops=True)
    stamp = read_stamp(place.folder)
    if place.own and stamp is not None and stamp.state != READY:
        return Finding("Environment", f"{name}, unfinished", SET_UP)
    return Finding("Environment", name)


def device(place: Place) -> Finding:
    """What computes, as the environment's PyTorch says."""
    answer, complaint = machine.device_of(place.python, ROOT)
    if answer:
        # "Computing on the CPU, 2 cores." without its frame
        return Finding(
            "Device", answer.removeprefix("Computing on ").removeprefix("the ")[:-1]
        )
    if "No module named 'torch'" in complaint:
        return Finding("Device", "unknown without PyTorch", SET_UP, stops=True)
    cure = (
        f"PyTorch does not start ({complaint}). Install it again: {place.python} -m "
        "pip install --force-reinstall --no-deps torch"
    )
    return Finding("Device", "unknown", cure, stops=True)


def memory() -> Finding:
    """Main memory; a chapter takes up to 1.5 GB."""
    there = machine.memory()
    if there is None:
        return Finding("Memory", "unknown")
    found = f"{there.free / machine.GB:.1f} of {there.total / machine.GB:.1f} GB free"
    cure = "A chapter takes up to 1.5 GB: close other programs and other kernels."
    return Finding("Memory", found, cure if there.free < LOW_MEMORY else "")


def disk(made: bool) -> Finding:
    """Room on the course's disk, for the work or for the set-up."""
    free = machine.free_disk(ROOT)
    needed = LOW_DISK if made else sources.needed_room() * machine.GB
    cure = f"Make room: at least {needed / machine.GB:.0f} GB should be free."
    found = f"{free / machine.GB:.1f} GB free"
    return Finding("Disk", found, cure if free < needed else "")


def hub_line() -> Finding:
    """Whether models of others can be downloaded."""
    address = hub.hub_address()
    if hub.told_offline():
        return Finding("Hub", "not asked: HF_HUB_OFFLINE is set")
    if hub.hub_answers():
        return Finding("Hub", f"{address} answers")
    cure = "The chapters run without it. Downloads of other models need it: go online."
    return Finding("Hub", hub.why_not(), cure)


def chapters() -> Finding:
    """The notebooks, and whether they can be saved."""
    folder = ROOT / "chapters"
    if not folder.is_dir():
        return Finding("Chapters", "not here: this is the installed package alone")
    found, wrong = inventory.chapters_there(ROOT)
    count = f"{len(found)} of them" if found else "none"
    if wrong:
        return Finding("Chapters", count, wrong, stops=not found)
    if not inventory.is_writable(folder):
        cure = (
            f"`lab` works on chapters of your own in {shared.own_folder()} instead. To "
            "have all in one place, copy the course into a folder of your own."
        )
        return Finding("Chapters", f"{count}, can't be written to", cure)
    return Finding("Chapters", f"{count}, can be written to")


def recordings() -> Finding:
    """The tensors that the chapters read."""
    cure = "Bring the data back: git checkout -- data"
    try:
        count = inventory.tensors(data_folder() / "recorded")
    except CourseError as error:
        return Finding("Recorded data", "missing", str(error), stops=True)
    if count.broken or not count.whole:
        names = ", ".join(path.name for path in count.broken) or "no file"
        return Finding("Recorded data", f"not whole: {names}", cure, stops=True)
    names = ", ".join(path.stem for path in count.whole)
    return Finding("Recorded data", f"{names} ({count.megabytes:.1f} MB)")


def models() -> Finding:
    """Models that ship with the course, and those in the local cache."""
    try:
        shipped = inventory.tensors(data_folder()).whole
    except CourseError:
        shipped = []
    ours = [path.parent.name for path in shipped if path.name == "model.safetensors"]
    cached = inventory.cached_models()
    shown = ", ".join(cached[:4]) + (", ..." if len(cached) > 4 else "")
    parts = [f"shipped: {', '.join(ours) or 'none'}", f"cached: {shown or 'none'}"]
    return Finding("Models", "; ".join(parts), _damage_to_models())


def _damage_to_models() -> str:
    """What is wrong with the course's own models, "" if nothing."""
    try:
        for name in shipped_models():
            shipped(name)
    except CourseError as error:
        return str(error)
    return ""


def encoder(place: Place) -> Finding:
    """The optional pretrained encoder."""
    state, wrong = inventory.encoder_state(place)
    if wrong or state.startswith("all-"):
        return Finding("Encoder", state, wrong)
    python = "python" if not place.own else str(place.python.relative_to(ROOT))
    cure = f"The chapters show recorded results. To have it: {python} -m {INSTALL}"
    return Finding("Encoder", state, cure)


def chromium() -> Finding:
    """The browser of the browser test."""
    found = machine.browser()
    cure = (
        "Only the browser test needs it: install Chromium or Chrome, or run "
        "`python -m playwright install chromium` in the environment."
    )
    return Finding("Chromium", found or "not found", "" if found else cure)


def rows_of_packages() -> list[Package]:
    """The table of packages; empty where there is no environment to look into."""
    try:
        return packages(find_place(), ROOT)
    except (CourseError, OSError):  # said above, with the cure
        return []


def about_packages(rows: list[Package]) -> list[Finding]:
    """One finding for all the packages that are missing or too old."""
    bad = [row.name for row in rows if not row.good]
    if not bad:
        return []
    cure = f"Missing, or not of the version needed: {', '.join(bad)}. {SET_UP}"
    return [Finding("Packages", "", cure, stops=True)]


def line(finding: Finding) -> str:
    """A finding as aligned text, folded at the width of a terminal."""
    head = f"  {finding.mark:5} {finding.topic:14} "
    return textwrap.fill(
        ascii_only(finding.found),
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )


def table(rows: list[Package]) -> str:
    """The packages in columns."""
    form = "  {:5} {:14} {:14} {:12} {}".format
    lines = [form("", "Package", "installed", "tested with", "needed")]
    for row in rows:
        mark = OK if row.good else STOP
        lines.append(form(mark, row.name, row.installed, row.tested, row.needed))
    return "\n".join(text.rstrip() for text in lines)


def advice(found: list[Finding]) -> str:
    """What to do, first what keeps the course from running."""
    todo = [finding for finding in found if finding.cure]
    todo.sort(key=lambda finding: not finding.stops)
    if not todo:
        return "All is well."
    stopped = any(finding.stops for finding in todo)
    head = "The course can't run here yet." if stopped else "The course runs here."
    cures = [
        textwrap.fill(
            ascii_only(f"{finding.topic}: {finding.cure}"),
            WIDTH,
            initial_indent="  - ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for finding in todo
    ]
    what = "What to do:" if stopped else "Worth knowing:"
    return "\n".join([f"{head} {what}", *cures])


def ascii_only(text: str) -> str:
    """Text that every console can print; a path may hold other letters."""
    return text.encode("ascii", "backslashreplace").decode()

"""The verb `lab`: JupyterLab with the first chapter open."""

import argparse
import os
import re
import sys
from datetime import date
from pathlib import Path

from course_lib.cli import hand_over
from course_lib.cli.inventory import is_writable
from course_lib.cli.keeping import shared
from course_lib.cli.serving import browser, running
from course_lib.cli.setup.place import ROOT, find_place
from course_lib.cli.setup.sources import encoder_note

FIRST = "chapters/00_start_here.ipynb"
PORT = re.compile(r"--(ServerApp\.)?(port|sock)\b")
SETTINGS = Path(__file__).parent / "jupyter"


def run(arguments: list[str]) -> int:
    """Start JupyterLab; options that are not ours go to it."""
    parser = argparse.ArgumentParser(
        "python3 -m course_lib lab",
        description=__doc__,
        epilog="All other options go to `jupyter lab`: --no-browser, --port 8899, ...",
        allow_abbrev=False,
    )
    _, others = parser.parse_known_args(arguments)
    place = find_place()
    note = encoder_note(place)
    if note:
        print(note)
    root = workplace(ROOT)
    if not any(PORT.match(option) for option in others):
        there = running.server_of(root)
        if there:
            return show(there, "--no-browser" not in others)
    print("Starting JupyterLab.", flush=True)
    return hand_over(lab_command(others, root=root), course_environ(ROOT))


def show(server: running.Server, in_browser: bool) -> int:
    """Open the Lab that already runs: two would write over each other's notebooks."""
    address = server.address(f"lab/tree/{FIRST}")
    print("JupyterLab already runs for this folder.\n")
    if in_browser and not browser.opened(address):
        print(browser.how_to_open(address, server.port, os.environ))
    else:
        print(f"    {address}\n")
    print("A second one beside it: python3 -m course_lib lab --port 8899")
    return 0


def workplace(root: Path) -> Path:
    """Return the folder to work in: the course's, or one's own if that is read-only."""
    if is_writable(root / "chapters"):
        return root
    own = shared.own_folder()
    lines = shared.make(root, own, date.today())
    print(f"{root} can't be written to. Lab works on chapters of your own in {own}.")
    print("\n".join([*lines, "What you write is saved there."]))
    return own


def lab_command(others: list[str], opened: str = FIRST, root: Path = ROOT) -> list[str]:
    """Return the command that starts Lab in a folder with a chapter open."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{opened}",
        "--ServerApp.answer_yes=True",
        "--log-level=WARN",  # the address is said by serving.extension
        *(["--allow-root"] if as_root else []),
        *others,
    ]


def course_environ(root: Path) -> dict[str, str]:
    """Return the environment variables that Lab, its kernels and the tests get."""
    environ = dict(os.environ)
    # Spinning threads cost 13 times on a machine that others use too.
    environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    prepend(environ, "JUPYTER_CONFIG_PATH", SETTINGS)
    prepend(environ, "PYTHONPATH", root)
    return environ


def prepend(environ: dict[str, str], name: str, folder: Path) -> None:
    """Put a folder in front of a variable that lists folders."""
    parts = [str(folder), environ.get(name, "")]
    environ[name] = os.pathsep.join(part for part in parts if part)

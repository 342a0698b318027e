"""The verb `lab`: JupyterLab with the first chapter open."""

import argparse
import os
import sys
from pathlib import Path

from course_lib.cli import hand_over
from course_lib.cli.setup.place import ROOT, find_place
from course_lib.cli.setup.sources import encoder_note

FIRST = "chapters/00_start_here.ipynb"
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
    print("Starting JupyterLab. Ctrl-C in this window ends it.", flush=True)
    return hand_over(lab_command(others), course_environ(ROOT))


def lab_command(others: list[str]) -> list[str]:
    """Return the command that starts Lab in the repository with chapter 00 open."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url=/lab/tree/{FIRST}",
        "--ServerApp.answer_yes=True",
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

"""A Python with one of the course's extras, for tests that need it."""

import importlib.util
import os
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

from course_lib.cli.setup import sources
from course_lib.cli.setup.place import ROOT


def python_with(extra: str, module: str, folder: Path) -> str:
    """This Python where it has the extra, else one that borrows its packages.

    What is installed for it leaves the tested versions as they are. Without a network
    the test is skipped, in CI it fails.

    Args:
        extra: its name in pyproject.toml.
        module: that it brings.
        folder: for the new environment; it must not exist yet.
    """
    if importlib.util.find_spec(module):
        return sys.executable
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    inside = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", "venv", inside))
    (packages / "ours.pth").write_text(sysconfig.get_path("purelib"))
    python = Path(sysconfig.get_path("scripts", "venv", inside)) / "python"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["optional-dependencies"][extra]
    pins = folder / "pins.txt"
    pins.write_text("\n".join(sources.pins(ROOT / "requirements.txt")))
    command = [python, "-m", "pip", "install", "-q", "--retries", "1", "-c", pins]
    made = subprocess.run([*command, *wanted], capture_output=True, text=True)
    if made.returncode and not os.environ.get("CI"):
        pytest.skip(
            f"the extra `{extra}` can't be installed here: {made.stderr[-200:]}"
        )
    assert made.returncode == 0, made.stderr
    return str(python)

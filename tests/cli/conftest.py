"""A repository with a stand-in for Python, pip and venv: nothing real is installed."""

import json
import os
import sys
from pathlib import Path

import pytest

from course_lib.cli.setup import own, sources
from course_lib.cli.setup.place import Place, interpreter
from course_lib.cli.setup.stamp import Stamp, read_stamp

STAND_IN = Path(__file__).with_name("stand_in.py")
PYPROJECT = """
[project]
dependencies = ["torch>=2.6", "numpy>=2.0"]
[project.optional-dependencies]
lab = ["jupyterlab>=4.4"]
test = ["pytest>=9"]
"""
REQUIREMENTS = """# How: x==1
torch==2.13.0

numpy==2.4.6
jupyterlab==4.6.6 ; sys_platform != 'mars'
pytest==9.2.0

-e .
"""


class World:
    """A small repository, and what is installed in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "pyproject.toml").write_text(PYPROJECT)
        (root / "requirements.txt").write_text(REQUIREMENTS)
        folder = root / ".venv"
        self.place = Place(folder, interpreter(folder), "the course's own", True)

    def complete(self) -> None:
        """Do what `lab` and `test` do first."""
        own.complete(self.place, self.root)

    @property
    def installations(self) -> list[str]:
        """What was installed so far, one entry a call of pip."""
        log = self.root / "log.txt"
        return log.read_text().splitlines() if log.exists() else []

    @property
    def stamp(self) -> Stamp | None:
        """The stamp in the environment."""
        return read_stamp(self.place.folder)

    def says(self, **plans: tuple[int, str]) -> None:
        """Let installations whose command has a word end so, with this output."""
        (self.root / "says.json").write_text(json.dumps(plans))

    def left(self) -> list[str]:
        """Names of what is in the repository that a set-up could have left."""
        return sorted(set(os.listdir(self.root)) - {"pyproject.toml", "log.txt"})


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A repository on a machine without uv and without PyTorch's own server."""
    if os.name == "nt":
        pytest.skip("the stand-in is a script that starts by its first line")

    def command(folder: Path, uv: str | None) -> list[str]:
        return [sys.executable, str(STAND_IN), "make", str(folder)]

    monkeypatch.setattr(sources, "venv_command", command)
    monkeypatch.setattr(sources, "torch_index", lambda: "")
    monkeypatch.setattr(
        "course_lib.cli.setup.installer.shutil.which", lambda name: None
    )
    return World(tmp_path)

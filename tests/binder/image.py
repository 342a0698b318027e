"""Binder's steps from `binder/`, one after the other, in a fresh virtual environment.

repo2docker copies the repository into a container, installs `binder/requirements.txt`
with pip, and runs `binder/postBuild` in the repository's folder.
"""

import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from course_lib.cli.setup.sources import TORCH_CPU, answers

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = (".git", ".*", "build", "dist", "tests", "__pycache__", "*.egg-info")
SILENT = "PyTorch's server of CPU builds does not answer"
INDEX = f"--extra-index-url {TORCH_CPU}"


class Image:
    """What the container would hold.

    Attributes:
        home: the home folder, which is the repository too, as repo2docker has it.
        environment: the virtual environment.
    """

    def __init__(self, folder: Path) -> None:
        self.home, self.environment = folder / "home", folder / "environment"
        ignored = shutil.ignore_patterns(*LEFT_OUT)
        shutil.copytree(ROOT, self.home, ignore=ignored)
        self._do(str(python(self.home)), "-m", "venv", str(self.environment))
        self._install(reachable(self.home))
        self._do("binder/postBuild")

    @property
    def path(self) -> str:
        """PATH with the environment in front."""
        return f"{self.environment / 'bin'}{os.pathsep}{os.environ['PATH']}"

    def ask(self, *command: str) -> str:
        """What a command of the environment says, whether or not it likes it."""
        done = self._run(*command)
        return done.stdout + done.stderr

    def _install(self, file: Path) -> None:
        """Install what the file lists; without a network the test is skipped."""
        done = self._run("pip", "install", "-r", str(file))
        if done.returncode and not os.environ.get("CI"):
            pytest.skip(f"{file.name} can't be installed here: {done.stderr[-300:]}")
        assert done.returncode == 0, done.stderr[-3000:]

    def _do(self, *command: str) -> None:
        """Run a step of the recipe."""
        done = self._run(*command)
        said = f"{' '.join(command)}\n{done.stdout[-1500:]}{done.stderr[-1500:]}"
        assert done.returncode == 0, said

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the repository's folder.

        pip's settings of this machine and its cache hold; what it installs is not
        compiled, which would take half of the time.
        """
        own = {"PATH": self.path, "VIRTUAL_ENV": str(self.environment)}
        environ = os.environ | own | {"PIP_NO_COMPILE": "1", "PIP_RETRIES": "1"}
        environ.pop("PYTHONPATH", None)
        return subprocess.run(
            command, cwd=self.home, env=environ, capture_output=True, text=True
        )


def python(course: Path) -> Path:
    """The Python that `binder/runtime.txt` names; skips where it is not installed."""
    wanted = (course / "binder" / "runtime.txt").read_text().strip()
    number = wanted.removeprefix("python-")
    if number == f"{sys.version_info[0]}.{sys.version_info[1]}":
        return Path(sys.executable)
    found = shutil.which(f"python{number}")
    if found is None:
        pytest.skip(f"no Python {number} here, which binder/runtime.txt names")
    return Path(found)


def reachable(course: Path) -> Path:
    """The file to install: as it is, or without the line of PyTorch's CPU builds.

    A machine that can't reach these may still have one from elsewhere, where this very
    Python got its own; else the usual build would come, with gigabytes of CUDA.
    """
    file = course / "binder" / "requirements.txt"
    if answers(f"{TORCH_CPU}/torch/"):
        return file
    if not version("torch").endswith("+cpu"):
        assert not os.environ.get("CI"), SILENT
        pytest.skip(SILENT)
    lines = file.read_text(encoding="utf-8").splitlines()
    lines.remove(INDEX)
    copy = file.with_name("requirements_without_index.txt")
    copy.write_text("\n".join(lines), encoding="utf-8")
    return copy

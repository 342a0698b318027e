"""Fresh environments for tests, with the PyTorch that runs the tests in them.

PyTorch is linked, not installed: that saves 190 MB of download and a minute, and for
most systems there is only the build with gigabytes of CUDA to be had.
"""

import os
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

LINKED = ("torch", "triton", "nvidia-", "cuda-")
"""PyTorch, and what its builds for CUDA bring along: names, or how they begin."""


class Environment:
    """A virtual environment of this Python.

    Attributes:
        folder: where it lies.
        python: its interpreter.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)

    @property
    def packages(self) -> Path:
        """The folder that packages are installed into."""
        number = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        return self.folder / "lib" / number / "site-packages"

    def link_torch(self) -> None:
        """Let the environment see the PyTorch of the tests, and nothing else of it."""
        shared = self.folder / "shared"
        shared.mkdir()
        for each in distributions():
            name = each.metadata["Name"].lower()
            if name in LINKED or name.startswith(LINKED[2:]):
                for top in {file.parts[0] for file in each.files or ()} - {".."}:
                    target = shared / top
                    if not target.exists():
                        target.symlink_to(each.locate_file(top))
        (self.packages / "shared.pth").write_text(f"{shared}\n")

    def install(self, *options: str) -> None:
        """Run `pip install`, with this machine's settings of pip."""
        self.run("-m", "pip", "install", "-q", *options)

    def run(self, *arguments: str, **settings: str) -> str:
        """Run the environment's Python; what it printed.

        Raises:
            AssertionError: it failed; with the end of what it said.
        """
        # Compiling what is installed would take half of the time.
        own = {"PIP_NO_COMPILE": "1", "PIP_RETRIES": "1"}
        environ = os.environ | own | settings
        environ.pop("PYTHONPATH", None)
        command = [str(self.python), *arguments]
        done = subprocess.run(command, env=environ, capture_output=True, text=True)
        said = f"{' '.join(command)}\n{done.stdout[-1500:]}{done.stderr[-1500:]}"
        assert done.returncode == 0, said
        return done.stdout

"""A runtime of Colab, as far as it can be had here, and chapters run in it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import nbformat
from environments import Environment
from nbformat import NotebookNode
from notebooks.chapters import OFFLINE, ROOT, load

from colab import versions
from course_lib.cli.notebooks import Execution, execute, solve
from course_lib.resources.repository import REPOSITORY

RUNTIME = Path(__file__).parent / "runtime"
PACKED = ("course_lib", "data", "hatch_build.py", "pyproject.toml", "README.md")
IN_COLAB = "import google.colab"
LOOK = """
import json
from importlib.metadata import distributions
import course_lib, google.colab
there = {d.metadata["Name"].lower(): d.version for d in distributions()}
place, enabled = course_lib.__file__, google.colab.output.enabled
print(json.dumps({"versions": there, "place": place, "enabled": enabled}))
"""


class Image:
    """An environment with the versions of Colab's image, and a stand-in for its page.

    Attributes:
        environment: holds what Colab's image holds; then what `set_up` brings.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        self.environment = Environment(folder / "environment")
        self.environment.link_torch()
        wanted = [f"{name}=={version}" for name, version in versions.image().items()]
        self.environment.install("-c", str(versions.FILE), *wanted)

    def set_up(self, cell: NotebookNode) -> "Run":
        """Run a notebook's first cell, whose pip installs from a copy of the course.

        Git answers for the course's address with that copy: the rest is as on Colab.
        """
        copy = repository(self._folder / "repository")
        settings = {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{copy.as_uri()}.insteadOf",
            "GIT_CONFIG_VALUE_0": REPOSITORY,
            "PIP_CONSTRAINT": str(versions.FILE),
            "PIP_NO_COMPILE": "1",
            "PYTHONPATH": str(RUNTIME / "page"),
        }
        notebook = nbformat.v4.new_notebook(cells=[cell])
        return Run(self, notebook, self._folder / "first", settings)

    def solved(self, chapter: Path, folder: Path) -> "Run":
        """Run a chapter with its answers, alone in a folder, without a network."""
        page, pip = RUNTIME / "page", RUNTIME / "installed"
        settings = {
            "OFFLINE_LOG": str(folder / "asked_for.txt"),
            "PIP_LOG": str(folder / "pip.txt"),
            "PYTHONPATH": os.pathsep.join(map(str, (OFFLINE, page, pip))),
        }
        return Run(self, solve(load(chapter)), folder / "content", settings)


class Run:
    """A notebook that has run in the image.

    Attributes:
        done: its outputs and what it cost.
        versions: what was installed where its kernel looked: name to version.
        course: the file that `import course_lib` took.
        enabled: how often Colab's page was asked to show others' widgets.
        left_behind: what lay in the folder in the end.
    """

    def __init__(
        self,
        image: Image,
        notebook: NotebookNode,
        folder: Path,
        settings: dict[str, str],
    ) -> None:
        folder.mkdir(parents=True)
        first, last = map(nbformat.v4.new_code_cell, (IN_COLAB, LOOK))
        whole = nbformat.v4.new_notebook(cells=[first, *notebook.cells, last])
        self.done: Execution = execute(
            whole, folder, settings, image.environment.python
        )
        found = json.loads(self.done.notebook.cells.pop().outputs[0].text)
        self.versions: dict[str, str] = found["versions"]
        self.course, self.enabled = Path(found["place"]), found["enabled"]
        self.left_behind = [file.name for file in folder.iterdir()]


def repository(folder: Path) -> Path:
    """What Git would fetch of the course: the files that are packed, in one commit."""
    folder.mkdir()
    for name in (*PACKED, *(file.name for file in ROOT.glob("LICENSE*"))):
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copyfile(ROOT / name, folder / name)
    who = ("-c", "user.name=course", "-c", "user.email=course@example.org")
    commit = (*who, "commit", "--quiet", "--message", "all")
    for command in (("init", "--quiet"), ("add", "--force", "."), commit):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder

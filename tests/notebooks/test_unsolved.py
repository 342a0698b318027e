"""Every chapter as it comes, offline: nbval in strict mode finds the stored outputs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from course_lib.cli.notebooks import SETTINGS
from notebooks.chapters import Workshop, code_cells, each_chapter, load, tags

CELL_SECONDS = 300
NOTEBOOK_SECONDS = 900
# What nbval passes over; see --nbval in its documentation.
UNCOMPARED = ("image/png", "image/jpeg")


@each_chapter
def test_outputs_are_those_stored(chapter: Path, tmp_path: Path) -> None:
    workshop = Workshop(tmp_path, chapter)
    status, said = nbval(workshop)
    cells = len(code_cells(load(chapter)))
    assert workshop.asked_for() == []
    assert status == 0, said
    # Neither skipped nor expected to fail: each cell ran and was compared.
    assert re.search(rf"^{cells} passed in ", said, re.MULTILINE), said[-500:]
    assert workshop.left_behind() == []


@each_chapter
def test_there_is_something_to_compare(chapter: Path) -> None:
    showing = [cell for cell in code_cells(load(chapter)) if cell.outputs]
    compared = [cell for cell in showing if is_compared(cell)]
    assert len(compared) >= 5
    assert len(compared) >= 0.6 * len(showing), "too many cells are passed over"


def test_a_changed_number_is_noticed(tmp_path: Path) -> None:
    cell = nbformat.v4.new_code_cell("print(0.125)", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("stream", text="0.126\n")]
    path = tmp_path / "99_changed.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    status, said = nbval(Workshop(tmp_path, path))
    assert status == 1
    assert "0.126" in said


@pytest.mark.parametrize(
    "source",
    [
        "import socket; socket.create_connection(('192.0.2.1', 80), 1)",
        "import socket; socket.getaddrinfo('example.invalid', 80)",
    ],
)
def test_a_network_is_noticed(source: str, tmp_path: Path) -> None:
    cell = nbformat.v4.new_code_cell(f"try:\n    {source}\nexcept OSError: pass")
    path = tmp_path / "99_network.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    workshop = Workshop(tmp_path, path)
    status, said = nbval(workshop)
    assert status == 0, said
    assert len(workshop.asked_for()) == 1


def nbval(workshop: Workshop) -> tuple[int, str]:
    """Run pytest with nbval on the notebook: its status and what it printed."""
    command = [sys.executable, "-m", "pytest", "-q", "--color=no", "--nbval"]
    options = ["--nbval-current-env", f"--nbval-cell-timeout={CELL_SECONDS}"]
    quiet = ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov"]
    own = ["-c", os.devnull, f"--rootdir={workshop.notebook.parent}"]
    done = subprocess.run(
        [*command, *options, *quiet, *own, str(workshop.notebook)],
        cwd=workshop.notebook.parent,
        env={**os.environ, **SETTINGS, **workshop.settings},
        capture_output=True,
        text=True,
        timeout=NOTEBOOK_SECONDS,
    )
    return done.returncode, done.stdout + done.stderr


def is_compared(cell: NotebookNode) -> bool:
    """Whether nbval looks at any of the cell's outputs."""
    if {"nbval-ignore-output", "nbval-skip"} & set(tags(cell)):
        return False
    return any(
        output.output_type == "stream"
        or any(mime not in UNCOMPARED for mime in output.get("data", {}))
        for output in cell.outputs
    )

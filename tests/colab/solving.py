"""Every chapter's run in the image is looked at in the same way."""

import re
from pathlib import Path

from nbformat import NotebookNode
from notebooks.chapters import code_cells, tags

from colab import versions
from colab.image import Image
from course_lib.cli.notebooks import search_ids, unpassed
from course_lib.resources.repository import REPOSITORY

VIEW = "application/vnd.jupyter.widget-view+json"
SHOWS = re.compile(r"^(\w+ = )?(\w+Lab|explore|AttentionExplorer)\(", re.MULTILINE)


def runs_through(chapter: Path, image: Image, folder: Path) -> None:
    """Run it solved: nothing raises, checks pass, widgets show, nobody is asked."""
    run = image.solved(chapter, folder)
    assert unpassed(run.done.notebook) == []
    assert failures(run.done.notebook) == []
    assert versions.image().items() <= run.versions.items()
    assert run.course.is_relative_to(image.environment.folder)
    assert run.enabled > 0
    pip = (folder / "pip.txt").read_text(encoding="utf-8")
    assert pip == f"install -q --no-deps git+{REPOSITORY}\n", "the rest is there"
    assert not (folder / "asked_for.txt").exists()
    assert run.left_behind == []
    assert without_widget(run.done.notebook) == []


def failures(notebook: NotebookNode) -> list[str]:
    """What failed without stopping the run, as when a result can't be displayed."""
    return [
        "\n".join(output.traceback)
        for cell in code_cells(notebook)
        if "raises-exception" not in tags(cell)
        for output in cell.outputs
        if output.output_type == "error"
    ]


def without_widget(notebook: NotebookNode) -> list[str]:
    """Cells that make a lab or an explorer and show no live widget that Colab draws.

    A search with its answer in it goes on after its explorer, and shows nothing.
    """
    return [
        cell.source
        for cell in code_cells(notebook)
        if SHOWS.search(cell.source) and not search_ids(cell)
        if not any(map(is_drawn, cell.outputs))
    ]


def is_drawn(output: NotebookNode) -> bool:
    """Whether this is a widget, with the address of the code that draws it."""
    return VIEW in output.get("data", {}) and "colab" in output.metadata.get(VIEW, {})

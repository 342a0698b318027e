"""The chapters, and a place to run them in that is not the repository."""

import os
import re
import shutil
from functools import cache
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
OFFLINE = Path(__file__).parent / "offline"
NAMES = (
    "00_start_here",
    "01_why_attention",
    "02_tokens_and_embeddings",
    "03_self_attention",
    "04_multi_head_attention",
    "05_positional_encoding",
    "06_transformer_block",
    "07_pre_training",
    "08_pretrained_models",
    "09_seeing_attention",
    "10_text_classification",
    "11_named_entities",
    "12_question_answering",
    "13_translation_and_summaries",
    "14_text_generation",
    "15_efficiency",
    "16_where_this_goes",
)
FILES = sorted((ROOT / "chapters").glob("*.ipynb"))
each_chapter = pytest.mark.parametrize("chapter", FILES, ids=lambda path: path.stem)
each_later_chapter = pytest.mark.parametrize(
    "chapter", [f for f in FILES if f.name > "01"], ids=lambda path: path.stem
)


@cache
def load(path: Path) -> NotebookNode:
    """The notebook of this file. Do not change it: all tests share it."""
    return nbformat.read(path, as_version=4)


def tags(cell: NotebookNode) -> list[str]:
    """The tags of a cell."""
    return cell.metadata.get("tags", [])


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(cell: NotebookNode) -> str:
    """What a markdown cell says in sentences: no headings, formulas, code, tables."""
    text = re.sub(r"```.*?```|\$\$.*?\$\$|<[^>]+>", " ", cell.source, flags=re.DOTALL)
    text = re.sub(r"\$[^$\n]+\$", "formula", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    lines = text.splitlines()
    return "\n".join(s for s in lines if not re.match(r"\s*(#+ |\|)", s))


def words(text: str) -> int:
    """The number of words."""
    return len(re.findall(r"\w[\w'’.-]*", text))


class Workshop:
    """A copy of a notebook beside the course's data, without a network.

    Attributes:
        notebook: the copy, in a folder like the repository's.
        settings: environment for the kernels that run it.
    """

    def __init__(self, folder: Path, chapter: Path) -> None:
        place = folder / "course" / "chapters"
        place.mkdir(parents=True)
        (place.parent / "data").symlink_to(ROOT / "data")
        self.notebook = place / chapter.name
        shutil.copyfile(chapter, self.notebook)
        self._log = folder / "asked_for.txt"
        paths = [str(OFFLINE), str(ROOT), os.environ.get("PYTHONPATH", "")]
        self.settings = {
            "OFFLINE_LOG": str(self._log),
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        }

    def asked_for(self) -> list[str]:
        """Every address beyond this machine that a kernel asked for."""
        return self._log.read_text().splitlines() if self._log.exists() else []

    def left_behind(self) -> list[str]:
        """Files that a run made beside the notebook."""
        files = self.notebook.parent.rglob("*")
        return [str(file) for file in files if file != self.notebook]

"""Sources of the pages: chapters and texts, for a reader without a kernel.

Everything is written into a folder of its own; the checkout stays as it is.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course_lib.cli.website import frames, outputs, running
from course_lib.cli.website.addresses import Addresses
from course_lib.cli.website.front import write_front
from course_lib.errors import CourseError
from course_lib.resources.chapters import Chapter, chapters

EXTRA = "extra"
"""What is copied beside the pages as it is: pictures, explorers, notebooks."""
NOT_HERE = Path(__file__).parent / "templates" / "404.html"
"""What a server shows for an address without a page; it needs no other file."""
LEADING = ("chapters/for_lecturers", "data")
"""Folders whose README leads to the other texts in them."""

Explorers = Callable[[Path, Path], dict[str, Path]]


def stage(root: Path, folder: Path, explorers: Explorers) -> list[Chapter]:
    """Write all sources of the pages.

    Args:
        root: the checkout: README.md, chapters and data.
        folder: an empty folder.
        explorers: writes the explorers of a notebook into a folder and returns their
            files by cell.

    Raises:
        CourseError: there are no chapters, or one can't be read.
    """
    found = chapters(root)
    if not found:
        raise CourseError(f"No chapters in {root / 'chapters'}: nothing to build.")
    addresses = Addresses(root)
    for chapter in found:
        live = explorers(root / "chapters" / chapter.file, folder / EXTRA / "explorers")
        for page in live.values():
            frames.fit(page)
        _chapter(chapter, addresses, folder, live)
    for path in addresses.under("chapters") + addresses.under("data"):
        _text(path, addresses, folder)
    write_front(root, found, folder)
    shutil.copyfile(NOT_HERE, folder / EXTRA / NOT_HERE.name)
    return found


def _chapter(
    chapter: Chapter, addresses: Addresses, folder: Path, live: dict[str, Path]
) -> None:
    """A notebook as it is read: links, outputs and badges of the web."""
    path = addresses.root / "chapters" / chapter.file
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            cell["source"] = addresses.prose(cell["source"], f"chapters/{path.name}")
            continue
        page = live.get(cell["id"])
        address = f"explorers/{page.name}" if page else None
        cell["outputs"] = outputs.shown(
            cell, folder / EXTRA / "pictures", address, chapter
        )
        _hide(cell)
    _add_badges(notebook["cells"][0], chapter)
    text = json.dumps(notebook, ensure_ascii=False)
    (folder / chapter.file).write_text(text, encoding="utf-8")
    (folder / EXTRA / "notebooks").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, folder / EXTRA / "notebooks" / chapter.file)


def _hide(cell: dict[str, Any]) -> None:
    """The set-up cell stays, folded: the text beside it speaks of it."""
    tags = cell["metadata"].get("tags", [])
    if "setup" in tags:
        cell["metadata"]["tags"] = [*tags, "hide-input"]


def _add_badges(cell: dict[str, Any], chapter: Chapter) -> None:
    head, line, rest = cell["source"].partition("\n")
    row = f'<p class="course-badges">{running.badges(chapter, full=True)}</p>'
    cell["source"] = f"{head}{line}\n{row}\n{rest}"


def _text(path: str, addresses: Addresses, folder: Path) -> None:
    """A text of the checkout; one that leads to others lists them for Sphinx."""
    text = addresses.prose((addresses.root / path).read_text(encoding="utf-8"), path)
    leads = path.removesuffix("/README.md")
    if leads in LEADING:
        pages = [addresses.pages[other] for other in addresses.under(leads)[1:]]
        names = "\n".join(f"{_short(page)} <{Path(page).stem}>" for page in pages)
        text += f"\n\n```{{toctree}}\n:hidden:\n\n{names}\n```\n"
    target = folder / addresses.pages[path]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def _short(page: str) -> str:
    """What the page is called in the list beside the text, from its file's name."""
    words = Path(page).stem.replace("_", " ")
    return words[:3] + words[3:].capitalize() if words[:2].isdigit() else words

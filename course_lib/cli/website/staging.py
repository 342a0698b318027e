"""Sources of the pages: chapters for a reader without a kernel, and a front page.

Everything is written into a folder of its own; the chapters stay as they are.
"""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course_lib.cli.website import outputs
from course_lib.errors import CourseError
from course_lib.resources import repository
from course_lib.resources.chapters import Chapter, chapters

QUESTIONS = "questions_and_answers.md"
EXTRA = "extra"
"""What is copied beside the pages as it is: pictures, explorers, notebooks."""
_NOTEBOOK_LINK = re.compile(r"\]\(([\w.-]+\.ipynb|[\w.-]+\.md)?#([^)\s]+)\)")
_OUTSIDE = re.compile(r"\]\(\.\./([^)\s]+)\)")
_SECTION = re.compile(r"^## Start\n(.*?)^## ", re.MULTILINE | re.DOTALL)

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
    for chapter in found:
        _chapter(root / "chapters" / chapter.file, chapter, folder, explorers)
    text = (root / "chapters" / QUESTIONS).read_text(encoding="utf-8")
    (folder / QUESTIONS).write_text(prose(text), encoding="utf-8")
    _front(root, found, folder)
    return found


def prose(text: str) -> str:
    """Markdown whose links work on the web.

    Anchors are spelt as on GitHub, in small letters, and what lies outside the chapters
    is a link into the repository.
    """
    blob = f"{repository.REPOSITORY}/blob/{repository.BRANCH}"
    text = _OUTSIDE.sub(rf"]({blob}/\1)", text)
    return _NOTEBOOK_LINK.sub(
        lambda found: f"]({found[1] or ''}#{_slug(found[2])})", text
    )


def badges(chapter: Chapter) -> str:
    """Links to run a chapter, drawn by the style sheet: no picture of another host."""
    links = (
        ("Colab", repository.colab_url(chapter.file)),
        ("Binder", repository.binder_url(chapter.file)),
        ("Notebook", f"notebooks/{chapter.file}"),
    )
    return " ".join(
        f'<a class="course-badge" href="{address}" aria-label="{says}: '
        f'{chapter.title}">{says}</a>'
        for says, address in links
    )


def _chapter(path: Path, chapter: Chapter, folder: Path, explorers: Explorers) -> None:
    extra = folder / EXTRA
    live = explorers(path, extra / "explorers")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    run = (
        f'in the notebook, for example <a href="{repository.colab_url(chapter.file)}">'
        f'on Colab</a> or <a href="{repository.binder_url(chapter.file)}">on Binder</a>'
    )
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            cell["source"] = prose(cell["source"])
            continue
        page = live.get(cell["id"])
        address = f"explorers/{page.name}" if page else None
        cell["outputs"] = outputs.shown(cell, extra / "pictures", address, run)
        _hide(cell)
    _add_badges(notebook["cells"][0], chapter)
    text = json.dumps(notebook, ensure_ascii=False)
    (folder / chapter.file).write_text(text, encoding="utf-8")
    (extra / "notebooks").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, extra / "notebooks" / chapter.file)


def _hide(cell: dict[str, Any]) -> None:
    """The set-up cell stays, folded: the text beside it speaks of it."""
    tags = cell["metadata"].get("tags", [])
    if "setup" in tags:
        cell["metadata"]["tags"] = [*tags, "hide-input"]


def _add_badges(cell: dict[str, Any], chapter: Chapter) -> None:
    head, line, rest = cell["source"].partition("\n")
    row = f'<p class="course-badges">{badges(chapter)}</p>'
    cell["source"] = f"{head}{line}\n{row}\n{rest}"


def _slug(anchor: str) -> str:
    """An anchor as Jupyter writes it, in GitHub's spelling."""
    kept = re.sub(r"[^\w\- ]", "", anchor.lower(), flags=re.UNICODE)
    return kept.replace(" ", "-")


def _front(root: Path, found: list[Chapter], folder: Path) -> None:
    """The front page: what the README says first, the chapters, how to run them."""
    readme = (root / "README.md").read_text(encoding="utf-8")
    opening = readme.partition("\n## ")[0].strip()
    start = _SECTION.search(readme)
    picture = root / "data" / "pictures" / "attention.png"
    (folder / "data" / "pictures").mkdir(parents=True)
    shutil.copyfile(picture, folder / "data" / "pictures" / picture.name)
    table = "\n".join(map(_row, found))
    files = "\n".join(Path(chapter.file).stem for chapter in found)
    parts = (
        opening,
        "## Chapters",
        f"| | chapter | minutes | run it |\n|---|---|---|---|\n{table}",
        f"The questions that introductions end with have [a page of their own]"
        f"({QUESTIONS}).",
        f"## Run it on your machine\n{start[1] if start else ''}",
        f"```{{toctree}}\n:hidden:\n\n{files}\n{Path(QUESTIONS).stem}\n```",
    )
    (folder / "index.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _row(chapter: Chapter) -> str:
    link = f"[{chapter.title}]({chapter.file})"
    minutes = chapter.minutes or ""
    return f"| {chapter.number} | {link} | {minutes} | {badges(chapter)} |"

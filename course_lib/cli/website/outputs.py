"""A notebook's stored outputs as a page without a kernel shows them."""

import base64
import html
import io
import re
from pathlib import Path
from typing import Any

from PIL import Image

from course_lib.cli.website import running
from course_lib.cli.website.explorers import shows_explorer
from course_lib.resources.chapters import Chapter

_LAB = re.compile(r"^\w*Lab\(.*\)$", re.MULTILINE)
UNTRIED = "Not attempted yet"
"""How the words of `check` begin where a stub still waits for its answer."""
HEIGHT = 640
"""Pixels of a frame until its page says how high it is."""


def shown(
    cell: dict[str, Any], pictures: Path, explorer: str | None, chapter: Chapter
) -> list[dict[str, Any]]:
    """The outputs of a cell: pictures as files, the explorer as a frame, links to run.

    Args:
        cell: a code cell with its stored outputs.
        pictures: the folder the pictures go to.
        explorer: the address of the explorer's page, None to keep its picture.
        chapter: whose cell it is.
    """
    run = running.phrase(chapter)
    found = []
    for place, output in enumerate(cell["outputs"]):
        data = output.get("data", {})
        if "".join(data.get("text/plain", "")).startswith(UNTRIED):
            found.append(_html(running.exercise(chapter)))
            continue
        if "image/png" not in data:
            found.append(output)
            continue
        picture = _picture(output, pictures / f"{cell['id']}-{place}.png")
        found.append(_html(_around(cell, data, picture, explorer, run)))
    return found


def _around(
    cell: dict[str, Any],
    data: dict[str, Any],
    picture: str,
    explorer: str | None,
    run: str,
) -> str:
    """The picture alone, or what stands for a widget."""
    words = html.escape("".join(data.get("text/plain", "")))
    if shows_explorer(cell):
        if explorer is None:
            return f"{picture}{_note(f'A still picture. The explorer moves {run}.')}"
        return _frame(explorer, picture, words, run)
    if _LAB.search("".join(cell["source"])):
        note = _note(f"A still picture of a lab. Its controls move {run}.")
        return f"{picture}{_folded(words)}{note}"
    return picture


def _frame(address: str, picture: str, words: str, run: str) -> str:
    note = f"The views move here; what asks the model itself works {run}."
    return (
        f'<iframe class="course-explorer" src="{address}" loading="lazy" '
        f'height="{HEIGHT}" title="Attention explorer {Path(address).stem}"></iframe>'
        f"<noscript>{picture}</noscript>{_folded(words)}{_note(note)}"
    )


def _folded(words: str) -> str:
    return (
        "<details><summary>The picture in words</summary>"
        f'<p class="course-words">{words}</p></details>'
    )


def _note(text: str) -> str:
    return f'<p class="course-note">{text}</p>'


def _picture(output: dict[str, Any], path: Path) -> str:
    """Write the picture as a file and return the element that shows it."""
    content = base64.b64decode("".join(output["data"]["image/png"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    about = output.get("metadata", {}).get("image/png", {})
    with Image.open(io.BytesIO(content)) as image:
        width, height = about.get("width", image.width), about.get("height")
        height = height or round(image.height * width / image.width)
    alt = html.escape(about.get("alt") or "".join(output["data"].get("text/plain", "")))
    return (
        f'<img class="course-picture dark-light" src="pictures/{path.name}" '
        f'alt="{alt}" width="{width}" height="{height}" loading="lazy">'
    )


def _html(text: str) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {"text/html": text}, "metadata": {}}

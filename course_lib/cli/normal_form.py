"""The normal form of a notebook: one content, one file, so that changes can be read.

Everything here works on the notebook in memory. `normalise` mends what can be mended
without running a cell; `problems` names the rest.
"""

import base64
import copy
import io
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from PIL import Image

from course_lib.cli.slide_types import give_slide_types

LARGEST_NOTEBOOK = 600_000
LARGEST_OUTPUT = 150_000
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
CELL_METADATA = ("nbgrader", "slideshow", "tags")
PICTURE_METADATA = ("alt", "height", "needs_background", "width")

# Ids that a tool drew at random: Lab's and jupytext's are eight hex digits or a UUID.
_RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")
_READABLE_ID = re.compile(r"[a-zA-Z0-9-_]{1,64}")
_PATH = re.compile(
    r"(?<![\w.:/])(/(?:home|Users|root|work|tmp|var|opt|mnt|content|usr)/[^\s'\"]*)"
    r"|[A-Za-z]:\\\\?Users\\[^\s'\"]*|site-packages[^\s'\"]*"
)
_ADDRESS = re.compile(r" at 0x[0-9a-f]{6,}")
_PACKAGES = re.compile(
    r"(?:[A-Z]:)?[/\\][^\s'\"\x1b]*(?:site-packages|lib/python3\.\d+)[/\\]"
)


def normalise(notebook: NotebookNode, name: str) -> NotebookNode:
    """A copy in normal form: ids, counts 1..n, metadata, slide types, streams.

    Args:
        notebook: any notebook of format 4.
        name: the file's stem, "03_self_attention": its number begins new cell ids.
    """
    result = nbformat.v4.upgrade(copy.deepcopy(notebook))
    result.metadata = NotebookNode(
        kernelspec=NotebookNode(KERNEL), language_info=NotebookNode(name="python")
    )
    result.nbformat, result.nbformat_minor = 4, 5
    result.cells = [cell for cell in result.cells if cell.source.strip()]
    counts = itertools.count(1)
    for cell in result.cells:
        _tidy(cell)
        if cell.cell_type == "code":
            _tidy_outputs(cell, next(counts))
    _name_cells(result.cells, name.partition("_")[0])
    give_slide_types(result.cells)
    return result


def serialise(notebook: NotebookNode) -> str:
    """The file's text: sorted keys, indent 1, one newline at the end."""
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip("\n") + "\n"


def relative_tracebacks(notebook: NotebookNode, root: Path) -> None:
    """Cut the machine's folders out of the tracebacks that a cell shows on purpose."""
    for _, output in outputs(notebook):
        if output.output_type == "error":
            lines = [line.replace(f"{root}/", "") for line in output.traceback]
            output.traceback = [_PACKAGES.sub("", line) for line in lines]


def recompress(notebook: NotebookNode) -> None:
    """Pack PNG outputs tighter where that saves a tenth; no pixel changes.

    Not part of the normal form: another zlib finds another best size.
    """
    for _, output in outputs(notebook):
        picture = output.get("data", {}).get("image/png")
        if picture:
            smaller = _smallest_png(base64.b64decode(picture))
            output.data["image/png"] = base64.b64encode(smaller).decode()


def outputs(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, NotebookNode]]:
    """Every output of the notebook, with the cell it belongs to."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            yield cell, output


def problems(notebook: NotebookNode) -> list[str]:
    """What the normal form forbids and only the author can mend, a line each."""
    found = [
        f"{cell.id}: {what}"
        for cell, output in outputs(notebook)
        for what in _faults(cell, output)
    ]
    if not any(True for _ in outputs(notebook)):
        found.append("no cell has an output: run it")
    size = len(serialise(notebook).encode())
    if size > LARGEST_NOTEBOOK:
        found.append(f"{size:,} bytes; a notebook may have {LARGEST_NOTEBOOK:,}")
    return found


def _faults(cell: NotebookNode, output: NotebookNode) -> Iterator[str]:
    size = len(json.dumps(output, ensure_ascii=False).encode())
    if size > LARGEST_OUTPUT:
        yield f"an output of {size:,} bytes; {LARGEST_OUTPUT:,} are allowed"
    if output.get("name") == "stderr":
        yield f"writes to stderr: {output.text.strip()[:200]}"
    meant = "raises-exception" in cell.metadata.get("tags", [])
    if output.output_type == "error" and not meant:
        yield f"stores an error: {output.ename}: {output.evalue[:200]}"
    for text in _texts(output):
        if path := _PATH.search(text):
            yield f"shows a path of this machine: {path.group()[:120]}"
        if _ADDRESS.search(text):
            yield "shows a memory address: give the object a __repr__ of its own"


def _texts(output: NotebookNode) -> Iterator[str]:
    if output.output_type == "stream":
        yield output.text
    elif output.output_type == "error":
        yield output.evalue
        yield re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output.traceback))
    for mime, value in output.get("data", {}).items():
        if isinstance(value, str) and mime.startswith("text/"):
            yield re.sub(r"base64,[A-Za-z0-9+/=\s]+", "base64,", value)


def _tidy(cell: NotebookNode) -> None:
    lines = cell.source.strip("\n").split("\n")
    cell.source = "\n".join(line.rstrip() for line in lines)
    kept = {key: cell.metadata[key] for key in CELL_METADATA if cell.metadata.get(key)}
    cell.metadata = NotebookNode(kept)


def _tidy_outputs(cell: NotebookNode, count: int) -> None:
    cell.execution_count = count
    merged: list[NotebookNode] = []
    for output in cell.outputs:
        last = merged[-1] if merged else NotebookNode()
        same_stream = output.output_type == "stream" == last.get("output_type")
        if same_stream and output.name == last.name:
            last.text += output.text
            continue
        if output.output_type == "execute_result":
            output.execution_count = count
        if "data" in output:
            _tidy_bundle(output)
        merged.append(output)
    cell.outputs = merged


def _tidy_bundle(output: NotebookNode) -> None:
    """Leave the still picture: a widget's model is gone when the kernel is."""
    output.data.pop(WIDGET_VIEW, None)
    if "image/png" in output.data:
        output.data["image/png"] = re.sub(r"\s", "", output.data["image/png"])
    picture = output.metadata.get("image/png", {})
    kept = {key: picture[key] for key in PICTURE_METADATA if key in picture}
    output.metadata = NotebookNode({"image/png": kept} if kept else {})


def _name_cells(cells: list[NotebookNode], number: str) -> None:
    """Keep readable ids; name the other cells after the heading they stand under."""
    taken: set[str] = set()
    for cell in cells:
        if not _keeps_id(cell.get("id", "")) or cell.id in taken:
            cell.id = ""
        taken.add(cell.id)
    heading = "start"
    for cell in cells:
        heading = _heading(cell) or heading
        if not cell.id:
            stem = f"{number}-{heading}"
            cell.id = next(
                name
                for name in itertools.chain(
                    [stem], (f"{stem}-{i}" for i in itertools.count(2))
                )
                if name not in taken
            )
            taken.add(cell.id)


def _keeps_id(name: str) -> bool:
    readable = _READABLE_ID.fullmatch(name) is not None
    return readable and _RANDOM_ID.fullmatch(name) is None


def _heading(cell: NotebookNode) -> str:
    """The first heading of a prose cell as a few plain words joined by hyphens."""
    if cell.cell_type != "markdown":
        return ""
    match = re.search(r"^#+ +(.+)$", cell.source, re.MULTILINE)
    words = re.findall(r"[a-z0-9]+", match.group(1).lower()) if match else []
    return "-".join(words[1 if words[:1] and words[0].isdigit() else 0 :][:5])[:40]


def _smallest_png(picture: bytes) -> bytes:
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as image:
        image.save(buffer, format="PNG", optimize=True)
    smaller = buffer.getvalue()
    return smaller if len(smaller) < 0.9 * len(picture) else picture

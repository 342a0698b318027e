"""What of a notebook is the learner's, and how it comes into another version.

A cell is known by its id, which stays the same from version to version; the cell of an
exercise also by its tag. Standard library only.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Cell = dict[str, Any]
_STUB = re.compile(r"^\s*\.\.\.", re.MULTILINE)


@dataclass
class Carried:
    """A chapter with a learner's cells in it.

    Attributes:
        data: the notebook.
        answers: the exercises whose answers are in it.
        cells: how many other cells of the learner are in it.
        left: ids of cells that stay in the learner's copy alone.
    """

    data: bytes
    answers: list[str] = field(default_factory=list)
    cells: int = 0
    left: list[str] = field(default_factory=list)


def cells(data: bytes) -> list[Cell] | None:
    """The cells of a notebook; None if these bytes are no whole notebook."""
    try:
        found = json.loads(data)["cells"]
        for cell in found:
            source(cell), cell["cell_type"], exercise(cell)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    return found


def source(cell: Cell) -> str:
    """The text of a cell."""
    return "".join(cell["source"])


def exercise(cell: Cell) -> str:
    """The exercise whose answer this cell takes, "" for other cells."""
    tags = cell.get("metadata", {}).get("tags", [])
    names = [tag.partition(":")[2] for tag in tags if tag.startswith("exercise:")]
    return names[0] if names else ""


def is_stub(cell: Cell) -> bool:
    """Whether the cell of an exercise waits for its answer."""
    return _STUB.search(source(cell)) is not None


def content(cell: Cell) -> tuple[str, str, str]:
    """What a person writes into a cell; outputs and counts are not of it."""
    pictures = json.dumps(cell.get("attachments", {}), sort_keys=True)
    return cell["cell_type"], source(cell), pictures


def only_run(mine: bytes, base: bytes) -> bool:
    """Whether a notebook differs from the course's by nothing that a person wrote."""
    one, other = cells(mine), cells(base)
    if one is None or other is None:
        return False
    return [content(cell) for cell in one] == [content(cell) for cell in other]


def carry(mine: bytes, base: bytes | None, new: bytes) -> Carried:
    """Bring what a learner wrote into a new version of the chapter.

    Args:
        mine: the learner's notebook.
        base: the version it began as; without it only answers are brought over.
        new: the new version.

    A cell that the course changed as well stays the course's, except for an exercise's:
    there the answer counts. Outputs stay behind.
    """
    own, there = cells(mine), cells(new)
    before = cells(base) if base is not None else []
    if own is None or there is None or before is None:
        return Carried(new)
    result = Carried(new)
    if base is None:
        _bring_answers(own, there, result)
    else:
        _bring_all(own, before, there, result)
    if result.answers or result.cells:
        notebook = json.loads(new) | {"cells": there}
        text = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)
        result.data = f"{text}\n".encode()
    return result


def _bring_answers(own: list[Cell], there: list[Cell], result: Carried) -> None:
    """Only answers: what else differs may just as well be the course's doing."""
    stubs = {exercise(cell): cell for cell in there if exercise(cell)}
    for cell in own:
        name = exercise(cell)
        if not name or is_stub(cell):
            continue
        if name not in stubs:
            result.left.append(name)
        elif source(cell) != source(stubs[name]):
            _put(cell, stubs[name], result)


def _bring_all(
    own: list[Cell], before: list[Cell], there: list[Cell], result: Carried
) -> None:
    """Cell by cell: what did the learner change, what did the course?"""
    origins = _origins(own, before)
    known = {content(cell) for cell in before}
    last: Cell | None = None
    for cell, origin in zip(own, origins, strict=True):
        place = None if origin is None else _same(origin, there)
        if origin is None:
            if source(cell).strip() and content(cell) not in known:
                last = _insert(cell, last, there, result)
        elif content(cell) != content(origin):
            _decide(cell, origin, place, result)
        last = last if place is None else place


def _origins(own: list[Cell], before: list[Cell]) -> list[Cell | None]:
    """For each cell the one of the course that it was; None for the learner's own."""
    by_id = {cell.get("id"): cell for cell in before if cell.get("id")}
    found = [by_id.get(cell.get("id")) for cell in own]
    by_tag = {exercise(cell): cell for cell in before if exercise(cell)}
    for cell in filter(None, found):
        by_tag.pop(exercise(cell), None)
    # An editor may have dropped the ids.
    return [
        origin or by_tag.pop(exercise(cell), None)
        for cell, origin in zip(own, found, strict=True)
    ]


def _same(origin: Cell, there: Sequence[Cell]) -> Cell | None:
    """The cell of the new version that continues this one."""
    for cell in there:
        if origin.get("id") and cell.get("id") == origin["id"]:
            return cell
    for cell in there:
        if exercise(origin) and exercise(cell) == exercise(origin):
            return cell
    return None


def _decide(cell: Cell, origin: Cell, place: Cell | None, result: Carried) -> None:
    """Put a changed cell where it belongs, or note that it stays behind."""
    untouched = place is not None and content(place) == content(origin)
    if place is None or not (untouched or exercise(place)):
        result.left.append(exercise(origin) or origin.get("id", "a cell"))
    else:
        _put(cell, place, result)


def _put(cell: Cell, place: Cell, result: Carried) -> None:
    place["source"] = cell["source"]
    if "attachments" in cell:
        place["attachments"] = cell["attachments"]
    if place["cell_type"] == "code":
        place["outputs"], place["execution_count"] = [], None
    if exercise(place):
        result.answers.append(exercise(place))
    else:
        result.cells += 1


def _insert(cell: Cell, after: Cell | None, there: list[Cell], result: Carried) -> Cell:
    """Put a cell of the learner's own behind the one that it stood behind."""
    new = {**cell, "metadata": cell.get("metadata", {})}
    if new["cell_type"] == "code":
        new |= {"outputs": [], "execution_count": None}
    taken = {other.get("id") for other in there}
    number = 1
    while not new.get("id") or new["id"] in taken:
        new["id"] = f"mine-{number}"
        number += 1
    at = next((n for n, other in enumerate(there) if other is after), -1)
    there.insert(at + 1, new)
    result.cells += 1
    return new

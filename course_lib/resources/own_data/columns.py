"""Which column is which: as given, by its name, or by what stands in it."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Any

from course_lib.resources.own_data.problems import Place, Report
from course_lib.resources.own_data.tables import Record, Table

_SAMPLE = 200  # rows
NAMES: Mapping[str, tuple[str, ...]] = {
    "text": (
        *("text", "sentence", "review", "comment", "content", "message", "body"),
        *("document", "tweet", "article", "post", "description", "utterance"),
    ),
    "label": (
        *("label", "labels", "class", "category", "sentiment", "target", "rating"),
        *("stars", "tag", "topic", "verdict", "intent", "polarity", "y"),
    ),
    "source": ("source", "src", "input", "original", "article", "document"),
    "target": ("target", "tgt", "trg", "output", "translation", "summary"),
    "split": ("split", "subset", "partition"),
    "tokens": ("tokens", "words"),
    "tags": ("tags", "ner_tags", "labels", "pos_tags"),
    "context": ("context", "passage", "paragraph"),
    "question": ("question", "query"),
    "answers": ("answers", "answer"),
    "answer_start": ("answer_start", "start"),
    "id": ("id", "qid", "question_id"),
    "title": ("title",),
}


def sample(table: Table) -> list[Record]:
    """The first rows that can be read."""
    return list(islice(table.records(Report("skip")), _SAMPLE))


def named(table: Table, role: str) -> str | None:
    """The column whose name says that it plays a role."""
    there = {name.strip().casefold(): name for name in reversed(table.columns)}
    return next((there[name] for name in NAMES[role] if name in there), None)


def require(
    table: Table,
    given: Mapping[str, str | None],
    report: Report,
    guessed: Mapping[str, str | None] | None = None,
) -> dict[str, str]:
    """The column of each role that a loader cannot do without.

    Args:
        given: by role, what the learner named; None: to be found.
        guessed: by role, what stands in the columns suggests, where no name does.

    Raises:
        DataError: one is not there, or cannot be told.
    """
    chosen: dict[str, str] = {}
    for role, name in given.items():
        if name is not None and name not in table.columns:
            _not_there(table, role, name, report)
        chosen[role] = name or named(table, role) or (guessed or {}).get(role) or ""
    lacking = [role for role, name in chosen.items() if not name]
    if lacking:
        _untold(table, lacking, report)
    for role, name in chosen.items():
        if list(chosen.values()).count(name) > 1:
            _untold(table, [role], report)
    return chosen


def headless(table: Table, rows: Sequence[Record]) -> bool:
    """Whether the first line looks like a row: none of its cells like a name."""
    if not table.has_header or not isinstance(table.columns, list):
        return False
    known = {name for names in NAMES.values() for name in names}
    if any(name.strip().casefold() in known for name in table.columns):
        return False
    below = [
        {str(row.cells[i]).strip() for row in rows} for i in range(len(table.columns))
    ]
    return any(
        name in values
        or len(name.split()) > 5
        or name.isdigit()
        or name.endswith((".", "!", "?"))
        for name, values in zip(table.columns, below, strict=True)
    )


def refuse_headless(table: Table, roles: Sequence[str], report: Report) -> None:
    """Say that the first line has to name the columns.

    Raises:
        DataError: always.
    """
    names = [*roles, *(f"column{n}" for n in range(3, len(table.columns) + 1))]
    names = names[: len(table.columns)]
    report.stop(
        "missing-header",
        f"the first line looks like a row, not like names: {_listed(table.columns)}",
        f"Write a line with the names above it, or give columns={names!r}",
        Place(table.name, 1, 1),
    )


def by_content(table: Table, rows: Sequence[Record]) -> dict[str, str | None]:
    """Text and label by what stands in the columns, where that leaves no doubt.

    The text is the column with the longest cells, the label the one with the fewest
    values among those that repeat theirs.
    """
    cells = {
        name: [str(r.cells[i]).strip() for r in rows]
        for i, name in enumerate(table.columns)
    }
    if not rows:
        return {}
    lengths = {
        name: sum(map(len, values)) / len(rows) for name, values in cells.items()
    }
    text = max(lengths, key=lengths.__getitem__)
    kinds = {n: len(set(v)) for n, v in cells.items() if n != text}
    repeated = {n: k for n, k in kinds.items() if 2 <= k <= max(2, len(rows) // 2)}
    fewest = min(repeated.values(), default=0)
    labels = [name for name, count in repeated.items() if count == fewest]
    return {"text": text, "label": labels[0] if len(labels) == 1 else None}


def _not_there(table: Table, role: str, name: Any, report: Report) -> None:
    close = get_close_matches(str(name), table.columns, n=1, cutoff=0.5)
    hint = f"{role}={close[0]!r}" if close else f"{role}= one of these"
    report.stop(
        "missing-column",
        f"there is no column {name!r}; there are {_listed(table.columns)}",
        f"Give {hint}",
        Place(table.name, 1),
    )


def _untold(table: Table, roles: Sequence[str], report: Report) -> None:
    wanted = " and ".join(roles)
    give = ", ".join(f'{role}="..."' for role in roles)
    report.stop(
        "missing-column",
        f"no column is clearly the {wanted}; there are {_listed(table.columns)}",
        f"Give {give} with one of these names",
        Place(table.name, 1),
    )


def _listed(names: Sequence[str]) -> str:
    shown = [repr(name if len(name) <= 30 else name[:27] + "...") for name in names[:8]]
    return ", ".join(shown) + (f" and {len(names) - 8} more" if len(names) > 8 else "")

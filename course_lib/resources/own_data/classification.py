"""Texts with labels, from a file of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import TYPE_CHECKING, Any

from course_lib.resources.own_data import columns as cols
from course_lib.resources.own_data import splits
from course_lib.resources.own_data.assembly import Settled
from course_lib.resources.own_data.cells import extra_of, text_of
from course_lib.resources.own_data.draft import Draft
from course_lib.resources.own_data.labels import Given, Labels
from course_lib.resources.own_data.loading import (
    Ask,
    chosen_line,
    require_names,
    split_column,
)
from course_lib.resources.own_data.problems import OnProblem
from course_lib.resources.own_data.sources import Source
from course_lib.resources.own_data.tables import TABLES, Record, Table, open_table

if TYPE_CHECKING:
    import pyarrow as pa
    from datasets import DatasetDict


def load_classification(
    path: str | PathLike[str],
    *,
    text: str | None = None,
    label: str | None = None,
    labels: Given = None,
    keep: Sequence[str] = (),
    validation: str | PathLike[str] | None = None,
    test: str | PathLike[str] | None = None,
    split: Sequence[float] | str | None = splits.STANDARD,
    encoding: str | None = None,
    delimiter: str | None = None,
    columns: Sequence[str] | None = None,
    on_problem: OnProblem = "raise",
) -> "DatasetDict":
    """Texts with labels, checked: what `finetune_classifier` learns from.

    Args:
        path: a file (CSV, TSV, JSON, JSON Lines, Parquet; .gz too) or a folder of them.
        text, label: the columns; None: found by name or content, which is said.
        labels: all, in order; or from what the file has to names, {"0": "bad", ...}.
        keep: further columns to keep, as text; "file" is the name of the file.
        validation, test: files of their own; in a folder they are known by name.
        split: shares of train, validation, test; or a column; None: all are train.
        encoding, delimiter: None: as the file declares (else UTF-8), as it looks.
        columns: names of the columns of a file without a header.
        on_problem: "skip" leaves bad rows out, in place of listing them.

    Returns:
        Splits with columns text and label, a `ClassLabel` that knows its names.

    Raises:
        DataError: with all problems, each with its place and its cure.
    """
    form = {"encoding": encoding, "delimiter": delimiter, "columns": columns}
    given = {"text": text, "label": label}
    ask = Ask.of(path, validation, test, TABLES, on_problem, split, **form, **given)
    ask.settings |= {"labels": labels, "keep": keep}
    job = _Classification(ask, given, keep, Labels(labels, ask.report))
    return ask.assembly("classification", job).load()


@dataclass
class _Classification:
    """Reads rows of texts and labels."""

    ask: Ask
    given: dict[str, str | None]
    keep: Sequence[str]
    labels: Labels
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        require_names(self.keep, ("text", "label"))

    def schema(self) -> "pa.Schema":
        import pyarrow as pa

        types = {"text": pa.string(), "label": pa.int64()}
        return pa.schema([*types.items(), *((name, pa.string()) for name in self.keep)])

    def read(self, number: int, source: Source, draft: Draft) -> None:
        """Put the rows of a file into the draft."""
        report = self.ask.report
        table = open_table(source, self.ask.reading, report)
        chosen = self._choose(table)
        text_at, label_at = (table.columns.index(chosen[r]) for r in ("text", "label"))
        extras = [_index(table, name, self.ask) for name in self.keep]
        split_of = split_column(table, source, self.ask)
        for record in table.records(report):
            text = text_of(table, record, text_at, "text", report)
            split = split_of(record)
            # Where nothing is left out, the labels of bad rows count as well.
            used = split is not None and (text is not None or not report.skips)
            name = split and split.name
            label = self.labels.number(table, record, label_at, name, used)
            if text is None or label is None or split is None:
                report.left_out += 1
                continue
            more = [self._extra(record, source, at) for at in extras]
            about = (splits.key_of(text), split.number, label, number, record.line)
            draft.add((text, label, *more), about, len(text))

    def settle(self) -> Settled:
        from datasets import ClassLabel, Features, Value

        counts = self.labels.sentence()
        names, numbers = self.labels.settle()
        features = {"text": Value("string"), "label": ClassLabel(names=names)}
        features |= {name: Value("string") for name in self.keep}
        sentence = f"{self.ask.subject}: {'; '.join(self.said)} ({counts})."
        return Settled(Features(features), sentence, "label", numbers)

    def _choose(self, table: Table) -> dict[str, str]:
        rows = cols.sample(table)
        if not any(self.given.values()) and cols.headless(table, rows):
            cols.refuse_headless(table, ["text", "label"], self.ask.report)
        guessed = cols.by_content(table, rows)
        chosen = cols.require(table, self.given, self.ask.report, guessed)
        self.said.append(chosen_line(chosen)) if not self.said else None
        return chosen

    def _extra(self, record: Record, source: Source, at: int | None) -> Any:
        return source.stem if at is None else extra_of(record.cells[at])


def _index(table: Table, name: str, ask: Ask) -> int | None:
    """Where a column to keep stands; None for the name of the file."""
    if name == "file" and name not in table.columns:
        return None
    found = cols.require(table, {"keep": name}, ask.report)
    return table.columns.index(found["keep"])

"""Pairs of texts, such as a sentence and its translation, from a file of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import TYPE_CHECKING

from course_lib.resources.own_data import columns as cols
from course_lib.resources.own_data import splits
from course_lib.resources.own_data.assembly import Settled
from course_lib.resources.own_data.cells import extra_of, text_of
from course_lib.resources.own_data.draft import Draft
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

SIDES = ("source", "target")
MORE = 50  # characters: sides that differ by less are never warned of
_LANGUAGES = {
    *("en", "fr", "de", "es", "it", "pt", "nl", "pl", "ru", "zh", "ja", "ar", "tr"),
    *("english", "french", "german", "spanish", "italian", "portuguese", "dutch"),
    *("polish", "russian", "chinese", "japanese", "arabic", "turkish"),
}


def load_pairs(
    path: str | PathLike[str],
    *,
    source: str | None = None,
    target: str | None = None,
    keep: Sequence[str] = (),
    validation: str | PathLike[str] | None = None,
    test: str | PathLike[str] | None = None,
    split: Sequence[float] | str | None = splits.STANDARD,
    encoding: str | None = None,
    delimiter: str | None = None,
    columns: Sequence[str] | None = None,
    ratio: float | None = 5.0,
    on_problem: OnProblem = "raise",
) -> "DatasetDict":
    """Pairs of texts, checked: what a translator or a summariser learns from.

    Args:
        path: a file (TSV, CSV, JSON, JSON Lines, Parquet; .gz too) or a folder of them.
        source, target: the columns; None: by their names, or the two that there are.
        keep: further columns to keep.
        ratio: warn of a side that is so many times as long; None: never.
        validation, test, split, encoding, delimiter, columns, on_problem: as for
            `load_classification`. The split follows from the source: one sentence
            with two translations is on one side.

    Returns:
        Splits with columns source and target.

    Raises:
        DataError: with all problems, each with file, line, column and cure.
    """
    given = {"source": source, "target": target}
    more = {"encoding": encoding, "delimiter": delimiter, "columns": columns}
    more |= {**given, "keep": keep, "ratio": ratio}
    ask = Ask.of(path, validation, test, TABLES, on_problem, split, **more)
    job = _Pairs(ask, given, keep, ratio)
    doubles = ("leak", "duplicate")
    options = {"what": "source", "doubles": doubles, "stratified": False}
    return ask.assembly("pairs", job, **options).load()


@dataclass
class _Pairs:
    """Reads rows of two texts."""

    ask: Ask
    given: dict[str, str | None]
    keep: Sequence[str]
    ratio: float | None
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        require_names(self.keep, SIDES)

    def schema(self) -> "pa.Schema":
        import pyarrow as pa

        return pa.schema([(name, pa.string()) for name in (*SIDES, *self.keep)])

    def read(self, number: int, source: Source, draft: Draft) -> None:
        """Put the rows of a file into the draft."""
        report = self.ask.report
        table = open_table(source, self.ask.reading, report)
        chosen = self._choose(table)
        one, other = (table.columns.index(chosen[role]) for role in SIDES)
        kept = [
            cols.require(table, {"keep": name}, report)["keep"] for name in self.keep
        ]
        extras = [table.columns.index(name) for name in kept]
        split_of = split_column(table, source, self.ask)
        for record in table.records(report):
            left = text_of(table, record, one, "source", report)
            right = text_of(table, record, other, "target", report)
            split = split_of(record)
            if left is None or right is None or split is None:
                report.left_out += 1
                continue
            self._look_odd(table, record, other, left, right)
            more = [extra_of(record.cells[at]) for at in extras]
            side = splits.key_of(right) & 0x7FFFFFFF
            about = (splits.key_of(left), split.number, side, number, record.line)
            draft.add((left, right, *more), about, len(left) + len(right))

    def settle(self) -> Settled:
        from datasets import Features, Value

        features = {name: Value("string") for name in (*SIDES, *self.keep)}
        return Settled(Features(features), f"{self.ask.subject}: {self.said[0]}.")

    def _choose(self, table: Table) -> dict[str, str]:
        rows = cols.sample(table)
        names = _two(table)
        if not any(self.given.values()) and not names and cols.headless(table, rows):
            cols.refuse_headless(table, SIDES, self.ask.report)
        if not names and len(table.columns) == 2:
            names = table.columns
        guessed = dict(zip(SIDES, names, strict=True)) if names else None
        chosen = cols.require(table, self.given, self.ask.report, guessed)
        self.said.append(chosen_line(chosen))
        return chosen

    def _look_odd(
        self, table: Table, record: Record, column: int, left: str, right: str
    ) -> None:
        """Warn of sides that are the same, or of very different lengths."""
        short, long = sorted((len(left), len(right)))
        if left == right:
            kind, says = "same-sides", f"both sides are the same: {left[:40]!r}"
        elif self.ratio and long > self.ratio * short and long > short + MORE:
            kind = "lengths"
            says = f"{len(left)} characters in the source, {len(right)} in the target"
        else:
            return
        cure = "If it is no translation, delete the row"
        self.ask.report.warn(kind, says, cure, lambda: table.place(record, column))


def _two(table: Table) -> list[str]:
    """The two columns that are named after languages, if there are two."""
    found = [n for n in table.columns if n.strip().casefold() in _LANGUAGES]
    return found if len(found) == 2 else []

"""Files of rows and columns, whatever their format: one way to read them all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from course_lib.resources.own_data.problems import Place, Report
from course_lib.resources.own_data.sources import Source

MISSING = object()  # a JSON object lacks the key
Path = tuple[str | int, ...]
"""The way to a value inside another: ("answers", "text", 0)."""
TABLES = ("csv", "tsv", "jsonl", "json", "parquet")


@dataclass(frozen=True)
class Reading:
    """How the learner says that a file is to be read; None: look at the file.

    Attributes:
        encoding: as Python names it.
        delimiter: what stands between the fields of a line.
        columns: names of the columns of a file that has no header.
    """

    encoding: str | None = None
    delimiter: str | None = None
    columns: Sequence[str] | None = None


class Record(NamedTuple):
    """A row: the line where it begins, its cells by column, its text as it stands."""

    line: int
    cells: Sequence[Any]
    raw: Any


class Table(Protocol):
    """A file of rows, read from its beginning each time `records` is called."""

    name: str
    columns: list[str]
    has_header: bool

    def records(self, report: Report) -> Iterator[Record]:
        """The rows that can be read; the others are reported and counted."""

    def place(self, record: Record, column: int, inside: Path = ()) -> Place:
        """Where a cell begins; in JSON, where something inside it does."""


def open_table(source: Source, reading: Reading, report: Report) -> Table:
    """The table in a file.

    Raises:
        DataError: nothing can be read of it.
    """
    if source.kind == "parquet":
        from course_lib.resources.own_data.parquet import ParquetTable

        return ParquetTable(source, report)
    from course_lib.resources.own_data.encodings import TextFile

    file = TextFile(source, reading.encoding, report)
    if source.kind in ("jsonl", "json"):
        from course_lib.resources.own_data.json_rows import JsonTable

        return JsonTable(file, report)
    from course_lib.resources.own_data.delimited import DelimitedTable

    return DelimitedTable(file, reading, report)

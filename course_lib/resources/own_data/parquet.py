"""Parquet as rows and columns, batch by batch."""

from collections.abc import Iterator
from typing import Any

from course_lib.resources.own_data.problems import Place, Report
from course_lib.resources.own_data.sources import Source
from course_lib.resources.own_data.tables import Path, Record

BATCH = 1000  # rows


class ParquetTable:
    """A Parquet file; it has rows, counted from 1, and no lines.

    Attributes:
        name: of the file.
        columns: their names.
        has_header: always true.
    """

    has_header = True

    def __init__(self, source: Source, report: Report) -> None:
        self.source, self.name = source, source.name
        with self._open(report) as file:
            self.columns = list(file.schema_arrow.names)

    def records(self, report: Report) -> Iterator[Record]:
        """All rows."""
        row = 0
        with self._open(report) as file:
            for batch in file.iter_batches(BATCH, use_threads=False):
                for cells in zip(*(c.to_pylist() for c in batch.columns), strict=True):
                    row += 1
                    yield Record(row, cells, None)

    def place(self, record: Record, column: int, inside: Path = ()) -> Place:
        """The row, and the number of the column."""
        return Place(self.name, record.line, column + 1, "row")

    def _open(self, report: Report) -> Any:
        import pyarrow
        import pyarrow.parquet

        try:
            # Without the buffer a whole row group would be held.
            return pyarrow.parquet.ParquetFile(
                self.source.path, buffer_size=1 << 20, pre_buffer=False
            )
        except (pyarrow.ArrowException, OSError) as error:
            report.stop(
                "broken-parquet",
                f"this cannot be read as Parquet: {str(error).splitlines()[0]}",
                "Write the file again; a copy that was cut off cannot be read",
                Place(self.name),
            )

"""Rows on their way into Arrow: written in batches as they are read."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

ROWS, CHARACTERS = 10_000, 1 << 22  # of a batch, at most
# What is known of a row besides its columns: which text it is, its split (or -1), its
# stratum, and where it came from.
ABOUT = ("_key", "_split", "_stratum", "_file", "_line")


class Draft:
    """The rows of all files, in the order in which they were read.

    Args:
        schema: of the columns.
        folder: where to put them; None: into memory.
    """

    def __init__(self, schema: "pa.Schema", folder: Path | None) -> None:
        import pyarrow as pa

        types = (pa.uint64(), pa.int8(), pa.int32(), pa.int32(), pa.int32())
        about = [pa.field(n, t) for n, t in zip(ABOUT, types, strict=True)]
        self.schema = pa.schema([*schema, *about])
        self.rows = 0
        self._path = None if folder is None else folder / "draft.arrow"
        self._sink = (
            pa.BufferOutputStream()
            if self._path is None
            else pa.OSFile(str(self._path), "wb")
        )
        self._buffer: Any = None
        self._writer = pa.ipc.new_stream(self._sink, self.schema)
        self._columns: list[list[Any]] = [[] for _ in self.schema]
        self._characters = 0

    def add(self, values: Sequence[Any], about: Sequence[int], size: int) -> None:
        """Take a row.

        Args:
            values: of its columns.
            about: key, split, stratum, file and line.
            size: about how many characters it has.
        """
        for column, value in zip(self._columns, (*values, *about), strict=True):
            column.append(value)
        self.rows += 1
        self._characters += size
        if self._characters >= CHARACTERS or len(self._columns[0]) >= ROWS:
            self._flush()

    def close(self) -> None:
        """All rows are there."""
        if self._columns[0]:
            self._flush()
        self._writer.close()
        if self._path is None:
            self._buffer = self._sink.getvalue()
        else:
            self._sink.close()

    def batches(self) -> Iterator["pa.RecordBatch"]:
        """The rows again, batch by batch."""
        import pyarrow as pa

        # Not mapped into memory: pages that were touched would stay and count.
        source = self._buffer if self._path is None else pa.OSFile(str(self._path))
        with pa.ipc.open_stream(source) as reader:
            yield from reader
        if self._path is not None:
            source.close()

    def about(self) -> dict[str, np.ndarray]:
        """What is known of all rows, by name: (N,) each."""
        found = {name: [np.empty(0, np.int64)] for name in ABOUT}
        for batch in self.batches():
            for name in ABOUT:
                found[name].append(batch[name].to_numpy())
        return {
            name: np.concatenate(parts[1:] or parts) for name, parts in found.items()
        }

    def _flush(self) -> None:
        import pyarrow as pa

        arrays = [
            pa.array(c, f.type) for c, f in zip(self._columns, self.schema, strict=True)
        ]
        self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self.schema))
        for column in self._columns:
            column.clear()
        self._characters = 0

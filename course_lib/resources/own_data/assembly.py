"""From files to splits: what the loaders of all tasks have in common."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from course_lib.resources.own_data import cache, splits
from course_lib.resources.own_data.doubles import look_for_doubles
from course_lib.resources.own_data.draft import ABOUT, Draft
from course_lib.resources.own_data.problems import Place, Report
from course_lib.resources.own_data.sources import SPLITS, Source

if TYPE_CHECKING:
    import pyarrow as pa
    from datasets import DatasetDict, Features


class Settled(NamedTuple):
    """What is known when all rows are read.

    Attributes:
        features: of the finished data.
        sentence: what was read, for people.
        column: the column of labels, or of lists of them; "": there is none.
        labels: the new number of each number in that column; -1: its rows are left out.
    """

    features: "Features"
    sentence: str
    column: str = ""
    labels: Sequence[int] = ()

    def kept(self, stratum: np.ndarray) -> np.ndarray:
        """Whether rows stay, by the label that is their stratum: (N,) boolean."""
        if -1 not in self.labels:
            return np.ones(len(stratum), bool)
        return np.asarray(self.labels)[stratum] >= 0


@dataclass
class Assembly:
    """One loading of data.

    Attributes:
        sources: the files, those to learn from first.
        report: gathers what is wrong.
        fractions: shares of the splits that are yet to be cut.
        settings: all that decides about the outcome, besides the files.
        schema: of the columns while the rows are read.
        read: puts the rows of a file into the draft.
        settle: looks at what was read as a whole.
        split_names: splits that a column names, known when all is read.
        what: a text is called here.
        doubles: what is looked for among texts that occur twice.
        stratified: whether rows with each label are split by themselves.
    """

    sources: Sequence[Source]
    report: Report
    fractions: splits.Fractions
    settings: dict[str, Any]
    schema: "Callable[[], pa.Schema]"
    read: Callable[[int, Source, Draft], None]
    settle: Callable[[], Settled]
    split_names: list[str]
    what: str = "text"
    doubles: Sequence[str] = ("leak", "contradiction", "duplicate")
    stratified: bool = True
    _counts: np.ndarray = field(default_factory=lambda: np.zeros(3, np.int64))

    def load(self) -> "DatasetDict":
        """Read, check, split; say what was done.

        Raises:
            DataError: there are problems.
            CourseError: the disk is full.
        """
        if cache.is_small(self.sources):
            return self._made(None)
        root = cache.cache_root()
        finished = root / cache.cache_key(self.sources, self.settings)
        if (finished / cache.SAID).is_file():
            said = json.loads((finished / cache.SAID).read_text(encoding="utf-8"))
            print("\n".join([*said, f"Read before; taken from {finished}."]))
            return _opened(finished)
        with cache.workshop(finished) as folder:
            self._made(folder)
        return _opened(finished)

    def _made(self, folder: Path | None) -> "DatasetDict | None":
        draft = Draft(self.schema(), folder)
        for number, source in enumerate(self.sources):
            self.read(number, source, draft)
        draft.close()
        self._need_rows(draft)
        settled = self.settle()
        self.report.judge()
        splitter = self._splitter(draft, settled)
        made = self._write(draft, splitter, settled, folder)
        said = [settled.sentence + " " + self._split_sentence(), *self.report.lines()]
        if folder is not None:
            (folder / "draft.arrow").unlink()
            text = json.dumps(said, ensure_ascii=False)
            (folder / cache.SAID).write_text(text, encoding="utf-8")
        print("\n".join(said))
        return made

    def _need_rows(self, draft: Draft) -> None:
        if not draft.rows:
            self.report.judge()
            self.report.stop(
                "no-rows",
                "there is no row that can be used",
                "Give a file with data in it",
                Place(self.sources[0].name),
            )

    def _splitter(self, draft: Draft, settled: Settled) -> splits.Splitter:
        """How to split; looks for doubles where the rows are not too many."""
        splitter = splits.Splitter(self.fractions)
        if draft.rows > splits.SORTED:
            self.report.notes.append(
                f"More than {splits.SORTED:,} rows: not searched for repeated texts."
            )
            return splitter
        about = draft.about()
        kept = settled.kept(about["_stratum"])
        to_cut = kept & (about["_split"] == splits.OPEN)
        strata = (
            about["_stratum"] if self.stratified else np.zeros_like(about["_stratum"])
        )
        splitter.learn(about["_key"][to_cut], strata[to_cut])
        chosen = np.full(len(kept), splits.OPEN, np.int8)
        chosen[kept] = splitter(about["_key"][kept], about["_split"][kept])
        names = [
            (s.name, "row" if s.kind == "parquet" else "line") for s in self.sources
        ]
        look_for_doubles(about, chosen, names, self.what, self.doubles, self.report)
        return splitter

    def _write(
        self,
        draft: Draft,
        splitter: splits.Splitter,
        settled: Settled,
        folder: Path | None,
    ) -> "DatasetDict | None":
        import pyarrow as pa

        schema = settled.features.arrow_schema
        sinks = [
            pa.BufferOutputStream()
            if folder is None
            else pa.OSFile(str(folder / f"{name}.arrow"), "wb")
            for name in SPLITS
        ]
        writers = [pa.ipc.new_stream(sink, schema) for sink in sinks]
        for batch in draft.batches():
            self._scatter(batch, splitter, settled, writers)
        for writer in writers:
            writer.close()
        if folder is None:
            return _of_buffers([sink.getvalue() for sink in sinks])
        for sink, name, count in zip(sinks, SPLITS, self._counts, strict=True):
            sink.close()
            if not count:
                (folder / f"{name}.arrow").unlink()
        return None

    def _scatter(
        self,
        batch: "pa.RecordBatch",
        splitter: splits.Splitter,
        settled: Settled,
        writers: Sequence[Any],
    ) -> None:
        """Put the rows of a batch where they belong."""
        import pyarrow as pa

        kept = settled.kept(batch["_stratum"].to_numpy())
        batch = batch.filter(pa.array(kept))
        if not batch.num_rows:
            return
        keys, given = batch["_key"].to_numpy(), batch["_split"].to_numpy()
        chosen = splitter(keys, given)
        batch = batch.drop_columns(list(ABOUT))
        if settled.column:
            at = batch.schema.get_field_index(settled.column)
            numbers = _renamed(batch[settled.column], settled.labels)
            batch = batch.set_column(at, settled.column, numbers)
        batch = batch.cast(settled.features.arrow_schema)
        for number, writer in enumerate(writers):
            mine = chosen == number
            self._counts[number] += mine.sum()
            if mine.any():
                writer.write_batch(batch.filter(pa.array(mine)))

    def _split_sentence(self) -> str:
        there = [source.split for source in self.sources]
        return splits.sentence(self._counts.tolist(), [*there, *self.split_names])


def _renamed(column: "pa.Array", new: Sequence[int]) -> "pa.Array":
    """A column of labels, or of lists of them, under their new numbers."""
    import pyarrow as pa

    table = np.asarray(new, np.int64)
    if not pa.types.is_list(column.type):
        return pa.array(table[column.to_numpy()])
    lengths = column.value_lengths().to_numpy()
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    values = pa.array(table[column.flatten().to_numpy()])
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def _opened(folder: Path) -> "DatasetDict":
    """The splits in a folder, mapped into memory and not read."""
    from datasets import Dataset, DatasetDict, NamedSplit

    there = [name for name in SPLITS if (folder / f"{name}.arrow").is_file()]
    return DatasetDict(
        {
            n: Dataset.from_file(str(folder / f"{n}.arrow"), split=NamedSplit(n))
            for n in there
        }
    )


def _of_buffers(buffers: "Sequence[pa.Buffer]") -> "DatasetDict":
    from datasets import Dataset, DatasetDict, NamedSplit

    made = {
        name: Dataset.from_buffer(buffer, split=NamedSplit(name))
        for name, buffer in zip(SPLITS, buffers, strict=True)
    }
    return DatasetDict({name: rows for name, rows in made.items() if len(rows)})

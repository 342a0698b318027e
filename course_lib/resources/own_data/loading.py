"""What a learner asks of a loader, whatever the task."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from course_lib.errors import CourseError
from course_lib.resources.own_data import columns as cols
from course_lib.resources.own_data import splits
from course_lib.resources.own_data.assembly import Assembly, Settled
from course_lib.resources.own_data.draft import Draft
from course_lib.resources.own_data.problems import OnProblem, Report
from course_lib.resources.own_data.sources import SPLITS, Source, find, split_named
from course_lib.resources.own_data.tables import Reading, Record, Table

if TYPE_CHECKING:
    import pyarrow as pa


class Job(Protocol):
    """The part of a loading that differs from task to task."""

    def schema(self) -> "pa.Schema":
        """Of the columns while the rows are read."""

    def read(self, number: int, source: Source, draft: Draft) -> None:
        """Put the rows of a file into the draft."""

    def settle(self) -> Settled:
        """Look at what was read as a whole."""


class Split(NamedTuple):
    """A split by name and number; None and -1 where it is yet to be chosen."""

    name: str | None
    number: int


OPEN = Split(None, splits.OPEN)


@dataclass
class Ask:
    """Which files, how they are read and split, and where problems go.

    Attributes:
        sources: the files.
        report: gathers problems.
        split: shares of the splits; or the column that names the split of a row.
        settings: all that decides about the outcome.
        split_names: splits that a column named so far.
    """

    sources: Sequence[Source]
    report: Report
    split: Sequence[float] | str | None
    settings: dict[str, Any] = field(default_factory=dict)
    split_names: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        path: str | PathLike[str],
        validation: str | PathLike[str] | None,
        test: str | PathLike[str] | None,
        kinds: Iterable[str],
        on_problem: OnProblem,
        split: Sequence[float] | str | None,
        **settings: Any,
    ) -> "Ask":
        """Find the files; all settings decide about the outcome.

        Raises:
            DataError: one is not there, or is none that can be read.
            CourseError: the shares of the splits are none.
        """
        report = Report(on_problem, Path(path).name or str(path))
        if not isinstance(split, str):
            splits.checked(split)
        sources = find(path, {"validation": validation, "test": test}, kinds, report)
        settings |= {"split": split, "on_problem": on_problem}
        settings["subject"] = report.subject  # it is in what is said
        return cls(sources, report, split, settings)

    @property
    def subject(self) -> str:
        return self.report.subject

    def quiet(self) -> Report:
        """For a first look: what is wrong is told when all is read."""
        return Report("skip", self.subject)

    @cached_property
    def reading(self) -> Reading:
        names = ("encoding", "delimiter", "columns")
        return Reading(**{name: self.settings.get(name) for name in names})

    def assembly(self, task: str, job: Job, **options: Any) -> Assembly:
        """All of it together, ready to be loaded."""
        there = [source.split for source in self.sources]
        shares = splits.STANDARD if isinstance(self.split, str) else self.split
        return Assembly(
            sources=self.sources,
            report=self.report,
            fractions=splits.without(splits.checked(shares), there),
            settings={"task": task, **self.settings},
            schema=job.schema,
            read=job.read,
            settle=job.settle,
            split_names=self.split_names,
            **options,
        )


def fixed_split(source: Source, ask: Ask) -> Split | None:
    """The split that all rows of a file have; None where each has its own."""
    if source.split is None or _to_cut(source, ask):
        return None
    return Split(source.split, SPLITS.index(source.split))


def split_column(
    table: Table, source: Source, ask: Ask
) -> Callable[[Record], Split | None]:
    """How a row's split is told: by its file, by a column, or later by its text."""
    fixed = fixed_split(source, ask)
    if fixed is not None:
        return lambda _: fixed
    name = ask.split if isinstance(ask.split, str) else None
    if ask.split == splits.STANDARD and source.split is None:
        name = _named_splits(table)
    if name is None:
        return lambda _: OPEN
    at = table.columns.index(cols.require(table, {"split": name}, ask.report)["split"])
    return _by_cell(table, at, ask)


def _by_cell(table: Table, at: int, ask: Ask) -> Callable[[Record], Split | None]:
    names, name = ask.split_names, table.columns[at]

    def split_of(record: Record) -> Split | None:
        found = split_named(str(record.cells[at]))
        if found is None:
            ask.report.problem(
                "unknown-split",
                f"{str(record.cells[at])[:30]!r} in the column {name!r} is no split",
                "Write train, validation or test",
                lambda: table.place(record, at),
            )
            return None
        names.append(found) if found not in names else None
        return Split(found, SPLITS.index(found))

    return split_of


def require_names(keep: Sequence[str], taken: Sequence[str]) -> None:
    """Columns to keep must not be called like those that the data have anyway.

    Raises:
        CourseError: one is.
    """
    both = [name for name in keep if name in taken]
    if both or isinstance(keep, str):
        raise CourseError(
            f"keep={keep!r}: expected a list of columns that are not called "
            f"{' or '.join(taken)}, which the data have already"
        )


def chosen_line(chosen: Mapping[str, str]) -> str:
    """Which column was taken for what."""
    pairs = (f"{role} from the column {name!r}" for role, name in chosen.items())
    return ", ".join(pairs)


def _to_cut(source: Source, ask: Ask) -> bool:
    """Whether a file to learn from also has to give the splits that are not there."""
    if source.split != "train" or ask.split is None or isinstance(ask.split, str):
        return False
    wanted = [n for n, share in zip(SPLITS, ask.split, strict=True) if share]
    there = [source.split for source in ask.sources]
    return any(name not in there for name in wanted)


def _named_splits(table: Table) -> str | None:
    """A column that names splits and holds nothing else."""
    name = cols.named(table, "split")
    if name is None:
        return None
    at = table.columns.index(name)
    found = {split_named(str(row.cells[at])) for row in cols.sample(table)}
    return name if found and None not in found else None

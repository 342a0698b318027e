"""What is wrong with a file of one's own: each problem with its place and its cure."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, NoReturn

from course_lib.errors import CourseError

KEPT = 20  # problems of one kind that are told in full; the rest are counted
KEPT_WARNINGS = 3
OnProblem = Literal["raise", "skip"]


class Place(NamedTuple):
    """Where something stands; lines and columns (characters) count from 1."""

    file: str
    line: int | None = None
    column: int | None = None
    unit: str = "line"  # "row" in Parquet, which has no lines

    def __str__(self) -> str:
        parts = [self.file]
        parts += [f"{self.unit} {self.line}"] if self.line is not None else []
        parts += [f"column {self.column}"] if self.column is not None else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        kind: a short name, the same for all problems of its kind: "empty-text".
        says: what was found and what was expected.
        cure: what to do.
        file: name of the file.
        line: from 1, as an editor counts; in Parquet the row. None: the whole file.
        column: from 1, in characters.
        place: the three as one.
    """

    kind: str
    says: str
    cure: str
    place: Place

    @property
    def file(self) -> str:
        return self.place.file

    @property
    def line(self) -> int | None:
        return self.place.line

    @property
    def column(self) -> int | None:
        return self.place.column

    def __str__(self) -> str:
        return f"{self.place}: {self.says}.\n    {self.cure}."


class DataError(CourseError):
    """A file cannot be used as it is; the message lists what to change.

    Attributes:
        problems: up to 20 of each kind, in the order of the file.
        counts: how many there are of each kind.
        warnings: what need not be changed, but looks odd.
    """

    def __init__(self, report: "Report") -> None:
        self.problems = tuple(report.problems)
        self.counts = dict(report.counts)
        self.warnings = tuple(report.warnings)
        super().__init__(_listed(report))


class Report:
    """Gathers what a reader finds, and says it all at once.

    Args:
        on_problem: "raise" stops at the end of the file with a `DataError`; "skip"
            leaves the bad rows out.
        subject: the name of what is read, for the first line of a message.
    """

    def __init__(self, on_problem: OnProblem = "raise", subject: str = "") -> None:
        if on_problem not in ("raise", "skip"):
            raise CourseError(
                f'on_problem={on_problem!r} is neither "raise", which lists all '
                'problems, nor "skip", which leaves the bad rows out'
            )
        self.on_problem, self.subject = on_problem, subject
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.counts: Counter[str] = Counter()
        self.odd: Counter[str] = Counter()
        self.handled: Counter[str] = Counter()  # harmless things, put right
        self.left_out = 0  # rows
        self.hopeless = False  # whether leaving rows out would not help
        self.notes: list[str] = []  # said with what was read

    def problem(
        self, kind: str, says: str, cure: str, place: Callable[[], Place] | Place
    ) -> None:
        """Note what makes a row unusable; its place is only looked for when told."""
        self.counts[kind] += 1
        if self.counts[kind] <= KEPT:
            self.problems.append(Problem(kind, says, cure, _found(place)))

    def warn(
        self, kind: str, says: str, cure: str, place: Callable[[], Place] | Place
    ) -> None:
        """Note what looks odd and stays as it is."""
        self.odd[kind] += 1
        if self.odd[kind] <= KEPT_WARNINGS:
            self.warnings.append(Problem(kind, says, cure, _found(place)))

    def stop(self, kind: str, says: str, cure: str, place: Place) -> NoReturn:
        """Give up at once: without this nothing can be read.

        Raises:
            DataError: always, with all that was found so far.
        """
        self.counts[kind] += 1
        self.problems.append(Problem(kind, says, cure, place))
        self.hopeless = True
        raise DataError(self)

    @property
    def skips(self) -> bool:
        """Whether bad rows are left out."""
        return self.on_problem == "skip"

    def judge(self) -> None:
        """Where the reading ends: go on, or list the problems.

        Raises:
            DataError: there are problems, and they are not to be skipped.
        """
        if self.problems and not self.skips:
            raise DataError(self)

    def lines(self) -> list[str]:
        """What is said about a file that was read: left out, handled, odd."""
        said = list(self.notes)
        if self.left_out:
            kinds = ", ".join(f"{kind} {n:,}" for kind, n in self.counts.items())
            said.append(f"Left out: {_rows(self.left_out)} ({kinds}).")
        if self.handled:
            said.append(
                f"Harmless, handled: {', '.join(map(self._said, self.handled))}."
            )
        return said + _told(self.warnings, self.odd, "Look at ")

    def _said(self, what: str) -> str:
        count = self.handled[what]
        return what if count == 1 else f"{what} ({count:,} times)"


def _found(place: Callable[[], Place] | Place) -> Place:
    return place if isinstance(place, Place) else place()


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _listed(report: Report) -> str:
    total = report.counts.total()
    found = "1 problem" if total == 1 else f"{total:,} problems"
    head = f"{report.subject} cannot be used as it is: {found}."
    parts = [head, *_told(report.problems, report.counts)]
    parts += _told(report.warnings, report.odd, "Not wrong, but odd: ")
    if not report.hopeless:
        parts.append('on_problem="skip" leaves such rows out and says how many.')
    return "\n".join(parts)


def _told(problems: list[Problem], counts: Counter[str], before: str = "") -> list[str]:
    """Problems one after the other; after the last of a kind, how many more."""
    lines = []
    last = {problem.kind: at for at, problem in enumerate(problems)}
    for at, problem in enumerate(problems):
        lines.append(f"{before}{problem}")
        told = sum(other.kind == problem.kind for other in problems)
        if last[problem.kind] == at and counts[problem.kind] > told:
            lines.append(f"... and {counts[problem.kind] - told:,} more of this kind.")
    return lines

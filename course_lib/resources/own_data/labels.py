"""The labels of a data set: which, how often, and whether they can be learned."""

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from course_lib.errors import CourseError
from course_lib.resources.own_data.problems import Place, Report
from course_lib.resources.own_data.sources import TRAIN
from course_lib.resources.own_data.tables import MISSING, Record, Table

MOST = 10_000  # different ones; more are no labels
FEWEST = 2  # examples of one

Given = Sequence[str] | Mapping[Any, str] | None


class Labels:
    """Numbers for labels as they are met, and names for the numbers in the end.

    Args:
        given: the labels that there may be, in the order of their numbers; or from
            what stands in the file to their names; None: those of the file.

    Raises:
        CourseError: fewer than two are given, or one twice.
    """

    def __init__(self, given: Given, report: Report) -> None:
        self.report = report
        pairs = (
            dict(given) if isinstance(given, Mapping) else {x: x for x in given or ()}
        )
        self._names = {_plain(raw): str(name) for raw, name in pairs.items()}
        self._is_given = given is not None
        if given is not None and (
            len(given) != len(pairs) or len(self.allowed) < FEWEST
        ):
            raise CourseError(
                f"labels={given!r}: expected two or more different labels, such as "
                '["negative", "positive"] or {"0": "negative", "1": "positive"}'
            )
        self._numbers = {name: n for n, name in enumerate(self.allowed)}
        self._of_raw = {raw: self._numbers[name] for raw, name in self._names.items()}
        self.counts: Counter[tuple[int, str]] = Counter()  # by number and split
        self._first: dict[tuple[int, str], Place] = {}

    @property
    def allowed(self) -> list[str]:
        """The names that were given, in their order."""
        return list(dict.fromkeys(self._names.values()))

    def number(
        self, table: Table, record: Record, column: int, split: str | None, used: bool
    ) -> int | None:
        """The number of a row's label for now; None where it has none that may be.

        Args:
            split: of the row; None: not yet known.
            used: whether the row is used, so that the label counts.
        """
        raw = record.cells[column]
        number = self._of_raw.get(raw) if isinstance(raw, str) else None
        if number is None:
            number = self._new(table, record, column)
            if number is None:
                return None
        if not used:
            return number
        seen = (number, split or TRAIN)
        if seen not in self._first:
            self._first[seen] = table.place(record, column)
        self.counts[seen] += 1
        return number

    def settle(self) -> tuple[list[str], list[int]]:
        """The names in their order, and the new number of each number; -1: left out.

        Raises:
            DataError: what is left are not two labels.
        """
        total = self._totals()
        dropped = self._unlearnable(total)
        kept = [n for name, n in self._numbers.items() if n not in dropped]
        there = [n for n in kept if total[n]]
        if len(there) < FEWEST:
            self._stop_at_one(there)
        names = {n: name for name, n in self._numbers.items()}
        order = kept if self._is_given else sorted(kept, key=lambda n: _rank(names[n]))
        self._look_alike({name: total[n] for name, n in self._numbers.items()})
        new = {n: at for at, n in enumerate(order)}
        return [names[n] for n in order], [new.get(n, -1) for n in range(len(names))]

    def sentence(self) -> str:
        """Each label with its count; of many, the first ones."""
        total = self._totals()
        names = sorted(self._numbers, key=_rank)
        shown = [f"{name} {total[self._numbers[name]]:,}" for name in names[:8]]
        more = f" and {len(names) - 8} more labels" if len(names) > 8 else ""
        return ", ".join(shown) + more

    def _totals(self) -> Counter[int]:
        total: Counter[int] = Counter()
        for (number, _), count in self.counts.items():
            total[number] += count
        return total

    def _new(self, table: Table, record: Record, column: int) -> int | None:
        """A label in a spelling that was not met before."""
        raw = record.cells[column]
        plain = "" if raw is None or raw is MISSING else _plain(raw)
        if isinstance(raw, str) and plain != raw:
            self.report.handled["spaces around a label"] += 1
        if plain in self._of_raw:
            return self._of_raw[plain]
        if not plain.isprintable():
            cure = "Write a label that can be printed"
            says = f"the label {plain[:40]!r} holds a control character"
            self.report.problem("odd-label", says, cure, table.place(record, column))
            return None
        if not plain or self._is_given:
            self._refuse(plain, lambda: table.place(record, column))
            return None
        if len(self._numbers) >= MOST:
            self._stop_at_many(table.columns[column], table.place(record, column))
        self._of_raw[plain] = self._numbers[plain] = len(self._numbers)
        return self._numbers[plain]

    def _refuse(self, plain: str, place: Any) -> None:
        if not plain:
            cure = "Fill it in or delete the row"
            self.report.problem("empty-label", "the label is empty", cure, place)
            return
        close = get_close_matches(plain, list(self._names), n=1)
        hint = f": is it {close[0]!r}?" if close else ""
        allowed = ", ".join(map(repr, list(self._names)[:8]))
        self.report.problem(
            "unknown-label",
            f"{plain[:40]!r} is none of the labels that were given ({allowed}){hint}",
            "Correct it, or add it to labels=",
            place,
        )

    def _unlearnable(self, total: Counter[int]) -> set[int]:
        """Numbers of labels with too few examples, or with none to learn from."""
        names = {n: name for name, n in self._numbers.items()}
        rows = sum(total.values())
        if not self._is_given and len(names) > max(20, rows // 2):
            self._stop_at_many("", self._first[0, TRAIN])
        dropped = set() if self._is_given else {n for n in names if not total[n]}
        for (number, split), place in self._first.items():
            if split != TRAIN and not self.counts[number, TRAIN]:
                self._unseen(names[number], split, self.counts[number, split], place)
                dropped.add(number)
            elif total[number] < FEWEST:
                self._few(names, names[number], place)
                dropped.add(number)
        self.report.left_out += sum(total[number] for number in dropped)
        for name, number in self._numbers.items():
            if self._is_given and not total[number]:
                self._unused(name)
        return dropped

    def _unseen(self, name: str, split: str, count: int, place: Place) -> None:
        self.report.problem(
            "unseen-label",
            f"the label {name!r}, {count:,} times in {split}, never occurs in train",
            "Add examples of it to train, or correct it",
            place,
        )

    def _few(self, names: Mapping[int, str], name: str, place: Place) -> None:
        others = [other for other in names.values() if other != name]
        close = get_close_matches(name, others, n=1)
        hint = f"; is it {close[0]!r}?" if close else ""
        read = " in the rows that can be read" if self.report.left_out else ""
        self.report.problem(
            "few-examples",
            f"the label {name!r} has 1 example{read}, expected {FEWEST} or more{hint}",
            "Add examples, correct the label, or delete the row",
            place,
        )

    def _unused(self, name: str) -> None:
        subject = Place(self.report.subject)
        says = f"the label {name!r} was given, but no row has it"
        self.report.warn("unused-label", says, "Leave it out of labels=", subject)

    def _look_alike(self, total: Mapping[str, int]) -> None:
        """Labels that differ in capitals alone are mostly one."""
        spellings: dict[str, list[str]] = {}
        for name in sorted(total, key=lambda one: -total[one]):
            spellings.setdefault(name.casefold(), []).append(name)
        for usual, *others in spellings.values():
            for name in others:
                number = self._numbers[name]
                place = next(p for (n, _), p in self._first.items() if n == number)
                self.report.warn(
                    "label-case",
                    f"the labels {usual!r} ({total[usual]:,}) and {name!r} "
                    f"({total[name]:,}) differ in capitals alone",
                    "If they are one, write them alike",
                    place,
                )

    def _stop_at_one(self, there: Sequence[int]) -> None:
        self.report.judge()  # it may come of the other problems
        names = {n: name for name, n in self._numbers.items()}
        says = "no row has a label that can be learned"
        if there:
            says = f"all rows have one label, {names[there[0]]!r}"
        self.report.stop(
            "one-label",
            f"{says}: a classifier needs two or more to tell apart",
            "Add rows with another label, or give label= another column",
            Place(self.report.subject),
        )

    def _stop_at_many(self, column: str, place: Place) -> None:
        which = f"the column {column!r}" if column else "the label"
        self.report.stop(
            "no-label",
            f"{which} has {len(self._numbers):,} different values: these are no labels",
            "Give label= the column that holds the labels",
            place,
        )


def _plain(raw: Any) -> str:
    """A label as text: "1" for 1 and for 1.0."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    return str(raw).strip()


def _rank(name: str) -> tuple[int, float, str, str]:
    """Numbers by size, then words by their letters."""
    try:
        return 0, float(name), "", name
    except ValueError:
        return 1, 0.0, name.casefold(), name

"""The tags of a data set: their numbers, and which cannot be learned."""

from collections import Counter
from collections.abc import Callable, Sequence
from difflib import get_close_matches

from course_lib.errors import CourseError
from course_lib.resources.own_data.problems import Place, Report
from course_lib.resources.own_data.sources import TRAIN
from course_lib.resources.own_data.tag_rules import OUTSIDE, is_prefixed, type_of

MOST = 2_000  # different ones


class TagNames:
    """Numbers for tags as they are met, and names for the numbers in the end.

    Args:
        given: the tags that may occur, in the order of their numbers; None: any.

    Raises:
        CourseError: fewer than two are given, or one twice.
    """

    def __init__(self, given: Sequence[str] | None, report: Report) -> None:
        self.given, self.report = list(given or ()), report
        if given is not None and (len(set(given)) != len(given) or len(given) < 2):
            raise CourseError(
                f"labels={given!r}: expected two or more different tags, such as "
                '["O", "B-PER", "I-PER"]'
            )
        self._numbers = {name: n for n, name in enumerate(self.given)}
        self._first: dict[tuple[str, str], Place] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    def numbers(
        self, tags: Sequence[str], split: str | None, place: Callable[[int], Place]
    ) -> list[int] | None:
        """The numbers of a sentence's tags for now; None where one may not occur."""
        strange = [at for at, tag in enumerate(tags) if not self._may_occur(tag)]
        for at in strange:
            self._refuse(tags[at], place(at))
        if strange:
            return None
        for at, tag in enumerate(tags):
            seen = (tag, split or TRAIN)
            if seen not in self._first:
                self._first[seen] = place(at)
                self._numbers.setdefault(tag, len(self._numbers))
            self._counts[seen] += 1
        return [self._numbers[tag] for tag in tags]

    def settle(self) -> tuple[list[str], list[int]]:
        """The names in their order, and the new number of each number.

        Raises:
            DataError: all tokens have the same tag.
        """
        met = {tag for tag, _ in self._counts}
        if len(met) < 2 and not self.report.counts:
            self.report.stop(
                "one-label",
                f"every token has the tag {', '.join(met) or '(none)'}: there is "
                "nothing to tell apart",
                "Add sentences with names, or give tags= the column of the tags",
                Place(self.report.subject),
            )
        self._compare_splits()
        self._warn_of_few()
        names = self.given or sorted(self._numbers, key=_rank)
        place = {name: at for at, name in enumerate(names)}
        return names, [place[name] for name in self._numbers]

    def sentence(self) -> str:
        """Each type of name with its count; of many, the first ones."""
        counts = self._openings()
        shown = [f"{name} {counts[name]:,}" for name in sorted(counts)[:8]]
        more = f" and {len(counts) - 8} more" if len(counts) > 8 else ""
        return ", ".join(shown) + more

    def _may_occur(self, tag: str) -> bool:
        if tag in self._numbers:
            return True
        if not self.given and len(self._numbers) >= MOST:
            self.report.stop(
                "no-label",
                f"there are more than {MOST:,} different tags: these are no tags",
                "Give tags= the number of the column that holds them",
                Place(self.report.subject),
            )
        return not self.given

    def _refuse(self, tag: str, place: Place) -> None:
        close = get_close_matches(tag, self.given, n=1)
        hint = f": is it {close[0]}?" if close else ""
        self.report.problem(
            "unknown-label",
            f"{tag} is none of the tags that were given{hint}",
            "Correct it, or add it to labels=",
            place,
        )

    def _openings(self) -> Counter[str]:
        """How many names there are of each type; without prefixes, how many tokens."""
        found: Counter[str] = Counter()
        for (tag, _), count in self._counts.items():
            if tag.startswith("B-") or not (is_prefixed(tag) or tag == OUTSIDE):
                found[type_of(tag)] += count
        return found

    def _compare_splits(self) -> None:
        learned = {tag for tag, split in self._counts if split == TRAIN}
        types = {type_of(tag) for tag in learned}
        for (tag, split), place in self._first.items():
            if tag in learned:
                continue
            says = f"the tag {tag}, {self._counts[tag, split]:,} times in {split}, "
            says += "never occurs in train"
            new = type_of(tag) not in types
            tell = self.report.problem if new else self.report.warn
            tell(
                "unseen-label",
                says,
                "Add examples of it to train, or correct it",
                place,
            )

    def _warn_of_few(self) -> None:
        for name, count in self._openings().items():
            if count < 2:
                place = next(
                    p for (t, _), p in self._first.items() if type_of(t) == name
                )
                says = f"{name} occurs once, which is too little to learn it"
                cure = "Add examples, or correct it"
                self.report.warn("few-examples", says, cure, place)


def _rank(tag: str) -> tuple[bool, str, str]:
    """O first, then type by type, B- before I-."""
    return tag != OUTSIDE, type_of(tag), tag

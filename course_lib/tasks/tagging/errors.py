"""What a tagger gets wrong, by kinds."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from course_lib.tasks.tagging.bio import Span, spans

TYPE, EDGE, MISSED, INVENTED = "wrong type", "wrong edge", "missed", "invented"
KINDS = (TYPE, EDGE, MISSED, INVENTED)


class Error(NamedTuple):
    """One error.

    Attributes:
        kind: "wrong type", the right words with another type; "wrong edge", other
            words, some of them right, whatever the type; "missed", a true entity of
            which nothing was found; "invented", one found where nothing is true.
        sentence: its number.
        true: the entity that is there; None where one was invented.
        found: the entity that was found; None where one was missed.
    """

    kind: str
    sentence: int
    true: Span | None
    found: Span | None


def find_errors(
    truth: Sequence[Sequence[str]], found: Sequence[Sequence[str]]
) -> list[Error]:
    """All errors in sentences, given the true tags and those found."""
    both = zip(truth, found, strict=True)
    return [
        error
        for number, (true, said) in enumerate(both)
        for error in _in_sentence(number, spans(true), spans(said))
    ]


def _in_sentence(number: int, true: list[Span], found: list[Span]) -> Iterator[Error]:
    for one in found:
        near = [other for other in true if one.touches(other)]
        if one in near:
            continue
        same = [other for other in near if other[1:] == one[1:]]
        if same:
            yield Error(TYPE, number, same[0], one)
        elif near:
            yield Error(EDGE, number, near[0], one)
        else:
            yield Error(INVENTED, number, None, one)
    for one in true:
        if not any(one.touches(other) for other in found):
            yield Error(MISSED, number, one, None)

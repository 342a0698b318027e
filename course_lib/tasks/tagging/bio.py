"""From BIO tags to the entities that they mark, and back.

B- opens an entity, I- continues one of its type, O is outside. An I- that continues
nothing (after O, after another type, at the start) is read as the opening that it must
mean, as CoNLL's own measure does.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

OUTSIDE = "O"


class Span(NamedTuple):
    """An entity of a sentence.

    Attributes:
        type: what it is: PER, LOC, ...
        start: its first word.
        end: the place behind its last word.
    """

    type: str
    start: int
    end: int

    def touches(self, other: "Span") -> bool:
        """Whether the two have a word in common."""
        return self.start < other.end and other.start < self.end


def spans(tags: Sequence[str]) -> list[Span]:
    """The entities of a sentence, in their order."""
    found: list[Span] = []
    for place, tag in enumerate(tags):
        if tag == OUTSIDE:
            continue
        prefix, _, type_ = tag.partition("-")
        last = found[-1] if found else None
        if prefix == "I" and last and (last.type, last.end) == (type_, place):
            found[-1] = last._replace(end=place + 1)
        else:
            found.append(Span(type_, place, place + 1))
    return found


def tags_of(entities: Iterable[Span], length: int) -> list[str]:
    """The BIO tags of a sentence of so many words; entities must not overlap."""
    tags = [OUTSIDE] * length
    for type_, start, end in entities:
        tags[start:end] = [f"B-{type_}", *[f"I-{type_}"] * (end - start - 1)]
    return tags

"""Which tags may follow one another, and what a tag that breaks the rules may mean.

In BIO, B- opens a name, I- continues one of the same type, O is outside. Two relatives
are turned into it: IOB1 opens with B- only right after a name of the same type; BIOES
marks the end of a name with E- (or L-) and a name of one token with S- (or U-).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

Scheme = Literal["bio", "iob1", "bioes", "plain"]
OUTSIDE = "O"
_SPAN = re.compile(r"([BI])-([^,;|]+)")
_PREFIXED = re.compile(r"[BIESLU]-.")
_LIKE_BIO = {"S": "B", "U": "B", "E": "I", "L": "I"}


class Fault(NamedTuple):
    """A tag of a sentence, by its place, that cannot be."""

    at: int
    kind: str
    says: str
    cure: str


def is_prefixed(tag: str) -> bool:
    """Whether a tag marks a part of a name: B-PER."""
    return _PREFIXED.match(tag) is not None


def type_of(tag: str) -> str:
    """PER of B-PER; the tag itself where it has no prefix."""
    return tag[2:] if is_prefixed(tag) else tag


def as_bio(tags: Sequence[str], scheme: Scheme) -> list[str]:
    """The same names in BIO."""
    if scheme == "bioes":
        return [
            _LIKE_BIO.get(t[:1], t[:1]) + t[1:] if is_prefixed(t) else t for t in tags
        ]
    if scheme != "iob1":
        return list(tags)
    opened = [
        tag.startswith("I-") and (before == OUTSIDE or type_of(before) != type_of(tag))
        for before, tag in zip([OUTSIDE, *tags], tags, strict=False)
    ]
    return [f"B{t[1:]}" if o else t for t, o in zip(tags, opened, strict=True)]


def faults(tags: Sequence[str]) -> Iterator[Fault]:
    """What is wrong with the tags of a sentence, in BIO."""
    before: str | None = OUTSIDE  # None: it was wrong, so it proves nothing
    for at, tag in enumerate(tags):
        whole = _SPAN.fullmatch(tag)
        if tag != OUTSIDE and whole is None:
            yield Fault(at, *_unknown(tag))
            before = None
            continue
        if (
            whole
            and whole[1] == "I"
            and before is not None
            and type_of(before) != whole[2]
        ):
            yield _impossible(at, tag, before)
        before = tag


def _impossible(at: int, tag: str, before: str) -> Fault:
    name = type_of(tag)
    says = f"{tag} follows {before}" if at else f"{tag} opens a sentence"
    return Fault(
        at,
        "impossible-sequence",
        f"{says}, but I- continues a name of its own type",
        f'Write B-{name} here; if the file always opens with I-, give scheme="iob1"',
    )


def _unknown(tag: str) -> tuple[str, str, str]:
    parts = re.split(r"[,;|]", tag)
    if len(parts) > 1 and all(p == OUTSIDE or is_prefixed(p) for p in parts):
        says = f"{tag} is {len(parts)} tags, and a token has one"
        return "double-tag", says, "Keep one of them"
    says = f"{tag!r} is no tag: expected O, B-TYPE or I-TYPE"
    if tag in ("0", "o"):
        return "unknown-tag", says, "Write the capital letter O"
    if is_prefixed(tag):
        return (
            "unknown-tag",
            says,
            'If the tags are BIOES (or BILOU), give scheme="bioes"',
        )
    if re.fullmatch(r"[bi]-.+", tag):
        return "unknown-tag", says, f"Write {tag[0].upper()}{tag[1:]}"
    if tag in ("B", "I"):
        return "unknown-tag", says, f"Add the type of the name, such as {tag}-PER"
    return "unknown-tag", says, 'Correct it; tags without B- and I- need scheme="plain"'

"""11.decode_entities: the entities that a row of BIO tags spells."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import torch

from course_lib.exercises.catalogue import Case, Exercise
from course_lib.exercises.chapter11.mistakes import DECODE_MISTAKES

Wrong = Mapping[str, Any]
Entity = tuple[str, int, int]  # type, start, end (exclusive)
OUTSIDE = "O"


def decode_entities(tags: list[str]) -> list[tuple[str, int, int]]:
    entities, kind, start = [], None, 0
    for i, tag in enumerate([*tags, "O"]):  # one more O closes the last entity
        prefix, _, named = tag.partition("-")
        if prefix == "I" and named == kind:
            continue
        if kind is not None:
            entities.append((kind, start, i))
        kind, start = (None if prefix == "O" else named), i
    return entities


def _steps(wrong: Wrong, tags: list[str]) -> dict[str, Any]:
    found = list(_found(wrong, tags))
    if "nothing-found" in wrong:
        found = []
    if "one-tag-entities-dropped" in wrong:
        found = [(kind, start, end) for kind, start, end in found if end - start > 1]
    if "not-in-text-order" in wrong:
        by_type = wrong["not-in-text-order"] == "by type"
        found = sorted(found) if by_type else found[::-1]
    return {"entities": [_written(wrong, tags, entity) for entity in found]}


def _found(wrong: Wrong, tags: list[str]) -> Iterator[Entity]:
    kind, start, end = "", 0, 0  # of the open entity; no type, no entity
    for i, tag in enumerate(tags):
        prefix, named = _parted(wrong, tag)
        if kind and _goes_on(wrong, kind, tag, tags[i - 1] if i else ""):
            end = i + 1
            if wrong.get("ignores-type-change") == "last type" and named:
                kind = named
            continue
        if prefix == "I" and wrong.get("i-without-b-dropped") == "unseen":
            continue
        begins = _begins(wrong, prefix, kind)
        if kind and not (begins and _lost(wrong, prefix)):
            yield kind, start, end
        kind, start, end = (named or prefix if begins else ""), i, i + 1
    if kind and "drops-last-entity" not in wrong:
        yield kind, start, end


def _parted(wrong: Wrong, tag: str) -> tuple[str, str]:
    """What the answer takes for the prefix and for the type."""
    prefix, *parts = tag.split("-")
    if "type-cut-at-hyphen" in wrong and parts:
        parts = (
            parts[:1] if wrong["type-cut-at-hyphen"] == "second part" else parts[-1:]
        )
    return prefix, "-".join(parts)


def _goes_on(wrong: Wrong, kind: str, tag: str, before: str) -> bool:
    """True if this tag continues the open entity."""
    prefix, named = _parted(wrong, tag)
    if prefix == OUTSIDE or kind == OUTSIDE:
        return prefix == kind or (prefix == OUTSIDE and "runs-over-outside" in wrong)
    if "b-and-i-apart" in wrong:
        return wrong["b-and-i-apart"] == "unless equal" and tag == before
    if prefix == "B":
        merged = wrong.get("merges-neighbours")
        return merged == "any type" or (merged == "one type" and named == kind)
    return named == kind or "ignores-type-change" in wrong


def _begins(wrong: Wrong, prefix: str, kind: str) -> bool:
    """True if an entity begins here; `kind` is the type of the one that just ended."""
    if prefix == OUTSIDE:
        return "outside-as-entity" in wrong
    dropped = wrong.get("i-without-b-dropped") if prefix == "I" else None
    return dropped != "all" and (dropped is None or kind not in ("", OUTSIDE))


def _lost(wrong: Wrong, prefix: str) -> bool:
    """True if the open entity is overwritten by the one that begins."""
    form = wrong.get("open-entity-overwritten")
    return form == "any" or (form == "by B-" and prefix == "B")


def _written(wrong: Wrong, tags: list[str], entity: Entity) -> Any:
    kind, start, end = entity
    if "prefix-kept" in wrong:
        kind = tags[start]
    if "end-inclusive" in wrong:
        end -= 1
    if "counts-from-one" in wrong:
        start, end = start + 1, end + 1
    if "length-instead-of-end" in wrong:
        end -= start
    order = wrong.get("parts-in-another-order")
    if order == "type, (start, end)":
        return kind, (start, end)
    return (start, end, kind) if order else (kind, start, end)


def _cases(_dtype: torch.dtype) -> list[Case]:
    return [
        _case("two entities", "O B-PER I-PER I-PER O B-LOC O"),
        _case("an entity at the end", "B-PER O O B-LOC I-LOC"),
        _case("neighbours of one type", "O B-PER I-PER B-PER B-PER I-PER O"),
        _case("neighbours of two types", "B-PER I-PER B-LOC I-LOC B-PER O"),
        _case("the type changes", "O B-PER I-LOC I-LOC O B-LOC I-PER I-LOC O"),
        _case("I- after O", "O I-PER I-PER O O I-LOC O I-LOC B-LOC I-LOC"),
        _case("I- at the start", "I-ORG I-ORG O B-PER O"),
        _case("hyphens in a type", "O B-geo-town I-geo-town I-geo-river O B-sea-town"),
        _case("no entity", "O O O"),
        _case("no tags", ""),
    ]


def _case(name: str, tags: str) -> Case:
    return Case(f"{name}: {tags}".removesuffix(": "), {"tags": tags.split()})


def _two_loops(tags: list[str]) -> list[Entity]:
    entities, i = [], 0
    while i < len(tags):
        if tags[i] == "O":
            i += 1
            continue
        kind, end = tags[i][2:], i + 1
        while end < len(tags) and tags[end] == "I-" + kind:
            end += 1
        entities.append((kind, i, end))
        i = end
    return entities


def _starts_and_ends(tags: list[str]) -> list[Entity]:
    """Where one begins and where one ends, found apart from each other."""
    row = ["O", *tags, "O"]

    def goes_on(i: int) -> bool:
        return row[i][0] == "I" and row[i - 1] in (f"B{row[i][1:]}", row[i])

    places = range(1, len(row))
    starts = [i - 1 for i in places if row[i] != "O" and not goes_on(i)]
    ends = [i - 1 for i in places if row[i - 1] != "O" and not goes_on(i)]
    return [(tags[s].split("-", 1)[1], s, e) for s, e in zip(starts, ends, strict=True)]


def _grown(tags: list[str]) -> list[Entity]:
    """The last entity of the list grows as long as its I- tags follow."""
    entities: list[Entity] = []
    for i, tag in enumerate(tags):
        prefix, kind = tag[0], tag[2:]
        if prefix == "I" and entities and entities[-1][0] == kind:
            _, start, end = entities[-1]
            if end == i:
                entities[-1] = (kind, start, i + 1)
                continue
        if prefix != "O":
            entities.append((kind, i, i + 1))
    return entities


def _expression(tags: list[str]) -> list[Entity]:
    """A regular expression over the tags, each closed by a space."""
    text = "".join(f"{tag} " for tag in tags)
    return [
        (match[1], text[: match.start()].count(" "), text[: match.end()].count(" "))
        for match in re.finditer(r"[BI]-(\S+) (?:I-\1 )*", text)
    ]


DECODE_ENTITIES = Exercise(
    id="11.decode_entities",
    title="Entities out of BIO tags",
    returns="list of (type, start, end), in the order of the text, end exclusive",
    reference=decode_entities,
    computation=_steps,
    answer=("entities",),
    cases=_cases,
    mistakes=DECODE_MISTAKES,
    variants={
        "two loops": _two_loops,
        "starts and ends": _starts_and_ends,
        "the last one grows": _grown,
        "regular expression": _expression,
    },
    hints=(
        "Walk through the tags and remember the open entity: its type and where it "
        "began. At each tag ask first: does it continue that entity?",
        "Only one kind of tag continues it: I- with the same type. Every other tag "
        "closes it, and every other tag than O begins a new one, I- as well as B-.",
        "The last entity must be closed too. Go through `[*tags, 'O']`, and the extra "
        "O does it at i = len(tags), which is its end, exclusive.",
        "`prefix, _, named = tag.partition('-')` cuts at the first hyphen. Then: if "
        "prefix is I and named == kind, `continue`; if an entity is open, append "
        "`(kind, start, i)`; open the next one unless prefix is O.",
    ),
    explanation="One question decides everything: is this an I- of the open type? If "
    "so, the entity goes on. If not, it ends here, before i, and a tag other than O "
    "begins the next. Reading a stray I- as a beginning keeps what the model found "
    "when it forgot a B-.",
)

"""Whole stories: a cast, a plot, the telling, and which split a story belongs to."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from course_lib.errors import CourseError
from course_lib.resources.grammar.casting import Cast, draw
from course_lib.resources.grammar.meaning import Entity
from course_lib.resources.grammar.plots import PLOTS
from course_lib.resources.grammar.questions import Question, ask
from course_lib.resources.grammar.telling import Sentence, Teller

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Story:
    """A story with all its labels.

    `breaks` are the sentences that open a new paragraph; `starts` where each sentence
    begins in `text`. `facts` are (subject, relation, object) that hold at its end.
    `skeleton` is the plot's name and the frame of each sentence. `cast` are the hero,
    a friend and others. `events` are (relation, {role: key}, sentence).
    """

    title: str
    text: str
    sentences: tuple[Sentence, ...]
    questions: tuple[Question, ...]
    facts: tuple[tuple[str, str, str], ...]
    starts: tuple[int, ...]
    breaks: tuple[int, ...]
    skeleton: tuple[str, ...]
    cast: tuple[str, ...]
    events: tuple[tuple[str, dict[str, str], int], ...]


def split_of(plot: str, cast: Cast) -> str:
    """The split that owns a plot with these two people: a tenth each is held out."""
    key = f"{plot}:{cast.hero.key}:{cast.friend.key}"
    bucket = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % 10
    return {0: "test", 1: "validation"}.get(bucket, "train")


def tell(rng: Random, split: str) -> Story:
    """One story of a split."""
    while True:
        plot, cast = rng.choice(sorted(PLOTS)), draw(rng)
        if split_of(plot, cast) == split:
            break
    teller = Teller(rng)
    teller.references.cast = [cast.hero, cast.friend, cast.other]
    for person in teller.references.cast:
        teller.where[person] = person.town
    title = PLOTS[plot](teller, cast)
    teller.flush()
    return _bound(teller, title, plot, cast)


def _bound(t: Teller, title: str, plot: str, cast: Cast) -> Story:
    text, starts, breaks = "", [], sorted({b for b in t.breaks if b})
    for number, sentence in enumerate(t.sentences):
        text += "" if not number else ("\n" if number in breaks else " ")
        starts.append(len(text))
        text += sentence.text
    return Story(
        title,
        text,
        tuple(t.sentences),
        ask(t, starts),
        tuple(lasting(cast) + belongings(t) + present_places(t)),
        tuple(starts),
        tuple(breaks),
        (plot, *t.skeleton),
        tuple(person.key for person in t.references.cast),
        tuple((e.relation, _keys(e.roles), e.sentence) for e in t.events),
    )


def lasting(cast: Cast) -> list[tuple[str, str, str]]:
    """What is always true of the cast: town, work, family."""
    facts = []
    for person in (cast.hero, cast.friend, cast.other):
        facts.append((person.key, "lives in", person.town.key))
        if person.job:
            facts.append((person.key, "works as", person.job.english))
    for relation, person in cast.hero.kin.items():
        facts.append((cast.hero.key, relation, person.key))
    return facts


def _keys(roles: dict[str, Entity]) -> dict[str, str]:
    return {role: entity.key for role, entity in roles.items()}


def belongings(t: Teller) -> list[tuple[str, str, str]]:
    """Whose each thing of the story is at its end."""
    things = {e.roles["what"]: None for e in t.events if "what" in e.roles}
    return [(thing.owner.key, "owns", thing.key) for thing in things if thing.owner]


def present_places(t: Teller) -> list[tuple[str, str, str]]:
    """Where everybody is at the end."""
    return [(who.key, "is at", where.key) for who, where in t.where.items()]


def write_stories(seed: int = 0, split: str = "train") -> Iterator[Story]:
    """Stories without end; the same seed and split give the same stories.

    No story is in two splits: a plot with the same two people belongs to one.

    Raises:
        CourseError: there is no such split.
    """
    if split not in SPLITS:
        raise CourseError(f"There is no split {split!r}; choose one of {SPLITS}.")
    return _endless(seed, split)


def _endless(seed: int, split: str) -> Iterator[Story]:
    number = 0
    while True:
        yield tell(Random(f"{seed}:{split}:{number}"), split)
        number += 1

"""Minimal pairs: two sentences that differ in one word, one of them wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from course_lib.errors import CourseError
from course_lib.resources.grammar.draft import spacing
from course_lib.resources.grammar.english_words import third
from course_lib.resources.grammar.lexicon import verbs
from course_lib.resources.grammar.people import people
from course_lib.resources.grammar.stories import Story, write_stories
from course_lib.resources.grammar.telling import Link, Sentence

# Each form with the one that does not agree.
NUMBERS = {
    "was": "were",
    "were": "was",
    "is": "are",
    "are": "is",
    "has": "have",
    "have": "has",
    "wasn't": "weren't",
    "weren't": "wasn't",
    "isn't": "aren't",
    "aren't": "isn't",
    "hasn't": "haven't",
    "haven't": "hasn't",
    "does": "do",
    "do": "does",
    "doesn't": "don't",
    "don't": "doesn't",
}
PRONOUNS = {
    "he": "she",
    "she": "he",
    "him": "her",
    "his": "her",
    "He": "She",
    "She": "He",
    "His": "Her",
}


@dataclass(frozen=True, slots=True)
class MinimalPair:
    """A right and a wrong sentence that differ in the word at `position`.

    `context` is what stands before in the story. `distance` is the number of words
    from the verb back to its subject's head, or from the pronoun back to the name;
    `distractors` how many noun phrases stand between, or how many people of the other
    sex stand further back.
    """

    kind: str
    context: str
    right: str
    wrong: str
    position: int
    distance: int
    distractors: int
    story: str


def joined(words: list[str]) -> str:
    """The text of a list of words."""
    return "".join(
        (" " if space else "") + word
        for word, space in zip(words, spacing(words), strict=True)
    )


def minimal_pairs(
    kind: str, count: int, seed: int = 0, split: str = "test"
) -> list[MinimalPair]:
    """Pairs from the stories of a split.

    Args:
        kind: "agreement" (was, were; the subject is a noun or a name) or "pronoun"
            (he, she: a person of the other sex is in the story, but not in this
            sentence or the one before).
        count: how many.
        seed: of the stories.
        split: of the stories.

    Raises:
        CourseError: there is no such kind.
    """
    if kind not in ("agreement", "pronoun"):
        raise CourseError(f"There is no kind {kind!r}; choose agreement or pronoun.")
    find = _agreements if kind == "agreement" else _pronouns
    return list(islice((p for s in write_stories(seed, split) for p in find(s)), count))


def _pair(story: Story, number: int, kind: str, position: int, other: str, rest):
    words = list(story.sentences[number].words)
    words[position] = other
    start = story.starts[number]
    return MinimalPair(
        kind,
        story.text[:start].rstrip(),
        story.sentences[number].text,
        joined(words),
        position,
        *rest,
        story.title,
    )


@cache
def other_numbers() -> dict[str, str]:
    """Each finite form with the one of the other number: was, were; sleeps, sleep."""
    forms = dict(NUMBERS)
    for verb in verbs().values():
        if verb.base not in (verb.past, "be") and not verb.modal:
            forms |= {verb.base: third(verb.base), third(verb.base): verb.base}
    return forms


def _wrong_verb(sentence: Sentence, link: Link) -> str | None:
    """The form of the other number; None where the subject is a pronoun."""
    verb = sentence.words[link.source]
    subject = sentence.words[link.target[1]].lower()
    if subject in ("i", "you", "we", "he", "she", "it", "they"):
        return None
    other = other_numbers().get(verb.lower())
    return other.capitalize() if other and verb[0].isupper() else other


def _agreements(story: Story) -> Iterator[MinimalPair]:
    for number, sentence in enumerate(story.sentences):
        for link in sentence.links:
            other = _wrong_verb(sentence, link) if link.kind == "subject" else None
            if other:
                distance = abs(link.source - link.target[1])  # there were two
                rest = (distance, _between(sentence, link))
                yield _pair(story, number, "agreement", link.source, other, rest)


def _between(sentence: Sentence, link: Link) -> int:
    """Mentions between a subject's head and its verb."""
    head = link.target[1]
    return sum(head < start < link.source for start, *_ in sentence.forms)


def _pronouns(story: Story) -> Iterator[MinimalPair]:
    for number, sentence in enumerate(story.sentences):
        for link in sentence.links:
            word = sentence.words[link.source]
            other = PRONOUNS.get(word)
            if word in ("her", "Her"):
                other = _for_her(sentence, link, word)
            if link.kind != "pronoun" or other is None:
                continue
            rivals = _rivals(story, number, link)
            if rivals:
                distance = _words_back(story, number, link)
                rest = (distance, rivals)
                yield _pair(story, number, "pronoun", link.source, other, rest)


def _for_her(sentence: Sentence, link: Link, word: str) -> str:
    """him or his: her stands for both."""
    alone = any(s == link.source and e == s + 1 for s, e, *_ in sentence.forms)
    after = sentence.words[link.source + 1] if alone else ""
    object_ends = {".", ",", "?", "!", "to", "for", "with", "and", "at", "in", "on"}
    wrong = "him" if after in object_ends else "his"
    return wrong.capitalize() if word[0].isupper() else wrong


def _words_back(story: Story, number: int, link: Link) -> int:
    sentence, word = link.target
    if sentence == number:
        return link.source - word
    between = sum(len(s.words) for s in story.sentences[sentence:number])
    return between - word + link.source


def _rivals(story: Story, number: int, link: Link) -> int:
    """People of the other sex further back; 0 when one is near: both would do then.

    Near is this sentence and the one before, where the right name stands too.
    """
    everybody, pronoun = people(), story.sentences[number].words[link.source].lower()
    sex = "m" if pronoun in ("he", "him", "his") else "f"
    if link.target[0] < number - 1:
        return 0
    near, far = set(), set()
    for back, sentence in enumerate(story.sentences[: number + 1]):
        keys = {key for *_, key, _ in sentence.forms if key in everybody}
        others = {key for key in keys if everybody[key].sex != sex}
        (near if back >= number - 1 else far).update(others)
    return 0 if near else len(far)

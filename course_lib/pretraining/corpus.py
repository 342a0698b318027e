"""What the small models read: the generated world, and the course's written texts.

Of every written set only what is there to learn from: validation and test stay unseen.
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from course_lib.resources import course_texts
from course_lib.resources import written as written_texts
from course_lib.resources.world import world_pairs, write_stories

if TYPE_CHECKING:
    from datasets import DatasetDict

LEARNED, VALIDATION, WRITTEN = "train", "validation", "written"
NO_SPACE_BEFORE = frozenset(".,;:!?)%'")

Pair = tuple[str, str]
"""An English sentence, and its French."""


def world(characters: int, seed: int, split: str = LEARNED) -> Iterator[str]:
    """Stories of the generated world, until they have so many characters.

    One in eight is taken apart: a model should know sentences by themselves, too.
    """
    for number, story in enumerate(write_stories(seed=seed, split=split)):
        if number % 8 == 7:
            yield from (sentence.text for sentence in story.sentences)
        else:
            yield story.text.strip()
        characters -= len(story.text)
        if characters <= 0:
            return


def stories(split: str = LEARNED) -> Iterator[str]:
    """The written stories: "train" or "validation"."""
    for row in written_set("stories")[split]:
        yield f"{row['title']}\n\n{row['text']}"


def written() -> Iterator[str]:
    """All written English to learn from: stories, pieces, news, reviews, passages."""
    yield from stories()
    yield from course_texts().values()
    yield from written_set("headlines")[LEARNED]["article"]
    yield from written_set("reviews")[LEARNED]["text"]
    for words in written_set("entities")[LEARNED]["tokens"]:
        if '"' not in words:  # the words do not say which side it belongs to
            yield joined(words)
    passages = written_set("questions")[LEARNED]["context"]
    yield from dict.fromkeys(passages)  # each once, however often it is asked about


def world_pairs_of(count: int, seed: int, split: str = LEARNED) -> Iterator[Pair]:
    """Sentences of the world with their translations."""
    for pair in world_pairs(count, seed=seed, split=split):
        yield pair["english"], pair["french"]


def written_pairs(split: str = LEARNED) -> Iterator[Pair]:
    """The written sentences with their translations."""
    for row in written_set("pairs")[split]:
        yield row["source"], row["target"]


@cache
def written_set(name: str) -> "DatasetDict":
    """One of the written sets, by the name of its loader; read once."""
    return getattr(written_texts, name)()


def joined(words: list[str]) -> str:
    """Words as one text, without spaces in front of closing punctuation."""
    text = ""
    for word in words:
        close = word[0] in NO_SPACE_BEFORE or not text or text.endswith(("(", "$"))
        text += word if close else f" {word}"
    return text

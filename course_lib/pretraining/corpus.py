"""What the small models read: the generated world, and the course's written texts.

Of every written set only what is there to learn from: validation and test stay unseen.
"""

import csv
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from course_lib.resources import course_texts, data_folder
from course_lib.resources.world import world_pairs, write_stories

LEARNED, VALIDATION, WRITTEN = "train", "validation", "written"
HEADLINES = 100  # the first of them; the set has no split, its card says: by the end
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
    folder = data_folder() / "stories"
    held_out = set(_text(folder / "validation.txt").split())
    for path in sorted(folder.glob("[0-9]*.txt")):
        if (path.name in held_out) == (split != LEARNED):
            yield _text(path).strip()


def written() -> Iterator[str]:
    """All written English to learn from: stories, pieces, news, reviews, passages."""
    yield from stories()
    yield from course_texts().values()
    yield from islice(_articles(), HEADLINES)
    yield from _reviews()
    yield from _entity_sentences()
    yield from _passages()


def world_pairs_of(count: int, seed: int, split: str = LEARNED) -> Iterator[Pair]:
    """Sentences of the world with their translations."""
    for pair in world_pairs(count, seed=seed, split=split):
        yield pair["english"], pair["french"]


def written_pairs(split: str = LEARNED) -> Iterator[Pair]:
    """The written sentences with their translations."""
    lines = _text(data_folder() / "pairs" / f"{split}.tsv").splitlines()
    for line in lines[1:]:
        english, french, *_ = line.split("\t")
        yield english, french


def _articles() -> Iterator[str]:
    for line in _text(data_folder() / "headlines" / "headlines.jsonl").splitlines():
        yield json.loads(line)["article"]


def _reviews() -> Iterator[str]:
    for path in sorted((data_folder() / "reviews").glob("*.csv")):
        for row in csv.DictReader(_text(path).splitlines()):
            if row["split"] == LEARNED:
                yield row["text"]


def _entity_sentences() -> Iterator[str]:
    blocks = _text(data_folder() / "entities" / f"{LEARNED}.conll").split("\n\n")
    for block in blocks:
        words = [line.split()[0] for line in block.splitlines() if line.strip()]
        if words and '"' not in words:  # columns do not say which side it belongs to
            yield joined(words)


def _passages() -> Iterator[str]:
    known = json.loads(_text(data_folder() / "questions" / f"{LEARNED}.json"))
    for article in known["data"]:
        for paragraph in article["paragraphs"]:
            yield paragraph["context"]


def joined(words: list[str]) -> str:
    """Words as one text, without spaces in front of closing punctuation."""
    text = ""
    for word in words:
        close = word[0] in NO_SPACE_BEFORE or not text or text.endswith(("(", "$"))
        text += word if close else f" {word}"
    return text


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8").replace("\r\n", "\n")

"""Sentences so plain that their tags are learned in a second."""

import random

from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value

from tests.tasks.tiny import BAD, GOOD, THINGS

NAMES = ("O", "B-BAD", "I-BAD", "B-GOOD", "I-GOOD", "B-THING", "I-THING")
SIZES = {"train": 60, "validation": 20, "test": 30}
Row = tuple[list[str], list[str]]


def sentence(draw: random.Random) -> Row:
    """Words and tags: a thing, and one or two adjectives side by side."""
    kind, adjectives = draw.choice((("GOOD", GOOD), ("BAD", BAD)))
    count = draw.randint(1, 2)
    words = ["the", draw.choice(THINGS), "was", *draw.sample(adjectives, count)]
    rest = [f"I-{kind}"] * (count - 1)
    return words, ["O", "B-THING", "O", f"B-{kind}", *rest]


def table(rows: list[Row], names: tuple[str, ...] = NAMES) -> Dataset:
    """Rows of words and tags as a data set."""
    tags = List(ClassLabel(names=list(names)))
    columns = {
        "tokens": [words for words, _ in rows],
        "tags": [[names.index(tag) for tag in one] for _, one in rows],
    }
    features = Features({"tokens": List(Value("string")), "tags": tags})
    return Dataset.from_dict(columns, features=features)


def sentences(**sizes: int) -> DatasetDict:
    """Three splits."""
    return DatasetDict(
        {
            name: table([sentence(random.Random(f"{name}{i}")) for i in range(count)])
            for name, count in (SIZES | sizes).items()
        }
    )

"""The loaders of the course's own texts give what the cards say."""

import re
from collections import Counter

import pytest

from course_lib.resources import (
    data_folder,
    entities,
    headlines,
    pairs,
    questions,
    reviews,
    stories,
)

SIZES = {
    reviews: (690, 160, 200),
    entities: (420, 100, 120),
    questions: (380, 93, 148),
    pairs: (640, 80, 120),
    headlines: (100, 10, 21),
    stories: (68, 8),
}
MAIN = {
    reviews: "text",
    entities: "tokens",
    questions: "context",
    pairs: "source",
    headlines: "article",
    stories: "text",
}


@pytest.fixture(scope="module", params=SIZES, ids=lambda load: load.__name__)
def loaded(request):
    """A loader and what it gives."""
    return request.param, request.param()


def card(name: str) -> str:
    return (data_folder() / name / "README.md").read_text(encoding="utf-8")


def test_the_splits_have_the_sizes_of_the_card(loaded):
    load, data = loaded
    assert tuple(map(len, data.values())) == SIZES[load]
    assert list(data) == ["train", "validation", "test"][: len(data)]
    said = card(load.__name__)
    for size in SIZES[load]:
        assert re.search(rf"\b{size}\b", said), size


def test_no_text_is_in_two_splits(loaded):
    load, data = loaded
    texts = [
        {str(text).casefold() for text in part[MAIN[load]]} for part in data.values()
    ]
    assert len(set.union(*texts)) == sum(map(len, texts))


def test_no_text_is_empty(loaded):
    _, data = loaded
    for part in data.values():
        for row in part.to_list():
            texts = [value for value in row.values() if isinstance(value, str)]
            assert all(text.strip() for text in texts)


def test_reading_says_one_line_and_warns_of_nothing(loaded, capsys):
    load, _ = loaded
    load()
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and said.startswith(load.__name__)


def test_each_reading_is_a_copy_of_its_own(loaded):
    load, data = loaded
    other = load()
    del other["train"]
    assert "train" in load() and data["train"].cache_files == []


def test_reviews():
    data = reviews()
    assert data["train"].features["label"].names == ["negative", "positive"]
    for part in data.values():
        counts = Counter(part["label"])
        assert abs(counts[0] - counts[1]) <= 2
        assert set(part["style"]) == {"plain", "negation", "mixed", "irony"}
    assert len(set(data["test"]["domain"])) == 10 and "films" in data["test"]["domain"]


def test_entities():
    data = entities()
    names = data["train"].features["tags"].feature.names
    types = ("LOC", "MISC", "ORG", "PER")
    assert names == ["O", *(f"{p}-{name}" for name in types for p in "BI")]
    tags = [tag for row in data["test"]["tags"] for tag in row]
    assert len(tags) == 2043
    opened = Counter(names[tag][2:] for tag in tags if names[tag].startswith("B"))
    assert opened == {"PER": 55, "ORG": 68, "LOC": 92, "MISC": 36}


def test_questions():
    data = questions()
    without = [sum(not a["text"] for a in part["answers"]) for part in data.values()]
    assert without == [82, 22, 36]
    for row in data["test"]:
        answers = row["answers"]
        for text, start in zip(answers["text"], answers["answer_start"], strict=True):
            assert row["context"].startswith(text, start)


def test_pairs():
    data = pairs()
    assert len(set(data["train"]["feature"])) == 19
    assert data["train"].column_names == ["source", "target", "feature"]
    assert any("é" in text for text in data["test"]["target"])


def test_headlines():
    data = headlines()
    assert data["train"].column_names == ["article", "summary", "title"]
    first = headlines()["test"]["title"][:]
    assert first == data["test"]["title"][:]
    words = [len(text.split()) for part in data.values() for text in part["summary"]]
    assert (min(words), max(words)) == (17, 24)


def test_stories():
    data = stories()
    held_out = (data_folder() / "stories" / "validation.txt").read_text().split()
    last = data_folder() / "stories" / held_out[-1]
    title, text = last.read_text(encoding="utf-8").strip().split("\n\n", 1)
    assert data["validation"][-1] == {"title": title, "text": text}
    assert len(" ".join(data["train"]["text"])) > 120_000

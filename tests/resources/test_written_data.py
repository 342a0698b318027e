"""The written data sets: their form, their labels, and that splits do not leak."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from course_lib.resources import data_folder

DATA = data_folder()
TAG = re.compile(r"O|[BI]-(PER|ORG|LOC|MISC)")


def reviews() -> list[dict[str, str]]:
    """All reviews, with their domain."""
    rows = []
    for path in sorted((DATA / "reviews").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += [row | {"domain": path.stem} for row in csv.DictReader(file)]
    return rows


def sentences(split: str) -> Iterator[list[tuple[str, str]]]:
    """Sentences of the entities as lists of (token, tag)."""
    text = (DATA / "entities" / f"{split}.conll").read_text(encoding="utf-8")
    for block in text.strip().split("\n\n"):
        yield [tuple(line.split(" ")) for line in block.split("\n")]


def passages(split: str) -> list[dict]:
    """Paragraphs of the questions: context and qas."""
    path = DATA / "questions" / f"{split}.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data["version"] == "v2.0"
    return [paragraph for entry in data["data"] for paragraph in entry["paragraphs"]]


def grams(text: str, size: int = 4) -> set[tuple[str, ...]]:
    """The pieces of four words of a text."""
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}


def largest_overlap(texts: list[str]) -> float:
    """The largest share of four-word pieces that two texts have in common."""
    owners: dict[tuple[str, ...], list[int]] = {}
    pieces = [grams(text) for text in texts]
    for place, each in enumerate(pieces):
        for gram in each:
            owners.setdefault(gram, []).append(place)
    pairs = {p for places in owners.values() for p in combinations(places, 2)}
    shares = (len(pieces[a] & pieces[b]) / len(pieces[a] | pieces[b]) for a, b in pairs)
    return max(shares, default=0.0)


def test_reviews_are_balanced_and_split() -> None:
    rows = reviews()
    assert len(rows) >= 1000 and len({row["domain"] for row in rows}) >= 8
    splits = Counter(row["split"] for row in rows)
    assert splits["train"] >= 640 and splits["validation"] == 160
    assert splits["test"] == 200
    assert {row["style"] for row in rows} == {"plain", "negation", "mixed", "irony"}
    for split in splits:
        labels = Counter(row["label"] for row in rows if row["split"] == split)
        assert set(labels) == {"positive", "negative"}
        assert abs(labels["positive"] - labels["negative"]) <= 2


def test_no_two_reviews_are_nearly_the_same() -> None:
    assert largest_overlap([row["text"] for row in reviews()]) < 0.2


def test_words_of_a_review_are_no_stock_phrases() -> None:
    openings = Counter(tuple(row["text"].lower().split()[:3]) for row in reviews())
    assert openings.most_common(1)[0][1] <= 0.02 * len(reviews())


@pytest.mark.parametrize(
    ("split", "least"), [("train", 400), ("validation", 100), ("test", 100)]
)
def test_tags_are_valid_sequences(split: str, least: int) -> None:
    found = list(sentences(split))
    assert len(found) >= least
    for sentence in found:
        tags = ["O", *(tag for _, tag in sentence)]
        assert all(TAG.fullmatch(tag) for tag in tags), sentence
        for before, after in pairwise(tags):
            if after.startswith("I-"):
                assert before[2:] == after[2:], sentence


def test_there_are_enough_tokens_and_few_known_names_in_the_test() -> None:
    splits = {name: list(sentences(name)) for name in ("train", "validation", "test")}
    assert sum(len(s) for each in splits.values() for s in each) >= 8000
    names = {
        split: {token for s in found for token, tag in s if tag.startswith("B-")}
        for split, found in splits.items()
    }
    assert len(names["test"] & names["train"]) < 0.25 * len(names["test"])


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_answers_are_spans_of_their_passage(split: str) -> None:
    for passage in passages(split):
        assert len(passage["qas"]) >= 4
        for qa in passage["qas"]:
            assert qa["is_impossible"] == (not qa["answers"]), qa["id"]
            for answer in qa["answers"]:
                start = answer["answer_start"]
                end = start + len(answer["text"])
                assert passage["context"][start:end] == answer["text"], qa["id"]


def test_questions_are_many_and_a_fifth_has_no_answer() -> None:
    splits = {name: passages(name) for name in ("train", "validation", "test")}
    contexts = [p["context"] for each in splits.values() for p in each]
    asked = [qa for each in splits.values() for p in each for qa in p["qas"]]
    assert len(contexts) == len(set(contexts)) >= 100 and len(asked) >= 400
    assert len({qa["id"] for qa in asked}) == len(asked)
    assert 0.2 <= sum(qa["is_impossible"] for qa in asked) / len(asked) <= 0.3
    assert largest_overlap(contexts) < 0.2


def test_summaries_are_one_sentence_and_no_copies() -> None:
    path: Path = DATA / "headlines" / "headlines.jsonl"
    items = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(items) >= 120
    for item in items:
        assert set(item) == {"title", "article", "summary", "split"}
        assert 60 <= len(item["article"].split()) <= 130, item["title"]
        assert 12 <= len(item["summary"].split()) <= 26, item["title"]
        assert item["summary"] not in item["article"]
    assert largest_overlap([item["article"] for item in items]) < 0.2


def test_stories_are_long_enough_and_do_not_repeat_each_other() -> None:
    folder = DATA / "stories"
    stories = {p.name: p.read_text("utf-8") for p in sorted(folder.glob("*.txt"))}
    held_out = stories.pop("validation.txt").split()
    assert len(held_out) == 8 and set(held_out) <= set(stories)
    assert sum(len(text.encode()) for text in stories.values()) >= 120_000
    for name, text in stories.items():
        title, blank, *_rest = text.split("\n")
        assert title and not blank, name
    assert largest_overlap(list(stories.values())) < 0.05


def test_every_data_set_has_its_card() -> None:
    for name in ("reviews", "entities", "questions", "headlines", "stories", "pairs"):
        card = (DATA / name / "README.md").read_text(encoding="utf-8")
        assert "CC BY 4.0" in card and "**Limits" in card, name


def pairs(split: str) -> list[dict[str, str]]:
    """The sentence pairs of a split: english, french, feature."""
    path = DATA / "pairs" / f"{split}.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_pairs_are_many_and_features_stand_in_every_split() -> None:
    splits = {name: pairs(name) for name in ("train", "validation", "test")}
    rows = [row for each in splits.values() for row in each]
    assert len(rows) >= 800
    features = {row["feature"] for row in rows}
    assert {"adjective-after", "clitic-object", "negation", "question"} <= features
    for name, each in splits.items():
        assert {row["feature"] for row in each} == features, name
    for row in rows:
        assert 4 <= len(row["english"].split()) <= 16, row
        assert row["french"] == row["french"].strip() != ""


def test_no_pair_occurs_twice_in_either_language() -> None:
    rows = [row for name in ("train", "validation", "test") for row in pairs(name)]
    for language in ("english", "french"):
        texts = [row[language].lower() for row in rows]
        assert len(set(texts)) == len(texts)
        assert largest_overlap(texts) < 0.3

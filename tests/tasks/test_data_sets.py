"""Data of a task by name: the course's, the world's, one's own."""

import csv

import pytest

from course_lib.errors import CourseError
from course_lib.tasks.data_sets import open_data
from course_lib.tasks.named import TASKS

SMALL = {"train": 12, "validation": 4, "test": 5}
COLUMNS = {
    "classification": {"text", "label"},
    "tagging": {"tokens", "tags"},
    "question-answering": {"id", "title", "context", "question", "answers"},
    "translation": {"source", "target"},
    "summarisation": {"source", "target"},
}


@pytest.mark.parametrize("name", TASKS)
def test_the_world_gives_examples_for_every_task(name, capsys):
    data = open_data(name, "world", sizes=SMALL)
    assert {split: len(rows) for split, rows in data.items()} == SMALL
    assert set(data["train"].column_names) >= COLUMNS[name]
    assert capsys.readouterr().out.startswith("world: generated for")
    again = open_data(name, "world", sizes=SMALL)
    assert again["test"].to_list() == data["test"].to_list()
    other = open_data(name, "world", sizes=SMALL, seed=1)
    assert other["train"].to_list() != data["train"].to_list()


@pytest.mark.parametrize("name", TASKS)
def test_the_set_of_the_course_has_the_columns_of_its_task(name):
    data = open_data(name, TASKS[name].shipped)
    assert set(data["train"].column_names) >= COLUMNS[name]
    assert list(data) == ["train", "validation", "test"]


def test_labels_of_the_world_are_numbers_with_names():
    reviews = open_data("classification", "world", sizes=SMALL)
    assert reviews["train"].features["label"].names == ["negative", "positive"]
    assert set(reviews["train"]["label"]) <= {0, 1}
    tagged = open_data("tagging", "world", sizes=SMALL)
    written = open_data("tagging", "entities")
    one, other = (d["train"].features["tags"].feature for d in (tagged, written))
    assert one.names == other.names


def test_ones_own_file_is_read_by_the_loader_of_the_task(tmp_path):
    file = tmp_path / "mine.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        rows = [(f"text {i}", "ab"[i % 2]) for i in range(40)]
        csv.writer(opened).writerows([("said", "is"), *rows])
    data = open_data("sentiment", file, text="said", label="is")
    assert sum(map(len, data.values())) == 40
    assert data["train"].features["label"].names == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "given", "reading", "message"),
    [
        ("tagging", "reviews", {}, "for tagging: it is for classification"),
        ("tagging", "stories", {}, "it has no labels. Take 'entities'"),
        ("classification", "reviews", {"text": "x"}, "text is for files of your own"),
        ("classification", "world", {"test": "x"}, "test is for files of your own"),
        ("classification", "none.csv", {}, "no file or folder 'none.csv'"),
    ],
)
def test_what_does_not_fit_is_refused(name, given, reading, message):
    with pytest.raises(CourseError, match=message):
        open_data(name, given, **reading)

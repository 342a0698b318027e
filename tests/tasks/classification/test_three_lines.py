"""A learner's CSV of 500 rows becomes a classifier in three lines."""

import csv
import random
import subprocess
import sys

import pytest

from course_lib.resources import data_folder
from course_lib.tasks import finetune_classifier, load_classifier
from tests.tasks.tiny import reviews

ROWS = 500
PROGRAM = """\
from course_lib import finetune_classifier, load_classification
data = load_classification("my.csv")
classifier = finetune_classifier(data, model="my-bert", save="mine", epochs=1)
print(classifier.evaluation)
"""


@pytest.fixture
def folder(bert, tmp_path):
    """An own folder with my.csv, written as a learner might, and a pretrained model."""
    rows = []
    for file in sorted((data_folder() / "reviews").glob("*.csv")):
        with file.open(encoding="utf-8") as opened:
            rows += [(row["text"], row["label"]) for row in csv.DictReader(opened)]
    random.Random(0).shuffle(rows)
    with (tmp_path / "my.csv").open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([("text", "label"), *rows[:ROWS]])
    (tmp_path / "my-bert").symlink_to(bert, target_is_directory=True)
    return tmp_path


def test_a_csv_becomes_a_tested_and_saved_classifier(folder):
    before = (folder / "my.csv").read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "On 50 texts kept aside" in done.stdout
    assert "my-bert, fine-tuned" in done.stdout
    assert "TF-IDF, logistic regression" in done.stdout
    assert "Saved in mine" in done.stdout
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr
    assert (folder / "my.csv").read_bytes() == before
    assert {p.name for p in folder.iterdir()} == {"my.csv", "my-bert", "mine"}
    classifier = load_classifier(folder / "mine", device="cpu")
    assert classifier.evaluation.texts == 50
    assert classifier.predict(["A gem."])[0].label in ("negative", "positive")


@pytest.mark.parametrize("with_trainer", [False, True])
def test_the_shipped_model_is_the_one_that_is_taken(with_trainer, capsys):
    settings = {"epochs": 1, "max_length": 16, "with_trainer": with_trainer}
    classifier = finetune_classifier(reviews(train=32), device="cpu", **settings)
    assert "course-bert: a small model that ships" in capsys.readouterr().out
    assert classifier.evaluation.scores[0].name == "course-bert, fine-tuned"
    assert classifier.result.steps == 2

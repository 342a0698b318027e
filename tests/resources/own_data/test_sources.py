"""Which files are read, and as which split."""

import pytest

from course_lib.resources.own_data import load_classification, load_tagging

GOOD = "text,label\nfine,good\ndull,bad\nnice,good\nflat,bad\n"


@pytest.fixture
def quiet_splits(write):
    """A folder with a file for each split."""
    for name, mark in (("train", "x"), ("dev", "y"), ("test", "z")):
        lines = GOOD.splitlines()
        rows = [line.replace(",", f" {mark},") for line in lines[1:]]
        write(f"data/{name}.csv", "\n".join([lines[0], *rows]))
    return write("data/README.md", "What this is.").parent


def test_a_folder_with_a_file_for_each_split(quiet_splits, capsys):
    data = load_classification(quiet_splits)
    assert {name: part["text"][0] for name, part in data.items()} == {
        "train": "fine x",
        "validation": "fine y",
        "test": "fine z",
    }
    assert "Splits as given: 4 train, 4 validation, 4 test." in capsys.readouterr().out


def test_a_folder_with_parts_of_one_whole(write, capsys):
    write("data/one.csv", GOOD)
    folder = write("data/two.csv", "label,text\ngood,high\nbad,low\n").parent
    data = load_classification(folder, split=None, keep=["file"])["train"]
    assert data["text"][:] == ["fine", "dull", "nice", "flat", "high", "low"]
    assert data["file"][:] == ["one"] * 4 + ["two"] * 2


def test_what_is_not_given_is_cut_off_train(write, capsys):
    rows = [f"text {n},{'good' if n % 2 else 'bad'}" for n in range(100)]
    train = write("a.csv", "\n".join(["text,label", *rows]))
    data = load_classification(train, test=write("b.csv", GOOD))
    assert {name: len(part) for name, part in data.items()} == {
        "train": 90,
        "validation": 10,
        "test": 4,
    }
    said = capsys.readouterr().out
    assert "90 train, 10 validation, 4 test; validation cut off train by a hash" in said


def test_a_name_may_hold_the_split(write):
    for name in ("emerging.dev", "wnut-train", "set_test.v2"):
        folder = write(f"data/{name}.conll", f"{name} B-X\nis O\n").parent
    data = load_tagging(folder)
    found = {name: part["tokens"][0][0] for name, part in data.items()}
    assert found == {
        "train": "wnut-train",
        "validation": "emerging.dev",
        "test": "set_test.v2",
    }


def test_a_missing_file_with_those_that_are_like_it(write, error):
    path = write("reviews.csv", GOOD)
    one = error(load_classification, path.with_name("Review.csv"))
    (problem,) = one.problems
    assert problem.kind == "missing-file" and "'reviews.csv'" in problem.cure
    one = error(load_classification, path.parent / "nowhere" / "reviews.csv")
    assert "no folder" in one.problems[0].says


def test_a_folder_without_data(write, found):
    folder = write("data/notes.md", "nothing").parent
    assert found(load_classification, folder) == [("empty-folder", None, None)]


def test_a_folder_with_everything(write, found):
    write("data/a.csv", GOOD)
    folder = write("data/b.jsonl", "{}").parent
    assert found(load_classification, folder) == [("mixed-folder", None, None)]


@pytest.mark.parametrize(
    "name, cure",
    [("my.xlsx", '"CSV UTF-8"'), ("my.doc", ".csv, .tsv"), ("my", ".jsonl")],
)
def test_a_format_that_is_not_read(write, error, name, cure):
    (problem,) = error(load_classification, write(name, "x")).problems
    assert problem.kind == "unknown-format" and cure in problem.cure


@pytest.mark.parametrize(
    "start", [b"PK\x03\x04", b"%PDF-1.7", b"\xd0\xcf\x11\xe0", b"BZh9"]
)
def test_a_file_that_is_not_what_its_name_says(write, found, start):
    path = write("my.csv", start + b"rest")
    assert found(load_classification, path) == [("unknown-format", 1, 1)]


def test_a_broken_parquet(write, found):
    path = write("my.parquet", b"PAR1 and nothing else")
    assert found(load_classification, path) == [("broken-parquet", None, None)]


def test_parquet_has_rows(tmp_path, error):
    from datasets import Dataset

    rows = [{"text": "a", "label": "x"}, {"text": None, "label": "y"}] * 2
    Dataset.from_list(rows).to_parquet(tmp_path / "my.parquet")
    one = error(load_classification, tmp_path / "my.parquet")
    assert str(one.problems[0]).startswith(
        "my.parquet, row 2, column 1: the text is empty"
    )

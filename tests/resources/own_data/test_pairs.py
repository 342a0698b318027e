"""Pairs of texts from files as learners have them."""

import json

import pytest

import course_lib
from course_lib.resources.own_data import load_pairs

ROWS = [("A cat.", "Un chat."), ("A dog.", "Un chien."), ("A bird.", "Un oiseau.")]


def pairs(data):
    return [(row["source"], row["target"]) for row in data["train"]]


@pytest.mark.parametrize(
    "names", [("source", "target"), ("en", "fr"), ("one", "other")]
)
@pytest.mark.parametrize("ending", ["tsv", "csv", "jsonl", "json", "parquet"])
def test_every_format_gives_the_same(tmp_path, names, ending, capsys):
    path = tmp_path / f"my.{ending}"
    rows = [dict(zip(names, row, strict=True)) for row in ROWS]
    if ending in ("tsv", "csv"):
        mark = "\t" if ending == "tsv" else ","
        path.write_text("\n".join(mark.join(row) for row in [names, *ROWS]))
    elif ending == "parquet":
        from datasets import Dataset

        Dataset.from_list(rows).to_parquet(path)
    else:
        text = (
            json.dumps(rows) if ending == "json" else "\n".join(map(json.dumps, rows))
        )
        path.write_text(text)
    assert pairs(course_lib.load_pairs(path, split=None)) == ROWS
    said = f"my.{ending}: source from the column {names[0]!r}, target from the column"
    assert capsys.readouterr().out.startswith(said)


def test_columns_are_taken_as_given(write):
    text = "id\ten\tde\tfr\n" + "".join(f"1\t{e}\tx\t{f}\n" for e, f in ROWS)
    path = write("my.tsv", text)
    options = {"source": "fr", "target": "en", "keep": ["id"], "split": None}
    data = load_pairs(path, **options)
    assert pairs(data) == [(french, english) for english, french in ROWS]
    assert data["train"]["id"][0] == "1"


def test_which_columns_are_meant_may_be_unclear(write, found):
    path = write("my.tsv", "one\ttwo\tthree\na\tb\tc\n")
    assert found(load_pairs, path) == [("missing-column", 1, None)]


def test_a_list_without_a_header(write, found):
    path = write("my.tsv", "".join(f"{e}\t{f}\tsome site\n" for e, f in ROWS))
    assert found(load_pairs, path) == [("missing-header", 1, 1)]
    data = load_pairs(path, columns=["source", "target", "origin"], split=None)
    assert pairs(data) == ROWS


def test_languages_inside_translation(write, found):
    rows = [{"translation": {"en": e, "fr": f}} for e, f in ROWS]
    path = write("my.jsonl", "\n".join(map(json.dumps, rows)))
    assert pairs(load_pairs(path, split=None)) == ROWS
    text = '{"translation": {"en": "a", "fr": ""}}'
    path = write("my.jsonl", path.read_text() + "\n" + text)
    assert found(load_pairs, path) == [("empty-target", 4, text.index('""') + 1)]


def test_every_problem_has_its_line_and_column(write, found):
    path = write("my.tsv", "en\tfr\nA cat.\t\n\tUn chien.\na\tb\tc\nonly\n \t \n\t\n")
    assert found(load_pairs, path) == [
        ("empty-target", 2, 8),
        ("empty-source", 3, 1),
        ("wrong-number-of-fields", 4, 5),
        ("wrong-number-of-fields", 5, 5),
    ]


def test_odd_pairs_are_warned_of(write, capsys):
    long = "This sentence is very much longer than what stands beside it, isn't it?"
    path = write(
        "my.tsv", f"en\tfr\nOK\tOK\n{long}\tOui.\nA cat.\tUn chat.\nA cat.\tUn chat.\n"
    )
    load_pairs(path, split=None)
    said = capsys.readouterr().out
    assert "my.tsv, line 2, column 4: both sides are the same: 'OK'" in said
    assert "my.tsv, line 3, column 73: 71 characters in the source, 4 in" in said
    assert "my.tsv, line 5: this source has occurred before (my.tsv, line 4)" in said
    load_pairs(path, split=None, ratio=None)
    assert "characters in the source" not in capsys.readouterr().out


def test_two_translations_of_a_sentence_are_on_one_side(write, capsys):
    rows = [
        f"sentence {n}\t{word} {n}" for n in range(100) for word in ("phrase", "terme")
    ]
    data = load_pairs(write("my.tsv", "\n".join(["en\tfr", *rows])))
    assert [len(part) for part in data.values()] == [160, 20, 20]
    sides = [set(part["source"]) for part in data.values()]
    assert len(set.union(*sides)) == sum(map(len, sides)) == 100
    assert "Look at" not in capsys.readouterr().out

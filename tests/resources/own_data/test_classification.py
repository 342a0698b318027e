"""Texts with labels from files as learners have them."""

import gzip
import json

import pytest

import course_lib
from course_lib.errors import CourseError
from course_lib.resources.own_data import DataError, load_classification

GOOD = "text,label\nfine film,good\ndull film,bad\nnice song,good\nflat song,bad\n"


def rows(data, split="train"):
    names = data[split].features["label"].names
    return [(row["text"], names[row["label"]]) for row in data[split]]


def test_a_file_becomes_splits_with_named_labels(write, capsys):
    lines = [
        f"a film that is number {n},{'good' if n % 2 else 'bad'}" for n in range(500)
    ]
    data = course_lib.load_classification(
        write("my.csv", "\n".join(["text,label", *lines]))
    )
    assert {name: len(part) for name, part in data.items()} == {
        "train": 400,
        "validation": 50,
        "test": 50,
    }
    assert data["train"].features["label"].names == ["bad", "good"]
    assert sum(data["test"]["label"]) == 25
    said = capsys.readouterr().out
    assert said.startswith("my.csv: text from the column 'text', label from the column")
    assert "(bad 250, good 250). Split by a hash of the text: 400 train" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "json", "parquet", "csv.gz"])
def test_every_format_gives_the_same(write, tmp_path, ending):
    wanted = [
        ("fine film", "good"),
        ("dull, film", "bad"),
        ("é ☕", "good"),
        ("x", "bad"),
    ]
    objects = [{"label": label, "text": text} for text, label in wanted]
    path = tmp_path / f"my.{ending}"
    if ending == "parquet":
        from datasets import Dataset

        Dataset.from_list(objects).to_parquet(path)
    elif ending == "jsonl":
        path.write_text("\n".join(map(json.dumps, objects)))
    elif ending == "json":
        path.write_text(json.dumps(objects, indent=1))
    else:
        tab = "\t" if ending == "tsv" else ","
        lines = [
            f'"{text}"{tab}{label}' for text, label in [("text", "label"), *wanted]
        ]
        raw = "\n".join(lines).encode()
        path.write_bytes(gzip.compress(raw) if ending.endswith("gz") else raw)
    assert rows(load_classification(path, split=None)) == wanted


def test_columns_are_told_by_their_content_and_said(write, capsys):
    path = write(
        "my.csv",
        "Nr;Kommentar;Urteil\n1;war wirklich schön;gut\n2;leider nur öde;schlecht\n"
        "3;gern noch einmal;gut\n4;nie wieder das;schlecht\n",
    )
    data = load_classification(path, split=None)
    assert rows(data)[0] == ("war wirklich schön", "gut")
    assert "text from the column 'Kommentar', label from" in capsys.readouterr().out


def test_columns_are_taken_as_given(write):
    lines = ["text,title,label,mark", "a b,t1,x,good", "c d,t2,y,bad"]
    path = write("my.csv", "\n".join([*lines, "e f,t3,x,good", "g h,t4,y,bad"]))
    options = {"text": "title", "label": "mark", "split": None}
    assert rows(load_classification(path, **options))[:2] == [
        ("t1", "good"),
        ("t2", "bad"),
    ]
    path = write("my.csv", path.read_text().replace("text,", "note,"))
    kept = load_classification(path, **options, keep=["note", "file"])["train"][0]
    assert (kept["note"], kept["file"]) == ("a b", "my")
    with pytest.raises(CourseError, match="not called text or label"):
        load_classification(path, **options, keep=["label"])


def test_a_missing_column_is_named_with_those_that_are_there(write, error):
    path = write("my.csv", "text,label\na,x\nb,y\n")
    one = error(load_classification, path, text="txet")
    (problem,) = one.problems
    assert (problem.kind, problem.line) == ("missing-column", 1)
    assert "'txet'" in problem.says and "'text', 'label'" in problem.says
    assert problem.cure == "Give text='text'"
    path = write("two.csv", "one,two,three\na b,x,y\nc d,z,x\ne f,x,y\ng h,z,x\n")
    (problem,) = error(load_classification, path).problems
    assert problem.kind == "missing-column" and 'label="..."' in problem.cure


def test_a_header_that_is_missing_is_missed(write, found, error):
    path = write("my.csv", "what a fine film,good\ndull,bad\nnice,good\nflat,bad\n")
    assert found(load_classification, path) == [("missing-header", 1, 1)]
    assert (
        "columns=['text', 'label']" in error(load_classification, path).problems[0].cure
    )
    data = load_classification(path, columns=["text", "label"], split=None)
    assert rows(data)[0] == ("what a fine film", "good") and len(data["train"]) == 4


def test_all_problems_come_at_once_each_with_its_place(write, found):
    path = write(
        "my.csv",
        "text,label\n"
        "fine,good\n"
        ",bad\n"  # 3
        "dull,bad\n"
        "one,two,three\n"  # 5
        "nice,\n"  # 6
        "alone\n"  # 7
        "flat,bad\n"
        "new,good\n"
        "odd,godo\n",  # 10
    )
    assert found(load_classification, path) == [
        ("empty-text", 3, 1),
        ("wrong-number-of-fields", 5, 9),
        ("empty-label", 6, 6),
        ("wrong-number-of-fields", 7, 6),
        ("few-examples", 10, 5),
    ]


def test_the_message_is_a_list_to_work_through(write, error):
    path = write(
        "my.csv", "text,label\n" + ",bad\n" * 1234 + "a,bad\nb,bad\nc,good\nd,good\n"
    )
    one = error(load_classification, path)
    lines = str(one).splitlines()
    assert lines[0] == "my.csv cannot be used as it is: 1,234 problems."
    assert lines[1] == "my.csv, line 2, column 1: the text is empty."
    assert lines[2] == "    Fill it in or delete the row."
    assert "... and 1,214 more of this kind." in lines
    assert "on_problem=" in lines[-1]
    assert len(one.problems) == 20 and one.counts == {"empty-text": 1234}
    assert isinstance(one, CourseError)


def test_bad_rows_can_be_left_out(write, capsys):
    path = write("my.csv", GOOD + ",bad\none,two,three\nonce,rare\nmore,good\n")
    data = load_classification(path, on_problem="skip", split=None)
    assert len(data["train"]) == 5
    assert data["train"].features["label"].names == ["bad", "good"]
    said = capsys.readouterr().out
    assert (
        "Left out: 3 rows (empty-text 1, wrong-number-of-fields 1, few-examples 1)."
        in said
    )


def test_one_label_alone_cannot_be_learned(write, found, error):
    path = write("my.csv", "text,label\na,x\nb,x\nc,x\n")
    assert found(load_classification, path) == [("one-label", None, None)]
    assert found(load_classification, path, on_problem="skip") == [
        ("one-label", None, None)
    ]
    assert "'x'" in str(error(load_classification, path))


def test_a_label_that_occurs_once_may_be_a_misspelling(write, error):
    path = write("my.csv", GOOD + "meh,godo\n")
    (problem,) = error(load_classification, path).problems
    assert problem.kind == "few-examples" and "is it 'good'?" in problem.says


def test_a_label_that_train_never_shows(write, found, error):
    train = write("train.csv", GOOD)
    test = write("test.csv", "text,label\na,good\nb,awful\nc,awful\n")
    options = {"test": test, "split": (0.9, 0.0, 0.1)}
    assert found(load_classification, train, **options) == [("unseen-label", 3, 3)]
    problem = error(load_classification, train, **options).problems[0]
    assert problem.file == "test.csv" and "2 times in test" in problem.says
    data = load_classification(train, **options, on_problem="skip")
    assert rows(data, "test") == [("a", "good")]


def test_labels_that_are_given_are_the_only_ones(write, found, error):
    path = write("my.csv", GOOD + "meh,Good\n")
    assert found(load_classification, path, labels=["good", "bad"]) == [
        ("unknown-label", 6, 5)
    ]
    problem = error(load_classification, path, labels=["good", "bad"]).problems[0]
    assert "is it 'good'?" in problem.says
    names = {"good": "yes", "bad": "no", "Good": "yes"}
    data = load_classification(path, labels=names, split=None)
    assert data["train"].features["label"].names == ["yes", "no"]
    assert data["train"]["label"][:] == [0, 1, 0, 1, 0]


@pytest.mark.parametrize("labels", [["a"], ["a", "a"], {"0": "a", "1": "a"}, []])
def test_labels_that_make_no_sense(write, labels):
    with pytest.raises(CourseError, match="two or more different labels"):
        load_classification(write("my.csv", GOOD), labels=labels)


def test_labels_may_be_numbers(write, capsys):
    lines = [f"text {n},{n % 11}" for n in range(44)]
    path = write("my.csv", "\n".join(["text,label", *lines]))
    names = load_classification(path)["train"].features["label"].names
    assert names == [str(n) for n in range(11)]  # 10 after 9, not after 1
    path = write(
        "my.jsonl", '{"text": "a", "label": 1}\n{"text": "b", "label": 0}\n' * 2
    )
    data = load_classification(path, labels={0: "bad", 1: "good"}, split=None)
    assert rows(data)[:2] == [("a", "good"), ("b", "bad")]


def test_spaces_and_capitals_of_labels(write, capsys):
    path = write("my.csv", "text,label\n" + "a,Positive\nb,positive \nc,negative\n" * 2)
    data = load_classification(path, split=None)
    assert data["train"].features["label"].names == ["negative", "Positive", "positive"]
    said = capsys.readouterr().out
    assert "spaces around a label" in said
    assert "differ in capitals alone" in said and "my.csv, line 3, column 3" in said


def test_a_column_of_texts_is_no_column_of_labels(write, found):
    lines = [f"number {n},another {n}" for n in range(60)]
    path = write("my.csv", "\n".join(["text,label", *lines]))
    assert found(load_classification, path) == [("no-label", 2, 10)]


def test_a_column_may_name_the_splits(write, capsys, found):
    rows = ["a,x,train", "b,y,train", "c,x,dev", "d,y,test", "e,y,train", "f,x,test"]
    text = "\n".join(["text,label,split", *rows])
    data = load_classification(write("my.csv", text))
    assert [len(data[name]) for name in ("train", "validation", "test")] == [3, 1, 2]
    assert "Splits as given: 3 train, 1 validation, 2 test." in capsys.readouterr().out
    path = write("my.csv", text.replace("dev", "later"))
    assert found(load_classification, path, split="split") == [("unknown-split", 4, 5)]
    load_classification(path)
    assert "Split by a hash of the text" in capsys.readouterr().out


def test_texts_on_both_sides_are_a_leak(write, capsys):
    train, test = (
        write("train.csv", GOOD),
        write("test.csv", GOOD.replace("fine f", "Fine  f")),
    )
    load_classification(train, test=test)
    said = capsys.readouterr().out
    assert (
        "Look at test.csv, line 2: this text is in train too (train.csv, line 2)"
        in said
    )
    assert "... and 1 more of this kind." in said


def test_a_text_with_two_labels_is_a_contradiction(write, capsys):
    load_classification(
        write("my.csv", GOOD + "Fine film,bad\nflat song,bad\n"), split=None
    )
    said = capsys.readouterr().out
    assert "line 6: this text is labelled otherwise elsewhere (my.csv, line 2)" in said
    assert "line 7: this text has occurred before (my.csv, line 5)" in said


def test_files_stay_as_they_were(write, tmp_path, own_cache):
    path = write("my.csv", b"\xef\xbb\xbftext,label\r\na ,x\r\nb,y\r\nc,x\r\nd,y\r\n")
    before = path.read_bytes(), path.stat().st_mtime_ns, sorted(tmp_path.iterdir())
    load_classification(path)
    assert before == (
        path.read_bytes(),
        path.stat().st_mtime_ns,
        sorted(tmp_path.iterdir()),
    )
    assert list(own_cache.iterdir()) == []


def test_a_label_that_cannot_be_printed(write, found):
    path = write("my.csv", GOOD + "odd,ba\x07d\n")
    assert found(load_classification, path) == [("odd-label", 6, 5)]


def test_skipping_is_only_advised_where_it_helps(write, error):
    assert "on_problem" in str(
        error(load_classification, write("a.csv", GOOD + ",x\n"))
    )
    path = write("b.csv", "text,label\na,x\nb,x\n")
    assert "on_problem" not in str(error(load_classification, path))


def test_half_characters_do_not_stop_the_reading(write):
    row = (
        '{"text": "a", "label": "x", "more": "\\ud800"}\n{"text": "b", "label": "y"}\n'
    )
    path = write("my.jsonl", row * 2)
    data = load_classification(path, keep=["more"], split=None)["train"]
    assert data["more"][:] == ["?", None, "?", None]


def test_wrong_options_are_refused(write):
    path = write("my.csv", GOOD)
    with pytest.raises(CourseError, match="on_problem"):
        load_classification(path, on_problem="ignore")
    with pytest.raises(CourseError, match="shares of train"):
        load_classification(path, split=(0.8, 0.3))
    with pytest.raises(DataError, match="no column 'lang'"):
        load_classification(path, split="lang")

"""Sentences with tags from files as learners have them."""

import json

import pytest

import course_lib
from course_lib.errors import CourseError
from course_lib.resources.own_data import load_tagging, tag_rules

GOOD = "Ada B-PER\nsings O\n\nBo B-PER\nLee I-PER\nleft O\nOslo B-LOC\n"


def sentences(data, split="train"):
    names = data[split].features["tags"].feature.names
    return [(row["tokens"], [names[tag] for tag in row["tags"]]) for row in data[split]]


WANTED = [
    (["Ada", "sings"], ["B-PER", "O"]),
    (["Bo", "Lee", "left", "Oslo"], ["B-PER", "I-PER", "O", "B-LOC"]),
]


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.replace(" ", "\t"),
        GOOD.replace("\n", "\r\n"),
        GOOD + "\n\n\n",
        GOOD.replace("\n\n", "\n \t\n"),
        "-DOCSTART- -X- O\n\n" + GOOD.replace(" ", " NN "),
        "# sent_id = 1\n" + GOOD,
    ],
    ids=["space", "tab", "windows", "end", "blank", "conll2003", "comment"],
)
def test_columns_become_sentences(write, text):
    data = course_lib.load_tagging(write("my.conll", text), split=None)
    assert sentences(data) == WANTED
    names = data["train"].features["tags"].feature.names
    assert names == ["O", "B-LOC", "B-PER", "I-PER"]


@pytest.mark.parametrize("ending", ["jsonl", "json", "parquet"])
def test_tables_of_lists_become_sentences(tmp_path, ending):
    rows = [{"tokens": tokens, "ner_tags": tags} for tokens, tags in WANTED]
    path = tmp_path / f"my.{ending}"
    if ending == "parquet":
        from datasets import Dataset

        Dataset.from_list(rows).to_parquet(path)
    else:
        lines = "\n".join(map(json.dumps, rows))
        path.write_text(lines if ending == "jsonl" else json.dumps(rows))
    assert sentences(load_tagging(path, split=None)) == WANTED


def test_a_hash_may_be_a_token(write):
    text = "# O\nAda B-PER\n# B-PER\n\n# Ada and others\nBo B-PER\n"
    assert sentences(load_tagging(write("my.conll", text), split=None)) == [
        (["#", "Ada", "#"], ["O", "B-PER", "B-PER"]),
        (["Bo"], ["B-PER"]),
    ]


def test_columns_are_taken_as_given(write, found):
    text = "1 Ada NNP B-PER x\n2 sings VBZ O y\n3 Oslo NNP B-LOC z\n"
    data = load_tagging(write("my.conll", text), tokens=1, tags=-2, split=None)
    assert sentences(data) == [(["Ada", "sings", "Oslo"], ["B-PER", "O", "B-LOC"])]
    assert found(load_tagging, write("my.conll", text), tags=5) == [
        ("missing-column", 1, None)
    ]
    data = load_tagging(write("my.conll", text), tokens=1, tags=2, split=None)
    assert sentences(data) == [(["Ada", "sings", "Oslo"], ["NNP", "VBZ", "NNP"])]


def test_conllu_gives_words_and_parts_of_speech(write):
    rows = ["1-2\tdu\t_\t_\t_\t_\t_\t_\t_\t_"]
    for number, (word, tag) in enumerate(
        [("de", "ADP"), ("le", "DET"), ("lac", "NOUN")], 1
    ):
        rows.append(f"{number}\t{word}\t_\t{tag}\t_\t_\t_\t_\t_\t_")
    path = write("my.conllu", "# text = du lac\n" + "\n".join(rows) + "\n\n")
    assert sentences(load_tagging(path, split=None)) == [
        (["de", "le", "lac"], ["ADP", "DET", "NOUN"])
    ]


def test_every_problem_has_its_line_and_column(write, found):
    path = write(
        "my.conll",
        "Ada I-PER\nsings O\n\n"  # 1: nothing to continue
        "Bo B-PER\nLee I-LOC\n\n"  # 5: continues another type
        "Oslo\tB-LOC\n\n"
        "nice B-PER,B-LOC\n\n"  # 9: two tags
        "odd X-PER\nold b-PER\nout 0\nhalf B\n\n"  # 11 to 14
        "New York B-LOC\n\n"  # 16: a space in a token
        "alone\n\n"  # 18
        "  B-LOC\n"  # 20
        "fine O\n",
    )
    assert found(load_tagging, path) == [
        ("impossible-sequence", 1, 5),
        ("impossible-sequence", 5, 5),
        ("double-tag", 9, 6),
        ("unknown-tag", 11, 5),
        ("unknown-tag", 12, 5),
        ("unknown-tag", 13, 5),
        ("unknown-tag", 14, 6),
        ("wrong-number-of-columns", 16, 10),
        ("token-without-tag", 18, 1),
        ("tag-without-token", 20, 3),
    ]


def test_places_in_files_with_tabs(write, found):
    text = "Ada\tNN\tB-PER\n\tNN\tO\nx\tNN\tI-LOC\n\n\t\tO\nBo\tNN\n"
    assert found(load_tagging, write("my.tsv", text)) == [
        ("wrong-number-of-columns", 2, 2),
        ("tag-without-token", 5, 3),
        ("wrong-number-of-columns", 6, 1),
    ]


def test_cures_say_what_to_write(write, error):
    path = write(
        "my.conll", GOOD + "\nOslo I-LOC\n\nAda S-PER\n\nx o\n\ny I\n\nz b-LOC\n"
    )
    cures = [problem.cure for problem in error(load_tagging, path).problems]
    assert cures[0].startswith("Write B-LOC here") and 'scheme="iob1"' in cures[0]
    assert 'scheme="bioes"' in cures[1]
    assert cures[2:] == [
        "Write the capital letter O",
        "Add the type of the name, such as I-PER",
        "Write B-LOC",
    ]


def test_sentences_with_problems_can_be_left_out(write, capsys):
    path = write("my.conll", GOOD + "\nOslo I-LOC\nis O\n\nhere\nand O\n")
    assert sentences(load_tagging(path, split=None, on_problem="skip")) == WANTED
    assert "Left out: 2 rows" in capsys.readouterr().out


def test_other_schemes_are_turned_into_bio(write):
    text = "Bo I-PER\nLee I-PER\nAda B-PER\nin O\nOslo I-LOC\nLee I-PER\n"
    data = load_tagging(write("my.conll", text), scheme="iob1", split=None)
    wanted = ["B-PER", "I-PER", "B-PER", "O", "B-LOC", "B-PER"]
    assert sentences(data)[0][1] == wanted
    text = "Bo B-PER\nLee E-PER\nAda S-PER\nin O\nOslo U-LOC\nLee U-PER\n"
    data = load_tagging(write("my.conll", text), scheme="bioes", split=None)
    assert sentences(data)[0][1] == wanted


def test_a_wrong_tag_is_told_once(write):
    kinds = [fault.kind for fault in tag_rules.faults(["X-PER", "I-PER", "I-LOC", "O"])]
    assert kinds == ["unknown-tag", "impossible-sequence"]


def test_a_type_that_train_never_shows(write, found, capsys):
    train = write("train.conll", GOOD)
    test = write("test.conll", "Bo B-PER\n\nRex B-DOG\nTim I-DOG\n")
    options = {"test": test, "split": (0.9, 0.0, 0.1)}
    assert found(load_tagging, train, **options) == [
        ("unseen-label", 3, 5),
        ("unseen-label", 4, 5),
    ]
    test.write_text("Bo B-PER\n\nNew B-LOC\nYork I-LOC\n")
    load_tagging(train, **options)
    assert (
        "the tag I-LOC, 1 times in test, never occurs in train"
        in capsys.readouterr().out
    )


def test_tags_that_are_given_are_the_only_ones(write, found):
    path = write("my.conll", GOOD)
    labels = ["O", "B-PER", "I-PER"]
    assert found(load_tagging, path, labels=labels) == [("unknown-label", 7, 6)]
    data = load_tagging(path, labels=[*labels, "B-LOC", "I-LOC"], split=None)
    assert data["train"].features["tags"].feature.names[-1] == "I-LOC"
    with pytest.raises(CourseError, match="two or more different tags"):
        load_tagging(path, labels=["O"])


def test_nothing_but_outside_cannot_be_learned(write, found):
    path = write("my.conll", "a O\nb O\n")
    assert found(load_tagging, path) == [("one-label", None, None)]


def test_numbers_need_names(write, found):
    path = write("my.jsonl", '{"tokens": ["Ada", "sings"], "tags": [1, 0]}\n' * 2)
    assert found(load_tagging, path)[0] == ("no-lists", 1, 38)
    data = load_tagging(path, labels=["O", "B-PER"], split=None)
    assert sentences(data)[0] == (["Ada", "sings"], ["B-PER", "O"])


@pytest.mark.parametrize(
    "row",
    [
        '{"tokens": ["a", "b"], "tags": ["O"]}',
        '{"tokens": "a b", "tags": ["O", "O"]}',
        '{"tokens": ["a", ""], "tags": ["O", "O"]}',
        '{"tokens": ["a", "b"], "tags": ["O", null]}',
        '{"tokens": ["a", "\\u0000"], "tags": ["O", "O"]}',
        '{"tokens": ["a", "\\ud800"], "tags": ["O", "O"]}',
    ],
)
def test_lists_that_do_not_fit(write, found, row):
    good = '{"tokens": ["Ada", "sings"], "tags": ["B-PER", "O"]}\n'
    assert found(load_tagging, write("my.jsonl", good + row)) == [
        ("no-lists", 2, row.index('"tags": ') + 9)
    ]


def test_a_tag_inside_a_list_has_its_column(write, found):
    text = '{"tokens": ["Ada", "sings"], "tags": ["B-PER", "X"]}'
    assert found(load_tagging, write("my.jsonl", text)) == [
        ("unknown-tag", 1, text.index('"X"') + 1)
    ]


def test_bytes_are_checked_here_too(write, found):
    path = write("my.conll", (GOOD + "\ncafé O\nx\0y O\n").encode("latin-1"))
    assert found(load_tagging, path) == [("wrong-encoding", 9, 4), ("nul-byte", 10, 2)]
    data = load_tagging(write("my.conll", GOOD.encode("utf-16")), split=None)
    assert sentences(data) == WANTED


def test_one_column_is_no_tagging(write, found):
    assert found(load_tagging, write("my.txt", "some\nplain\n")) == [
        ("missing-column", 1, None)
    ]


def test_sentences_are_split_whole_and_the_same_each_time(write):
    lines = [f"Ada{n} B-PER\nsings O\n" for n in range(100)]
    data = load_tagging(write("my.conll", "\n".join(lines)))
    assert [len(data[name]) for name in data] == [80, 10, 10]
    again = load_tagging(write("other.conll", "\n".join(reversed(lines))))
    assert sorted(sentences(data, "test")) == sorted(sentences(again, "test"))

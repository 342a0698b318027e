"""Bytes that are not what they seem."""

import gzip

import pytest

from course_lib.resources.own_data import load_classification
from course_lib.resources.own_data.encodings import looks_like

TEXT = "text,label\ncafé crème,good\nöde,bad\nnaïve,good\nschön,bad\n"


def texts(path, **options):
    return load_classification(path, split=None, **options)["train"]["text"][:]


WANTED = ["café crème", "öde", "naïve", "schön"]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le"]
)
def test_a_mark_at_the_beginning_declares_the_encoding(write, encoding, capsys):
    marks = {"utf-16-le": b"\xff\xfe"}
    raw = marks.get(encoding, b"") + TEXT.encode(encoding)
    assert texts(write("my.csv", raw)) == WANTED
    marked = "Harmless, handled: a byte order mark" in capsys.readouterr().out
    assert marked == (encoding != "utf-8")


def test_a_big_endian_mark(write):
    assert texts(write("my.csv", b"\xfe\xff" + TEXT.encode("utf-16-be"))) == WANTED


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ISO-8859-15", "mac-roman"])
def test_an_encoding_can_be_given(write, encoding):
    assert texts(write("my.csv", TEXT.encode(encoding)), encoding=encoding) == WANTED


def test_every_line_in_another_encoding_is_named(write, found, error):
    path = write("my.csv", TEXT.encode("latin-1"))
    assert found(load_classification, path) == [
        ("wrong-encoding", 2, 4),
        ("wrong-encoding", 3, 1),
        ("wrong-encoding", 4, 3),
        ("wrong-encoding", 5, 4),
    ]
    problem = error(load_classification, path).problems[0]
    assert "byte 0xE9 is not utf-8" in problem.says
    assert 'Give encoding="latin-1"' in problem.cure
    assert texts(path, encoding="latin-1") == WANTED


@pytest.mark.parametrize("declared", ["ascii", "utf-8"])
def test_latin_1_under_a_wrong_declaration_by_the_caller(write, found, declared):
    kinds = found(
        load_classification, write("my.csv", TEXT.encode("latin-1")), encoding=declared
    )
    assert kinds[:2] == [("wrong-encoding", 2, 4), ("wrong-encoding", 3, 1)]


def test_latin_1_under_a_wrong_declaration_in_the_file(write, found, capsys):
    path = write("my.csv", b"\xef\xbb\xbf" + TEXT.encode("latin-1"))
    assert found(load_classification, path)[:2] == [
        ("wrong-encoding", 2, 4),
        ("wrong-encoding", 3, 1),
    ]
    assert texts(path, encoding="latin-1") == WANTED  # the cure works


def test_utf_8_given_as_latin_1_is_seen_in_the_letters(write, capsys):
    assert texts(write("my.csv", TEXT), encoding="latin-1")[0] == "cafÃ© crÃ¨me"
    said = capsys.readouterr().out
    assert "my.csv, line 2, column 4" in said and "wrong encoding" in said


def test_letters_that_were_lost_earlier(write, capsys):
    texts(write("my.csv", TEXT.replace("é", "\ufffd").replace("ö", "Ã¶")))
    said = capsys.readouterr().out
    assert "my.csv, line 2, column 4" in said and "my.csv, line 3, column 1" in said


def test_a_mark_against_what_is_given(write, found):
    path = write("my.csv", TEXT.encode("utf-16"))
    assert found(load_classification, path, encoding="latin-1") == [
        ("wrong-encoding", None, None)
    ]


def test_utf_16_without_a_mark_is_recognised(write, error):
    (problem,) = error(
        load_classification, write("my.csv", TEXT.encode("utf-16-le"))
    ).problems
    assert "looks like utf-16-le" in problem.says
    assert (
        texts(write("my.csv", TEXT.encode("utf-16-le")), encoding="utf-16-le") == WANTED
    )


def test_nul_bytes_are_named(write, found):
    path = write(
        "my.csv",
        "text,label\na\0b,good\nc,bad\nd,good\n\0\0\0,bad\ne,bad\nf,good\ng,bad\n",
    )
    assert found(load_classification, path) == [("nul-byte", 2, 2), ("nul-byte", 5, 1)]


def test_nul_rows_can_be_left_out(write):
    path = write("my.csv", "text,label\na\0b,good\nc,bad\nd,good\ne,bad\nf,good\n")
    assert texts(path, on_problem="skip") == ["c", "d", "e", "f"]


@pytest.mark.parametrize("name", ["utf-9", "rot13", "hex"])
def test_an_unknown_encoding(write, found, name):
    path = write("my.csv", TEXT)
    assert found(load_classification, path, encoding=name) == [
        ("unknown-encoding", None, None)
    ]


def test_a_packed_file_that_is_cut_off(write, found):
    packed = gzip.compress(
        b"text,label\n" + b"".join(b"%d text,x\n" % n for n in range(99999))
    )
    path = write("my.csv.gz", packed[: len(packed) // 2])
    assert found(load_classification, path)[-1][0] == "cut-off"


@pytest.mark.parametrize(
    "encoding, text",
    [
        ("latin-1", "Très bon café"),
        ("cp1252", "It’s “great”, 5 €"),
        ("cp1251", "Хороший фильм, очень понравился, советую всем"),
        ("gb18030", "这个电影很好看，我喜欢，推荐给大家"),
    ],
)
def test_what_bytes_look_like(encoding, text):
    raw = text.encode(encoding)
    assert raw.decode(looks_like(b"", raw)) == text


def test_old_line_ends_are_line_ends(write, found):
    assert texts(write("my.csv", TEXT.replace("\n", "\r"))) == WANTED
    path = write("my.csv", (TEXT + ",good\n").replace("\n", "\r"))
    assert found(load_classification, path) == [("empty-text", 6, 1)]

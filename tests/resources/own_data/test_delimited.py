"""Quotes, separators, headers and line ends of CSV and TSV."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.errors import CourseError
from course_lib.resources.own_data import load_classification
from course_lib.resources.own_data.quotes import look_again

HEAD = "text,label\n"
REST = "nice,good\nflat,bad\nfine,good\ndull,bad\n"


def texts(path, **options):
    return load_classification(path, split=None, **options)["train"]["text"][:]


def test_windows_line_ends_are_said(write, capsys):
    path = write("my.csv", (HEAD + REST).replace("\n", "\r\n"))
    assert texts(path) == ["nice", "flat", "fine", "dull"]
    assert "Harmless, handled: Windows line ends." in capsys.readouterr().out


def test_line_ends_inside_quotes_belong_to_the_text(write, found):
    path = write("my.csv", HEAD + '"one\ntwo\r\nthree",good\n' + REST)
    assert texts(path)[0] == "one\ntwo\r\nthree"
    path = write("my.csv", HEAD + '"one\ntwo\n\nthree",good\n,bad\n' + REST)
    assert found(load_classification, path) == [("empty-text", 6, 1)]


def test_a_field_behind_a_text_of_several_lines(write, found):
    path = write("my.csv", HEAD + '"one\ntwo",\n' + REST + '"x ""y""\nz",a,"b"\n')
    assert found(load_classification, path) == [
        ("empty-label", 3, 6),
        ("wrong-number-of-fields", 9, 6),
    ]


def test_a_quote_that_is_never_closed_names_its_own_line(write, found):
    path = write("my.csv", HEAD + 'nice,good\n"flat,bad\n' + REST)
    assert found(load_classification, path) == [("unclosed-quote", 3, 1)]
    assert texts(path, on_problem="skip") == ["nice", "nice", "flat", "fine", "dull"]


def test_a_quote_that_the_next_quoted_field_seems_to_close(write, found):
    path = write(
        "my.csv", HEAD + 'fine,good\n"flat,bad\nmild,bad\n"nice, very",good\n' + REST
    )
    assert found(load_classification, path) == [("unclosed-quote", 3, 1)]
    assert texts(path, on_problem="skip")[:3] == ["fine", "mild", "nice, very"]


def test_several_unclosed_quotes_are_all_named(write, found):
    path = write("my.csv", HEAD + '"flat,bad\n' * 3 + REST + 'x,"good\n')
    places = [("unclosed-quote", line, 1) for line in (2, 3, 4)]
    # The last one is closed by nobody, and neither is the third before it.
    assert found(load_classification, path) == [*places, ("unclosed-quote", 9, 3)]


def test_a_stray_quote_inside_a_quoted_text(write, found, error):
    path = write("my.csv", HEAD + 'nice,good\n"a "fine" film",good\n' + REST)
    assert found(load_classification, path) == [("broken-quoting", 3, 4)]
    problem = error(load_classification, path).problems[0]
    assert "'fine\" fi'" in problem.says and 'twice: ""' in problem.cure
    assert texts(path, on_problem="skip") == ["nice", "nice", "flat", "fine", "dull"]


def test_a_stray_quote_in_a_text_of_several_lines(write, found, error):
    path = write("my.csv", HEAD + REST + '"one\na "fine" film",good\nmild,bad\n')
    assert found(load_classification, path) == [("broken-quoting", 7, 3)]
    assert "the field from line 6" in error(load_classification, path).problems[0].says
    assert texts(path, on_problem="skip") == ["nice", "flat", "fine", "dull", "mild"]


@pytest.mark.parametrize("delimiter", ["", ", ", "tab", '"', "\n"])
def test_a_delimiter_that_is_none(write, delimiter):
    with pytest.raises(CourseError, match="expected one character"):
        load_classification(write("my.csv", HEAD + REST), delimiter=delimiter)


def test_a_quote_escaped_as_elsewhere(write, error):
    path = write("my.csv", HEAD + '"a \\"fine\\" film",good\n' + REST)
    assert 'not \\"' in error(load_classification, path).problems[0].cure


def test_a_quote_in_the_middle_of_an_unquoted_text_is_a_character(write):
    assert texts(write("my.csv", HEAD + 'a 5" disk,good\n' + REST))[0] == 'a 5" disk'


def test_a_semicolon_file_from_a_spreadsheet(write, capsys):
    rows = ["text;label", '"gut; sehr gut";gut', "teuer, leider;schlecht"]
    more = ["klein, fein;gut", "laut, eng;schlecht", ";", ";"]
    path = write("my.csv", b"\xef\xbb\xbf" + "\r\n".join([*rows, *more, ""]).encode())
    assert texts(path)[:2] == ["gut; sehr gut", "teuer, leider"]
    said = capsys.readouterr().out
    assert "byte order mark" in said and "Windows line ends" in said
    assert "empty lines (2 times)" in said
    path = write("my.csv", "sep=;\ntext;label\n" + REST.replace(",", ";"))
    assert texts(path) == ["nice", "flat", "fine", "dull"]


@pytest.mark.parametrize("mark", ["\t", "|", ";", ","])
def test_what_separates_is_seen_or_given(write, mark):
    path = write("my.csv", (HEAD + REST).replace(",", mark))
    assert (
        texts(path) == texts(path, delimiter=mark) == ["nice", "flat", "fine", "dull"]
    )


def test_lines_count_from_the_top_with_everything_above(write, found):
    assert found(
        load_classification, write("my.csv", "sep=,\n" + HEAD + "\n\n,bad\n" + REST)
    ) == [("empty-text", 5, 1)]


def test_quotes_in_a_tsv_are_characters_unless_they_enclose(write):
    head, rest = (part.replace(",", "\t") for part in (HEAD, REST))
    assert (
        texts(write("my.tsv", head + '"so" he said\tgood\n' + rest))[0]
        == '"so" he said'
    )
    assert texts(write("my.tsv", head + '"a ""b""\tc"\tgood\n' + rest))[0] == 'a "b"\tc'


def test_an_empty_file_and_one_with_a_header_alone(write, found):
    assert found(load_classification, write("my.csv", "")) == [
        ("empty-file", None, None)
    ]
    assert found(load_classification, write("my.csv", "\n \n")) == [
        ("empty-file", None, None)
    ]
    kinds = found(load_classification, write("my.csv", HEAD))
    assert kinds == [("no-rows", None, None)]


def test_a_header_with_the_same_name_twice(write, found):
    path = write("my.csv", "text,label,text\na,b,c\n")
    assert found(load_classification, path) == [("double-column", 1, 12)]


def test_a_broken_header_is_told_first(write, found):
    path = write("my.csv", 'text,"la"bel\n' + REST)
    assert found(load_classification, path)[0] == ("broken-quoting", 1, 9)


def test_names_of_columns_may_have_spaces_and_capitals(write):
    assert texts(write("my.csv", "Text , LABEL\n" + REST)) == [
        "nice",
        "flat",
        "fine",
        "dull",
    ]


@given(
    st.lists(
        st.lists(st.text('ab",\n;\r', max_size=6), min_size=1, max_size=4), max_size=4
    )
)
def test_the_second_look_finds_each_field_where_it_was_written(rows):
    for row in rows:
        lines = []

        class Out:
            write = lines.append

        csv.writer(Out).writerow(row)
        text = "".join(lines)
        parts = text.splitlines(keepends=True)
        found = look_again(parts, ",")
        assert found.opened is None and len(found.fields) == len(row)
        for value, (line, column) in zip(row, found.fields, strict=True):
            rest = "".join([parts[line][column:], *parts[line + 1 :]]) if parts else ""
            written = '"' + value.replace('"', '""') + '"'
            assert rest.startswith(written if rest.startswith('"') else value)

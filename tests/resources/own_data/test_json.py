"""JSON Lines, arrays of objects, and long JSON read piece by piece."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.resources.own_data import json_text, load_classification
from course_lib.resources.own_data.encodings import TextFile
from course_lib.resources.own_data.json_text import Element, JsonStream, locate
from course_lib.resources.own_data.problems import Report
from course_lib.resources.own_data.sources import Source

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('ab"\\\né', max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab{", max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


def stream(path):
    report = Report()
    return JsonStream(TextFile(Source(path, None, "json"), None, report), report)


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_elements_come_one_by_one_with_their_places(write, monkeypatch, chunk):
    monkeypatch.setattr(json_text, "CHUNK", chunk)
    values = [{"a": [1, "x\n"]}, 125, "é", [], {"b": None}, 1.5e3, True]
    text = (
        '{"v": 12.5,\r\n "data":\r [' + ",\n  ".join(map(json.dumps, values)) + "]}\n"
    )
    path = write("my.json", text)
    with stream(path) as parts:
        found = {}
        for key in parts.members():
            found[key] = (
                list(parts.elements()) if key == "data" else parts.value().value
            )
    assert found["v"] == 12.5
    assert [one.value for one in found["data"]] == values
    lines = text.splitlines(keepends=True)
    for one in found["data"]:
        rest = lines[one.line - 1][one.column - 1 :] + "".join(lines[one.line :])
        assert rest.startswith(one.text)


@given(VALUES, st.sampled_from([None, 1]))
def test_every_value_is_found_by_its_path(value, indent):
    text = json.dumps(value, indent=indent)

    def walk(inner, path):
        yield path, inner
        if isinstance(inner, dict | list):
            members = inner.items() if isinstance(inner, dict) else enumerate(inner)
            for key, one in members:
                yield from walk(one, (*path, key))

    for path, inner in walk(value, ()):
        at = locate(text, path)
        assert json.JSONDecoder().raw_decode(text, at)[0] == inner


def test_what_is_not_there_is_placed_at_what_holds_it():
    element = Element({}, '{"a": {"b": 1},\n "c": [2]}', 5, 3)
    assert element.place("f", ("a", "x"))[1:3] == (5, 9)
    assert element.place("f", ("c", 0))[1:3] == (6, 8)
    assert element.place("f", ("c", 1))[1:3] == (6, 7)


def test_each_line_that_is_no_object_is_named(write, found):
    good = [{"text": f"text {n}", "label": "xy"[n % 2]} for n in range(4)]
    lines = [
        *map(json.dumps, good),
        "",
        "{'text': 1}",
        "[1]",
        '{"text": "a", "label": "x",}',
    ]
    lines += [
        '{"text": 5, "label": "x"}',
        '{"label": "y"}',
        '{"text": null, "label": "x"}',
    ]
    path = write("my.jsonl", "\n".join(lines))
    assert found(load_classification, path) == [
        ("broken-json", 6, 2),
        ("no-object", 7, 1),
        ("broken-json", 8, 28),
        ("no-text", 9, 10),
        ("missing-text", 10, 1),
        ("empty-text", 11, 10),
    ]


def test_an_array_is_read_to_where_it_breaks(write, found):
    rows = [{"text": "", "label": "x"}, {"text": "b", "label": "y"}] * 2
    text = json.dumps(rows, indent=1)
    assert found(load_classification, write("my.json", text)) == [
        ("empty-text", 3, 11),
        ("empty-text", 11, 11),
    ]
    text = text.replace('"b",', '"b"')
    assert found(load_classification, write("my.json", text))[-1][:2] == (
        "broken-json",
        8,
    )


def test_an_element_without_an_end_is_not_read_for_ever(write, monkeypatch, error):
    monkeypatch.setattr(json_text, "CHUNK", 64)
    monkeypatch.setattr(json_text, "LONGEST", 1000)
    path = write("my.json", '[{"text": "' + "a" * 5000)
    (problem,) = error(load_classification, path).problems
    assert problem.kind == "broken-json" and "longer than 1,000" in problem.says


def test_bytes_inside_an_array_have_their_place(write, found):
    rows = [{"text": "café", "label": "x"}, {"text": "thé", "label": "y"}] * 2
    text = json.dumps(rows, ensure_ascii=False, indent=1)
    path = write("my.json", text.encode("latin-1"))
    lines = [
        (n, line.index("é") + 1)
        for n, line in enumerate(text.splitlines(), 1)
        if "é" in line
    ]
    assert found(load_classification, path)[:4] == [
        ("wrong-encoding", *at) for at in lines
    ]
    text = json.dumps(rows, ensure_ascii=False)
    path = write("my.json", text.encode("latin-1"))
    columns = [at + 1 for at, letter in enumerate(text) if letter == "é"]
    places = [("wrong-encoding", 1, column) for column in columns]
    assert found(load_classification, path)[:4] == places


def test_no_object_at_all(write, found):
    assert found(load_classification, write("my.jsonl", "1\n2\n"))[-1] == (
        "no-rows",
        1,
        1,
    )
    assert found(load_classification, write("my.json", "[]")) == [("no-rows", 1, 1)]

"""Figures as they are printed, kept in cards, and written as JSON."""

import json
import math

import pytest
from figures import WIDTHS, Figure, Report, plain, short, shown

from course_lib.evaluation import Share

HALF = Share(50, 100)
REPORT = Report(
    "course-gpt",
    ("1.2 million parameters, 2,048 tokens.", "N-grams were counted."),
    (
        Figure("perplexity", 3.214, 2048.6, {"unigram": 310.4, "5-gram": 12.34}),
        Figure("agreement, 100 minimal pairs", Share(90, 100), HALF),
    ),
)


@pytest.mark.parametrize(
    "value, text",
    [
        (0.984, "0.98"),
        (9.994, "9.99"),
        (31.25, "31.2"),
        (4102.4, "4,102"),
        (math.nan, "none"),
        (None, ""),
        (HALF, "50.0 %"),
    ],
)
def test_a_value_is_short(value, text):
    assert short(value) == text


def test_a_share_is_shown_with_its_interval():
    assert shown(HALF) == "50.0 % (40.4 to 59.6)"
    assert shown(3.2) == "3.20"


def test_the_table_gives_every_comparison_a_line():
    lines = REPORT.table().splitlines()
    assert lines[0] == "course-gpt"
    assert lines[1].endswith("N-grams were counted.")
    assert max(map(len, lines)) <= sum(WIDTHS)
    head, _, first, second, third = lines[-5:]
    assert head.split() == ["figure", "trained", "untrained", "to", "compare", "with"]
    assert first.split() == ["perplexity", "3.21", "2,049", "unigram", "310"]
    assert second.split() == ["5-gram", "12.3"]
    assert second.index("5-gram") == first.index("unigram")
    assert "90.0 % (82.6 to 94.5)" in third
    assert third.endswith("50.0 %")


def test_long_names_are_wrapped():
    long = Report("x", (), (Figure("word " * 20, 1.0, None, {"other": 2.0}),))
    lines = long.table().splitlines()
    assert max(map(len, lines)) <= sum(WIDTHS)
    assert sum(line.count("word") for line in lines) == 20


def test_the_card_has_one_row_a_figure():
    about, empty, head, rule, *rows = REPORT.markdown().splitlines()
    assert about == " ".join(REPORT.about)
    assert not empty
    assert head.count("|") == rule.count("|") == rows[0].count("|") == 5
    assert rows[0] == "| perplexity | 3.21 | 2,049 | unigram 310; 5-gram 12.3 |"
    assert rows[1] == (
        "| agreement, 100 minimal pairs | 90.0 % (82.6 to 94.5) | 50.0 % |  |"
    )


def test_json_keeps_the_counts():
    known = json.loads(json.dumps(REPORT.as_dict()))
    assert known["figures"][0]["beside"] == {"unigram": 310.4, "5-gram": 12.34}
    assert known["figures"][1]["trained"] == {
        "share": 0.9,
        "interval": [0.8256, 0.9448],
        "right": 90,
        "count": 100,
    }
    assert plain(math.nan) is None

"""The drawings of chapter 13 show what they are given."""

import numpy as np
import pytest

from course_lib.viz.figures import chapter13 as figures
from course_lib.viz.style import png


def test_lines_join_what_was_written_to_what_was_read():
    table = np.array([[0.9, 0.05, 0.05], [0.1, 0.2, 0.7]])
    figure = figures.alignment([["a", "black", "cat"]], [["un", "chat"]], [table])
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.texts] == [
        "a",
        "black",
        "cat",
        "un",
        "chat",
    ]
    drawn = {tuple(line.get_xdata()): line.get_linewidth() for line in axes.lines}
    assert set(drawn) == {(0.0, 0.0), (0.0, 1.0), (0.5, 1.0), (1.0, 1.0)}  # faint: none
    assert drawn[0.0, 0.0] > drawn[1.0, 1.0] > drawn[0.5, 1.0] > drawn[0.0, 1.0]
    assert png(figure).startswith(b"\x89PNG")


def test_weights_that_do_not_fit_are_refused():
    with pytest.raises(IndexError):
        figures.alignment([["a", "b"]], [["un", "deux"]], [np.ones((2, 1))])


def test_values_stand_above_their_bars():
    named = {"greedy": [10.0, 20], "beam": [30.0, 40]}
    figure = figures.scores(named, ["BLEU", "chrF"])
    (axes,) = figure.axes
    heights = [bar.get_height() for group in axes.containers for bar in group]
    assert heights == [10, 20, 30, 40]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(named)
    assert {text.get_text() for text in axes.texts} == {"10", "20", "30", "40"}

"""The drawings of chapter 10 show what they are given."""

import numpy as np
import pytest

from course_lib.viz.figures import chapter10 as figures
from course_lib.viz.style import png

TOKENS = ["[CLS]", "not", "bad"]


def test_a_text_is_read_and_answered():
    figure = figures.reading(TOKENS, [0.2, 0.5, 0.3], ["no", "yes"], [0.1, 0.9])
    left, right = figure.axes
    assert {"[CLS]", "not", "bad"} <= {text.get_text() for text in left.texts}
    assert [bar.get_width() for bar in right.patches] == [0.1, 0.9]
    assert [text.get_text() for text in right.texts] == ["0.10", "0.90"]
    assert png(figure).startswith(b"\x89PNG")


def test_confusions_are_whole_numbers():
    figure = figures.confusion([[30, 4], [6, 20]], ["no", "yes"])
    (axes,) = figure.axes
    assert {text.get_text() for text in axes.texts} == {"30", "4", "6", "20"}
    assert axes.get_ylabel() == "true label"
    assert png(figure)


def test_intervals_reach_from_low_to_high():
    figure = figures.intervals(["a", "b"], [0.8, 0.9], [(0.7, 0.85), (0.88, 0.92)])
    (axes,) = figure.axes
    lines = [list(line.get_xdata()) for line in axes.lines]
    assert lines == [[0.7, 0.85], [0.8], [0.88, 0.92], [0.9]]
    with pytest.raises(ValueError):
        figures.intervals(["a", "b"], [0.8, 0.9], [(0.7, 0.85)])
    assert png(figure)


def test_reliability_draws_every_bin():
    figure = figures.reliability([0.55, 0.95], [0.5, 0.8], [10, 90])
    upper, lower = figure.axes
    assert list(upper.lines[1].get_ydata()) == [0.5, 0.8]
    assert [bar.get_height() for bar in lower.patches] == [10, 90]
    assert png(figure)


def test_looks_before_and_after_stand_side_by_side():
    before, after = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.6, 0.3])
    (axes,) = figures.looks(TOKENS, before, after).axes
    heights = [[bar.get_height() for bar in bars] for bars in axes.containers]
    assert heights == [before.tolist(), after.tolist()]
    assert axes.get_ylabel() == "weight from [CLS]"

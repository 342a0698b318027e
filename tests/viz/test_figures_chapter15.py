"""The drawings of chapter 15 show what they are given."""

import numpy as np
import pytest

from course_lib.viz.figures import chapter15 as figures
from course_lib.viz.style import png


def ticks(axes):
    return [label.get_text() for label in axes.get_xticklabels()]


def test_matrices_share_one_scale():
    named = {"as it was": np.eye(3), "half": np.eye(3) / 2}
    figure = figures.matrices(named, ["9 numbers", "9 halves"])
    images = [axes.images[0] for axes in figure.axes]
    assert {image.get_clim() for image in images} == {(-1.0, 1.0)}
    assert [axes.get_xlabel() for axes in figure.axes] == ["9 numbers", "9 halves"]
    with pytest.raises(ValueError, match="shorter"):
        figures.matrices(named, ["one line"])


def test_shares_are_of_the_whole_the_largest_on_top():
    (axes,) = figures.shares({"small": 1.0, "large": 3.0}, "time").axes
    assert [bar.get_width() for bar in axes.containers[0]] == [0.25, 0.75]
    assert {text.get_text() for text in axes.texts} == {"25%", "75%"}


def test_parts_are_stacked_and_summed():
    rows = {"use": {"weights": 4.0}, "training": {"weights": 4.0, "gradients": 6.0}}
    (axes,) = figures.stacked(rows, "MB").axes
    weights, gradients = axes.containers
    assert [bar.get_width() for bar in weights] == [4, 4]
    assert [bar.get_x() for bar in gradients] == [4, 4]
    assert [text.get_text() for text in axes.texts] == [" 4", " 10"]


def test_a_curve_has_its_points():
    (axes,) = figures.curve([0, 0.5], [0.8, 0.7], ("left out", "right")).axes
    assert axes.lines[0].get_xydata().tolist() == [[0, 0.8], [0.5, 0.7]]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("left out", "right")


def test_heads_are_named_from_0():
    figure = figures.heads(np.array([[0.1, -0.1, 0.5], [0.2, 0.3, 0.4]]))
    axes = figure.axes[0]
    assert ticks(axes) == ["0", "1", "2"]
    assert "0.50" in {text.get_text() for text in axes.texts}
    assert png(figure).startswith(b"\x89PNG")


def test_the_right_word_has_a_star():
    chances = {1: [0.7, 0.3], 4: [0.6, 0.4]}
    (axes,) = figures.softened(["cat", "dog"], chances, right="dog").axes
    assert ticks(axes) == ["cat", "dog *"]
    heights = [bar.get_height() for group in axes.containers for bar in group]
    assert heights == [0.7, 0.3, 0.6, 0.4]


def test_growth_doubles_on_both_axes():
    named = {"written out": [1, 4], "in pieces": [1, 2]}
    (axes,) = figures.growth([256, 512], named, "MB").axes
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert ticks(axes) == ["256", "512"]
    assert [line.get_label() for line in axes.lines[:2]] == list(named)


def test_spectra_end_at_the_whole():
    (axes,) = figures.spectra({"W": [2.0, 1.0, 0.0], "update": [3.0, 0.0, 0.0]}).axes
    first, second = (line.get_ydata() for line in axes.lines)
    assert first.tolist() == [0, 0.8, 1, 1] and second.tolist() == [0, 1, 1, 1]


def test_what_was_not_measured_has_no_number():
    figure = figures.comparison(["whole", "half"], {"MB": [4.0, 2.0], "ms": [9, None]})
    left, right = figure.axes
    assert [text.get_text() for text in left.texts] == ["4", "2"]
    assert [text.get_text() for text in right.texts] == ["9", ""]
    assert left.lines[0].get_xdata()[0] == 4

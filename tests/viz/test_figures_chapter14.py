"""The drawings of chapter 14 show what they are given."""

import pytest
from matplotlib.colors import to_hex

from course_lib.viz.figures import chapter14 as figures
from course_lib.viz.style import BLUE, ORANGE, png


def widths(axes):
    return [bar.get_width() for bar in axes.patches]


def test_the_token_that_was_taken_is_orange():
    choices = [
        figures.Choice("One", ["a", "$b", "c"], [0.5, 0.3, 0.1], chosen=1),
        figures.Choice("One b", ["d", "e", "f"], [0.9, 0.05, 0.01]),
    ]
    first, second = figures.steps(choices).axes
    assert widths(first) == [0.5, 0.3, 0.1]
    assert [to_hex(bar.get_facecolor()) for bar in first.patches].index(
        ORANGE.lower()
    ) == 1
    titles = {second.get_title(loc=place) for place in ("left", "center")}
    assert "One b …" in titles
    assert [t.get_text() for t in first.get_yticklabels()] == ["a", r"\$b", "c"]


def test_tails_fall_and_are_marked_where_the_share_is_reached():
    figure = figures.tails({"x": [0.1, 0.6, 0.3]}, share=0.85)
    (axes,) = figure.axes
    line, dot = axes.lines
    assert list(line.get_ydata()) == [0.6, 0.3, 0.1]
    assert list(dot.get_xdata()) == [2]
    assert "85% by rank 2" in axes.texts[0].get_text()


def test_what_is_ruled_out_is_called_so():
    chances = {"p": {"all": [0.7, 0.3], "one": [1.0, 0.0]}}
    left, right = figures.grid({"p": ["a", "b"]}, chances).axes
    assert left.get_xlim() == right.get_xlim()
    assert [text.get_text() for text in left.texts] == ["0.70", "0.30"]
    assert [text.get_text() for text in right.texts] == ["1.00", "out"]


def test_beams_that_lead_nowhere_are_grey():
    levels = [
        [figures.Kept(0, "a", -0.5), figures.Kept(0, "b", -1.0)],
        [figures.Kept(1, "c", -1.1), figures.Kept(1, "d", -1.3)],
    ]
    figure = figures.beams("One", levels)
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.texts] == [
        "One",
        "a\n−0.50",
        "b\n−1.00",
        "c\n−1.10",
        "d\n−1.30",
    ]
    assert [line.get_color() for line in axes.lines] == [
        figures.GREY,
        BLUE,
        BLUE,
        BLUE,
    ]
    assert [tuple(line.get_ydata()) for line in axes.lines[2:]] == [(1, 0), (1, 1)]
    assert png(figure).startswith(b"\x89PNG")


def test_a_dot_for_each_way_and_a_star_for_real_texts():
    figure = figures.trade({"greedy": (1.5, 0.2), "hot": (9.0, 0.8)}, real=(1.9, 0.7))
    (axes,) = figure.axes
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["greedy", "hot", "texts of the world"]
    assert list(axes.lines[1].get_xdata()) == [9.0]
    assert png(figure).startswith(b"\x89PNG")


def test_times_are_drawn_over_lengths():
    (axes,) = figures.cost([10, 20], {"without": [1.0, 2.0], "with": [1, 1]}).axes
    assert [list(line.get_ydata()) for line in axes.lines] == [[1, 2], [1, 1]]


def test_words_have_a_bar_in_each_context():
    named = {"with": [0.9, 0.8, 0.0], "without": [0.1, 0.0, 0.0]}
    (axes,) = figures.copying(["ring", "key", "zirp"], named, known=2).axes
    heights = [[bar.get_height() for bar in group] for group in axes.containers]
    assert heights == [pytest.approx(values) for values in named.values()]
    assert axes.lines[0].get_xdata()[0] == 1.5

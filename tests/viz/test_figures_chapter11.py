"""The drawings of chapter 11 show what they are given."""

from course_lib.viz.figures import chapter11 as figures
from course_lib.viz.style import png


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_labels_stand_below_the_pieces_that_have_them():
    pieces = ["[CLS]", "and", "##er", "left", "[SEP]"]
    ids, labels = [None, 0, 0, 1, None], [-100, 1, -100, 0, -100]
    figure = figures.aligned(
        ["Ander", "left"], ["B-LOC", "O"], pieces, ids, labels, ["O", "B-LOC"]
    )
    (axes,) = figure.axes
    said = {t.get_position()[0]: t.get_text() for t in axes.texts if
            t.get_position()[1] > 2.5}  # fmt: skip
    assert said == {0.5: "-100", 1.5: "B-LOC", 2.5: "-100", 3.5: "O", 4.5: "-100"}
    assert texts(axes)[:2] == ["Ander", "B-LOC"]
    assert png(figure).startswith(b"\x89PNG")


def test_a_word_without_pieces_is_left_out():
    figure = figures.aligned(["\u200b"], ["O"], ["[CLS]"], [None], [-100], ["O"])
    assert "O" not in texts(figure.axes[0])


def test_both_scores_of_each_tagger_are_shown():
    (axes,) = figures.two_scores({"nothing": (0.77, 0.0), "mine": (0.87, 0.38)}).axes
    assert [bar.get_width() for bar in axes.patches] == [0.77, 0.0, 0.87, 0.38]
    assert texts(axes) == ["77%", "0%", "87%", "38%"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["nothing", "mine"]


def test_two_runs_are_drawn_side_by_side():
    runs = {"a": [(1, 0.5, 0.1), (2, 0.4, 0.2)], "b": [(1, 0.6, 0.0)]}
    left, right = figures.both_learn(runs).axes
    assert [line.get_ydata().tolist() for line in left.lines] == [[0.5, 0.4], [0.6]]
    assert [line.get_ydata().tolist() for line in right.lines] == [[0.1, 0.2], [0.0]]

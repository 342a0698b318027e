"""The drawings of chapter 12 show what they are given."""

import numpy as np
import pytest

from course_lib.viz.figures import chapter12 as figures
from course_lib.viz.style import png

TOKENS = ["Ada", "met", "Ben"]


def test_edges_are_drawn_for_every_token_and_the_span_is_marked():
    start, end = np.array([1.0, -2, 3]), np.array([0.5, -1, 4])
    figure = figures.edges(TOKENS, start, end, (2, 2))
    (axes,) = figure.axes
    heights = sorted(bar.get_height() for bar in axes.containers[0])
    assert heights == sorted(start)
    assert [label.get_text() for label in axes.get_xticklabels()] == TOKENS
    marked = next(p for p in axes.patches if p.get_width() == pytest.approx(1.0))
    assert marked.get_x() == pytest.approx(1.5)
    assert png(figure).startswith(b"\x89PNG")


def test_windows_say_which_of_them_hold_the_answer():
    figure = figures.windows(100, [(0, 50), (40, 90)], (45, 60))
    said = [text.get_text() for text in figure.axes[0].texts]
    assert said == ["window 0: points at [CLS]", "window 1: holds the answer"]
    assert png(figure)


def test_two_models_are_drawn_on_one_scale():
    tables = [np.full((2, 3), 0.2), np.full((2, 3), 0.8)]
    figure = figures.looks(tables, ("after", "before"), ["a", "b"], TOKENS)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["after", "before"]
    scales = {axes.images[0].get_clim() for axes in figure.axes}
    assert scales == {(0.0, 0.8)}
    with pytest.raises(ValueError):
        figures.looks(tables, ("after", "before"), ["a"], TOKENS)

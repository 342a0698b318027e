"""A heat map shows the numbers it was given, and every cell can be read."""

import math

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb

from course_lib.viz.figures.heat_map import HIDDEN, cell_text, heat_map, refill
from course_lib.viz.style import DIVERGING, new_figure, png


@pytest.fixture
def axes():
    return new_figure().add_subplot()


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_numbers_stand_in_the_cells(axes):
    heat_map(axes, [[0.25, 0.75], [1.0, 0.0]], ["a", "b"], ["c", "d"])
    assert texts(axes) == ["0.25", "0.75", "1.00", "0.00"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["c", "d"]
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("query", "key")


def test_it_takes_tensors_that_require_gradients_in_any_dtype(axes):
    matrix = torch.ones(2, 3, dtype=torch.bfloat16, requires_grad=True)
    assert heat_map(axes, matrix).get_array().shape == (2, 3)


def test_cells_without_a_number_are_grey(axes):
    image = heat_map(axes, [[1.0, -math.inf], [math.nan, 2.0]])
    assert texts(axes) == ["1.00", "−∞", "NaN", "2.00"]
    assert image.norm.vmin == 1 and image.norm.vmax == 2
    assert np.allclose(image.cmap(np.ma.masked)[:3], to_rgb(HIDDEN))


def test_a_mask_is_written_as_1_and_0(axes):
    heat_map(axes, torch.tensor([[True, False]]))
    assert texts(axes) == ["1", "0"]


def test_a_matrix_without_any_number_is_drawn(axes):
    image = heat_map(axes, [[-math.inf, -math.inf]])
    assert (image.norm.vmin, image.norm.vmax) == (0, 1)
    assert png(axes.figure)


@pytest.mark.parametrize("colours", ["cividis", DIVERGING])
def test_every_number_contrasts_with_its_cell(axes, colours):
    values = np.linspace(-1, 1, 9)[None]
    image = heat_map(axes, values, colours=colours, low=-1, high=1)
    for value, text in zip(values[0], axes.texts, strict=True):
        cell, ink = image.cmap(image.norm(value))[:3], to_rgb(text.get_color())
        lights = sorted(_luminance(colour) + 0.05 for colour in (cell, ink))
        assert lights[1] / lights[0] > 3.9


def _luminance(colour):
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour
    ]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def test_wide_matrices_go_without_numbers_unless_asked(axes):
    heat_map(axes, np.zeros((2, 13)))
    assert texts(axes) == []
    heat_map(axes, np.zeros((2, 13)), numbers=True)
    assert len(texts(axes)) == 26


def test_labels_are_text_never_mathematics(axes):
    heat_map(axes, [[1.0]], ["$x"], ["y$ costs"])
    assert png(axes.figure)
    assert axes.get_yticklabels()[0].get_parse_math() is False


def test_drawing_again_replaces_the_picture(axes):
    heat_map(axes, [[1.0]])
    heat_map(axes, [[2.0]])
    assert len(axes.images) == 1 and texts(axes) == ["2.00"]


@pytest.mark.parametrize(
    ("value", "text"), [(-0.001, "0.00"), (-1.5, "−1.50"), (math.inf, "∞")]
)
def test_cell_text(value, text):
    assert cell_text(value) == text


def test_wrong_input_is_refused_with_the_cure(axes):
    with pytest.raises(ValueError, match=r"weights\[0, 0\]"):
        heat_map(axes, torch.zeros(1, 1, 2, 2))
    with pytest.raises(ValueError, match="1 row labels for 2 rows"):
        heat_map(axes, [[1.0], [2.0]], ["only one"])
    with pytest.raises(ValueError, match="3 column labels for 1 column"):
        heat_map(axes, [[1.0], [2.0]], column_labels=["a", "b", "c"])


def test_other_numbers_fill_the_same_cells(axes):
    image = heat_map(axes, [[0.0, 1.0], [2.0, 4.0]], ["a", "b"], low=0, high=4)
    cells = list(axes.texts)
    refill(image, torch.tensor([[4.0, 0.0], [-math.inf, 2.0]]), decimals=1)
    assert texts(axes) == ["4.0", "0.0", "−∞", "2.0"] and list(axes.texts) == cells
    fresh = new_figure().add_subplot()
    heat_map(fresh, [[4.0, 0.0], [-math.inf, 2.0]], low=0, high=4)
    assert [t.get_color() for t in cells] == [t.get_color() for t in fresh.texts]
    assert image.get_clim() == (0, 4)


def test_a_matrix_of_another_shape_does_not_fit(axes):
    image = heat_map(axes, [[0.0, 1.0]])
    with pytest.raises(ValueError, match=r"\(1, 2\).*\(1, 3\)"):
        refill(image, [[1.0, 2.0, 3.0]])
    assert texts(axes) == ["0.00", "1.00"]

"""Drawings of chapter 16 show what they are given."""

import importlib.util

import numpy as np
import pytest
import torch

from course_lib.multimodal import draw, random_scenes
from course_lib.viz.figures import chapter16 as figures
from course_lib.viz.style import png

PICTURES = draw(random_scenes(3, seed=1))


def texts(axes) -> list[str]:
    """The words on an axes."""
    return [text.get_text() for text in axes.texts if text.get_text()]


def test_every_room_of_the_map_is_there() -> None:
    (axes,) = figures.course_map().axes
    for _, rooms in figures.COURSE:
        for name, chapters, module in rooms:
            assert {name, chapters} <= set(texts(axes))
            assert importlib.util.find_spec(f"course_lib.{module}"), module


def test_a_law_is_drawn_through_the_points() -> None:
    laws = {"line": lambda n: n**-0.1, "floor": lambda n: 0.2 + n**-0.2}
    sizes, losses = [100, 1000], [0.6, 0.5]
    (axes,) = figures.scaling(sizes, losses, laws, (5000, 0.4)).axes
    line, floor, points, star = axes.lines
    assert np.allclose(line.get_ydata(), line.get_xdata() ** -0.1)
    assert floor.get_label() == "floor"
    assert list(points.get_xdata()) == sizes
    assert list(star.get_xdata()) == [5000]
    (far,) = figures.scaling(sizes, losses, laws, furthest=1e9).axes
    assert far.lines[0].get_xdata().max() == pytest.approx(1e9)


def test_a_gallery_has_a_caption_for_each_picture() -> None:
    captions = ["a circle", "a red circle left of a blue square", "a cross"]
    figure = figures.gallery(PICTURES, captions, columns=2)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["a circle", "a red circle left of\na blue square", "a cross", ""]


def test_patches_stand_in_a_row() -> None:
    whole, row = figures.patch_row(PICTURES[0], 6).axes
    assert texts(row) == [str(n) for n in range(16)]
    second = row.images[1].get_array()
    expected = PICTURES[0, :, :6, 6:12].permute(1, 2, 0)
    assert np.allclose(second, expected)


def test_the_veil_is_clear_where_the_weight_is_largest() -> None:
    weights = torch.rand(5, 16).softmax(-1)
    figure = figures.looks(PICTURES[0], list("abcde"), weights)
    for axes, row in zip(figure.axes, weights, strict=False):
        opaque = axes.images[1].get_array()[..., 3]
        assert opaque.argmin() == row.argmax() and opaque.min() == 0
        assert opaque.argmax() == row.argmin()
        assert f"{row.max():.2f}" in axes.get_title()


def test_numbers_stand_beside_the_picture() -> None:
    left, right = figures.beside(PICTURES[0], torch.tensor([[0.5, -1.0]])).axes
    assert np.allclose(left.images[0].get_array(), PICTURES[0].permute(1, 2, 0))
    assert texts(right) == ["0.50", "−1.00"]
    assert right.images[0].get_clim() == (-1, 1)


def test_few_shot_draws_the_mean_and_the_range_of_seeds() -> None:
    scores = {"meta": [[0.2, 0.6], [0.4, 0.8]], "random": [[0.2, 0.3], [0.2, 0.5]]}
    (axes,) = figures.few_shot([0, 1], scores, chance=0.25).axes
    lines = {line.get_label(): line for line in axes.lines}
    assert list(lines["meta"].get_ydata()) == pytest.approx([0.3, 0.7])
    assert len(axes.collections) == 2


def test_a_picture_is_the_same_bytes_each_time() -> None:
    assert png(figures.course_map()) == png(figures.course_map())

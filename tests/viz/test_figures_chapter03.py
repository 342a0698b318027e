"""Figures of chapter 03 show the numbers they are given."""

import inspect

import torch

from course_lib.viz.figures import chapter03


def test_each_public_figure_is_documented() -> None:
    functions = [
        function
        for name, function in inspect.getmembers(chapter03, inspect.isfunction)
        if function.__module__ == chapter03.__name__ and not name.startswith("_")
    ]
    assert len(functions) >= 4
    assert all(function.__doc__ for function in functions)


def test_gathering_writes_each_weight_under_its_word() -> None:
    words, weights = ["dog", "barked", "it"], [0.9, 0.0625, 0.0375]
    (axes,) = chapter03.gathering(words, weights, query=2).axes
    shown = [text.get_text() for text in axes.texts]
    assert all(word in shown for word in words)
    assert any("0.9" in text for text in shown)


def test_matrices_have_a_panel_each() -> None:
    panels = {"weights": torch.eye(2), "value": torch.ones(2, 2)}
    figure = chapter03.matrices(panels, ["a", "b"])
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles[:2] == ["weights", "value"]


def test_saturation_draws_both_ways_and_both_numbers() -> None:
    plain = {1: (0.5, 0.25), 64: (1.0, 0.0)}
    divided = {1: (0.5, 0.25), 64: (0.6, 0.24)}
    figure = chapter03.saturation(plain, divided)
    heights = [list(line.get_ydata()) for axes in figure.axes for line in axes.lines]
    assert [0.5, 1.0] in heights and [0.5, 0.6] in heights
    assert [0.25, 0.0] in heights and [0.25, 0.24] in heights


def test_the_head_map_shows_the_row_of_its_token_as_bars() -> None:
    weights = torch.tensor([[0.75, 0.25], [0.125, 0.875]])
    figure = chapter03.head_map(weights, ["a", "it"], query=1)
    bars = [p.get_width() for axes in figure.axes for p in axes.patches]
    bars += [p.get_height() for axes in figure.axes for p in axes.patches]
    assert {0.125, 0.875} <= set(bars)

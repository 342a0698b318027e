"""The figures of chapter 02 hold what they are given."""

import pytest
import torch
import torch.nn.functional as F

from course_lib.viz.figures.chapter02 import (
    merge_history,
    one_hot_product,
    text_to_rows,
    token_costs,
)
from course_lib.viz.figures.pieces import Pieces, break_lines, shown
from course_lib.viz.style import new_figure, png


def texts(figure) -> list[str]:
    (axes,) = figure.axes
    return [text.get_text() for text in axes.texts if text.get_text()]


def test_a_text_stands_above_its_ids_and_rows() -> None:
    rows = torch.randn(3, 5, generator=torch.Generator().manual_seed(0))
    figure = text_to_rows(["The", " $x$", "<i>"], [7, 8, 9], rows)
    assert {"The", "·$x$", "<i>", "7", "8", "9"} <= set(texts(figure))
    (image,) = figure.axes[0].images
    assert image.get_array().shape == (5, 3)
    assert png(figure)


def test_every_merge_is_a_line_of_boxes() -> None:
    history = [("letters", ["abc", "ab"]), ("a + b", [("ab", "c"), ("ab",)])]
    figure = merge_history(history)
    assert texts(figure) == ["letters", *"abcab", "a + b", "ab", "c", "ab"]
    assert len(figure.axes[0].patches) == 5 + 3
    assert png(figure)


def test_bars_show_the_costs() -> None:
    figure = token_costs({"English": 15, "Hindi": 81})
    widths = [bar.get_width() for bar in figure.axes[0].patches]
    assert widths == [15, 81] and {"15", "81"} <= set(texts(figure))


def test_the_product_copies_rows() -> None:
    table = torch.arange(12.0).view(4, 3) / 10
    one_hot = F.one_hot(torch.tensor([2, 0]), 4).float()
    figure = one_hot_product(one_hot, table, [2, 0])
    *_, product = figure.axes
    drawn = torch.tensor(product.images[0].get_array().filled().tolist())
    assert torch.allclose(drawn, table[[2, 0]])


@pytest.mark.parametrize(
    ("piece", "drawn"),
    [(" the", "·the"), ("\n", "↵"), ("\x00a", "�a"), ("é", "é"), ("", "")],
)
def test_what_cannot_be_seen_is_drawn_as_a_sign(piece: str, drawn: str) -> None:
    assert shown(piece) == drawn


def test_lines_hold_what_fits() -> None:
    assert break_lines(["aaa", "bbb", "ccc"], width=8) == [[0, 1], [2]]
    assert break_lines(["a" * 50, "b"], width=8) == [[0], [1]]
    assert break_lines([], width=8) == [[]]


def test_boxes_are_used_again_for_the_next_text() -> None:
    axes = new_figure().subplots()
    pieces = Pieces(axes, width=20, lines=1, unknown="?")
    pieces.show(["low", "er", "?"])
    first = axes.patches[0]
    assert drawn(axes) == ["low", "er", "?"]
    assert [box.get_linewidth() for box in axes.patches] == [0, 0, 1.5]
    pieces.show(["wide"])
    assert drawn(axes) == ["wide"] and axes.patches[0] is first
    pieces.show(["a" * 15, "b" * 15])
    assert drawn(axes) == ["…", "a" * 15]


def drawn(axes) -> list[str]:
    return [text.get_text() for text in axes.texts if text.get_visible()]

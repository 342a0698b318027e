"""The drawings of chapter 09 show the numbers that they are given, and name them."""

import inspect
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from course_lib.errors import ShapeError
from course_lib.viz.figures import chapter09
from course_lib.viz.style import png, show

TOKENS = ["Clara", "owned", "$x$", "<b>", "."]


def drawn(axes: Axes) -> np.ndarray:
    """The numbers of a heat map; what is hidden is NaN."""
    return axes.images[0].get_array().filled(np.nan)


def random(*shape: int) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


def effects() -> tuple[torch.Tensor, torch.Tensor]:
    """Clearness and effect of 2 layers of 2 heads."""
    return (
        torch.tensor([[0.1, 0.9], [0.6, 0.2]]),
        torch.tensor([[0.0, 0.3], [-0.02, 0.32]]),
    )


def writing() -> list[torch.Tensor]:
    """Rows of the last three of five tokens."""
    return [random(length).softmax(0) for length in (3, 4, 5)]


def pattern_and_effect() -> Figure:
    clarity, effect = effects()
    chosen = {"idle": (1, 0), "busy": (1, 1)}
    return chapter09.pattern_against_effect(clarity, effect, chosen)


MAKE: dict[str, Callable[[], Figure]] = {
    "head_tables": lambda: chapter09.head_tables(
        {"previous": random(6, 12), "induction": random(6, 12)}
    ),
    "score_parts": lambda: chapter09.score_parts(random(5, 8) - 0.5, TOKENS, random(5)),
    "heads_against_rule": lambda: chapter09.heads_against_rule(random(4, 4) / 3, 0.5),
    "pattern_against_effect": pattern_and_effect,
    "followed": lambda: chapter09.followed(writing(), TOKENS),
}


def test_each_public_figure_is_tried_here_and_documented() -> None:
    functions = {
        name: function
        for name, function in inspect.getmembers(chapter09, inspect.isfunction)
        if function.__module__ == chapter09.__name__ and not name.startswith("_")
    }
    assert set(functions) == set(MAKE)
    assert all(function.__doc__ for function in functions.values())


@pytest.mark.parametrize("name", MAKE)
def test_no_words_lie_on_others_or_leave_the_figure(name: str) -> None:
    figure = MAKE[name]()
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    boxes = {
        text.get_text(): text.get_window_extent(canvas.get_renderer())
        for axes in figure.axes
        for text in words(axes)
    }
    assert boxes
    whole = figure.bbox.padded(1)
    for text, box in boxes.items():
        assert whole.fully_contains(box.x0, box.y0), text
        assert whole.fully_contains(box.x1, box.y1), text
    for (one, first), (other, second) in combinations(boxes.items(), 2):
        assert not Bbox.intersection(first.padded(-1), second.padded(-1)), (one, other)


def words(axes: Axes) -> list[Text]:
    """Titles and what is written into the picture, as far as they can be seen."""
    own = [
        *axes.texts,
        axes.title,
        axes._left_title,
        axes.xaxis.label,
        axes.yaxis.label,
    ]
    return [text for text in own if text.get_text().strip() and text.get_visible()]


@pytest.mark.parametrize("name", MAKE)
def test_a_figure_is_shown_with_its_words(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple] = []
    monkeypatch.setattr(
        "course_lib.viz.style.display", lambda data, **more: shown.append((data, more))
    )
    figure = MAKE[name]()
    show(figure, alt="what <b>it</b> shows")
    (picture, more), (folded, _) = shown
    assert picture["image/png"] and picture["text/plain"] == "what <b>it</b> shows"
    assert more["metadata"]["image/png"]["alt"] == "what <b>it</b> shows"
    assert "&lt;b&gt;it&lt;/b&gt;" in folded["text/html"]
    assert png(figure).startswith(b"\x89PNG")


def test_each_table_has_its_heads_and_one_scale() -> None:
    tables = {"previous": random(2, 3), "induction": random(2, 3)}
    first, second = chapter09.head_tables(tables).axes
    assert first.get_title(loc="left") == "previous token"
    assert second.get_title(loc="left") == "induction"
    assert np.allclose(drawn(first), tables["previous"])
    assert first.images[0].get_clim() == second.images[0].get_clim() == (0, 1)


def test_products_and_weights_stand_in_the_same_rows() -> None:
    products, weights = random(5, 8) - 0.5, random(5)
    left, right = chapter09.score_parts(products, TOKENS, weights).axes
    assert np.allclose(drawn(left), products)
    low, high = left.images[0].get_clim()
    assert high == -low == pytest.approx(float(products.abs().max()))
    assert [bar.get_width() for bar in right.patches] == pytest.approx(weights.tolist())
    assert [label.get_text() for label in left.get_yticklabels()] == TOKENS


def test_each_head_has_a_dot_in_its_layer_and_the_rule_a_named_line() -> None:
    shares = random(3, 4)
    (axes,) = chapter09.heads_against_rule(shares, 0.5).axes
    dots = [layer.get_offsets().tolist() for layer in axes.collections]
    assert [[y for _, y in layer] for layer in dots] == [
        pytest.approx(row) for row in shares.tolist()
    ]
    assert all(round(x) == n for n, layer in enumerate(dots) for x, _ in layer)
    assert set(axes.lines[0].get_ydata()) == {0.5}
    assert [text.get_text() for text in axes.texts] == ["nearest name"]


def test_chosen_heads_are_ringed_and_named_off_the_line() -> None:
    clarity, effect = effects()
    chosen = {"idle": (1, 0), "busy": (0, 1)}
    (axes,) = chapter09.pattern_against_effect(clarity, effect, chosen).axes
    dots, *rings = axes.collections
    assert len(dots.get_offsets()) == 4
    assert rings[0].get_offsets().tolist() == [pytest.approx([0.6, -0.02])]
    assert [text.get_text() for text in axes.texts] == ["1.0 idle", "0.1 busy"]
    FigureCanvasAgg(axes.figure).draw()
    zero = axes.transData.transform((0, 0))[1]
    below, above = (text.get_window_extent() for text in axes.texts)
    assert below.y1 < zero < above.y0


def test_what_was_not_written_yet_is_hidden() -> None:
    rows = writing()
    (axes,) = chapter09.followed(rows, TOKENS).axes
    table = drawn(axes)
    assert table.shape == (3, 5)
    for place, row in enumerate(rows):
        assert np.allclose(table[place, : len(row)], row)
        assert np.isnan(table[place, len(row) :]).all()
    assert [label.get_text() for label in axes.get_yticklabels()] == TOKENS[2:]
    assert set(axes.lines[0].get_xdata()) == {
        1.5
    }  # between prompt and what was written


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda: chapter09.head_tables({"next": random(3)}), r"next.*\(3,\).*\(L, H\)"),
        (
            lambda: chapter09.score_parts(random(2, 5, 8), TOKENS, random(5)),
            "one query",
        ),
        (lambda: chapter09.score_parts(random(4, 8), TOKENS, random(5)), "4 rows"),
        (lambda: chapter09.heads_against_rule(random(9, 4, 4), 0.5), "mean over"),
        (
            lambda: chapter09.pattern_against_effect(random(2, 2), random(2, 3), {}),
            "same heads",
        ),
        (lambda: chapter09.followed([random(4), random(4)], TOKENS), "one more"),
        (lambda: chapter09.followed([], TOKENS), "one more"),
    ],
)
def test_shapes_that_do_not_fit_are_named(draw, says: str) -> None:
    with pytest.raises(ShapeError, match=says):
        draw()

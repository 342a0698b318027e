"""Drawings of chapter 04: the way through the heads, who owns a number, patterns."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from course_lib.viz.figures.gaze import draw_gaze
from course_lib.viz.figures.heat_map import heat_map
from course_lib.viz.style import BLACK, GREEN, ORANGE, RULES, SKY, new_figure

HEAD_COLOURS = (SKY, ORANGE, GREEN)


def way_through_heads() -> Figure:
    """From x through three heads side by side to the output, one row a position."""
    figure = new_figure(9.0, 3.3)
    axes = figure.add_subplot()
    axes.set(xlim=(0, 18), ylim=(-0.4, 5.5))
    axes.axis("off")
    _table(axes, (0.2, 1.5), ("white",) * 3, "x\n(T, D)")
    for head, colour in enumerate(HEAD_COLOURS):
        bottom = 3.9 - 1.9 * head
        _table(axes, (6.1, bottom), (colour,), "")
        axes.text(7.1, bottom + 0.6, f"head {head}: attention", va="center")
        _arrow(axes, (2.4, 2.2), (5.9, bottom + 0.6))
        _arrow(axes, (10.3, bottom + 0.6), (12.3, 2.2))
    axes.text(3.0, 4.6, "projections,\ncut into heads", fontsize=10)
    _table(axes, (12.5, 1.5), HEAD_COLOURS, "side by side\n(T, D)")
    _arrow(axes, (14.6, 2.2), (15.6, 2.2))
    axes.text(15.1, 2.6, "$W_o$", fontsize=13, ha="center")
    _table(axes, (15.8, 1.5), ("#d9d9d9",) * 3, "output\n(T, D)")
    return figure


def _table(
    axes: Axes, corner: tuple[float, float], colours: Sequence[str], name: str
) -> None:
    """Four rows; each colour stands for the d columns of one head."""
    left, bottom = corner
    for place, colour in enumerate(colours):
        for row in range(4):
            at = (left + 0.65 * place, bottom + 0.32 * row)
            axes.add_patch(Rectangle(at, 0.65, 0.32, fc=colour, ec=BLACK, lw=0.8))
    middle = left + 0.325 * len(colours)
    axes.text(middle, bottom - 0.2, name, ha="center", va="top", fontsize=10)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.add_patch(
        FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=12, color=BLACK)
    )


def gazes(tokens: Sequence[str], rows: Mapping[str, Any], word: int) -> Figure:
    """Where one word looks, in several heads side by side.

    Args:
        tokens: the sentence.
        rows: title to weights (T,) of the word in that head.
        word: place of the word that looks.
    """
    figure = new_figure(3.1 * len(rows), 1.6)
    with mpl.rc_context(RULES):
        panels = figure.subplots(1, len(rows), squeeze=False)[0]
    for axes, (title, row) in zip(panels, rows.items(), strict=True):
        draw_gaze(axes, tokens, row, word, title)
        axes.set_ylim(-1.0, 1.5)  # a short sentence bends no arc higher
    return figure


def owners(panels: Mapping[str, Any], d_head: int) -> Figure:
    """Matrices of numbers `10 * position + column`, coloured by the head they go to.

    Args:
        panels: title to matrix (rows, columns) of such numbers.
        d_head: d; head h owns the columns from h * d to (h + 1) * d.
    """
    widths = [matrix.shape[1] for matrix in panels.values()]
    figure = new_figure(0.55 * sum(widths) + 0.6 * len(widths), 2.7)
    with mpl.rc_context(RULES):
        axes = figure.subplots(1, len(panels), width_ratios=widths, squeeze=False)[0]
    for place, (title, matrix) in zip(axes, panels.items(), strict=True):
        _owned(place, matrix, d_head)
        place.set_title(title, loc="left")
    return figure


def _owned(axes: Axes, matrix: Any, d_head: int) -> None:
    rows, columns = matrix.shape
    for row in range(rows):
        for column in range(columns):
            number = int(matrix[row, column])
            colour = HEAD_COLOURS[number % 10 // d_head % len(HEAD_COLOURS)]
            axes.add_patch(Rectangle((column, row), 1, 1, fc=colour, ec=BLACK, lw=0.8))
            middle = (column + 0.5, row + 0.5)
            axes.text(*middle, f"{number:02d}", ha="center", va="center")
    axes.set(xlim=(-0.03, columns + 0.03), ylim=(rows + 0.03, -0.03), aspect="equal")
    axes.axis("off")


def chosen_heads(
    weights: Any, tokens: Sequence[str], chosen: Mapping[tuple[int, int], str]
) -> Figure:
    """A few heads of a model side by side.

    Args:
        weights: (L, H, T, T)
        tokens: labels of rows and columns.
        chosen: (layer, head) to what is written above.
    """
    figure = new_figure(2.75 * len(chosen) + 0.8, 3.9)
    with mpl.rc_context(RULES):
        panels = figure.subplots(1, len(chosen), sharey=True, squeeze=False)[0]
    for place, ((layer, head), title) in enumerate(chosen.items()):
        first = place == 0
        heat_map(
            panels[place],
            weights[layer, head],
            tokens if first else (),
            tokens,
            title=f"{layer}.{head} {title}",
            row_title="query" if first else "",
            low=0.0,
            high=1.0,
            numbers=False,
        )
        panels[place].tick_params(labelsize=9)
        if first:
            shown = panels[place]
    shown.set_yticks(range(len(tokens)), tokens)
    return figure

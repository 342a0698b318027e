"""Figures of chapter 02: from text to rows of a table."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from course_lib.viz.figures.heat_map import heat_map
from course_lib.viz.figures.pieces import TINTS, shown
from course_lib.viz.style import BLACK, BLUE, DIVERGING, RED, new_figure

GREY = "#555555"


def text_to_rows(pieces: Sequence[str], ids: Sequence[int], rows: Tensor) -> Figure:
    """The idea in one picture: pieces, their ids, and a row of the table for each.

    Args:
        pieces: T pieces of a text.
        ids: T numbers.
        rows: (T, D).
    """
    figure = new_figure(9, 3.4)
    axes = figure.subplots()
    strongest = float(rows.abs().max())
    axes.imshow(
        rows.T.numpy(), cmap=DIVERGING, vmin=-strongest, vmax=strongest, aspect="auto"
    )
    for place, (piece, number) in enumerate(zip(pieces, ids, strict=True)):
        tint = TINTS[place % len(TINTS)]
        axes.add_patch(
            Rectangle((place - 0.48, -3.8), 0.96, 1.2, facecolor=tint, linewidth=0)
        )
        style = {"ha": "center", "va": "center", "parse_math": False, "color": BLACK}
        axes.text(place, -3.2, shown(piece), family="monospace", **style)
        axes.text(place, -1.4, f"{number}", **style)
    for y, text in ((-3.2, "pieces"), (-1.4, "ids"), (rows.shape[1] / 2 - 0.5, "rows")):
        axes.text(-0.8, y, text, ha="right", va="center", color=GREY)
    axes.set(xlim=(-1.6, len(pieces) - 0.4), ylim=(rows.shape[1] - 0.5, -4))
    axes.set_axis_off()
    return figure


def merge_history(history: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> Figure:
    """Words after each merge, one line of the picture a merge.

    Args:
        history: a label ("k + e") and the symbols of every word, from first to last.
    """
    figure = new_figure(9, 0.55 * len(history) + 0.2)
    axes = figure.subplots()
    axes.set_axis_off()
    width = max(sum(map(len, word)) for _, words in history for word in words) + 1.5
    for line, (label, words) in enumerate(history):
        axes.text(-0.5, line + 0.4, label, ha="right", va="center", color=GREY)
        for column, symbols in enumerate(words):
            _boxes(axes, column * width, line, symbols)
    axes.set(xlim=(-5.5, len(history[0][1]) * width), ylim=(len(history), 0))
    return figure


def _boxes(axes: Axes, x: float, y: float, symbols: Sequence[str]) -> None:
    """One word: a box for each symbol; merged ones are tinted."""
    for symbol in symbols:
        room = len(symbol)
        fill = TINTS[0] if room > 1 else "#ececec"
        axes.add_patch(
            Rectangle((x + 0.06, y + 0.08), room - 0.12, 0.64, facecolor=fill)
        )
        style = {"ha": "center", "va": "center", "parse_math": False}
        axes.text(x + room / 2, y + 0.4, symbol, family="monospace", **style)
        x += room


def token_costs(costs: Mapping[str, int]) -> Figure:
    """Tokens that one sentence takes in each language, as bars."""
    figure = new_figure(8, 0.36 * len(costs) + 0.8)
    axes = figure.subplots()
    fewest = min(costs.values())
    colours = [BLUE if cost == fewest else RED for cost in costs.values()]
    bars = axes.barh(list(costs), list(costs.values()), color=colours)
    axes.bar_label(bars, padding=3)
    axes.invert_yaxis()
    axes.set(xlabel="tokens for the same sentence")
    return figure


def one_hot_product(one_hot: Tensor, table: Tensor, ids: Sequence[int]) -> Figure:
    """One-hot rows times the table: the product copies rows of the table.

    Args:
        one_hot: (T, V), one 1 a row.
        table: (V, D).
        ids: T numbers, the places of the ones.
    """
    figure = new_figure(9.5, 3.2)
    left, middle, right = figure.subplots(
        1, 3, width_ratios=(one_hot.shape[1], table.shape[1], table.shape[1])
    )
    strongest = float(table.abs().max())
    scale = {"low": -strongest, "high": strongest, "colours": DIVERGING, "decimals": 1}
    numbers = [str(i) for i in range(len(table))]
    names = {"row_title": "", "column_title": ""}
    heat_map(left, one_hot, ids, numbers, title="one-hot (T, V)", decimals=0, **names)
    heat_map(middle, table, numbers, title="table (V, D)", **scale, **names)
    heat_map(right, one_hot @ table, ids, title="product (T, D)", **scale, **names)
    return figure

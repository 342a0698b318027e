"""Drawings of chapter 03: one query gathers, matrices side by side, saturation."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from course_lib.viz.figures.heat_map import heat_map
from course_lib.viz.style import BLACK, BLUE, ORANGE, RED, RULES, new_figure


def gathering(words: Sequence[str], weights: Sequence[float], query: int) -> Figure:
    """One word asks, all words answer; a thicker line carries more.

    Args:
        words: the sentence.
        weights: what the asking word takes from each, a row that sums to 1.
        query: place of the asking word.
    """
    figure = new_figure(7.0, 2.9)
    axes = figure.add_subplot()
    axes.set(xlim=(-0.6, len(words) - 0.4), ylim=(-0.45, 1.5))
    axes.axis("off")
    box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": BLACK}
    middle = {"ha": "center", "va": "center", "fontsize": 13}
    for place, (word, weight) in enumerate(zip(words, weights, strict=True)):
        line = {"color": BLUE, "linewidth": 1 + 13 * float(weight)}
        axes.plot([query, place], [1.25, 0.15], **line, zorder=1, alpha=0.75)
        axes.text(place, -0.32, f"{float(weight):.3f}", color=BLUE, **middle)
        axes.text(place, 0, word, bbox=box, **middle)
    asking = {**box, "facecolor": ORANGE}
    axes.text(query, 1.25, words[query], bbox=asking, **middle)
    axes.text(-0.6, 1.25, "who asks", va="center", color=BLACK)
    return figure


def matrices(
    panels: Mapping[str, Any],
    rows: Sequence[str],
    columns: Sequence[Sequence[str]] | None = None,
    column_titles: Sequence[str] | None = None,
    **options: Any,
) -> Figure:
    """Matrices with the same rows, side by side.

    Args:
        panels: title to matrix (T_q, anything).
        rows: labels of the rows, the queries.
        columns: labels of each matrix's columns; None repeats the rows' labels.
        column_titles: what each matrix's columns are; None says "key".
        options: passed to `heat_map`.
    """
    widths = [len(matrix[0]) for matrix in panels.values()]
    figure = new_figure(min(10.5, 1.4 + 0.72 * sum(widths) + 0.7 * len(panels)), 3.5)
    with mpl.rc_context(RULES):
        axes = figure.subplots(1, len(panels), width_ratios=widths, squeeze=False)[0]
    for place, (title, matrix) in enumerate(panels.items()):
        heat_map(
            axes[place],
            matrix,
            rows,
            rows if columns is None else columns[place],
            title=title,
            row_title="query" if place == 0 else "",
            column_title="key" if column_titles is None else column_titles[place],
            **options,
        )
    return figure


def saturation(
    plain: Mapping[int, tuple[float, float]], divided: Mapping[int, tuple[float, float]]
) -> Figure:
    """The largest weight and its slope by width, with and without the division.

    Args:
        plain: width d to (largest weight, its slope), products taken as they are.
        divided: the same for products divided by the root of d.
    """
    figure = new_figure(9.0, 3.2)
    with mpl.rc_context(RULES):
        both = figure.subplots(1, 2)
    for axes, part, name in zip(
        both, (0, 1), ("largest weight", "its slope a (1 − a)"), strict=True
    ):
        for values, colour, mark, label in (
            (plain, RED, "o-", "not divided"),
            (divided, BLUE, "s--", "divided by the root of d"),
        ):
            heights = [pair[part] for pair in values.values()]
            axes.plot(list(values), heights, mark, color=colour, label=label)
        axes.set_xscale("log", base=2)
        axes.set_xticks(list(plain), [str(width) for width in plain])
        axes.set_title(name, loc="left")
        axes.set(xlabel="width d", ylim=(0, 1.05 if part == 0 else 0.26))
    both[1].legend(loc="lower left")
    return figure


def head_map(weights: Any, tokens: Sequence[str], query: int) -> Figure:
    """All weights of one head, and the row of one token as bars.

    Args:
        weights: (T, T), rows are queries.
        tokens: labels of rows and columns.
        query: the token whose row is drawn as bars.
    """
    figure = new_figure(10.0, 4.9)
    with mpl.rc_context(RULES):
        left, right = figure.subplots(1, 2, width_ratios=(1.35, 1))
    heat_map(left, weights, tokens, tokens, title="weights of the head", numbers=False)
    left.get_yticklabels()[query].set(color=RED, fontweight="bold")
    row = [float(weight) for weight in weights[query]]
    places = range(len(tokens))
    right.barh(places, row, color=ORANGE)
    right.set_yticks(places, tokens)
    for label in right.get_yticklabels():
        label.set_parse_math(False)
    right.invert_yaxis()
    for place, weight in enumerate(row):
        right.text(weight + 0.01, place, f"{weight:.2f}", va="center", fontsize=9)
    right.set_title(f"row of “{tokens[query]}”", loc="left")
    right.set(xlabel="weight", xlim=(0, max(row) * 1.18))
    return figure

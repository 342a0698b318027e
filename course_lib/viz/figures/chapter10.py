"""Drawings of chapter 10: a text read, confusions, intervals, trust, attention."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from course_lib.viz.figures.gaze import draw_gaze
from course_lib.viz.figures.heat_map import heat_map
from course_lib.viz.style import BLUE, ORANGE, RULES, new_figure

GREY = "#8a8a8a"


def reading(
    tokens: Sequence[str], weights: Any, labels: Sequence[str], chances: Any
) -> Figure:
    """A text whose first token gathers what it says, and what becomes of it.

    Args:
        tokens: T tokens, the first one is what the head reads.
        weights: (T,), the attention of the first token.
        labels: names of the labels.
        chances: one probability for each.
    """
    figure = new_figure(9.5, 2.8)
    with mpl.rc_context(RULES):
        left, right = figure.subplots(1, 2, width_ratios=(3, 1))
    draw_gaze(left, tokens, weights, 0, f"{tokens[0]} gathers what the text says")
    shares = np.asarray(chances, dtype=float)
    right.barh(labels, shares, color=BLUE, height=0.5)
    for row, share in enumerate(shares):
        inside = {"color": "white", "ha": "right"} if share > 0.5 else {"ha": "left"}
        place = share - 0.03 if share > 0.5 else share + 0.03
        right.text(place, row, f"{share:.2f}", va="center", **inside)
    right.set(xlim=(0, 1), title="the head's answer")
    return figure


def confusion(counts: Any, labels: Sequence[str], title: str = "") -> Figure:
    """Texts by their true and their predicted label.

    Args:
        counts: (L, L), true labels in rows.
        labels: L names.
        title: above the table.
    """
    table = np.asarray(counts)
    figure = new_figure(1.9 + 0.75 * len(labels), 1.5 + 0.62 * len(labels))
    axes = figure.add_subplot()
    names = {"row_title": "true label", "column_title": "predicted label"}
    numbers = {"decimals": 0, "numbers": True, "low": 0.0, "high": float(table.max())}
    heat_map(axes, table, labels, labels, title=title, **names, **numbers)
    return figure


def intervals(
    names: Sequence[str],
    values: Any,
    ranges: Sequence[tuple[float, float]],
    measure: str = "accuracy",
) -> Figure:
    """Figures as points, each with the interval in which the true one may lie.

    Args:
        names: one for each point, from above.
        values: as many shares.
        ranges: low and high end of each.
        measure: what is measured.
    """
    points = np.asarray(values, dtype=float)
    figure = new_figure(8.0, 0.9 + 0.42 * len(names))
    axes = figure.add_subplot()
    for row, (value, (low, high)) in enumerate(zip(points, ranges, strict=True)):
        axes.plot((low, high), (row, row), color=BLUE, linewidth=2.5)
        axes.plot(value, row, "o", color=BLUE)
        axes.text(high + 0.012, row, f"{value:.1%}", va="center", fontsize=10)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    first = min(low for low, _ in ranges) - 0.03
    axes.set_xticks(np.arange(np.ceil(first * 10), 11) / 10)
    axes.set(xlim=(first, 1.08), xlabel=measure)
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.grid(axis="x", alpha=0.3)
    return figure


def reliability(sure: Any, right: Any, counts: Any) -> Figure:
    """How often a model is right when it is so sure, and how often it is so sure.

    Args:
        sure: mean probability in each bin that holds a text.
        right: share of right answers in it.
        counts: texts in it.
    """
    figure = new_figure(6.0, 4.4)
    with mpl.rc_context(RULES):
        upper, lower = figure.subplots(2, 1, height_ratios=(3, 1), sharex=True)
    x, y = np.asarray(sure, dtype=float), np.asarray(right, dtype=float)
    upper.plot((0, 1), (0, 1), "--", color=GREY, linewidth=1.2, label="calibrated")
    upper.vlines(x, np.minimum(x, y), np.maximum(x, y), color=ORANGE, linewidth=3)
    upper.plot(x, y, "o-", color=BLUE, label="this model")
    upper.set(ylabel="share that is right", ylim=(0, 1.03))
    upper.legend(loc="upper left")
    lower.bar(x, np.asarray(counts), width=0.03, color=BLUE)
    lower.set(ylabel="texts", xlabel="probability of the answer", xlim=(0.45, 1.02))
    return figure


def looks(tokens: Sequence[str], before: Any, after: Any) -> Figure:
    """Where the first token looks before and after fine-tuning.

    Args:
        tokens: T tokens.
        before, after: (T,), weights.
    """
    figure = new_figure(9.0, 3.0)
    axes = figure.add_subplot()
    places = np.arange(len(tokens))
    axes.bar(places - 0.2, np.asarray(before), 0.4, color=GREY, label="before")
    axes.bar(places + 0.2, np.asarray(after), 0.4, color=ORANGE, label="after")
    axes.set_xticks(places, tokens, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_ylabel(f"weight from {tokens[0]}")
    axes.legend()
    return figure

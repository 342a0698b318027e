"""Drawings of chapter 12: the edges of an answer, windows, where a model looks."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from course_lib.viz.figures.heat_map import heat_map
from course_lib.viz.style import BLUE, GREEN, ORANGE, RULES, new_figure

GREY = "#8a8a8a"


def edges(tokens: Sequence[str], start: Any, end: Any, span: tuple[int, int]) -> Figure:
    """How well each token begins and ends the answer, and the span that was chosen.

    Args:
        tokens: the T tokens of a passage.
        start, end: (T,), the scores of both edges.
        span: first and last token of the answer, both inclusive.
    """
    figure = new_figure(9.5, 3.2)
    axes = figure.add_subplot()
    places = np.arange(len(tokens))
    axes.bar(places - 0.2, np.asarray(start), width=0.4, color=BLUE, label="start")
    axes.bar(
        places + 0.2,
        np.asarray(end),
        width=0.4,
        color=ORANGE,
        hatch="//",
        edgecolor="white",
        label="end",
    )
    first, last = span
    axes.axvspan(first - 0.5, last + 0.5, color=GREEN, alpha=0.18, zorder=0)
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set_xticks(places, tokens, rotation=60, ha="right", rotation_mode="anchor")
    axes.set_ylabel("score")
    axes.legend(frameon=False, ncols=2, loc="upper left")
    return figure


def windows(
    length: int, pieces: Sequence[tuple[int, int]], answer: tuple[int, int]
) -> Figure:
    """A long passage, the windows in which it is read, and where the answer is.

    Args:
        length: letters of the passage.
        pieces: first and last letter of each window.
        answer: first and last letter of the answer.
    """
    figure = new_figure(9.0, 0.8 + 0.4 * len(pieces))
    axes = figure.add_subplot()
    for row, (first, last) in enumerate(pieces):
        whole = first <= answer[0] and answer[1] <= last
        axes.barh(row, last - first, left=first, height=0.6, color=BLUE, alpha=0.35)
        says = "holds the answer" if whole else "points at [CLS]"
        axes.text(first + 6, row, f"window {row}: {says}", va="center", fontsize=10)
    axes.axvspan(*answer, color=ORANGE, alpha=0.8, zorder=0)
    axes.set(xlim=(0, length), ylim=(len(pieces) - 0.4, -0.6), yticks=[])
    axes.set_xlabel("letters of the passage; the answer is the upright bar")
    return figure


def looks(
    tables: Sequence[Any],
    titles: Sequence[str],
    rows: Sequence[str],
    keys: Sequence[str],
) -> Figure:
    """Where chosen tokens look in the question, in two models, side by side.

    Args:
        tables: each (rows, keys), weights.
        titles: of the tables.
        rows: tokens that look.
        keys: tokens of the question that they look at.
    """
    figure = new_figure(5.6 * len(tables), 1.4 + 0.42 * len(rows))
    with mpl.rc_context(RULES):
        panels = figure.subplots(1, len(tables), squeeze=False)[0]
    high = max(float(np.asarray(table).max()) for table in tables)
    for axes, table, title in zip(panels, tables, titles, strict=True):
        heat_map(axes, table, rows, keys, title=title, low=0.0, high=high)
    return figure

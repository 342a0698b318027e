"""Drawings of chapter 13: which word came from which, and what a beam keeps."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib.viz.style import BLACK, BLUE, GREEN, ORANGE, new_figure

FAINT = 0.08  # weights below it are not drawn
GREY = "#8a8a8a"


def alignment(
    sources: Sequence[Sequence[str]],
    targets: Sequence[Sequence[str]],
    weights: Sequence[Any],
) -> Figure:
    """Lines from each token written to the tokens read that it was made of.

    Args:
        sources: tokens read, of each sentence.
        targets: tokens written.
        weights: each (T_q, T_k): a row for each token written.
    """
    figure = new_figure(9.0, 2.2 * len(sources))
    panels = figure.subplots(len(sources), 1, squeeze=False)[:, 0]
    for axes, read, written, table in zip(
        panels, sources, targets, weights, strict=True
    ):
        _lines(axes, read, written, np.asarray(table))
    return figure


def _lines(
    axes: Axes, read: Sequence[str], written: Sequence[str], table: np.ndarray
) -> None:
    """One sentence: what was read above, what was written below."""
    top = np.linspace(0, 1, len(read))
    bottom = np.linspace(0, 1, len(written))
    for row, below in enumerate(bottom):
        for column, above in enumerate(top):
            weight = float(table[row, column])
            if weight >= FAINT:
                strongest = column == int(table[row].argmax())
                axes.plot(
                    (above, below),
                    (1, 0),
                    color=BLUE if strongest else GREY,
                    linewidth=0.5 + 4 * weight,
                    alpha=0.25 + 0.75 * weight,
                )
    for places, tokens, height, align in ((top, read, 1.06, "bottom"),
                                          (bottom, written, -0.06, "top")):  # fmt: skip
        for x, token in zip(places, tokens, strict=True):
            axes.text(x, height, token, ha="center", va=align, color=BLACK)
    axes.set(xlim=(-0.05, 1.05), ylim=(-0.35, 1.35))
    axes.axis("off")


def scores(named: dict[str, Sequence[float]], measures: Sequence[str]) -> Figure:
    """Values of several texts in several measures, as groups of bars.

    Args:
        named: values (measures,) by name.
        measures: their names.
    """
    figure = new_figure(8.0, 3.0)
    axes = figure.add_subplot()
    width = 0.8 / len(named)
    places = np.arange(len(measures))
    looks = zip(named.items(), (BLUE, ORANGE, GREEN), ("", "//", ".."), strict=False)
    for number, ((name, values), colour, hatch) in enumerate(looks):
        left = places + (number - (len(named) - 1) / 2) * width
        bars = axes.bar(left, values, width * 0.94, color=colour, hatch=hatch)
        bars.set_label(name)
        axes.bar_label(bars, fmt="%.0f", fontsize=9)
    axes.set_xticks(places, measures)
    axes.set(ylabel="0 to 100", ylim=(0, 105))
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure

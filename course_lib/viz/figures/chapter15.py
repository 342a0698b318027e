"""Drawings of chapter 15: what a model costs, and what is left of a smaller one."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib.viz.figures.heat_map import heat_map
from course_lib.viz.style import (
    BLUE,
    CYCLE,
    DIVERGING,
    GREEN,
    ORANGE,
    RED,
    RULES,
    new_figure,
)

MARKS = "osD^v"


def matrices(named: Mapping[str, Any], below: Sequence[str]) -> Figure:
    """Several small matrices side by side, on one scale of colours.

    Args:
        named: (rows, columns) each, by what stands above it.
        below: a line for each.
    """
    figure = new_figure(2.5 * len(named), 3.0)
    panels = figure.subplots(1, len(named), squeeze=False)[0]
    values = {name: np.asarray(one, dtype=float) for name, one in named.items()}
    top = max(np.abs(one).max() for one in values.values())
    for axes, (name, one), line in zip(panels, values.items(), below, strict=True):
        axes.imshow(one, cmap=DIVERGING, vmin=-top, vmax=top)
        axes.set(xticks=[], yticks=[])
        axes.set_title(name, loc="center")
        axes.set_xlabel(line)
        axes.spines[:].set_visible(False)
    return figure


def shares(named: Mapping[str, float], title: str) -> Figure:
    """Parts of a whole as bars, the largest on top, with their share in percent."""
    figure = new_figure(7.6, 0.9 + 0.4 * len(named))
    axes = figure.add_subplot()
    whole = sum(named.values())
    order = sorted(named, key=named.get)
    bars = axes.barh(order, [named[name] / whole for name in order], color=BLUE)
    axes.bar_label(bars, fmt="{:.0%}", padding=4)
    axes.set(xlim=(0, 1), title=title)
    axes.xaxis.set_major_formatter("{x:.0%}")
    return figure


def stacked(rows: Mapping[str, Mapping[str, float]], unit: str) -> Figure:
    """A bar for each row, made of named parts."""
    figure = new_figure(8.4, 1.2 + 0.6 * len(rows))
    axes = figure.add_subplot()
    parts = list(dict.fromkeys(name for row in rows.values() for name in row))
    hatches = ("", "//", "..", "xx", "\\\\")
    ends = np.zeros(len(rows))
    for part, colour, hatch in zip(parts, CYCLE, hatches, strict=False):
        wide = np.array([row.get(part, 0.0) for row in rows.values()])
        axes.barh(
            list(rows),
            wide,
            left=ends,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            label=part,
            height=0.6,
        )
        ends = ends + wide
    for row, end in enumerate(ends):
        axes.text(end, row, f" {end:,.0f}", va="center")
    axes.invert_yaxis()
    axes.set(xlabel=unit, xlim=(0, ends.max() * 1.12))
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def curve(x: Sequence[float], y: Sequence[float], labels: tuple[str, str]) -> Figure:
    """A share over a share: both axes from 0 to 1, in percent."""
    figure = new_figure(7.0, 3.2)
    axes = figure.add_subplot()
    axes.plot(x, y, "o-", color=BLUE, clip_on=False)
    axes.set(xlabel=labels[0], ylabel=labels[1], xlim=(0, 1), ylim=(0, 1))
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.grid(alpha=0.3)
    return figure


def heads(importance: Any) -> Figure:
    """By how much the loss rises without each head: (L, H)."""
    values = np.asarray(importance, dtype=float)
    figure = new_figure(5.2, 0.8 + 0.7 * len(values))
    with mpl.rc_context(RULES):
        axes = figure.add_subplot()
    numbers = [[str(n) for n in range(size)] for size in values.shape]
    title = "rise of the loss without this head"
    names = {"row_title": "layer", "column_title": "head", "title": title}
    heat_map(axes, values, *numbers, **names, low=0.0)
    axes.set_aspect(0.55)
    return figure


def softened(
    words: Sequence[str], chances: Mapping[float, Any], right: str | None = None
) -> Figure:
    """A teacher's chances for a few words, at several temperatures.

    Args:
        words: the likeliest ones.
        chances: (words,) by temperature.
        right: the word that stood there, marked by a star.
    """
    figure = new_figure(8.2, 3.0)
    axes = figure.add_subplot()
    width = 0.8 / len(chances)
    places = np.arange(len(words))
    looks = zip(chances.items(), (BLUE, ORANGE, GREEN), ("", "//", ".."), strict=False)
    for number, ((temperature, values), colour, hatch) in enumerate(looks):
        left = places + (number - (len(chances) - 1) / 2) * width
        axes.bar(
            left,
            np.asarray(values, dtype=float),
            width * 0.94,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            label=f"temperature {temperature:g}",
        )
    names = [f"{word} *" if word == right else word for word in words]
    axes.set_xticks(places, names)
    axes.set(ylabel="the teacher's chance", ylim=(0, 1))
    axes.legend()
    return figure


def growth(
    lengths: Sequence[int], named: Mapping[str, Sequence[float]], ylabel: str
) -> Figure:
    """Costs over the length of a text, both axes doubling."""
    figure = new_figure(7.0, 3.4)
    axes = figure.add_subplot()
    looks = zip(named.items(), (RED, BLUE, GREEN), MARKS, strict=False)
    for (name, values), colour, mark in looks:
        axes.plot(lengths, values, f"{mark}-", color=colour, label=name)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    axes.set_xticks(lengths, [f"{length:,}" for length in lengths])
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set(xlabel="length T", ylabel=ylabel)
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def spectra(named: Mapping[str, Any]) -> Figure:
    """How much of each matrix its first singular values hold, of 0 to 1.

    Args:
        named: singular values by the matrix's name, largest first.
    """
    figure = new_figure(7.0, 3.2)
    axes = figure.add_subplot()
    for (name, values), colour, mark in zip(named.items(), CYCLE, MARKS, strict=False):
        squares = np.asarray(values, dtype=float) ** 2
        held = np.concatenate([[0.0], squares.cumsum() / squares.sum()])
        every = max(1, len(held) // 8)
        axes.plot(held, f"{mark}-", color=colour, label=name, markevery=every)
    axes.set(xlabel="rank", ylabel="share that is held", ylim=(0, 1.03), xlim=(0, None))
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def comparison(
    names: Sequence[str], measures: Mapping[str, Sequence[float | None]]
) -> Figure:
    """Ways to make a model smaller, a panel for each measure, a bar for each way.

    Args:
        names: of the ways; the first one is the model as it was.
        measures: a number for each way, by what it says; None where there is none.
    """
    figure = new_figure(3.1 * len(measures) + 1.6, 0.9 + 0.36 * len(names))
    panels = figure.subplots(1, len(measures), sharey=True, squeeze=False)[0]
    for axes, (title, values), colour in zip(
        panels, measures.items(), (BLUE, ORANGE, GREEN), strict=False
    ):
        _bars(axes, names, values, colour)
        axes.set_title(title)
    panels[0].invert_yaxis()
    return figure


def _bars(
    axes: Axes, names: Sequence[str], values: Sequence[float | None], colour: str
) -> None:
    """One measure; a line marks the model as it was."""
    drawn = [0.0 if value is None else value for value in values]
    bars = axes.barh(list(names), drawn, color=colour, height=0.62)
    labels = ["" if value is None else f"{value:.3g}" for value in values]
    axes.axvline(drawn[0], color="#8a8a8a", linestyle=":", linewidth=1.2)
    plate = {"facecolor": RULES["axes.facecolor"], "edgecolor": "none", "pad": 0.5}
    axes.bar_label(bars, labels, padding=4, fontsize=9, bbox=plate)
    axes.set_xlim(0, max(drawn) * 1.25)

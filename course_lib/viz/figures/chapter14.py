"""Drawings of chapter 14: distributions, what filters leave, beams, and costs."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib.viz.style import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    new_figure,
)

GREY = "#b9b9b9"


class Choice(NamedTuple):
    """One step of writing.

    Attributes:
        text: what stood there.
        words: the likeliest tokens, best first.
        chances: their probabilities.
        chosen: which of them was taken.
    """

    text: str
    words: Sequence[str]
    chances: Sequence[float]
    chosen: int = 0


class Kept(NamedTuple):
    """A beam of one step.

    Attributes:
        parent: which beam of the step before it continues.
        word: the token added.
        score: its log-probability so far.
    """

    parent: int
    word: str
    score: float


def steps(choices: Sequence[Choice]) -> Figure:
    """For each step the likeliest tokens; the one that was taken is orange."""
    figure = new_figure(3.2 * len(choices), 3.0)
    for axes, choice in zip(
        figure.subplots(1, len(choices), squeeze=False)[0], choices, strict=True
    ):
        colours = [GREY] * len(choice.words)
        colours[choice.chosen] = ORANGE
        _bars(axes, choice.words, choice.chances, colours)
        axes.set_title(f"{choice.text} …", fontsize=11)
    return figure


def tails(named: Mapping[str, Sequence[float]], share: float = 0.9) -> Figure:
    """Probabilities from the best to the worst token, on two logarithmic scales.

    A dot stands where the tokens so far together reach `share`.
    """
    figure = new_figure(7.6, 3.4)
    axes = figure.subplots()
    for (name, chances), colour in zip(named.items(), (BLUE, RED), strict=False):
        falling = np.sort(np.asarray(chances))[::-1]
        ranks = np.arange(1, len(falling) + 1)
        axes.plot(ranks, falling, color=colour, label=f"“{name} …”")
        reached = int((falling.cumsum() >= share).argmax())
        axes.plot(reached + 1, falling[reached], "o", color=colour, markersize=9)
        more = f"{share:.0%} by rank {reached + 1}"
        axes.annotate(more, (reached + 1, falling[reached]), (8, 6), **NEAR)
    axes.set(xscale="log", yscale="log", xlabel="rank of the token", ylim=(1e-8, 9))
    axes.set_ylabel("probability")
    axes.legend(frameon=False, loc="lower left")
    return figure


NEAR = {"textcoords": "offset points", "fontsize": 10}


def grid(
    words: Mapping[str, Sequence[str]],
    chances: Mapping[str, Mapping[str, Sequence[float]]],
) -> Figure:
    """A row of panels for each prompt, a panel for each way to change it.

    Args:
        words: by prompt the tokens that are shown.
        chances: by prompt and by way their probabilities; those of 0 are ruled out.
    """
    ways = list(next(iter(chances.values())))
    figure = new_figure(2.6 * len(ways), 2.5 * len(words))
    panels = figure.subplots(len(words), len(ways), squeeze=False)
    for row, prompt in zip(panels, words, strict=True):
        for axes, way in zip(row, ways, strict=True):
            found = chances[prompt][way]
            _bars(axes, words[prompt], found, [BLUE] * len(found))
            axes.set_title(way, fontsize=11)
            axes.set_xlim(0, 1.35 * max(map(max, chances[prompt].values())))
            if way != ways[0]:
                axes.set_yticklabels([])
        row[0].set_title(f"“{prompt} …”\n{ways[0]}", fontsize=11)
    return figure


def _bars(
    axes: Axes, words: Sequence[str], chances: Sequence[float], colours: Sequence[str]
) -> None:
    rows = np.arange(len(words))
    bars = axes.barh(rows, chances, color=colours, height=0.75)
    numbers = [f"{chance:.2f}" if chance else "out" for chance in chances]
    axes.bar_label(bars, numbers, padding=3, fontsize=9)
    axes.set_yticks(rows, [word.replace("$", r"\$") for word in words])
    axes.set(ylim=(len(words) - 0.4, -0.6), xticks=[])
    axes.set_xlim(0, 1.3 * max(chances))
    axes.spines["bottom"].set_visible(False)


def beams(prompt: str, levels: Sequence[Sequence[Kept]]) -> Figure:
    """The beams of each step, joined to those that they continue.

    Beams that lead to no later one are grey.
    """
    figure = new_figure(1.3 * (len(levels) + 1), 0.8 * len(levels[-1]) + 0.4)
    axes = figure.subplots()
    axes.axis("off")
    axes.set(xlim=(-0.6, len(levels) + 0.6), ylim=(len(levels[-1]) - 0.4, -0.6))
    middle = (len(levels[-1]) - 1) / 2
    axes.text(0, middle, textwrap.fill(prompt, 12), **_node(BLACK))
    for column, level in enumerate(levels):
        later = levels[column + 1 :]
        for row, beam in enumerate(level):
            colour = BLUE if _leads_on(row, later) else GREY
            above = middle if column == 0 else beam.parent
            ends = (column + 0.38, column + 0.62), (above, row)
            axes.plot(*ends, color=colour, linewidth=1.5, zorder=0)
            words = f"{beam.word}\n{beam.score:.2f}".replace("-", "−")
            axes.text(column + 1, row, words, **_node(colour))
    return figure


def _node(colour: str) -> dict[str, object]:
    box = {"boxstyle": "round,pad=0.3", "facecolor": "#fcfcfc", "edgecolor": colour}
    return {"ha": "center", "va": "center", "fontsize": 11, "bbox": box}


def _leads_on(row: int, later: Sequence[Sequence[Kept]]) -> bool:
    """Whether a beam has a descendant among the last ones."""
    rows = {row}
    for level in later:
        rows = {n for n, beam in enumerate(level) if beam.parent in rows}
    return bool(rows)


def trade(
    points: Mapping[str, tuple[float, float]], real: tuple[float, float]
) -> Figure:
    """Perplexity against the share of different pairs, a dot for each way to choose.

    Args:
        points: by name (perplexity, distinct).
        real: the same of texts that no model wrote: the star.
    """
    figure = new_figure(8.4, 4.4)
    axes = figure.subplots()
    marks = "os^Dvph<>d"
    colours = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, BLACK)
    for number, (name, (x, y)) in enumerate(points.items()):
        look = {"marker": marks[number % 10], "color": colours[number % 7]}
        axes.plot([x], [y], linestyle="", markersize=9, label=name, **look)
    label = "texts of the world"
    axes.plot(*([v] for v in real), "*", color=BLACK, markersize=18, label=label)
    axes.axvline(real[0], color=GREY, linewidth=1, zorder=0)
    axes.set(xscale="log", ylim=(0, 1), xlabel="perplexity: surprising →")
    axes.xaxis.set_major_formatter("{x:.3g}")
    axes.xaxis.set_minor_formatter(mpl.ticker.NullFormatter())
    low, high = axes.get_xlim()
    axes.set_xticks([x for x in (1.5, 2, 3, 5, 10, 20, 50, 100) if low < x < high])
    axes.set_ylabel("different pairs: varied →")
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def cost(lengths: Sequence[int], named: Mapping[str, Sequence[float]]) -> Figure:
    """Milliseconds for the next token, behind texts of several lengths."""
    figure = new_figure(6.6, 3.2)
    axes = figure.subplots()
    looks = zip(named.items(), (RED, BLUE, GREEN), "os^", strict=False)
    for (name, times), colour, mark in looks:
        axes.plot(lengths, times, mark, linestyle="-", color=colour, label=name)
    axes.set(xlabel="tokens so far", ylabel="ms for the next", ylim=(0, None))
    axes.legend(frameon=False)
    return figure


def copying(
    words: Sequence[str], named: Mapping[str, Sequence[float]], known: int
) -> Figure:
    """How likely words are in two contexts; a line parts known from invented ones.

    Args:
        words: the words.
        named: by context their probabilities.
        known: how many of the first words the model knows.
    """
    figure = new_figure(8.6, 3.2)
    axes = figure.subplots()
    places, width = np.arange(len(words)), 0.8 / len(named)
    for number, (name, chances) in enumerate(named.items()):
        look = {"color": (BLUE, ORANGE)[number % 2], "label": name}
        axes.bar(places + (number - 0.5) * width, chances, width, **look)
    axes.axvline(known - 0.5, color=GREY, linestyle="--", linewidth=1)
    axes.set_xticks(places, words, rotation=45, ha="right")
    axes.set(ylim=(0, 1), ylabel="probability")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure

"""Drawings of chapter 07: what a text asks, what is learned when, what it is for."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from course_lib.viz.style import BLACK, BLUE, CYCLE, ORANGE, RULES, SKY, new_figure

GREY, WHITE = "#e4e4e4", "#fcfcfc"
MARKS = ("o", "s", "^", "D")


def two_questions(words: Sequence[str], hidden: int) -> Figure:
    """A text asks in two ways: which word is hidden, and which comes next.

    Args:
        words: of a sentence.
        hidden: the place of the one to be hidden.
    """
    figure = new_figure(9.4, 3.9)
    with mpl.rc_context(RULES):
        left, right = figure.subplots(1, 2)
    blanked = [*words[:hidden], "[MASK]", *words[hidden + 1 :]]
    answers = ["" if i != hidden else word for i, word in enumerate(words)]
    _questions(left, "Masked words (BERT)", blanked, answers, hidden, both=True)
    _questions(
        right, "Next words (GPT)", words[:-1], words[1:], len(words) - 2, both=False
    )
    return figure


def _questions(
    axes: Axes,
    title: str,
    given: Sequence[str],
    answers: Sequence[str],
    seen_from: int,
    both: bool,
) -> None:
    """What is given below, what is to be answered above, and what one answer sees."""
    axes.set(xlim=(-0.6, max(len(given), 6) - 0.4), ylim=(-0.9, 3.1), title=title)
    axes.set_axis_off()
    for place, word in enumerate(given):
        _word(axes, place, 0, word, ORANGE if word == "[MASK]" else GREY)
        if answers[place]:
            _word(axes, place, 2.3, answers[place], SKY)
        if both or place <= seen_from:
            axes.annotate(
                "",
                xy=(seen_from, 1.95),
                xytext=(place, 0.38),
                arrowprops={"arrowstyle": "-", "color": BLUE, "alpha": 0.7},
            )
    axes.text(-0.5, -0.72, "given", fontsize=10, color=BLACK)
    axes.text(-0.5, 2.75, "asked", fontsize=10, color=BLACK)


def _word(axes: Axes, x: float, y: float, word: str, colour: str) -> None:
    box = FancyBboxPatch(
        (x - 0.44, y - 0.3),
        0.88,
        0.6,
        boxstyle="round,pad=0.02",
        facecolor=colour,
        edgecolor=BLACK,
        linewidth=0.8,
    )
    axes.add_patch(box)
    axes.text(x, y, word, ha="center", va="center", fontsize=9)


def learned_when(
    steps: Sequence[int],
    shares: Mapping[str, Sequence[float]],
    chance: float = 0.5,
) -> Figure:
    """Shares of right choices over the steps of a run, a line for each ability.

    Args:
        steps: at which it was measured.
        shares: by name of the ability, at each of these steps.
        chance: what a coin gets.
    """
    figure = new_figure(7.4, 3.4)
    axes = figure.add_subplot()
    for (name, values), colour, mark in zip(shares.items(), CYCLE, MARKS, strict=False):
        axes.plot(steps, values, color=colour, marker=mark, label=name)
    _chance(axes, chance, "a coin")
    axes.set(ylim=(0, 1.04), xlabel="step", ylabel="right")
    axes.legend(loc="lower right")
    return figure


def labels_needed(
    sizes: Sequence[int],
    scores: Mapping[str, Sequence[Sequence[float]]],
    chance: float,
) -> Figure:
    """Accuracy over the number of labels: mean, and from the least to the most.

    Args:
        sizes: numbers of labels.
        scores: by name of the model, for each size one score a seed.
        chance: the share of the most frequent label.
    """
    figure = new_figure(7.4, 3.6)
    axes = figure.add_subplot()
    lines = zip(scores.items(), CYCLE, MARKS, strict=False)
    for (name, rows), colour, mark in lines:
        means = [sum(row) / len(row) for row in rows]
        bars = list(zip(rows, means, strict=True))
        spread = [[m - min(r) for r, m in bars], [max(r) - m for r, m in bars]]
        axes.errorbar(
            sizes, means, spread, color=colour, marker=mark, capsize=4, label=name
        )
    _chance(axes, chance, "most frequent label")
    axes.set(xscale="log", ylim=(0, 1.04), xlabel="labelled sentences")
    axes.set_ylabel("right on new sentences")
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.legend(loc="lower left")
    return figure


def _chance(axes: Axes, level: float, name: str) -> None:
    axes.axhline(level, color=BLACK, linestyle=":", linewidth=1)
    sides = axes.get_yaxis_transform()  # x from side to side, y as the data
    axes.text(0.99, level - 0.02, name, transform=sides, ha="right", va="top", size=9)

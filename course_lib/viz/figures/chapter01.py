"""Figures of chapter 01: two ways to the past, and what each costs."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from course_lib.viz.style import BLACK, BLUE, CYCLE, ORANGE, new_figure

MARKERS = ("o", "s", "^", "D")  # the lines differ by more than their colours


def two_ways(words: Sequence[str]) -> Figure:
    """The last word's way to the first: through every state, or straight there."""
    figure = new_figure(8.5, 3.4)
    upper, lower = figure.subplots(2, 1)
    for axes, title in (
        (upper, f"recurrent: {len(words) - 1} steps from the last word to the first"),
        (lower, "attention: one step from the last word to each"),
    ):
        axes.set_title(title)
        for place, word in enumerate(words):
            axes.text(place, 0, word, ha="center", va="top", parse_math=False)
        axes.set(xlim=(-0.6, len(words) - 0.4), ylim=(-0.6, 1.5))
        axes.axis("off")
    for place in range(len(words) - 1):
        _arrow(upper, (place + 1, 0.35), (place, 0.35), 0.0, BLUE)
    for place in range(len(words)):
        upper.plot(place, 0.35, marker="s", markersize=9, color=BLUE)
    for place in range(len(words) - 1):
        _arrow(lower, (len(words) - 1, 0.1), (place, 0.1), 0.18, ORANGE)
    return figure


def accuracy_by_distance(
    distances: Sequence[int], accuracy: Mapping[str, Sequence[float]], chance: float
) -> Figure:
    """One line a model over the distance to what is asked for."""
    figure = new_figure(7, 3.4)
    axes = figure.subplots()
    for (name, values), marker in zip(accuracy.items(), MARKERS, strict=False):
        axes.plot(distances, values, marker=marker, label=name)
    axes.axhline(chance, color=BLACK, linewidth=1, linestyle=":")
    axes.text(distances[0], chance - 0.02, "guessing", va="top")
    axes.set(
        ylim=(0, 1.05),
        xlabel="distance to the pair that is asked for",
        ylabel="share of right answers",
    )
    figure.legend(loc="outside right upper")
    return figure


def time_by_length(
    lengths: Sequence[int], milliseconds: Mapping[str, Sequence[float]]
) -> Figure:
    """Time of one forward pass over the length, both axes logarithmic."""
    figure = new_figure(7, 3.4)
    axes = figure.subplots()
    for (name, values), marker, colour in zip(
        milliseconds.items(), MARKERS, CYCLE, strict=False
    ):
        axes.loglog(lengths, values, marker=marker, label=name, color=colour, base=2)
    axes.set(xlabel="length T", ylabel="milliseconds")
    axes.set_xticks(lengths, [str(length) for length in lengths])
    figure.legend(loc="outside right upper")
    return figure


def _arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    bend: float,
    colour: str,
) -> None:
    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            connectionstyle=f"arc3,rad={bend}",
            arrowstyle="-|>",
            mutation_scale=12,
            linewidth=1.6,
            color=colour,
        )
    )

"""Drawings of chapter 16: a map of the course, a law of scale, pictures with words."""

from collections.abc import Callable, Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from torch import Tensor

from course_lib.viz.figures.heat_map import heat_map
from course_lib.viz.style import (
    BLACK,
    BLUE,
    CYCLE,
    DIVERGING,
    GREEN,
    ORANGE,
    RED,
    RULES,
    SKY,
    new_figure,
)

MARKS = ("o", "s", "^", "D")

COURSE = (
    # From the ground to the roof: a floor, and its rooms as (name, chapters, module of
    # course_lib).
    (
        "parts",
        (
            ("tokens", "02", "tokens"),
            ("attention", "01, 03, 04", "attention"),
            ("positions", "05", "positions"),
            ("blocks", "06", "blocks"),
        ),
    ),
    (
        "models",
        (
            ("BERT", "07, 08", "models.bert"),
            ("GPT", "07, 14", "models.gpt"),
            ("encoder-decoder", "13", "models.seq2seq"),
            ("pictures, text", "16", "multimodal"),
        ),
    ),
    (
        "what is\nmade of them",
        (
            ("pre-training", "07, 16", "pretraining"),
            ("tasks", "10 to 13", "tasks"),
            ("generation", "14", "generation"),
            ("compression", "15", "compression"),
        ),
    ),
    (
        "to look and\nto measure",
        (
            ("explorer", "09", "viz.explorer"),
            ("evaluation", "10 to 14", "evaluation"),
            ("exercises", "02 to 16", "exercises"),
            ("labs", "01 to 16", "viz.labs"),
        ),
    ),
)
FLOORS = (SKY, ORANGE, GREEN, "#e4e4e4")


def course_map() -> Figure:
    """Which chapter builds which part: floors from the ground to the roof."""
    figure = new_figure(9.0, 4.4)
    axes = figure.add_subplot()
    axes.set(xlim=(-1.25, 8.1), ylim=(-0.1, 4.15))
    axes.set_axis_off()
    for floor, (name, rooms) in enumerate(COURSE):
        axes.text(-0.1, floor + 0.45, name, ha="right", va="center", fontsize=10)
        for place, (room, chapters, _) in enumerate(rooms):
            _room(axes, 2 * place, floor, room, chapters, FLOORS[floor])
    return figure


def _room(
    axes: Axes, x: float, y: float, name: str, chapters: str, colour: str
) -> None:
    box = FancyBboxPatch(
        (x + 0.1, y + 0.08),
        1.8,
        0.74,
        boxstyle="round,pad=0.03",
        facecolor=colour,
        edgecolor=BLACK,
        linewidth=0.8,
    )
    axes.add_patch(box)
    axes.text(x + 1, y + 0.59, name, ha="center", va="center", fontsize=11)
    axes.text(x + 1, y + 0.27, chapters, ha="center", va="center", fontsize=9)


def scaling(
    sizes: Sequence[int],
    losses: Sequence[float],
    laws: Mapping[str, Callable[[np.ndarray], np.ndarray]],
    held_out: tuple[int, float] | None = None,
    furthest: float | None = None,
) -> Figure:
    """Losses over parameters, both logarithmic, and lines that were fitted to them.

    Args:
        sizes, losses: of the models that the laws were fitted to.
        laws: by name, each from parameters to losses.
        held_out: parameters and loss of a model that no law has seen.
        furthest: where the lines end; None ends them soon behind the last model.
    """
    figure = new_figure(7.4, 3.8)
    axes = figure.add_subplot()
    last = max([*sizes, held_out[0] if held_out else 0])
    along = np.geomspace(min(sizes) / 1.3, furthest or 1.6 * last, 200)
    for (name, law), colour, dash in zip(
        laws.items(), (BLUE, GREEN), ("-", "--"), strict=False
    ):
        axes.plot(along, law(along), dash, color=colour, label=name)
    axes.plot(sizes, losses, "o", color=BLACK, label="measured, and fitted")
    if held_out:
        axes.plot(*held_out, "*", color=RED, markersize=14, label="held out")
    axes.set(xscale="log", yscale="log", xlabel="parameters in the blocks")
    axes.set_ylabel("validation loss, nats")
    axes.yaxis.set_major_formatter(mpl.ticker.FormatStrFormatter("%.2g"))
    axes.yaxis.set_minor_formatter(mpl.ticker.FormatStrFormatter("%.2g"))
    axes.tick_params(axis="y", which="minor", labelsize=9)
    axes.legend(loc="lower left")
    return figure


def gallery(pictures: Tensor, captions: Sequence[str], columns: int = 4) -> Figure:
    """Pictures (N, 3, S, S) with their captions underneath."""
    rows = -(-len(pictures) // columns)
    figure = new_figure(2.3 * columns, 2.5 * rows)
    with mpl.rc_context(RULES):
        grid = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axes in grid:
        axes.set_axis_off()
    for axes, picture, caption in zip(grid, pictures, captions, strict=False):
        axes.imshow(picture.permute(1, 2, 0).numpy())
        axes.set_title(_broken(caption), fontsize=10, loc="center")
    return figure


def patch_row(picture: Tensor, size: int) -> Figure:
    """A picture (3, S, S) with the edges of its patches, and the patches in a row."""
    figure = new_figure(9.0, 2.6)
    whole, row = figure.subplots(1, 2, width_ratios=(1, 3.2))
    pixels = picture.permute(1, 2, 0).numpy()
    side = len(pixels)
    whole.imshow(pixels, extent=(0, side, side, 0))
    for edge in range(0, side + 1, size):
        whole.plot((edge, edge), (0, side), (0, side), (edge, edge), color=BLACK, lw=1)
    places = [(y, x) for y in range(0, side, size) for x in range(0, side, size)]
    for number, (y, x) in enumerate(places):
        left, low = 1.25 * (number % 8), -1.6 * (number // 8)
        cut = pixels[y : y + size, x : x + size]
        row.imshow(cut, extent=(left, left + 1, low, low + 1))
        row.text(left + 0.5, low + 1.1, str(number), ha="center", fontsize=9)
    row.set(xlim=(-0.2, 10.1), ylim=(low - 0.2, 1.6))
    for axes in (whole, row):
        axes.set_axis_off()
        axes.set_aspect("equal")
    return figure


def looks(picture: Tensor, words: Sequence[str], weights: Tensor) -> Figure:
    """A picture (3, S, S) once for each word, its patches as bright as their weights.

    Args:
        picture: what is looked at.
        words: T of them.
        weights: (T, P), each row sums to 1.
    """
    columns = min(len(words), 4)
    rows = -(-len(words) // columns)
    figure = new_figure(2.1 * columns, 2.35 * rows)
    with mpl.rc_context(RULES):
        grid = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axes in grid:
        axes.set_axis_off()
    for axes, word, row in zip(grid, words, weights, strict=False):
        veil(axes, picture, row)
        axes.set_title(f"{word}  {row.max().item():.2f}", loc="center", fontsize=11)
    return figure


def veil(axes: Axes, picture: Tensor, weights: Tensor) -> tuple[object, object]:
    """Draw a picture (3, S, S), darkened where weights (P,) are small.

    Returns:
        The image and the veil over it, to be moved by `set_data`.
    """
    side = picture.shape[-1]
    image = axes.imshow(picture.permute(1, 2, 0).numpy(), extent=(0, side, side, 0))
    over = axes.imshow(
        shade(weights), extent=(0, side, side, 0), interpolation="nearest"
    )
    return image, over


def shade(weights: Tensor) -> np.ndarray:
    """Weights (P,) as a veil (rows, columns, RGBA): clear at the largest."""
    across = round(len(weights) ** 0.5)
    share = (weights / weights.max()).reshape(across, across).numpy()
    black = np.zeros((across, across, 4))
    black[..., 3] = 0.72 * (1 - share)
    return black


def few_shot(
    steps: Sequence[int], scores: Mapping[str, Sequence[Sequence[float]]], chance: float
) -> Figure:
    """Accuracy over steps of learning a new task: mean of the seeds, and their range.

    Args:
        steps: at which it was measured.
        scores: by name of the start, for each seed one score a step.
        chance: what guessing gets.
    """
    figure = new_figure(7.4, 3.4)
    axes = figure.add_subplot()
    for (name, rows), colour, mark in zip(scores.items(), CYCLE, MARKS, strict=False):
        values = np.asarray(rows)  # (seeds, steps)
        axes.plot(steps, values.mean(0), color=colour, marker=mark, label=name)
        axes.fill_between(steps, values.min(0), values.max(0), color=colour, alpha=0.15)
    axes.axhline(chance, color=BLACK, linestyle=":", linewidth=1)
    axes.text(steps[-1], chance - 0.02, "guessing", ha="right", va="top", fontsize=9)
    axes.set(ylim=(0, 1.04), xlabel="steps on the new task", ylabel="right")
    axes.legend(loc="upper left", ncols=3)
    return figure


def _broken(caption: str) -> str:
    """A caption on two lines where it is long."""
    for middle in (" left of ", " above "):
        caption = caption.replace(middle, f"{middle.rstrip()}\n")
    return caption


def beside(picture: Tensor, cells: Tensor) -> Figure:
    """A picture (3, S, S) and a number for each of its patches (rows, columns)."""
    figure = new_figure(7.0, 3.2)
    left, right = figure.subplots(1, 2)
    left.imshow(picture.permute(1, 2, 0).numpy())
    left.set_axis_off()
    most = cells.abs().max().item()
    span = {"low": -most, "high": most, "colours": DIVERGING}
    heat_map(right, cells, row_title="", column_title="", **span)
    return figure

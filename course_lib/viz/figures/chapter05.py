"""Pictures of chapter 05: hands, tables, curves and biases of positions."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from torch import Tensor

from course_lib.positions import sinusoidal_positions
from course_lib.viz.figures.heat_map import heat_map
from course_lib.viz.style import (
    BLACK,
    BLUE,
    CYCLE,
    DIVERGING,
    RULES,
    new_figure,
)

FAINT = "#9a9a9a"
in_style = mpl.rc_context(RULES)  # titles and legends take their look when made


@in_style
def clocks(positions: Sequence[int], d_model: int) -> Figure:
    """One row of clocks for each position; hand i is columns 2i and 2i + 1.

    A hand starts at twelve and turns clockwise: x is the sine, y the cosine.
    """
    table = sinusoidal_positions(max(positions) + 1, d_model)  # (T, D)
    pairs = d_model // 2
    figure = new_figure(1.2 + 0.8 * pairs, 0.7 * len(positions) + 0.4)
    grid = figure.subplots(len(positions), pairs, squeeze=False)
    for row, t in zip(grid, positions, strict=True):
        for i, axes in enumerate(row):
            _clock(axes, *table[t, 2 * i : 2 * i + 2].tolist())
        row[0].text(-1.5, 0, f"t = {t}", ha="right", va="center")
    for i, axes in enumerate(grid[0]):
        axes.set_title(f"hand {i}", loc="center", fontsize=11)
    return figure


def _clock(axes: Axes, x: float, y: float) -> None:
    axes.add_patch(Circle((0, 0), 1, fill=False, color=FAINT))
    axes.plot([0, x], [0, y], color=BLUE, solid_capstyle="round")
    axes.set(xlim=(-1.15, 1.15), ylim=(-1.15, 1.15), aspect="equal")
    axes.axis("off")


@in_style
def encoding(table: Tensor, columns: Sequence[int]) -> Figure:
    """The table (T, D) as a heat map, and some of its columns as waves."""
    figure = new_figure(8.6, 3.4)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.1))
    image = left.imshow(
        table.numpy(),
        cmap=DIVERGING,
        vmin=-1,
        vmax=1,
        aspect="auto",
        interpolation="nearest",
    )
    figure.colorbar(image, ax=left, ticks=(-1, 0, 1))
    left.set(title="All of it", xlabel="column", ylabel="position")
    for column in columns:
        right.plot(table[:, column], label=f"column {column}")
    right.set(title="Some columns", xlabel="position", ylabel="entry")
    right.set_ylim(-1.1, 1.6)
    right.legend(ncols=len(columns), fontsize=9, handlelength=1.2, columnspacing=1)
    return figure


@in_style
def distance_curve(table: Tensor, places: Sequence[int]) -> Figure:
    """Products of three rows of the table (T, D) with all rows, against distance."""
    figure = new_figure(7.0, 3.2)
    axes = figure.subplots()
    for number, (place, marker) in enumerate(zip(places, "osD", strict=True)):
        distances = [t - place for t in range(len(table))]
        products = table @ table[place]  # (T,)
        size = 9 - 3 * number  # the smaller on top: all three stay visible
        axes.plot(distances, products, marker, label=f"row {place}", markersize=size)
    axes.set(xlabel="distance t − p", ylabel="row p · row t")
    axes.set_title("One curve for every position")
    axes.legend()
    return figure


@in_style
def bias_maps(bias: Tensor, heads: Sequence[int]) -> Figure:
    """The bias (H, T, T) of some heads side by side."""
    figure = new_figure(3.1 * len(heads), 3.4)
    grid = figure.subplots(1, len(heads), squeeze=False)[0]
    for axes, head in zip(grid, heads, strict=True):
        heat_map(axes, bias[head], title=f"head {head + 1}", low=float(bias.min()))
    return figure


@in_style
def reach(weights: Tensor) -> Figure:
    """Weights of one query in each head (H, T), against the distance of the key."""
    figure = new_figure(7.0, 3.0)
    axes = figure.subplots()
    distances = range(weights.shape[-1] - 1, -1, -1)
    for head, row in enumerate(weights, 1):
        axes.plot(distances, row, label=f"head {head}")
    axes.set(xlabel="distance i − j", ylabel="weight", ylim=(0, None))
    axes.set_title("How far each head looks back when all scores are equal")
    axes.legend()
    return figure


@in_style
def beyond(
    results: Mapping[str, Mapping[str, Sequence[float]]], trained: int, step: int
) -> Figure:
    """Accuracy against position, one panel a task, one line a kind of positions.

    Args:
        results: task to kind to accuracies, each over `step` positions.
        trained: the longest length seen in training.
        step: positions that each accuracy is averaged over.
    """
    figure = new_figure(3.2 * len(results), 3.6)
    panels = figure.subplots(1, len(results), sharey=True, squeeze=False)[0]
    for axes, (task, lines) in zip(panels, results.items(), strict=True):
        for (kind, accuracies), marker in zip(lines.items(), "osD^v", strict=False):
            middles = [step * (n + 0.5) for n in range(len(accuracies))]
            axes.plot(middles, accuracies, marker + "-", label=kind, markersize=5)
        axes.axvline(trained, color=BLACK, linestyle=":", linewidth=1)
        axes.set(title=task.replace("_", " "), xlabel="position", ylim=(-0.03, 1.05))
    panels[0].set_ylabel("accuracy")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


@in_style
def learned_neighbours(similarity: Tensor, places: Sequence[int]) -> Figure:
    """How alike rows of a learned table are, (T, T), against their distance."""
    figure = new_figure(7.0, 3.0)
    axes = figure.subplots()
    for place, colour in zip(places, CYCLE, strict=False):
        distances = [t - place for t in range(len(similarity))]
        axes.plot(distances, similarity[place], color=colour, label=f"row {place}")
    axes.set(
        xlabel="distance t − p", ylabel="cosine", xlim=(-30, 30), ylim=(-0.3, 1.05)
    )
    axes.set_title("Learned rows: neighbours are alike")
    axes.legend()
    return figure

"""Drawings of chapter 06: blocks, stacks of blocks, gradients, heads that copy."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from course_lib.viz.figures.heat_map import heat_map
from course_lib.viz.style import (
    BLACK,
    BLUE,
    CYCLE,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    new_figure,
)

FILL = {
    "norm": ORANGE,
    "attention": BLUE,
    "causal attention": SKY,
    "cross attention": PURPLE,
    "feed-forward": GREEN,
}
LINES = ("-", "--", ":", "-.")


def block_diagram() -> Figure:
    """One block with the norm before each layer, and one with the norm after."""
    figure = new_figure(8.6, 4.4)
    before, after = figure.subplots(2, 1)
    _blank(before, (0, 10), (-0.6, 2.4), "Pre-norm: x = x + layer(norm(x))")
    _blank(after, (0, 10), (-0.6, 2.4), "Post-norm: x = norm(x + layer(x))")
    for axes in (before, after):
        _arrow(axes, (0.2, 0), (9.8, 0), width=3)
        axes.text(0.1, 0.25, "x", fontsize=12)
    for start, name in ((0.8, "attention"), (5.3, "feed-forward")):
        _branch(before, start, start + 3.8, {"norm": 1.1, name: 2.7})
        _branch(after, start, start + 2.6, {name: 1.3})
        _box(after, start + 3.5, 0, "norm", width=0.9)
    return figure


def _branch(axes: Axes, start: float, end: float, boxes: Mapping[str, float]) -> None:
    """Leave the stream, pass the boxes at these distances, come back as a sum."""
    height = 1.5
    axes.plot([start, start, end, end], [0, height, height, 0.5], color=BLACK, lw=1.5)
    _arrow(axes, (end, 0.7), (end, 0.22), width=1.5)
    for name, distance in boxes.items():
        width = 0.9 if name == "norm" else 1.7
        _box(axes, start + distance, height, name, width=width)
    axes.plot(end, 0, "o", markersize=17, color="white", mec=BLACK, zorder=4)
    axes.text(end, -0.03, "+", ha="center", va="center", fontsize=14, zorder=5)


def stacks() -> Figure:
    """Encoder, decoder, and both together with the memory between them."""
    figure = new_figure(9.6, 4.2)
    parts = figure.subplots(1, 3, width_ratios=[1, 1, 2.1])
    titles = ("Encoder", "Decoder", "Encoder-decoder")
    for axes, title, right in zip(parts, titles, (4, 4, 8.4), strict=True):
        _blank(axes, (0, right), (0, 7.4), title)
    encoder = ("attention", "feed-forward")
    decoder = ("causal attention", "feed-forward")
    crossing = ("causal attention", "cross attention", "feed-forward")
    _tower(parts[0], 2, encoder, "all tokens", "a vector for each")
    _tower(parts[1], 2, decoder, "tokens so far", "next token")
    _tower(parts[2], 2, encoder, "source text", "memory")
    _tower(parts[2], 6.4, crossing, "tokens so far", "next token")
    parts[2].plot([2.9, 4.2, 4.2], [7.1, 7.1, 3.7], color=PURPLE, lw=2)
    _arrow(parts[2], (4.2, 3.7), (5.2, 3.7), width=2, colour=PURPLE)
    return figure


def _tower(axes: Axes, x: float, names: Sequence[str], below: str, above: str) -> None:
    """One block of a stack between what goes in and what comes out."""
    _arrow(axes, (x, 0.7), (x, 6.75), width=3)
    frame = {"facecolor": "#f0f0f0", "edgecolor": "#999999", "zorder": 0}
    shape = {"boxstyle": "round,pad=0.1"}
    axes.add_patch(FancyBboxPatch((x - 1.5, 1.4), 3, 4.6, **shape, **frame))
    axes.text(x + 1.5, 5.65, "× N", ha="right", fontsize=10)
    for place, name in zip(np.linspace(2.2, 5.0, len(names)), names, strict=True):
        _box(axes, x, place, name, width=2.5)
    axes.text(x, 0.3, below, ha="center", va="center")
    axes.text(x, 7.1, above, ha="center", va="center")


def bends() -> Figure:
    """The two activations of the chapter over the same axis."""
    z = torch.linspace(-4, 4, 161)
    figure = new_figure(6.4, 3.0)
    axes = figure.subplots()
    axes.plot(z, F.gelu(z), label="GELU(z)")
    axes.plot(z, F.relu(z), "--", label="ReLU(z) = max(z, 0)")
    axes.set(xlabel="z, what the first layer gives", ylabel="what the second gets")
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def gradient_curves(gradients: Mapping[str, Mapping[int, Sequence[float]]]) -> Figure:
    """Gradient of every block's weights in stacks of several depths.

    Args:
        gradients: arrangement ("pre-norm") to depth to one norm for each block.
    """
    figure = new_figure(8.6, 3.4)
    panels = np.atleast_1d(figure.subplots(1, len(gradients), sharey=True))
    for axes, (name, by_depth) in zip(panels, gradients.items(), strict=True):
        for number, (depth, norms) in enumerate(by_depth.items()):
            colour = CYCLE[number % len(CYCLE)]
            blocks = range(1, depth + 1)
            axes.plot(blocks, norms, "-", color=colour)
            axes.plot(depth, norms[-1], "o", color=colour, label=f"{depth} blocks")
        axes.set_title(name, loc="left")
        axes.set(xlabel="block")
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("gradient of its weights")
    panels[0].set_ylim(bottom=0)
    panels[0].legend(fontsize=9)
    return figure


def learning_curves(
    curves: Mapping[str, Sequence[tuple[int, float]]], chance: float, quantity: str
) -> Figure:
    """One line for each run over the steps of training.

    Args:
        curves: name of the run to (step, number) pairs.
        chance: drawn as a dotted line: what knowing nothing gives.
        quantity: what the numbers are.
    """
    figure = new_figure(7.0, 3.2)
    axes = figure.subplots()
    for number, (name, points) in enumerate(curves.items()):
        steps, values = zip(*points, strict=True)
        axes.plot(steps, values, LINES[number % len(LINES)], label=name)
    axes.axhline(chance, color="#888888", lw=1, zorder=1, label="chance")
    axes.set(xlabel="training step", ylabel=quantity)
    axes.grid(alpha=0.3)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def attention_maps(maps: Mapping[str, Any], tokens: Sequence[str]) -> Figure:
    """Weights (T, T) of several heads over the same tokens, side by side."""
    figure = new_figure(4.4 * len(maps), 4.6)
    panels = np.atleast_1d(figure.subplots(1, len(maps)))
    for axes, (title, weights) in zip(panels, maps.items(), strict=True):
        heat_map(axes, weights, tokens, tokens, low=0, high=1, numbers=False)
        axes.set_title(title, loc="left")
    return figure


def head_scores(scores: Mapping[str, Any]) -> Figure:
    """How strongly each head (layers, heads) does each of several things."""
    figure = new_figure(3.8 * len(scores), 2.4)
    panels = np.atleast_1d(figure.subplots(1, len(scores)))
    for axes, (title, matrix) in zip(panels, scores.items(), strict=True):
        layers, heads = matrix.shape
        heat_map(
            axes,
            matrix,
            [str(layer) for layer in range(layers)],
            [str(head) for head in range(heads)],
            row_title="layer",
            column_title="head",
            low=0,
            high=1,
        )
        axes.set_title(title, loc="left")
    return figure


def _box(axes: Axes, x: float, y: float, label: str, *, width: float) -> None:
    corner, shape = (x - width / 2, y - 0.42), {"boxstyle": "round,pad=0.05"}
    fill = {"facecolor": FILL[label], "edgecolor": "none", "zorder": 3}
    axes.add_patch(FancyBboxPatch(corner, width, 0.84, **shape, **fill))
    ink = "white" if FILL[label] == BLUE else BLACK
    axes.text(x, y, label, ha="center", va="center", color=ink, zorder=4, fontsize=10)


def _arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    width: float,
    colour: str = BLACK,
) -> None:
    style = {"arrowstyle": "-|>", "lw": width, "color": colour, "shrinkA": 0}
    axes.annotate("", xy=end, xytext=start, arrowprops={**style, "shrinkB": 0})


def _blank(
    axes: Axes, across: tuple[float, float], up: tuple[float, float], title: str
) -> None:
    axes.set(xlim=across, ylim=up)
    axes.set_title(title, loc="left")
    axes.set_axis_off()

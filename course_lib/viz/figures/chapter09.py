"""Drawings of chapter 09: figures of heads, what a score is made of, what heads do."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib.errors import ShapeError
from course_lib.viz.figures.heat_map import heat_map
from course_lib.viz.style import (
    BLACK,
    BLUE,
    DIVERGING,
    GREEN,
    RED,
    RULES,
    new_figure,
)

FIRST_TITLES = {
    "previous": "previous token",
    "next": "next token",
    "first": "first token",
}


def head_tables(figures: Mapping[str, Any]) -> Figure:
    """One figure of every head (L, H), side by side, from 0 to 1.

    Raises:
        ShapeError: a table is not (L, H).
    """
    for name, table in figures.items():
        _require(f"figures[{name!r}]", table, "(L, H), one number a head")
    figure = new_figure(3.5 * len(figures), 2.6)
    with mpl.rc_context(RULES):
        panels = figure.subplots(1, len(figures), squeeze=False)[0]
    for axes, (name, table) in zip(panels, figures.items(), strict=True):
        layers, heads = table.shape
        heat_map(
            axes,
            table,
            [str(layer) for layer in range(layers)],
            [str(head) for head in range(heads)],
            title=FIRST_TITLES.get(name, name),
            row_title="layer",
            column_title="head",
            low=0.0,
            high=1.0,
            numbers=False,
        )
    return figure


def score_parts(products: Any, tokens: Sequence[str], weights: Any) -> Figure:
    """What each dimension adds to the score of each key, beside the weights.

    Args:
        products: (T, d), whose rows sum to the scores.
        tokens: the T keys.
        weights: (T,), softmax of the scores.

    Raises:
        ShapeError: not a row and a weight for each token.
    """
    _require("products", products, "(T, d): pick one query of one head")
    if not len(products) == len(tokens) == len(weights):
        raise ShapeError(
            f"{len(products)} rows of products, {len(tokens)} tokens, {len(weights)} "
            "weights: a figure needs one of each for every key."
        )
    most = float(abs(products).max())
    figure = new_figure(9.0, 4.2)
    with mpl.rc_context(RULES):
        left, right = figure.subplots(1, 2, width_ratios=(3, 1), sharey=True)
    heat_map(
        left,
        products,
        tokens,
        row_title="key",
        column_title="dimension",
        title="what each dimension adds to the score",
        low=-most,
        high=most,
        colours=DIVERGING,
        numbers=False,
    )
    left.set_aspect("auto")
    left.set_xticks(range(0, products.shape[1], 5))
    right.barh(range(len(tokens)), np.asarray(weights), color=BLUE)
    right.set(xlabel="weight", xlim=(0, 1))
    right.tick_params(labelleft=False)
    return figure


def heads_against_rule(shares: Any, rule: float) -> Figure:
    """How often each head (L, H) is right, and how often a rule without a model is.

    Raises:
        ShapeError: shares are not (L, H).
    """
    _require("shares", shares, "(L, H): the mean over the riddles")
    layers, heads = shares.shape
    figure = new_figure(7.0, 2.8)
    axes = figure.add_subplot()
    for layer in range(layers):
        places = layer + (np.arange(heads) - (heads - 1) / 2) / (2 * heads)
        axes.scatter(places, np.asarray(shares[layer]), color=BLUE, zorder=3)
    axes.axhline(rule, color=RED, linestyle="--")
    axes.text(-0.45, rule + 0.02, "nearest name", color=RED, va="bottom")
    axes.set(xlim=(-0.5, layers - 0.5), ylim=(0, 1), xlabel="layer", ylabel="right")
    axes.set_xticks(range(layers))
    return figure


def pattern_against_effect(
    clarity: Any, effect: Any, chosen: Mapping[str, tuple[int, int]]
) -> Figure:
    """Each head (L, H) by the clearness of its pattern and what it is missed by.

    Args:
        clarity: share of weight on its clearest pattern.
        effect: rise of the loss without it.
        chosen: by a word the head (layer, head) to be named.

    Raises:
        ShapeError: the two are not of the same heads.
    """
    _require("clarity", clarity, "(L, H), one number a head")
    if tuple(clarity.shape) != tuple(effect.shape):
        raise ShapeError(
            f"clarity is {tuple(clarity.shape)}, effect {tuple(effect.shape)}: both "
            "are (L, H), of the same heads."
        )
    figure = new_figure(7.0, 3.6)
    axes = figure.add_subplot()
    axes.axhline(0, color=BLACK, linewidth=0.8)
    axes.scatter(np.asarray(clarity).ravel(), np.asarray(effect).ravel(), color=BLUE)
    for colour, (word, place) in zip((RED, GREEN), chosen.items(), strict=False):
        _named(axes, word, place, (float(clarity[place]), float(effect[place])), colour)
    axes.set(xlim=(0, 1), xlabel="share of weight on its clearest pattern")
    axes.set_ylabel("rise of the loss")
    return figure


def followed(rows: Sequence[Any], tokens: Sequence[str]) -> Figure:
    """Where each new token looked when it was the newest.

    Args:
        rows: weights of each new token, in order; each one longer than the one before,
            the last (T,). What was not written yet is grey.
        tokens: the T tokens, the new ones last.

    Raises:
        ShapeError: the rows do not grow by one up to T.
    """
    lengths = [len(row) for row in rows]
    wanted = list(range(len(tokens) - len(rows) + 1, len(tokens) + 1))
    if not rows or lengths != wanted:
        raise ShapeError(
            f"rows of {lengths} weights for {len(tokens)} tokens: each new token sees "
            "one more than the one before, the last one all of them."
        )
    table = np.full((len(rows), len(tokens)), np.nan)
    for place, row in enumerate(rows):
        table[place, : len(row)] = np.asarray(row)
    figure = new_figure(9.0, 0.9 + 0.26 * len(rows))
    with mpl.rc_context(RULES):
        axes = figure.add_subplot()
    heat_map(
        axes,
        table,
        list(tokens)[-len(rows) :],
        list(tokens),
        row_title="newest token",
        column_title="looks at",
        low=0.0,
        high=1.0,
        numbers=False,
    )
    axes.set_aspect("auto")
    axes.axvline(len(tokens) - len(rows) - 0.5, color=RED)
    return figure


def _named(
    axes: Axes, word: str, place: tuple[int, int], at: tuple[float, float], colour: str
) -> None:
    """Mark one head by its number and a word, not by its colour alone."""
    axes.scatter(*at, s=130, facecolors="none", edgecolors=colour, linewidths=2)
    away = (9, -17) if at[1] < 0 else (9, 7)  # the line at 0 stays free
    label = f"{place[0]}.{place[1]} {word}"
    axes.annotate(label, at, away, textcoords="offset points", color=colour)


def _require(name: str, table: Any, cure: str) -> None:
    if np.ndim(table) != 2:
        raise ShapeError(
            f"{name} has shape {tuple(np.shape(table))}; it should be {cure}."
        )

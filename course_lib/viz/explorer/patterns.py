"""What each head does in this text, in numbers and in a word or two."""

from collections.abc import Mapping

import numpy as np
import torch

from course_lib.head_patterns import PATTERNS, mass
from course_lib.viz.explorer.view_data import AttentionPart

SHORT = {
    "previous token": "previous",
    "next token": "next",
    "first token": "first",
    "same place": "same",
    "same token": "repeated",
    "induction": "induction",
}
"""The figures' names, by those of the patterns."""
LABELLED = 0.5  # of a head's weight on the pattern's keys


def head_figures(part: AttentionPart) -> dict[str, np.ndarray]:
    """Entropy in nats and the share of weight on each pattern, (L, H) each.

    Patterns need the same tokens on both sides; cross attention has entropy alone. A
    pattern that this text cannot show (nothing is repeated) is left out.
    """
    weights = torch.from_numpy(part.weights)
    figures = {"entropy": _entropy(part.weights)}
    if part.query_tokens != part.key_tokens:
        return figures
    ids = _ids(part.query_tokens)
    for name, pattern in PATTERNS.items():
        share = mass(weights, pattern(ids)).numpy()
        if not np.isnan(share).any():
            figures[SHORT[name]] = share
    return figures


def head_labels(figures: Mapping[str, np.ndarray]) -> list[list[str]]:
    """The pattern that each head follows, [layer][head]; "" for none.

    A head follows a pattern that gets at least half of its weight; of several, the
    one with most.
    """
    names = [name for name in SHORT if SHORT[name] in figures]
    layers, heads = figures["entropy"].shape
    result = [[""] * heads for _ in range(layers)]
    if not names:
        return result
    shares = np.stack([figures[SHORT[name]] for name in names])  # (patterns, L, H)
    best = shares.argmax(0)
    for layer, head in np.argwhere(shares.max(0) >= LABELLED):
        result[layer][head] = names[best[layer, head]]
    return result


def _entropy(weights: np.ndarray) -> np.ndarray:
    """Mean over the queries that may attend at all, (L, H) in nats."""
    logs = np.log(np.where(weights > 0, weights, 1.0))
    rows = -(weights * logs).sum(-1)  # (L, H, T_q)
    counted = weights.sum(-1) > 0
    return (rows * counted).sum(-1) / np.maximum(counted.sum(-1), 1)


def _ids(tokens: tuple[str, ...]) -> torch.Tensor:
    """A number for each different token (T,)."""
    known = {token: number for number, token in enumerate(dict.fromkeys(tokens))}
    return torch.tensor([known[token] for token in tokens])

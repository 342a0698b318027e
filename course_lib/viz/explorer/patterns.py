"""What each head does in this text, in numbers and in a word or two."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import torch
from torch import Tensor

from course_lib import head_patterns
from course_lib.viz.explorer.view_data import AttentionPart


def _same_token(ids: torch.Tensor) -> torch.Tensor:
    """The query's own place and every other place of its token."""
    return head_patterns.same_place(ids) | head_patterns.same_token(ids)


PATTERNS = {
    "previous": ("previous token", head_patterns.previous_token),
    "next": ("next token", head_patterns.next_token),
    "first": ("first token", head_patterns.first_token),
    "same": ("same token", _same_token),
    "induction": ("induction", head_patterns.induction),
}
"""By the figure's name: the label, and the keys (T, T) that such a head looks at."""
LABELLED = 0.5  # of a head's weight on the pattern's keys


def head_figures(part: AttentionPart) -> dict[str, np.ndarray]:
    """Entropy in nats and the share of weight on each pattern, (L, H) each.

    Patterns need the same tokens on both sides; cross attention has entropy alone. A
    pattern that this text cannot show (nothing is repeated) is left out.
    """
    weights = torch.from_numpy(part.weights)
    figures = {"entropy": _by_layer(_entropy, weights)}
    if part.query_tokens != part.key_tokens:
        return figures
    ids = _ids(part.query_tokens)
    for name, (_, pattern) in PATTERNS.items():
        share = _by_layer(partial(head_patterns.mass, targets=pattern(ids)), weights)
        if not np.isnan(share).any():
            figures[name] = share
    return figures


def head_labels(figures: Mapping[str, np.ndarray]) -> list[list[str]]:
    """The pattern that each head follows, [layer][head]; "" for none.

    A head follows a pattern that gets at least half of its weight; of several, the
    one with most.
    """
    names = [name for name in PATTERNS if name in figures]
    layers, heads = figures["entropy"].shape
    result = [[""] * heads for _ in range(layers)]
    if not names:
        return result
    shares = np.stack([figures[name] for name in names])  # (patterns, L, H)
    best = shares.argmax(0)
    for layer, head in np.argwhere(shares.max(0) >= LABELLED):
        result[layer][head] = PATTERNS[names[best[layer, head]]][0]
    return result


def _by_layer(figure: Callable[[Tensor], Tensor], weights: Tensor) -> np.ndarray:
    """A figure of each head, (L, H); one layer at a time leaves memory alone."""
    return torch.stack([figure(layer) for layer in weights]).numpy()


def _entropy(weights: Tensor) -> Tensor:
    """Mean over the queries that may attend at all, (H, T_q, T_k) to (H,) in nats."""
    rows = torch.special.entr(weights.clamp_min(0)).sum(-1)  # (H, T_q)
    counted = weights.sum(-1) > 0
    return (rows * counted).sum(-1) / counted.sum(-1).clamp_min(1)


def _ids(tokens: tuple[str, ...]) -> torch.Tensor:
    """A number for each different token (T,)."""
    known = {token: number for number, token in enumerate(dict.fromkeys(tokens))}
    return torch.tensor([known[token] for token in tokens])

"""How attention travels to the browser: small integers, one layer at a time."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from course_lib.viz.explorer.view_data import AttentionPart

MOST_BYTES_FOR_16_BITS = 400_000  # of a layer: exact to four digits where it is cheap
THUMBNAIL = 48


def packed(weights: np.ndarray) -> np.ndarray:
    """Weights of one layer, (H, T_q, T_k), as uint16, or uint8 where they are many.

    The largest integer stands for 1. Sixteen bits keep four digits; eight keep a
    quarter of a per cent, and the browser asks for exact rows.
    """
    wide = weights.size * 2 <= MOST_BYTES_FOR_16_BITS
    kind = np.uint16 if wide else np.uint8
    return np.round(np.clip(weights, 0, 1) * np.iinfo(kind).max).astype(kind)


def thumbnails(weights: np.ndarray, most: int = THUMBNAIL) -> np.ndarray:
    """(L, H, T_q, T_k) max-pooled to at most `most` pixels a side, uint8.

    Means would lose the thin diagonals that tell a previous-token head.
    """
    for axis in (-1, -2):
        length = weights.shape[axis]
        if length > most:
            edges = np.arange(most) * length // most
            weights = np.maximum.reduceat(weights, edges, axis=axis)
    return np.round(np.clip(weights, 0, 1) * 255).astype(np.uint8)


def query_key(part: AttentionPart, layer: int, head: int) -> list[np.ndarray]:
    """Query (T_q, d) and key (T_k, d) of one head as float16, and its bias if any."""
    both = [part.query[layer, head], part.key[layer, head]]
    if part.bias is not None:
        both.append(part.bias[min(layer, len(part.bias) - 1), head])
    return [np.ascontiguousarray(array, dtype=np.float16) for array in both]


def scale_of(part: AttentionPart) -> float:
    """What the product of a query and a key is multiplied by."""
    if part.scale is not None:
        return float(part.scale)
    return float(part.query.shape[-1] ** -0.5)


def about(part: AttentionPart) -> dict[str, Any]:
    """Everything of a part but its big arrays, as JSON holds it."""
    layers, heads, queries, keys = part.weights.shape
    figures = {
        name: np.round(np.asarray(values, dtype=float), 4).tolist()
        for name, values in part.head_figures.items()
    }
    same_words = part.query_tokens == part.key_tokens
    return {
        "name": part.name,
        "layers": layers,
        "heads": heads,
        "queries": queries,
        "keys": keys,
        "query_tokens": list(part.query_tokens),
        "key_tokens": None if same_words else list(part.key_tokens),
        "query_segments": _listed(part.query_segments),
        "key_segments": _listed(part.key_segments),
        "query_special": _listed(part.query_special),
        "key_special": _listed(part.key_special),
        "figures": figures,
        "labels": [list(row) for row in part.head_labels or ()],
        "d": 0 if part.query is None else part.query.shape[-1],
        "scale": 0 if part.query is None else scale_of(part),
        "biased": part.bias is not None,
        "square": queries == keys,
    }


def _listed(marks: Sequence[Any] | None) -> list[int] | None:
    return None if marks is None else [int(mark) for mark in marks]

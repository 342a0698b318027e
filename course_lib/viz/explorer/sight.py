"""The matrix that is looked at: one head or several combined, with what is hidden."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.viz.explorer.rollout import rollout_by_layer
from course_lib.viz.explorer.view_data import AttentionPart

SINK = 0.3
"""A token is a sink if the queries that may see it give it this much on average."""
NAMES = {
    "\u00a0": "⍽",
    "\u00ad": "U+00AD",
    "\t": "⇥",
    "\n": "↵",
    "\r": "␍",
    " ": "␣",
    "Ġ": "␣",
    "▁": "␣",
    "Ċ": "↵",
}


@dataclass(frozen=True)
class Sight:
    """What a still picture draws.

    Attributes:
        matrix: (T_q, T_k); what is hidden is 0.
        queries, keys: True where a token is shown.
        title: "layer 3, head 5, previous token".
    """

    matrix: np.ndarray
    queries: np.ndarray
    keys: np.ndarray
    title: str


def sight(
    part: AttentionPart, selection: Mapping[str, Any], settings: Mapping[str, Any]
) -> Sight:
    """Combine heads as the settings say, and hide what they hide."""
    layer, head = selection["layer"], selection["head"]
    matrix, title = _combined(part, layer, head, settings["combine"])
    queries = np.ones(matrix.shape[0], dtype=bool)
    keys = np.ones(matrix.shape[1], dtype=bool)
    if settings["hide_special"]:
        queries &= ~_marks(part.query_special, len(queries))
        keys &= ~_marks(_of_keys(part, "special"), len(keys))
    if settings["hide_sinks"]:
        keys &= ~sinks(matrix)
    from_, to = _sentences(settings["between"])
    segments = _of_keys(part, "segments")
    if from_ is not None and part.query_segments and segments:
        queries &= np.array(part.query_segments) == from_
        keys &= np.array(segments) == to
    return Sight(matrix * queries[:, None] * keys, queries, keys, title)


def sinks(matrix: np.ndarray) -> np.ndarray:
    """(T_k,), True where the queries that may see a token give it 0.3 on average."""
    seen = np.maximum((matrix > 0).sum(axis=0), 1)
    often = (matrix > 0).sum(axis=0) > matrix.shape[0] / 4
    return (matrix.sum(axis=0) / seen >= SINK) & often


def visible(token: str, most: int = 24) -> str:
    """A token with names for what the eye does not see, cut to `most` letters."""
    if not token:
        return "(empty)"
    shown = "".join(NAMES.get(letter, _named(letter)) for letter in token[: most + 1])
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def _named(letter: str) -> str:
    return letter if letter.isprintable() else f"U+{ord(letter):04X}"


def _combined(
    part: AttentionPart, layer: int, head: int, combine: str
) -> tuple[np.ndarray, str]:
    if combine == "mean":
        return part.weights[layer].mean(axis=0), f"layer {layer}, mean of heads"
    if combine == "max":
        return part.weights[layer].max(axis=0), f"layer {layer}, strongest of heads"
    if combine == "rollout" and part.weights.shape[-1] == part.weights.shape[-2]:
        return rollout_by_layer(part.weights)[layer], f"rollout up to layer {layer}"
    label = part.head_labels[layer][head] if part.head_labels else ""
    title = f"layer {layer}, head {head}" + (f": {label}" if label else "")
    return part.weights[layer, head], title


def _of_keys(part: AttentionPart, what: str) -> tuple | None:
    """Marks of the keys; where both sides are one text, the queries' serve."""
    own = getattr(part, f"key_{what}")
    same = part.query_tokens == part.key_tokens
    return getattr(part, f"query_{what}") if own is None and same else own


def _marks(marks: tuple[bool, ...] | None, length: int) -> np.ndarray:
    return np.zeros(length, dtype=bool) if marks is None else np.array(marks, bool)


def _sentences(between: str) -> tuple[int | None, int | None]:
    return (None, None) if between == "all" else ("AB".index(c) for c in between)

"""Precision, recall and F1 of entities, as nervaluate counts them.

Strict: an entity is right if its type and both its edges are.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from course_lib.tasks.tagging.alignment import IGNORED
from course_lib.tasks.tagging.bio import spans
from course_lib.tasks.validation import Metrics

if TYPE_CHECKING:
    from nervaluate.entities import EvaluationResult

Tags = Sequence[Sequence[str]]
WATCHED = "f1"  # by which the best weights are chosen


class Counted(NamedTuple):
    """What was counted in sentences.

    Attributes:
        overall: nervaluate's result over all types.
        types: the same of each type.
        sentences: (N, 3): of each sentence, entities right, found and true.
    """

    overall: "EvaluationResult"
    types: "dict[str, EvaluationResult]"
    sentences: np.ndarray


def count(truth: Tags, found: Tags) -> Counted:
    """Compare the true tags of sentences with those found."""
    from nervaluate import Evaluator

    true, said = [[_entities(tags) for tags in side] for side in (truth, found)]
    types = sorted({one["label"] for side in (true, said) for s in side for one in s})
    if not types:
        return Counted(_nothing(), {}, np.zeros((len(truth), 3), dtype=int))
    results = Evaluator(true, said, tags=types, loader="dict").evaluate()
    right = np.zeros(len(truth), dtype=int)
    for sentence, _ in results["overall_indices"]["strict"].correct_indices:
        right[sentence] += 1
    each = np.stack([right, [len(s) for s in said], [len(s) for s in true]], axis=1)
    by_type = {name: results["entities"][name]["strict"] for name in types}
    return Counted(results["overall"]["strict"], by_type, each)


def entity_f1(counts: np.ndarray) -> np.ndarray:
    """F1 (...) of entities right, found and true (..., 3); 0/0 is 0."""
    both = counts[..., 1] + counts[..., 2]
    return np.where(both > 0, 2 * counts[..., 0] / np.maximum(both, 1), 0.0)


def token_accuracy(truth: Tags, found: Tags) -> float:
    """The share of words whose tag is right."""
    pairs = [
        (a, b)
        for one, other in zip(truth, found, strict=True)
        for a, b in zip(one, other, strict=True)
    ]
    return sum(a == b for a, b in pairs) / len(pairs)


def f1_of(names: Sequence[str]) -> Metrics:
    """What measures a tagger on validation, made for tags with these names.

    It takes logits (N, T, L) and labels (N, T), as Transformers' Trainer calls it.
    """

    def measure(prediction: Any) -> dict[str, float]:
        logits, labels = prediction
        best = np.argmax(logits, axis=-1)
        sides: list[list[list[str]]] = [
            [
                [names[i] for i in row[read]]
                for row, read in zip(side, labels != IGNORED, strict=True)
            ]
            for side in (labels, best)
        ]
        return {WATCHED: float(count(*sides).overall.f1)}

    return measure


def _entities(tags: Sequence[str]) -> list[dict[str, Any]]:
    """In nervaluate's form, where the end is the last word."""
    return [{"label": t, "start": a, "end": b - 1} for t, a, b in spans(tags)]


def _nothing() -> "EvaluationResult":
    from nervaluate.entities import EvaluationResult

    return EvaluationResult()

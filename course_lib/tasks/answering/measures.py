"""Exact match and F1 of words, the measures of SQuAD, by torchmetrics.

An answer counts as exact if it has the words of one of the true answers, apart from
articles, punctuation and capitals. F1 gives credit for shared words. Where a question
has no answer, saying so is right, and everything else is wrong.

Source: Rajpurkar et al. 2016, SQuAD, section 6.1; 2018, for questions without answers.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

WATCHED = "exact_spans"


def measured(
    found: Sequence[str], truth: Sequence[Mapping[str, Sequence[Any]]]
) -> tuple[np.ndarray, np.ndarray]:
    """Exact match (0 or 1) and F1 of each answer: (N,) both.

    Args:
        found: the answers; "" says that there is none.
        truth: for each question text and answer_start, empty where there is none.
    """
    from torchmetrics.functional.text import squad

    exact, f1 = [], []
    for text, answers in zip(found, truth, strict=True):
        texts = list(answers["text"]) or [""]
        given = {"text": texts, "answer_start": [0] * len(texts)}
        scores = squad(
            [{"prediction_text": text, "id": "0"}], [{"answers": given, "id": "0"}]
        )
        exact.append(float(scores["exact_match"]) / 100)
        f1.append(float(scores["f1"]) / 100)
    return np.array(exact), np.array(f1)


def exact_spans_of(prediction: Any) -> dict[str, float]:
    """The share of windows with both edges right, as Transformers' Trainer asks for it.

    Args:
        prediction: start and end logits (N, T), both, and start and end positions (N,).
    """
    (start, end), (first, last) = prediction
    right = (start.argmax(-1) == first) & (end.argmax(-1) == last)
    return {WATCHED: float(np.mean(right))}

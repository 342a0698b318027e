"""By what the best weights of a classifier are chosen: macro-F1 on validation.

Not by the loss: a small model that has begun to tell the labels apart is soon too sure
of its errors, and the loss grows while ever more answers are right.
"""

from typing import Any

import numpy as np

WATCHED = "macro_f1"


def macro_f1_of(prediction: Any) -> dict[str, float]:
    """As Transformers' Trainer calls it: logits (N, L) and labels (N,)."""
    from sklearn.metrics import f1_score

    logits, labels = prediction
    found = np.argmax(logits, axis=-1)
    return {WATCHED: float(f1_score(labels, found, average="macro"))}

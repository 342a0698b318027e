"""By what the best weights of a classifier are chosen: macro-F1 on validation.

Not by the loss: a small model that has begun to tell the labels apart is soon too sure
of its errors, and the loss grows while ever more answers are right.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

WATCHED = "macro_f1"

Collate = Callable[[list[Any]], Mapping[str, Tensor]]


def validate(
    examples: Sequence[Any], collate: Collate, batch_size: int
) -> Callable[[nn.Module], dict[str, float]]:
    """What measures a model on validation for the course's own loop: loss, macro-F1."""

    @torch.no_grad()
    def measure(model: nn.Module) -> dict[str, float]:
        place = next(model.parameters()).device
        total, logits, labels = 0.0, [], []
        for first in range(0, len(examples), batch_size):
            numbers = range(first, min(first + batch_size, len(examples)))
            batch = collate([examples[i] for i in numbers])
            answer = model(**{name: x.to(place) for name, x in batch.items()})
            total += float(answer.loss) * len(numbers)
            logits.append(answer.logits.float().cpu().numpy())
            labels.append(batch["labels"].numpy())
        pair = np.concatenate(logits), np.concatenate(labels)
        return {"loss": total / len(examples)} | macro_f1_of(pair)

    return measure


def macro_f1_of(prediction: Any) -> dict[str, float]:
    """The same as Transformers' Trainer calls it: logits (N, L) and labels (N,)."""
    from sklearn.metrics import f1_score

    logits, labels = prediction
    found = np.argmax(logits, axis=-1)
    return {WATCHED: float(f1_score(labels, found, average="macro"))}

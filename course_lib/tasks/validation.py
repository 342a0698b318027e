"""How a model is measured on validation while it learns, in the course's own loop."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

Collate = Callable[[list[Any]], Mapping[str, Tensor]]
Metrics = Callable[[Any], Mapping[str, float]]
"""Of (predictions, labels), as Transformers' Trainer calls it: arrays or tuples of
arrays, padded with -100 where batches have different lengths."""

PADDED = -100


def validate(
    examples: Sequence[Any],
    collate: Collate,
    batch_size: int,
    metrics: Metrics | None = None,
    *,
    outputs: Sequence[str] = ("logits",),
    labels: Sequence[str] = ("labels",),
) -> Callable[[nn.Module], dict[str, float]]:
    """What measures a model on validation for the course's own loop.

    Args:
        examples, collate, batch_size: as for `train`.
        metrics: of all predictions and labels, by name; None: the loss alone.
        outputs: what of the model's answer is a prediction.
        labels: what of a batch is a label.
    """

    @torch.no_grad()
    def measure(model: nn.Module) -> dict[str, float]:
        place = next(model.parameters()).device
        total, seen = 0.0, []
        for first in range(0, len(examples), batch_size):
            numbers = range(first, min(first + batch_size, len(examples)))
            batch = collate([examples[i] for i in numbers])
            answer = model(**{name: x.to(place) for name, x in batch.items()})
            total += float(answer.loss) * len(numbers)
            if metrics is not None:
                found = [getattr(answer, name).float().cpu() for name in outputs]
                seen.append((found, [batch[name].cpu() for name in labels]))
        found = {"loss": total / len(examples)}
        return found if metrics is None else found | dict(metrics(_joined(seen)))

    return measure


def _joined(batches: Sequence[tuple[list[Tensor], list[Tensor]]]) -> tuple[Any, Any]:
    """Predictions and labels of all batches; an array alone, of several a tuple."""
    from transformers.trainer_pt_utils import nested_concat

    sides = batches[0]
    for more in batches[1:]:
        sides = nested_concat(sides, more, padding_index=PADDED)
    found = [tuple(x.numpy() for x in side) for side in sides]
    return tuple(side[0] if len(side) == 1 else side for side in found)

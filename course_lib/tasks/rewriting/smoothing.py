"""Label smoothing: a little of the certainty goes to every word.

Source: Szegedy et al. 2016, Rethinking the Inception Architecture, section 7; Vaswani
et al. 2017, section 5.4.
"""

from collections.abc import Callable
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.models.heads import IGNORED, HeadAnswer


class Smoothed(nn.Module):
    """An encoder-decoder whose loss is smoothed: for the course's own loop.

    It shares the model's parameters; what it learns, the model has learned.
    """

    def __init__(self, model: nn.Module, smoothing: float) -> None:
        """Wrap a model; the smoothing is from 0 to 1."""
        super().__init__()
        self.model, self.smoothing = model, smoothing

    def forward(self, labels: Tensor, **inputs: Tensor) -> HeadAnswer:
        """Answer as the model does; of labels (B, T), -100 is left out."""
        answer = self.model(labels=labels, **inputs)
        smoothing = self.smoothing if self.training else 0.0  # validation is as it is
        return HeadAnswer(smoothed(answer.logits, labels, smoothing), answer.logits)


def smoothed(logits: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    """Cross-entropy of logits (B, T, V) with smoothed labels (B, T)."""
    flat, truth = logits.flatten(0, 1), labels.flatten()
    return F.cross_entropy(flat, truth, ignore_index=IGNORED, label_smoothing=smoothing)


def smoothed_loss(model: nn.Module, smoothing: float) -> Callable[..., Tensor]:
    """The same loss as Transformers' Trainer calls it."""

    def loss(answer: Any, labels: Tensor, num_items_in_batch: Any = None) -> Tensor:
        return smoothed(answer.logits, labels, smoothing if model.training else 0.0)

    return loss

"""Labels that are not equally common: how much an example of each counts.

Where nine texts in ten are "fine", a model is right nine times in ten by saying
nothing else. Weights make the rare label count as much as the common one.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch.nn.functional as F
from torch import Tensor, nn, tensor

from course_lib.models.heads import HeadAnswer


def balancing_weights(labels: np.ndarray) -> Tensor:
    """Weights (L,) with which every label counts the same in all.

    Args:
        labels: (N,), the numbers 0 to L - 1, each at least once.
    """
    from sklearn.utils.class_weight import compute_class_weight

    weights = compute_class_weight("balanced", classes=np.unique(labels), y=labels)
    return tensor(weights).float()


class Weighed(nn.Module):
    """A classifier whose loss counts labels by weights: for the course's own loop.

    It shares the classifier's parameters; what it learns, the classifier has learned.
    """

    def __init__(self, model: nn.Module, weights: Tensor) -> None:
        """Wrap a model; weights (L,), one for each label."""
        super().__init__()
        self.model = model
        self.register_buffer("weights", weights, persistent=False)

    def forward(self, labels: Tensor, **inputs: Tensor) -> HeadAnswer:
        """Answer as the model does, with the weighed loss of labels (B,)."""
        logits = self.model(**inputs).logits  # (B, L)
        return HeadAnswer(F.cross_entropy(logits, labels, self.weights), logits)


def weighed_loss(weights: Tensor) -> Callable[..., Tensor]:
    """The same loss as Transformers' Trainer calls it; weights (L,)."""

    def loss(answer: Any, labels: Tensor, num_items_in_batch: Any = None) -> Tensor:
        return F.cross_entropy(answer.logits, labels, weights.to(answer.logits))

    return loss

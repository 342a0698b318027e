"""Which heads are missed least: the loss without each, one after the other.

Source: Michel et al. 2019, Are Sixteen Heads Really Better than One?, section 3.2.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from course_lib.attention import MultiHeadAttention
from course_lib.errors import CourseError


@torch.inference_mode()
def head_importance(model: nn.Module, loss: Callable[[], Tensor | float]) -> Tensor:
    """By how much the loss rises without each head of self attention: (L, H).

    Args:
        model: left as it is.
        loss: computes the model's loss on some texts, the same at every call.

    Raises:
        CourseError: the model has no attention of the course's.
    """
    layers = [m for m in model.modules() if isinstance(m, MultiHeadAttention)]
    if not layers:
        raise CourseError(
            f"{type(model).__name__} has no MultiHeadAttention of the course: read its "
            "weights with Bert, GPT or Seq2Seq"
        )
    whole = float(loss())
    rises = []
    for layer in layers:
        for head in range(layer.num_heads):
            with without(layer, head):
                rises.append(float(loss()) - whole)
    return torch.tensor(rises).view(len(layers), -1)


@contextmanager
def without(layer: MultiHeadAttention, head: int) -> Iterator[None]:
    """Inside, a head's columns of the output matrix are 0: it adds nothing."""
    width = layer.d_model // layer.num_heads
    columns = slice(head * width, (head + 1) * width)
    kept = layer.output.weight.data[:, columns].clone()
    layer.output.weight.data[:, columns] = 0
    try:
        yield
    finally:
        layer.output.weight.data[:, columns] = kept

"""Low-rank adapters: train two thin matrices beside a frozen one.

Source: Hu et al. 2022, LoRA: Low-Rank Adaptation of Large Language Models, section 4.
"""

import copy
import math
from collections.abc import Sequence
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.errors import CourseError
from course_lib.inference import linears

Model = TypeVar("Model", bound=nn.Module)


class LowRankLinear(nn.Module):
    """A frozen linear layer and what is learned beside it.

    x W^T + bias + alpha / r * x A^T B^T, with A (r, in) and B (out, r). B begins at 0,
    so the layer begins as it was.
    """

    def __init__(self, layer: nn.Linear, rank: int, alpha: float) -> None:
        """Freeze a layer and put a new pair beside it.

        Args:
            layer: its weight and bias are shared, and frozen.
            rank: r; small against both widths.
            alpha: the update's weight is alpha / r.
        """
        super().__init__()
        self.in_features, self.out_features = layer.in_features, layer.out_features
        self.layer = layer.requires_grad_(False)
        self.scale = alpha / rank
        out, width = layer.weight.shape
        like = {"device": layer.weight.device, "dtype": layer.weight.dtype}
        self.a = nn.Parameter(torch.empty(rank, width, **like))
        self.b = nn.Parameter(torch.zeros(out, rank, **like))
        nn.init.kaiming_uniform_(self.a, a=math.sqrt(5))

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) to (..., out)."""
        update = F.linear(F.linear(x, self.a), self.b)
        return self.layer(x) + self.scale * update

    def merged(self) -> nn.Linear:
        """A plain layer that computes the same: the update is added to the weight."""
        plain = copy.deepcopy(self.layer)
        plain.weight.data += self.scale * (self.b @ self.a)
        return plain.requires_grad_(True)


def add_low_rank(
    model: Model,
    rank: int = 4,
    alpha: float = 8.0,
    names: Sequence[str] = ("qkv",),
) -> Model:
    """A copy of a model that trains only pairs of thin matrices.

    Args:
        model: left as it is.
        rank: r of each pair.
        alpha: weight of the updates, divided by r.
        names: of the linear layers that get a pair; "qkv" are attention's projections.

    Raises:
        CourseError: no linear layer has such a name, or the rank is none.
    """
    if rank < 1:
        raise CourseError(f"rank = {rank}: expected a whole number of at least 1")
    adapted = copy.deepcopy(model).requires_grad_(False)
    found = 0
    for owner, name, layer in list(linears(adapted)):
        if name in names:
            setattr(owner, name, LowRankLinear(layer, rank, alpha))
            found += 1
    if not found:
        raise CourseError(
            f"no linear layer of {type(model).__name__} is called "
            f"{' or '.join(names)}: look at model.named_modules()"
        )
    return adapted


def merge_low_rank(model: Model) -> Model:
    """A copy of an adapted model without adapters, which computes the same."""
    merged = copy.deepcopy(model)
    for owner in list(merged.modules()):
        for name, layer in owner.named_children():
            if isinstance(layer, LowRankLinear):
                setattr(owner, name, layer.merged())
    return merged.requires_grad_(True)

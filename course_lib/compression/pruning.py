"""Weights left out: those near 0 matter least, if the model may get used to it.

Source: Han et al. 2015, Learning both Weights and Connections, section 3.
"""

import torch
from torch import Tensor, nn
from torch.nn.utils import prune as torch_prune

from course_lib.errors import CourseError


def magnitude_mask(weight: Tensor, sparsity: float) -> Tensor:
    """Which weights stay, if the smallest by magnitude go.

    Args:
        weight: any shape.
        sparsity: share that goes, 0 to 1: exactly round(sparsity * count) weights.

    Returns:
        boolean, of the weight's shape; True = stays.

    Raises:
        CourseError: the share is none.
    """
    if not 0 <= sparsity <= 1:
        raise CourseError(f"sparsity = {sparsity}: expected a share from 0 to 1")
    going = round(sparsity * weight.numel())
    order = weight.abs().flatten().argsort(stable=True)
    mask = torch.ones(weight.numel(), dtype=torch.bool, device=weight.device)
    mask[order[:going]] = False
    return mask.view(weight.shape)


def prune(model: nn.Module, share: float) -> nn.Module:
    """Set the smallest weights of every linear layer to 0, in place, for good.

    PyTorch's own `torch.nn.utils.prune` holds the zeros while a model is trained on;
    `torch_prune.remove` makes them plain numbers.

    Args:
        model: changed.
        share: of each layer's weights, 0 to 1.
    """
    for layer in model.modules():
        if isinstance(layer, nn.Linear):
            mask = magnitude_mask(layer.weight.detach(), share)
            torch_prune.custom_from_mask(layer, "weight", mask)
            torch_prune.remove(layer, "weight")
    return model


def sparsity(model: nn.Module) -> float:
    """The share of zeros among the weights of a model's linear layers."""
    layers = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    zeros = sum(int((weight == 0).sum()) for weight in layers)
    return zeros / max(1, sum(weight.numel() for weight in layers))

"""Floor 2: a trained model, made ready to be used as fast as the machine allows."""

import copy
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from course_lib.blocks import DecoderBlock, FeedForward
from course_lib.inference.layers import (
    BENDS,
    FixedLinear,
    FusedFeedForward,
    Int8Linear,
    PackedLinear,
)
from course_lib.inference.model import optimised_class, require_original
from course_lib.inference.plan import Plan

__all__ = ["FixedLinear", "Int8Linear", "PackedLinear", "Plan", "optimize"]

SMALLEST = 2**17
"""Weights below which a layer gains less from packing than the call costs."""


def optimize(
    model: nn.Module,
    *,
    dtype: torch.dtype | None = None,
    quantize: str | None = None,
    pack: bool = True,
    in_place: bool = False,
) -> nn.Module:
    """Make a model that answers the same, faster, and can no longer be trained.

    >>> fast = optimize(model)

    One printed line says what was done, and what this machine can't do. On a GPU, a
    GPT reads new tokens by a recorded CUDA graph.

    Args:
        model: a Bert, GPT or Seq2Seq, or any module; left as it is.
        dtype: torch.bfloat16 halves the memory and keeps two to three digits.
        quantize: "int8" rounds large layers' weights to 255 steps a row.
        pack: lay large layers' weights out as the processor multiplies them.
        in_place: change the model itself, which saves the memory of a second one.

    Returns:
        The new model, of the same class, in evaluation mode and without gradients.

    Raises:
        CourseError: an option does not exist or contradicts another.
    """
    require_original(model)
    plan = Plan.of(model, dtype, quantize, pack)
    new = model if in_place else _copied(model, plan)
    new.requires_grad_(False).eval().to(plan.dtype)
    total, large = sum(1 for _ in linears(new)), large_linears(new)
    if plan.layer is not None:
        _lay_out(new, plan.layer)
    new.__class__ = optimised_class(type(new), plan.kind)
    print(plan.report(len(large), total))
    return new


Found = tuple[nn.Module, str, nn.Linear]
"""A linear layer: whose it is, what it is called there, and the layer."""


def linears(model: nn.Module) -> Iterator[Found]:
    """The linear layers of a model that are called as a whole."""
    cut = {
        # Cross attention applies parts of its projection to two different inputs.
        block.cross_attention.qkv
        for block in model.modules()
        if isinstance(block, DecoderBlock)
    }
    for owner in model.modules():
        for name, layer in owner.named_children():
            if type(layer) is nn.Linear and layer not in cut:
                yield owner, name, layer


def large_linears(model: nn.Module) -> list[Found]:
    """Those that gain by another layout."""
    return [found for found in linears(model) if found[2].weight.numel() >= SMALLEST]


def _copied(model: nn.Module, plan: Plan) -> nn.Module:
    """A second model of the plan's dtype.

    Weights that are about to be laid out anew, and are used for nothing else, are not
    copied before.
    """
    large = {layer for _, _, layer in large_linears(model)} if plan.layer else set()
    rest = (module for module in model.modules() if module not in large)
    kept = {id(x) for module in rest for x in module.parameters(recurse=False)}
    memo: dict[int, Any] = {}
    for x in model.parameters():
        dtype = plan.dtype if x.is_floating_point() else x.dtype
        value = x.detach().to(dtype, copy=id(x) in kept)
        memo[id(x)] = nn.Parameter(value, requires_grad=False)
    return copy.deepcopy(model, memo)


def _lay_out(model: nn.Module, kind: type[FixedLinear]) -> None:
    """Replace large layers; feed-forward networks bend in their first product."""
    for owner, name, layer in large_linears(model):
        setattr(owner, name, kind(layer))
    for owner in list(model.modules()):
        for name, part in owner.named_children():
            if type(part) is not FeedForward or part.activation not in BENDS:
                continue
            layers = part.inner, part.outer
            if all(isinstance(layer, PackedLinear) for layer in layers):
                setattr(owner, name, FusedFeedForward(*layers, part.activation))

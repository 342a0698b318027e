"""Do these tensors fit together? If not: which shapes, and what to do."""

import torch
from torch import Tensor

from course_lib.errors import ShapeError


def require_fit(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> None:
    """Check that attention can be computed from these.

    Raises:
        ShapeError: names the tensors that do not fit, their shapes and the cure.
    """
    for name, x in (("query", query), ("key", key), ("value", value)):
        _require_positions(name, x)
    if query.shape[-1] != key.shape[-1]:
        raise ShapeError(
            f"query {tuple(query.shape)} has width {query.shape[-1]}, key "
            f"{tuple(key.shape)} has width {key.shape[-1]}: they meet in a dot "
            "product, so project both to the same d"
        )
    if key.shape[-2] != value.shape[-2]:
        raise ShapeError(
            f"key {tuple(key.shape)} has {key.shape[-2]} positions, value "
            f"{tuple(value.shape)} has {value.shape[-2]}: each key needs its value; "
            "make both from the same tokens"
        )
    _require_same_batch(query, key, value)
    if mask is not None:
        _require_mask_fits(mask, query, key)


def require_width(name: str, x: Tensor, d_model: int) -> None:
    """Check that x is (..., T, D) with this D.

    Raises:
        ShapeError: names the shape, the width expected and the cure.
    """
    _require_positions(name, x)
    if x.shape[-1] != d_model:
        raise ShapeError(
            f"{name} {tuple(x.shape)} has width {x.shape[-1]}, this layer was made "
            f"for D = {d_model}: embed with that width, or make the layer with "
            f"d_model={x.shape[-1]}"
        )


def _require_positions(name: str, x: Tensor) -> None:
    if x.dim() < 2:
        raise ShapeError(
            f"{name} has shape {tuple(x.shape)}, expected (..., T, d): a single "
            "vector needs an axis of positions, unsqueeze(0)"
        )


def _require_same_batch(query: Tensor, key: Tensor, value: Tensor) -> None:
    if query.shape[:-2] == key.shape[:-2] == value.shape[:-2]:
        return  # as a rule; spreading one over the others is the slow question
    shapes = [tuple(x.shape) for x in (query, key, value)]
    try:
        torch.broadcast_shapes(*(shape[:-2] for shape in shapes))
    except RuntimeError:
        raise ShapeError(
            "query {}, key {} and value {} differ in front of the last two axes: "
            "give all three the same batch and heads".format(*shapes)
        ) from None


def _require_mask_fits(mask: Tensor, query: Tensor, key: Tensor) -> None:
    if mask.dtype != torch.bool:
        raise ShapeError(
            f"mask {tuple(mask.shape)} is {mask.dtype}, expected torch.bool with "
            "True = may attend: padding_mask() turns a tokenizer's attention_mask "
            "into one"
        )
    batch = torch.broadcast_shapes(query.shape[:-2], key.shape[:-2])
    scores = (*batch, query.shape[-2], key.shape[-2])  # (..., T_q, T_k)
    pairs = zip(reversed(mask.shape), reversed(scores), strict=False)
    if mask.dim() > len(scores) or any(have not in (1, want) for have, want in pairs):
        raise ShapeError(
            f"mask {tuple(mask.shape)} does not spread over scores {scores}, which "
            "are (..., T_q, T_k): its last axis counts keys, the one before queries "
            "(or 1); heads, if any, need an axis of their own, mask.unsqueeze(1)"
        )

"""Reading a mask's free parameters off an answer that holds no weights.

The output is the weights times the values, times the output projection. With as many
positions as a head is wide, both products can be undone, and chapter 03 reads the rest.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises.chapter03.fits import Fill, fit_fill, fit_inverse, fit_product
from course_lib.exercises.chapter04.layouts import split

ROUNDING = 2e-6  # weights below this are 0: float32 tells no more
WORST = 1e-2  # rows whose weights sum to something else were computed otherwise
Reading = tuple[dict[str, Tensor], tuple[Tensor, Tensor]]


def fit_fill_of_heads(inputs: Mapping[str, Any], output: Tensor) -> Fill | None:
    """The finite fill that explains the learner's output of one case, if one does."""
    fill = _first(fit_fill, inputs, output)
    # Undoing two products blurs the number, and people write tidy ones.
    return fill and fill._replace(number=round(fill.number, 2))


def fit_inverse_of_heads(inputs: Mapping[str, Any], output: Tensor) -> str | None:
    """What was set to 0 after an inverted mask: "rows", "cells" or None."""
    return _first(fit_inverse, inputs, output)


def fit_product_of_heads(inputs: Mapping[str, Any], output: Tensor) -> str | None:
    """What was set to 0 after multiplied scores: "rows", "cells" or None."""
    return _first(fit_product, inputs, output)


def _first(
    fit: Callable[..., Any], inputs: Mapping[str, Any], output: Tensor
) -> Any | None:
    if _mask(inputs) is None or inputs["x"].shape != output.shape:
        return None
    for attention, result in _readings(inputs, output.double()):
        for guess in (attention, _by_the_whole_width(attention)):
            value = fit(guess, result)
            if value is not None:
                return value
    return None


def _readings(inputs: Mapping[str, Any], output: Tensor) -> Iterator[Reading]:
    """The attention inside, as it is, and beside one more slip that hides it."""
    names = ("w_query", "w_key", "w_value", "w_output")
    weights = [inputs[name].double() for name in names]
    nothing = torch.eye(len(weights[3]), dtype=torch.float64)
    for guess in (weights, [*weights[:3], nothing], [w.T for w in weights]):
        reading = _undone(inputs, guess, output)
        if reading is not None:
            yield reading


def _undone(
    inputs: Mapping[str, Any], projections: list[Tensor], output: Tensor
) -> Reading | None:
    x, num_heads = inputs["x"].double(), inputs["num_heads"]
    memory = inputs.get("memory", x).double()  # chapter 13: keys and values of another
    texts = zip((x, memory, memory), projections, strict=False)
    query, key, value = (split({}, text @ w.T, num_heads) for text, w in texts)
    if value.shape[-2] != value.shape[-1]:
        return None  # more positions than equations
    merged = torch.linalg.solve(projections[3].T, output, left=False)
    return _read_weights(inputs, (query, key, value), merged)


def _read_weights(
    inputs: Mapping[str, Any], parts: tuple[Tensor, ...], merged: Tensor
) -> Reading | None:
    query, key, value = parts
    context = split({}, merged, inputs["num_heads"])
    weights = torch.linalg.solve(value, context, left=False)  # (B, H, T, T)
    weights = weights.where(weights.abs() > ROUNDING, 0.0)
    sums = weights.sum(-1)
    if weights.min() < -WORST or sums.max() > 1 + WORST:
        return None
    attention = {"query": query, "key": key, "mask": _mask(inputs)}
    return attention, (context, weights)


def _mask(inputs: Mapping[str, Any]) -> Tensor | None:
    """The mask of the scores (B, H, T_q, T_k), whichever text it belongs to."""
    if inputs.get("memory_mask") is not None:
        return inputs["memory_mask"][:, None, None, :]
    mask = inputs.get("mask")
    return mask.unsqueeze(1) if mask is not None and mask.dim() == 3 else mask


def _by_the_whole_width(attention: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same with queries that stand for scores divided by the root of D."""
    query = attention["query"]
    return attention | {"query": query / math.sqrt(query.shape[-3])}

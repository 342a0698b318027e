"""09.rollout: from the weights of every layer to what reaches each position."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.inputs import grid

PATHS = "09, Through all layers: rollout"
Wrong = Mapping[str, Any]


def rollout(weights: Tensor) -> Tensor:
    identity = torch.eye(weights.shape[-1], dtype=weights.dtype)
    result = identity
    for layer in weights.mean(1):  # (T, T): the heads' mean
        step = layer + identity  # the residual connection
        result = step / step.sum(-1, keepdim=True) @ result
    return result


def _steps(wrong: Wrong, weights: Tensor) -> dict[str, Tensor]:
    joined = _joined(wrong, weights)  # (L, T, T)
    identity = torch.eye(weights.shape[-1], dtype=weights.dtype)
    with_residual = joined if "no-residual" in wrong else joined + identity
    normalised = _normalised(wrong, with_residual)
    return {
        "mean over the heads": joined,
        "residual added": with_residual,
        "rows sum to 1 again": normalised,
        "rollout": _product(wrong, normalised, identity),
    }


def _joined(wrong: Wrong, weights: Tensor) -> Tensor:
    if "max-instead-of-mean" in wrong:
        return weights.amax(1)
    if "sums-heads" in wrong:
        return weights.sum(1)
    return weights[:, 0] if "first-head-only" in wrong else weights.mean(1)


def _normalised(wrong: Wrong, layers: Tensor) -> Tensor:
    if "not-renormalised" in wrong:
        return layers
    axis = -2 if "normalised-over-queries" in wrong else -1
    return layers / layers.sum(axis, keepdim=True)


def _product(wrong: Wrong, layers: Tensor, identity: Tensor) -> Tensor:
    if "averages-layers" in wrong:
        return layers.mean(0)
    if "last-layer-only" in wrong:
        return layers[-1]
    if "elementwise-product" in wrong:
        return layers.prod(0)
    result = identity
    for layer in layers[1:] if "first-layer-skipped" in wrong else layers:
        backwards = "multiplied-in-wrong-order" in wrong
        result = result @ layer if backwards else layer @ result
    return result


def _cases(dtype: torch.dtype) -> list[Case]:
    def weights(*shape: int, seed: int, causal: bool = False) -> dict[str, Tensor]:
        scores = grid(*shape, seed=seed, dtype=torch.float64)
        if causal:
            hidden = torch.ones(shape[-2:], dtype=torch.bool).triu(1)
            scores = scores.masked_fill(hidden, -torch.inf)
        return {"weights": scores.softmax(-1).to(dtype)}

    return [
        Case("3 layers, 2 heads, 5 tokens", weights(3, 2, 5, 5, seed=10)),
        Case("causal weights", weights(2, 3, 4, 4, seed=20, causal=True)),
        Case("1 layer", weights(1, 2, 4, 4, seed=30)),
    ]


def _halves(weights: Tensor) -> Tensor:
    joined = weights.mean(1)
    layers = 0.5 * joined + 0.5 * torch.eye(joined.shape[-1], dtype=weights.dtype)
    result = layers[0]
    for layer in layers[1:]:
        result = layer @ result
    return result


def _built_in(weights: Tensor) -> Tensor:
    layers = weights.mean(1) + torch.eye(weights.shape[-1], dtype=weights.dtype)
    layers = layers / layers.sum(-1, keepdim=True)
    return torch.linalg.multi_dot(
        [*layers.flip(0), torch.eye(len(layers[0])).to(layers)]
    )


def _loops(weights: Tensor) -> Tensor:
    count, heads, length, _ = weights.shape
    result = torch.eye(length, dtype=weights.dtype)
    for layer in range(count):
        step = torch.zeros(length, length, dtype=weights.dtype)
        for head in range(heads):
            step += weights[layer, head] / heads
        for i in range(length):
            step[i, i] += 1
            step[i] = step[i] / step[i].sum()
        result = torch.einsum("ij,jk->ik", step, result)
    return result


ROLLOUT = Exercise(
    id="09.rollout",
    title="Attention rollout",
    returns="rollout (T, T): row i says from where position i draws after all layers",
    reference=rollout,
    computation=_steps,
    answer=("rollout",),
    cases=_cases,
    mistakes=(
        Mistake(
            "no-residual",
            "You multiply the weights alone. Each layer also passes its input on "
            "unchanged: add the identity before you normalise.",
            PATHS,
            group="residual",
        ),
        Mistake(
            "not-renormalised",
            "After the identity is added, each row sums to 2, and your products grow "
            "with every layer. Divide each row by its sum.",
            PATHS,
            group="norm",
        ),
        Mistake(
            "multiplied-in-wrong-order",
            "You multiply the layers in the wrong order. A later layer looks at the "
            "result of the earlier ones: it stands on the left.",
            PATHS,
            group="product",
        ),
        Mistake(
            "max-instead-of-mean",
            "You take the largest weight of the heads. Take their mean: every head "
            "adds to the same sum.",
            PATHS,
            group="heads",
        ),
        Mistake(
            "sums-heads",
            "You add the heads' weights, so that with the identity a row counts H "
            "parts attention to one part residual. Take the mean over the heads.",
            PATHS,
            group="heads",
        ),
        Mistake(
            "first-head-only",
            "You use head 0 of each layer. Take the mean over all heads, axis 1.",
            PATHS,
            group="heads",
        ),
        Mistake(
            "normalised-over-queries",
            "Your columns sum to 1. It is a row, all keys of one query, that has to "
            "sum to 1: divide by `sum(-1, keepdim=True)`.",
            PATHS,
            group="norm",
        ),
        Mistake(
            "averages-layers",
            "You take the mean of the layers. What a layer reads has been mixed by the "
            "layers below it: multiply their matrices.",
            PATHS,
            group="product",
        ),
        Mistake(
            "last-layer-only",
            "Your answer holds only the last layer. Carry the product of the layers "
            "below along: `result = step @ result`.",
            PATHS,
            group="product",
        ),
        Mistake(
            "elementwise-product",
            "You multiply entry by entry. Paths from layer to layer add up over the "
            "positions in between: use `@`.",
            PATHS,
            group="product",
        ),
        Mistake(
            "first-layer-skipped",
            "Layer 0 is missing in your product. Start from the identity and go "
            "through all layers, or start from layer 0.",
            PATHS,
            group="product",
        ),
    ),
    variants={"half and half": _halves, "built-in": _built_in, "loops": _loops},
    hints=(
        "Ask of one layer first: which part of what position i holds afterwards came "
        "from position j before?",
        "Half of it comes along the residual connection: add the identity to the mean "
        "of the heads, then make each row sum to 1.",
        "Start with the identity and go up: `result = step @ result` for each layer.",
    ),
    explanation="One layer's step says where each position draws from: its row of mean "
    "weights, and itself. Two layers one after the other: from i to any k in the upper "
    "one, from k to j in the lower one, added over k. That is a matrix product with "
    "the upper layer on the left. Rollout leaves out values, feed-forward and norms: "
    "it follows where information can flow, not how much of it matters.",
)

"""Exercises of chapter 03: scores, weights, masks, attention."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake

Wrong = Mapping[str, Any]


class Fill(NamedTuple):
    """What stands in the scores where the mask hides, and what comes after softmax.

    Attributes:
        number: the fill itself.
        added: added to the score instead of put in its place.
        after: what is set to 0 after softmax: "" nothing, "rows" without any
            allowed key, "cells" that are hidden.
    """

    number: float = -math.inf
    added: bool = False
    after: str = "cells"


# 03.attention


def attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    weights = torch.softmax(scores, dim=-1)
    if mask is not None:  # a row that allows nothing is NaN up to here
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ value, weights


def attention_steps(
    wrong: Wrong, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> dict[str, Tensor]:
    """Scaled dot-product attention step by step, with these mistakes in it.

    Args:
        wrong: names of ATTENTION_MISTAKES and their forms.
        query: (..., T_q, d)
        key: (..., T_k, d)
        value: (..., T_k, d)
        mask: boolean, broadcastable to (..., T_q, T_k).

    Returns:
        "products", "scaled scores", "masked scores", "weights" (..., T_q, T_k) and
        "context" (..., T_q, d).
    """
    products = _products(wrong, query, key)
    scaled = products / _divisor(wrong, query, key)
    masked, weights = _masked_weights(wrong, scaled, mask)
    if "scale-after-softmax" in wrong:
        weights = weights / math.sqrt(query.shape[-1])
    gathered = key if "key-instead-of-value" in wrong else value
    turned = weights.mT if "weights-transposed" in wrong else weights
    steps = {
        "products": products,
        "scaled scores": scaled,
        "masked scores": masked,
        "weights": weights,
        "context": turned @ gathered,
    }
    if "returns-weights-first" in wrong:
        steps["context"], steps["weights"] = steps["weights"], steps["context"]
    return steps


def _products(wrong: Wrong, query: Tensor, key: Tensor) -> Tensor:
    if "query-key-swapped" in wrong:
        query, key = key, query
    if "reshape-instead-of-transpose" in wrong:
        return query @ key.reshape(*key.shape[:-2], key.shape[-1], key.shape[-2])
    return query @ key.mT


def _divisor(wrong: Wrong, query: Tensor, key: Tensor) -> float:
    width, length = query.shape[-1], key.shape[-2]
    if "missing-scale" in wrong or "scale-after-softmax" in wrong:
        return 1.0
    if "scale-by-d" in wrong:
        return width
    if "scale-by-length" in wrong:
        return length ** wrong["scale-by-length"]
    return math.sqrt(width)


def _masked_weights(
    wrong: Wrong, scaled: Tensor, mask: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Scores after the mask and the weights, both (..., T_q, T_k)."""
    if mask is None or "mask-ignored" in wrong:
        return scaled, _softmax(wrong, scaled)
    right, after = mask, _after(wrong)
    if "mask-inverted" in wrong:
        mask = ~mask
        if wrong["mask-inverted"] in ("rows", "cells"):  # the end is not inverted
            after = wrong["mask-inverted"]
        else:
            right = mask
    masked = _hide(wrong, scaled, mask)
    weights = _softmax(wrong, masked)
    if "mask-after-softmax" in wrong:
        gone = -math.inf if wrong["mask-after-softmax"] == "-inf" else 0.0
        return masked, weights.masked_fill(~mask, gone)
    if after == "rows":
        weights = weights.masked_fill(~right.any(-1, keepdim=True), 0.0)
    elif after == "cells":
        weights = weights.masked_fill(~right, 0.0)
    return masked, weights


def _after(wrong: Wrong) -> str:
    """What is set to 0 after softmax when nothing else is said."""
    if "nan-on-empty-row" in wrong or "uniform-on-empty-row" in wrong:
        return ""
    if "mask-too-weak" in wrong:
        return wrong["mask-too-weak"].after
    if "mask-multiplies-scores" in wrong:
        chosen = wrong["mask-multiplies-scores"]
        return chosen if isinstance(chosen, str) else ""
    return "rows"


def _hide(wrong: Wrong, scaled: Tensor, mask: Tensor) -> Tensor:
    if "mask-after-softmax" in wrong:
        return scaled
    if "mask-multiplies-scores" in wrong:
        return scaled * mask
    fill = wrong.get("mask-too-weak", Fill())
    if "uniform-on-empty-row" in wrong:
        fill = Fill(-1e9)
    if fill.added:
        return scaled + fill.number * ~mask
    return scaled.masked_fill(~mask, fill.number)


def _softmax(wrong: Wrong, scores: Tensor) -> Tensor:
    dim = -2 if "softmax-over-queries" in wrong else -1
    if "overflow" in wrong:
        powers = scores.exp()
        return powers / powers.sum(dim, keepdim=True)
    return torch.softmax(scores, dim)


def fit_fill(inputs: Mapping[str, Any], output: Any) -> Fill | None:
    """The finite fill that explains the learner's weights of one case, if one does."""
    mask, weights = inputs["mask"], output[1].double()
    if mask is None:
        return None
    query, key = inputs["query"].double(), inputs["key"].double()
    products = query @ key.mT
    for divisor in (math.sqrt(query.shape[-1]), 1, query.shape[-1]):
        for allowed in (mask, ~mask):
            fill = _read_fill(products / divisor, weights, allowed)
            if fill is not None:
                return fill
    return None


def _read_fill(scores: Tensor, weights: Tensor, mask: Tensor) -> Fill | None:
    mask = mask.broadcast_to(scores.shape)
    some = mask.any(-1) & ~mask.all(-1)  # rows with allowed and hidden keys
    empty = ~mask.any(-1)
    left = weights[empty].abs().amax() if empty.any() else torch.tensor(1.0)
    scores, weights, mask = scores[some], weights[some], mask[some]
    seen = (scores.exp() * mask).sum(-1)  # (rows,)
    share = (weights * mask).sum(-1)
    hidden = (1 / share - 1) * seen  # what the hidden keys add to the denominator
    after = "rows" if left < 1e-6 else ""
    if float((weights * ~mask).abs().amax()) < 1e-6:
        after = "cells"
    replaced = (hidden / (~mask).sum(-1)).log()
    added = (hidden / (scores.exp() * ~mask).sum(-1)).log()
    for numbers, is_added in ((replaced, False), (added, True)):
        number = numbers.median()
        close = bool(((numbers - number).abs() < 5e-3).all())
        # 0 is no fill: it ignores the mask or multiplies. Below -16 nothing is seen.
        if close and abs(number) > 1e-2 and number > -16:
            return Fill(round(float(number), 5), is_added, after)
    return None


def fit_inverse(inputs: Mapping[str, Any], output: Any) -> str | None:
    """How an inverted mask and a right one were mixed: "rows", "cells" or None."""
    mask, weights = inputs["mask"], output[1]
    if mask is None:
        return None
    mask = mask.broadcast_to(weights.shape)
    if float(weights.abs().amax()) == 0:
        return "cells"
    empty = ~mask.any(-1)
    return "rows" if empty.any() and not weights[empty].any() else None


def fit_product(inputs: Mapping[str, Any], output: Any) -> str | None:
    """What is set to 0 after the softmax of multiplied scores: "rows" or "cells"."""
    mask, weights = inputs["mask"], output[1]
    if mask is None:
        return None
    mask = mask.broadcast_to(weights.shape)
    if not weights[~mask].any():
        return "cells"
    empty = ~mask.any(-1)
    return "rows" if empty.any() and not weights[empty].any() else None


SCALE = "03, Why divide by the root of d"
SOFTMAX = "03, From scores to weights"
MASKS = "03, Masks"
EMPTY = "03, A row that allows nothing"
SCORES = "03, Scores: who matches whom"
VALUES = "03, Gather the values"

ATTENTION_MISTAKES = (
    Mistake(
        "missing-scale",
        "Your scores are the bare products of queries and keys. Divide them by the "
        "root of d before softmax.",
        SCALE,
        group="scale",
    ),
    Mistake(
        "scale-by-d",
        "You divide the scores by d. The spread of a sum of d products grows with the "
        "root of d: divide by math.sqrt(d).",
        SCALE,
        group="scale",
    ),
    Mistake(
        "softmax-over-queries",
        "Your columns sum to 1. Each query spreads its attention over the keys, so "
        "each row must: softmax over the last axis, dim=-1.",
        SOFTMAX,
    ),
    Mistake(
        "mask-inverted",
        "You hide what the mask allows. Here True means 'may attend': fill the scores "
        "where the mask is False, ~mask.",
        MASKS,
        fit=fit_inverse,
    ),
    Mistake(
        "mask-after-softmax",
        "You apply the mask to the weights, after softmax: the hidden keys have "
        "already taken their share. Fill the scores with -inf before softmax.",
        MASKS,
        forms=(True, "-inf"),
        group="hiding",
    ),
    Mistake(
        "mask-multiplies-scores",
        "You multiply the scores by the mask. A score of 0 still has weight, because "
        "exp(0) = 1: put -inf in its place.",
        MASKS,
        group="hiding",
        fit=fit_product,
    ),
    Mistake(
        "mask-too-weak",
        "Hidden keys keep some weight: the number you put into their scores is not "
        "low enough. Use -inf, or at least -1e9.",
        MASKS,
        forms=(Fill(-1.0, after=""), Fill(-10.0, after="")),
        group="hiding",
        fit=fit_fill,
    ),
    Mistake(
        "mask-ignored",
        "The mask changes nothing in your answer. Where it is False, the score must "
        "become -inf before softmax.",
        MASKS,
        group="hiding",
    ),
    Mistake(
        "query-key-swapped",
        "Your scores are key @ query^T: row i holds what others seek in i. Rows belong "
        "to queries: query @ key^T.",
        SCORES,
        group="products",
    ),
    Mistake(
        "nan-on-empty-row",
        "A row that allows nothing becomes NaN, the softmax of nothing but -inf. Its "
        "weights must be 0: set hidden weights to 0 after softmax.",
        EMPTY,
        group="empty",
        edge=True,
    ),
    Mistake(
        "uniform-on-empty-row",
        "A row that allows nothing attends to everything alike: equal scores, however "
        "low, share the weight. Set hidden weights to 0 after softmax.",
        EMPTY,
        group="empty",
        edge=True,
    ),
    Mistake(
        "overflow",
        "exp of a large score is inf, and inf / inf is NaN. Subtract the largest score "
        "of each row first, or use torch.softmax.",
        SOFTMAX,
        edge=True,
    ),
    Mistake(
        "scale-by-length",
        "You divide by the number of keys or its root. The spread of the products "
        "comes from the width: divide by the root of d, query.shape[-1].",
        SCALE,
        forms=(0.5, 1),
        group="scale",
    ),
    Mistake(
        "scale-after-softmax",
        "You divide the weights instead of the scores: your rows no longer sum to 1. "
        "Divide before softmax.",
        SCALE,
        group="scale",
    ),
    Mistake(
        "reshape-instead-of-transpose",
        "You reshape the keys to (d, T_k). That keeps the numbers in their old order "
        "and mixes positions: swap the axes with transpose(-2, -1).",
        SCORES,
        group="products",
    ),
    Mistake(
        "key-instead-of-value",
        "Your context gathers the keys. Keys only decide who is found; what is handed "
        "over are the values: weights @ value.",
        VALUES,
    ),
    Mistake(
        "weights-transposed",
        "You multiply the values by the transposed weights: each key's column is used "
        "as if it were a query's row. It is weights @ value.",
        VALUES,
    ),
    Mistake(
        "returns-weights-first",
        "You return (weights, context). The order asked for is (context, weights).",
        VALUES,
    ),
)

_EMPTY_ROW = torch.tensor(
    [[0, 0, 0, 0], [1, 0, 1, 0], [0, 1, 1, 1], [1, 1, 0, 1]], dtype=torch.bool
)
_PARTIAL = torch.tensor(
    [[1, 0, 1, 1, 0], [0, 1, 1, 0, 1], [1, 1, 0, 0, 1], [0, 0, 1, 1, 0]],
    dtype=torch.bool,
)


def _grid(*shape: int, seed: int, dtype: torch.dtype, step: float = 0.25) -> Tensor:
    """Random multiples of a step, at most 8 steps from 0: exact in every dtype."""
    numbers = torch.randint(-8, 9, shape, generator=torch.Generator().manual_seed(seed))
    return (numbers * step).to(dtype)


def _attention_case(
    name: str,
    dtype: torch.dtype,
    seed: int,
    lead: tuple[int, ...] = (2, 3),
    lengths: tuple[int, int] = (4, 4),
    mask: Tensor | None = None,
    step: float = 0.25,
) -> Case:
    queries, keys = lengths
    inputs = {
        "query": _grid(*lead, queries, 6, seed=seed, dtype=dtype, step=step),
        "key": _grid(*lead, keys, 6, seed=seed + 1, dtype=dtype, step=step),
        "value": _grid(*lead, keys, 6, seed=seed + 2, dtype=dtype),
        "mask": mask,
    }
    return Case(name, inputs)


def _attention_cases(dtype: torch.dtype) -> list[Case]:
    other = (4, 5)
    cases = [
        _attention_case("as many queries as keys", dtype, 10),
        _attention_case("4 queries, 5 keys", dtype, 20, (2,), other),
        _attention_case("with a mask", dtype, 30, (2, 3), other, _PARTIAL),
        _attention_case(
            "with a row that allows nothing", dtype, 40, (2,), mask=_EMPTY_ROW
        ),
        _attention_case("without batch or heads", dtype, 50, (), other),
    ]
    if dtype in (torch.float32, torch.float64):
        cases.append(_attention_case("large numbers", dtype, 60, (2,), step=16))
    return cases


def _attention_loops(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    weights = query.new_zeros(*query.shape[:-1], key.shape[-2])
    if mask is not None:
        mask = mask.expand(weights.shape)
    for at in torch.cartesian_prod(*map(torch.arange, weights.shape[:-1])).reshape(
        -1, weights.ndim - 1
    ):
        row, lead = tuple(at.tolist()), tuple(at.tolist())[:-1]
        allowed = range(key.shape[-2])
        if mask is not None:
            allowed = [j for j in allowed if mask[row][j]]
        scores = {j: float(query[row] @ key[lead][j]) for j in allowed}
        top = max(scores.values(), default=0.0)
        root = math.sqrt(query.shape[-1])
        powers = {j: math.exp((s - top) / root) for j, s in scores.items()}
        for j, power in powers.items():
            weights[row + (j,)] = power / sum(powers.values())
    return weights @ value, weights


def _attention_einsum(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    scores = torch.einsum("...id,...jd->...ij", query * query.shape[-1] ** -0.5, key)
    if mask is not None:
        scores = scores + torch.where(mask, 0.0, -math.inf).to(scores.dtype)
    weights = scores.softmax(-1).nan_to_num(0.0)
    return torch.einsum("...ij,...jd->...id", weights, value), weights


def _attention_built_in(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    # Values that are the rows of the identity bring the weights themselves.
    rows = torch.eye(key.shape[-2], dtype=key.dtype).expand(*key.shape[:-1], -1)
    weights = F.scaled_dot_product_attention(query, key, rows, attn_mask=mask)
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask), weights


def _attention_large_fill(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    scores = query.matmul(key.mT).div(query.size(-1) ** 0.5)
    if mask is None:
        weights = F.softmax(scores, dim=-1)
    else:
        scores = scores.masked_fill(mask.logical_not(), -1e9)
        weights = F.softmax(scores, dim=-1) * mask.any(-1, keepdim=True)
    return weights.matmul(value), weights


ATTENTION = Exercise(
    id="03.attention",
    title="Attention with a mask",
    returns="context (..., T_q, d) and weights (..., T_q, T_k)",
    reference=attention,
    computation=attention_steps,
    answer=("context", "weights"),
    cases=_attention_cases,
    mistakes=ATTENTION_MISTAKES,
    variants={
        "loops": _attention_loops,
        "einsum": _attention_einsum,
        "built-in": _attention_built_in,
        "-1e9 instead of -inf": _attention_large_fill,
    },
    hints=(
        "Four steps, one line each: scores, mask, weights, context. You have written "
        "all of them in this chapter.",
        "Scores are query @ key.transpose(-2, -1), divided by the root of "
        "query.shape[-1]. Hide before softmax: scores.masked_fill(~mask, -math.inf), "
        "if there is a mask.",
        "softmax(dim=-1) of a row of -inf is NaN. weights.masked_fill(~mask, 0.0) "
        "cures it and changes nothing else. Then return weights @ value, weights.",
    ),
    explanation="The mask acts twice. Before softmax, -inf takes a hidden key out of "
    "the sum, so that the others share the whole weight. After softmax, hidden "
    "weights are set to 0: they were 0 already, except in a row that allows nothing, "
    "where 0 / 0 had made them NaN.",
)

EXERCISES = (ATTENTION,)

"""03.attention: scores, mask, weights and context in one function."""

import math
from collections.abc import Mapping
from itertools import product
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise
from course_lib.exercises.chapter03.fits import Fill
from course_lib.exercises.chapter03.mistakes import (
    ATTENTION_MISTAKES,
    divisor,
    products,
)
from course_lib.exercises.inputs import EXACT, grid

Wrong = Mapping[str, Any]


def attention(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
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
    matched = products(wrong, query, key)
    scaled = matched / divisor(wrong, query, key)
    masked, weights = _masked_weights(wrong, scaled, mask)
    if "scale-after-softmax" in wrong:
        weights = weights / math.sqrt(query.shape[-1])
    gathered = key if "key-instead-of-value" in wrong else value
    turned = weights.mT if "weights-transposed" in wrong else weights
    steps = {
        "products": matched,
        "scaled scores": scaled,
        "masked scores": masked,
        "weights": weights,
        "context": turned @ gathered,
    }
    if "returns-weights-first" in wrong:
        steps["context"], steps["weights"] = steps["weights"], steps["context"]
    return steps


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
    return wrong.get("softmax-over-heads", "rows")


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
    if "softmax-over-heads" in wrong:  # chapter 04: (B, H, T_q, T_k)
        dim = -3
    if "overflow" in wrong:
        powers = scores.exp()
        return powers / powers.sum(dim, keepdim=True)
    return torch.softmax(scores, dim)


_EMPTY_ROW = torch.tensor(
    [[0, 0, 0, 0], [1, 0, 1, 0], [0, 1, 1, 1], [1, 1, 0, 1]], dtype=torch.bool
)
_PARTIAL = torch.tensor(
    [[1, 0, 1, 1, 0], [0, 1, 1, 0, 1], [1, 1, 0, 0, 1], [0, 0, 1, 1, 0]],
    dtype=torch.bool,
)


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
        "query": grid(*lead, queries, 6, seed=seed, dtype=dtype, step=step),
        "key": grid(*lead, keys, 6, seed=seed + 1, dtype=dtype, step=step),
        "value": grid(*lead, keys, 6, seed=seed + 2, dtype=dtype),
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
            "with a row that allows nothing",
            dtype,
            322,
            (2,),
            mask=_EMPTY_ROW,
            # Low scores in a row tell a fill of -10 from one of -1e9.
            step=0.5 if dtype in EXACT else 0.25,
        ),
        _attention_case("without batch or heads", dtype, 50, (), other),
    ]
    if dtype in EXACT:
        cases.append(_attention_case("large numbers", dtype, 60, (2,), step=16))
    return cases


def _attention_loops(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    weights = query.new_zeros(*query.shape[:-1], key.shape[-2])
    if mask is not None:
        mask = mask.expand(weights.shape)
    for row in product(*map(range, weights.shape[:-1])):
        lead = row[:-1]
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
        "Scores are `query @ key.transpose(-2, -1)`, divided by the root of "
        "`query.shape[-1]`. If there is a mask, hide before softmax: "
        "`scores.masked_fill(~mask, -math.inf)`.",
        "`softmax(dim=-1)` of a row of -inf is NaN. `weights.masked_fill(~mask, 0.0)` "
        "cures it and changes nothing else. Then `return weights @ value, weights`.",
    ),
    explanation="The mask acts twice. Before softmax, -inf takes a hidden key out of "
    "the sum, so that the others share the whole weight. After softmax, hidden "
    "weights are set to 0: they were 0 already, except in a row that allows nothing, "
    "where 0 / 0 had made them NaN.",
)

"""03.scores: how well each query matches each key."""

import math
from collections.abc import Mapping
from itertools import product
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.chapter03 import mistakes as known
from course_lib.exercises.inputs import grid

Wrong = Mapping[str, Any]


def scores(query: torch.Tensor, key: torch.Tensor) -> torch.Tensor:
    products = query @ key.transpose(-2, -1)  # (..., T_q, T_k)
    return products / math.sqrt(query.shape[-1])


def _steps(wrong: Wrong, query: Tensor, key: Tensor) -> dict[str, Tensor]:
    products = known.products(wrong, query, key)
    result = products / known.divisor(wrong, query, key)
    if "scale-multiplied" in wrong:
        result = products * math.sqrt(query.shape[-1])
    if "softmax-included" in wrong:
        result = result.softmax(-1)
    return {"products": products, "scores": result}


def _cases(dtype: torch.dtype) -> list[Case]:
    def pair(*lead: int, keys: int, seed: int) -> dict[str, Tensor]:
        return {
            "query": grid(*lead, 4, 6, seed=seed, dtype=dtype),
            "key": grid(*lead, keys, 6, seed=seed + 1, dtype=dtype),
        }

    return [
        Case("as many queries as keys", pair(keys=4, seed=10)),
        Case("4 queries, 5 keys", pair(keys=5, seed=20)),
        Case("a batch", pair(2, keys=4, seed=30)),
        Case("batch and heads", pair(2, 3, keys=5, seed=40)),
    ]


def _loops(query: Tensor, key: Tensor) -> Tensor:
    result = query.new_empty(*query.shape[:-1], key.shape[-2])
    for lead in product(*map(range, query.shape[:-2])):
        for i, q in enumerate(query[lead]):
            for j, k in enumerate(key[lead]):
                result[lead + (i, j)] = (q * k).sum() / len(q) ** 0.5
    return result


def _einsum(query: Tensor, key: Tensor) -> Tensor:
    return torch.einsum("...id,...jd->...ij", query, key) * query.size(-1) ** -0.5


def _scaled_first(query: Tensor, key: Tensor) -> Tensor:
    return torch.matmul(query / math.sqrt(key.size(-1)), key.mT)


def _built_in(query: Tensor, key: Tensor) -> Tensor:
    queries, keys = (x.reshape(-1, *x.shape[-2:]) for x in (query, key))
    result = torch.bmm(queries, keys.mT) / math.sqrt(query.shape[-1])
    return result.reshape(*query.shape[:-1], -1)


def _broadcast(query: Tensor, key: Tensor) -> Tensor:
    pairs = query.unsqueeze(-2) * key.unsqueeze(-3)  # (..., T_q, T_k, d)
    return pairs.sum(-1) / math.sqrt(pairs.shape[-1])


SCORES = Exercise(
    id="03.scores",
    title="Scores of queries and keys",
    returns="scores (..., T_q, T_k)",
    reference=scores,
    computation=_steps,
    answer=("scores",),
    cases=_cases,
    mistakes=(
        *known.named("missing-scale", "scale-by-d", "scale-by-length"),
        *known.named("query-key-swapped", "reshape-instead-of-transpose"),
        Mistake(
            "scale-multiplied",
            "You multiply by the root of d, which widens the spread still more. "
            "Divide by it.",
            known.SCALE,
            group="scale",
        ),
        Mistake(
            "softmax-included",
            "Your rows sum to 1: these are weights already. Return the scores as they "
            "are before softmax.",
            known.SOFTMAX,
        ),
        Mistake(
            "own-key-only",
            "You multiply query i with key i alone. Each query meets every key: a "
            "matrix product `query @ key^T`, not an elementwise one.",
            known.SCORES,
            group="products",
        ),
        Mistake(
            "cosine-similarity",
            "You set every query and key to length 1 first. The dot product keeps the "
            "lengths: a long key may speak louder.",
            known.SCORES,
            group="products",
        ),
    ),
    variants={
        "loops": _loops,
        "einsum": _einsum,
        "query scaled first": _scaled_first,
        "built-in": _built_in,
        "broadcast and sum": _broadcast,
    },
    hints=(
        "Entry (i, j) is the dot product of query i and key j. Which matrix product "
        "has all of them?",
        "`key.transpose(-2, -1)` turns (..., T_k, d) into (..., d, T_k), whatever "
        "stands in front.",
        "Divide `query @ key.transpose(-2, -1)` by `math.sqrt(d)`, and take d from "
        "the last axis: `query.shape[-1]`.",
    ),
    explanation="`transpose(-2, -1)` swaps the last two axes and leaves batch and "
    "heads alone, so the same line serves one sequence and a whole batch. Only the "
    "width d enters the scale: it is the number of products in each sum.",
)

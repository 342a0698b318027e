"""09.entropy: how widely each head looks, as one number."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.inputs import grid

WIDTH = "09, How widely a head looks"
Wrong = Mapping[str, Any]


def entropy(weights: Tensor) -> Tensor:
    logs = torch.where(weights > 0, weights, 1.0).log()  # 0 log 0 counts as 0
    return -(weights * logs).sum(-1).mean(-1)


def _steps(wrong: Wrong, weights: Tensor) -> dict[str, Tensor]:
    logs = weights.log() / math.log(wrong.get("base-two", math.e))
    terms = logs if "weights-forgotten" in wrong else weights * logs
    if "log-of-zero" not in wrong:
        terms = torch.where(weights > 0, terms, 0.0)
    rows = terms.sum(-2 if "wrong-axis" in wrong else -1)
    if "mean-instead-of-sum" in wrong:
        rows = terms.mean(-2 if "wrong-axis" in wrong else -1)
    rows = rows if "sign-missing" in wrong else -rows
    if "divided-by-largest" in wrong:
        rows = rows / math.log(weights.shape[-1])
    return {"terms": terms, "entropy of each row": rows, "entropy": _mean(wrong, rows)}


def _mean(wrong: Wrong, rows: Tensor) -> Tensor:
    if "not-averaged" in wrong:
        return rows
    if "sums-rows" in wrong:
        return rows.sum(-1)
    if "largest-row" in wrong:
        return rows.amax(-1)
    if "last-row-only" in wrong:
        return rows[..., -1]
    return rows.mean(-1).exp() if "perplexity" in wrong else rows.mean(-1)


def _cases(dtype: torch.dtype) -> list[Case]:
    def weights(*shape: int, seed: int, causal: bool = False) -> dict[str, Tensor]:
        scores = grid(*shape, seed=seed, dtype=torch.float64)
        if causal:
            hidden = torch.ones(shape[-2:], dtype=torch.bool).triu(1)
            scores = scores.masked_fill(hidden, -torch.inf)
        return {"weights": scores.softmax(-1).to(dtype)}

    return [
        Case("2 layers, 3 heads, 4 queries, 5 keys", weights(2, 3, 4, 5, seed=10)),
        Case(
            "causal weights, zeros among them",
            weights(2, 2, 4, 4, seed=20, causal=True),
        ),
        Case("as many queries as keys", weights(3, 2, 6, 6, seed=30)),
    ]


def _built_in(weights: Tensor) -> Tensor:
    return torch.special.entr(weights).sum(-1).mean(-1)


def _clamped(weights: Tensor) -> Tensor:
    return -(weights * weights.clamp_min(1e-30).log()).sum(dim=-1).mean(dim=-1)


def _loops(weights: Tensor) -> Tensor:
    layers, heads, queries, _ = weights.shape
    result = torch.zeros(layers, heads, dtype=weights.dtype)
    for layer in range(layers):
        for head in range(heads):
            for row in weights[layer, head]:
                kept = row[row > 0]
                result[layer, head] -= (kept * kept.log()).sum() / queries
    return result


ENTROPY = Exercise(
    id="09.entropy",
    title="How widely each head looks",
    returns="entropy (L, H) in nats: the mean over the queries",
    reference=entropy,
    computation=_steps,
    answer=("entropy",),
    cases=_cases,
    mistakes=(
        Mistake(
            "log-of-zero",
            "A weight of 0 gives 0 times minus infinity, NaN. What is never looked at "
            "adds nothing: let such a term be 0.",
            WIDTH,
            edge=True,
        ),
        Mistake(
            "wrong-axis",
            "You add over the queries. The entropy belongs to one query: add over its "
            "keys, the last axis, then take the mean over the queries.",
            WIDTH,
        ),
        Mistake(
            "base-two",
            "Your logarithm has another base. The chapter counts in nats: `log`, not "
            "`log2` or `log10`.",
            WIDTH,
            forms=(2.0, 10.0),
        ),
        Mistake(
            "weights-forgotten",
            "You add the logarithms alone. Each counts as much as its weight: "
            "weights * log(weights).",
            WIDTH,
        ),
        Mistake(
            "sign-missing",
            "Your numbers are negative: logarithms of weights below 1 are. Put a minus "
            "in front of the sum.",
            WIDTH,
        ),
        Mistake(
            "mean-instead-of-sum",
            "You take the mean over the keys. The entropy is their sum; only over the "
            "queries a mean is taken.",
            WIDTH,
        ),
        Mistake(
            "divided-by-largest",
            "You divide by the logarithm of the number of keys, so that 1 is the "
            "widest look. Leave it in nats.",
            WIDTH,
        ),
        Mistake(
            "not-averaged",
            "You return one number for each query, (L, H, T_q). Take the mean over the "
            "queries, so that each head has one.",
            WIDTH,
            group="rows",
        ),
        Mistake(
            "sums-rows",
            "You add the entropies of all queries, so that a longer text looks wider. "
            "Take their mean.",
            WIDTH,
            group="rows",
        ),
        Mistake(
            "largest-row",
            "You return the entropy of the widest row. Take the mean over the queries.",
            WIDTH,
            group="rows",
        ),
        Mistake(
            "last-row-only",
            "You return the entropy of the last query alone. Take the mean over all.",
            WIDTH,
            group="rows",
        ),
        Mistake(
            "perplexity",
            "You return e to the power of the entropy, a number of keys. The entropy "
            "itself is asked for.",
            WIDTH,
            group="rows",
        ),
    ),
    variants={"built-in": _built_in, "clamped": _clamped, "loops": _loops},
    hints=(
        "Start with one row: how surprised are you, on average, when you learn which "
        "key was drawn?",
        "A row's entropy is minus the sum of weights * log(weights) over its keys.",
        "Zeros: put a 1 in their place before the logarithm, `torch.where(weights > 0, "
        "weights, 1.0).log()`. Then sum over -1 and mean over what is then -1.",
    ),
    explanation="A row that looks at one key has entropy 0, one that looks at n keys "
    "alike has log n. The mean over the queries makes heads comparable on one text. In "
    "a causal model the first rows have few keys to choose from, so its heads look "
    "sharper than they are: compare heads with each other, not with another model.",
)

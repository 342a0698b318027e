"""03.weights: softmax, written out so that large scores do not break it."""

import math
from collections.abc import Mapping
from itertools import product
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.chapter03.mistakes import SOFTMAX, named
from course_lib.exercises.inputs import EXACT, grid

Wrong = Mapping[str, Any]


def weights(scores: torch.Tensor) -> torch.Tensor:
    largest = scores.max(dim=-1, keepdim=True).values
    powers = torch.exp(scores - largest)  # between 0 and 1: nothing overflows
    return powers / powers.sum(dim=-1, keepdim=True)


def _steps(wrong: Wrong, scores: Tensor) -> dict[str, Tensor]:
    axes = _axes(wrong, scores)
    largest = scores.amax(axes, keepdim=True)
    if "shifted-by-overall-maximum" in wrong:
        largest = scores.max()
    unshifted = "overflow" in wrong or wrong.get("not-normalised") == "unshifted"
    powers = (scores if unshifted else scores - largest).exp()
    if "exp-missing" in wrong:
        powers = scores
    sums = powers.sum(axes, keepdim=True)
    result = powers if "not-normalised" in wrong else powers / sums
    if "softmax-twice" in wrong:
        result = result.softmax(-1)
    if "log-softmax" in wrong:
        result = result.log()
    if "sigmoid-instead" in wrong:
        result = scores.sigmoid()
    return {"largest of each row": largest, "powers": powers, "weights": result}


def _axes(wrong: Wrong, scores: Tensor) -> tuple[int, ...]:
    """The axes along which the weights sum to 1."""
    if "softmax-over-queries" in wrong:
        return (-2,)
    if "softmax-over-first-axis" in wrong:
        return (0,)
    if wrong.get("softmax-over-everything") == "matrix":
        return (-2, -1)
    return tuple(range(scores.ndim)) if "softmax-over-everything" in wrong else (-1,)


def _cases(dtype: torch.dtype) -> list[Case]:
    cases = [
        Case("4 queries, 5 keys", {"scores": grid(4, 5, seed=10, dtype=dtype)}),
        Case("a batch", {"scores": grid(2, 4, 4, seed=20, dtype=dtype)}),
        Case("batch and heads", {"scores": grid(2, 3, 4, 5, seed=30, dtype=dtype)}),
    ]
    if dtype in EXACT:
        large = grid(2, 4, 5, seed=40, dtype=dtype, step=8)
        rows = torch.tensor([0.0, 1000.0, -2000.0, 500.0], dtype=dtype)
        cases.append(Case("large numbers", {"scores": large + rows[:, None]}))
    return cases


def _loops(scores: Tensor) -> Tensor:
    result = torch.zeros_like(scores)
    for place in product(*map(range, scores.shape[:-1])):
        row = [float(score) for score in scores[place]]
        powers = [math.exp(score - max(row)) for score in row]
        for j, power in enumerate(powers):
            result[place + (j,)] = power / sum(powers)
    return result


def _built_in(scores: Tensor) -> Tensor:
    return F.softmax(scores, dim=-1)


def _log_space(scores: Tensor) -> Tensor:
    return (scores - scores.logsumexp(-1, keepdim=True)).exp()


def _einsum(scores: Tensor) -> Tensor:
    powers = (scores - scores.amax(-1, keepdim=True)).exp()
    return torch.einsum("...ij,...i->...ij", powers, 1 / powers.sum(-1))


WEIGHTS = Exercise(
    id="03.weights",
    title="Softmax over the keys",
    returns="weights (..., T_q, T_k)",
    reference=weights,
    computation=_steps,
    answer=("weights",),
    cases=_cases,
    mistakes=(
        *named("softmax-over-queries", group="axis"),
        Mistake(
            "not-normalised",
            "You stop at exp(score). Divide each row by its sum, so that it sums to 1.",
            SOFTMAX,
            forms=("unshifted", "shifted"),
            group="form",
        ),
        *named("overflow", group="shift"),
        Mistake(
            "shifted-by-overall-maximum",
            "You subtract the largest score of all. A row far below it has only "
            "exp(-huge) = 0, and 0 / 0 is NaN: take each row's own maximum.",
            SOFTMAX,
            group="shift",
            edge=True,
        ),
        Mistake(
            "exp-missing",
            "You divide the scores by their sum, without exp. Negative scores then "
            "give negative weights, and a sum near 0 explodes.",
            SOFTMAX,
            group="form",
        ),
        Mistake(
            "softmax-over-everything",
            "The whole matrix sums to 1, instead of each row. The sum runs over one "
            "axis: `sum(dim=-1, keepdim=True)`.",
            SOFTMAX,
            forms=("matrix", "all"),
            group="axis",
        ),
        Mistake(
            "softmax-over-first-axis",
            "You normalise over the first axis, which is the batch where there is "
            "one. Count from the end: `dim=-1` are the keys.",
            SOFTMAX,
            group="axis",
        ),
        Mistake(
            "softmax-twice",
            "You apply softmax to what is already softmax: all weights move towards "
            "equal. Once is enough.",
            SOFTMAX,
            group="form",
        ),
        Mistake(
            "log-softmax",
            "You return the logarithms of the weights. Losses use them; attention "
            "multiplies values with the weights themselves.",
            SOFTMAX,
            group="form",
        ),
        Mistake(
            "sigmoid-instead",
            "You squeeze each score between 0 and 1 by itself. In softmax the keys of "
            "a row compete for a total of 1.",
            SOFTMAX,
            group="form",
        ),
    ),
    variants={
        "loops": _loops,
        "built-in": _built_in,
        "logsumexp": _log_space,
        "einsum": _einsum,
    },
    hints=(
        "Make every number positive, then divide each row by its own sum.",
        "`scores.exp()` makes them positive; `sum(dim=-1, keepdim=True)` has one sum a "
        "row in the shape that division needs.",
        "exp(1000) is inf. Taking the row's largest score away first, "
        "`scores - scores.amax(-1, keepdim=True)`, changes no weight: the factor "
        "cancels.",
    ),
    explanation="Subtracting a number c from a whole row divides every power and "
    "their sum by exp(c): the weights stay. With c the largest score, the largest "
    "power is exp(0) = 1. `torch.softmax(scores, dim=-1)` does just this.",
)

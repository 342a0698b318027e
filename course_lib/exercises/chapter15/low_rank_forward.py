"""15.low_rank_forward: what two thin matrices add to a frozen one."""

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake

LOW_RANK = "15, Low-rank adapters"
Wrong = Mapping[str, Any]


def low_rank_forward(
    x: Tensor, weight: Tensor, a: Tensor, b: Tensor, alpha: float
) -> Tensor:
    update = x @ a.T @ b.T  # (..., in) -> (..., r) -> (..., out)
    return x @ weight.T + alpha / a.shape[0] * update


def _steps(
    wrong: Wrong, x: Tensor, weight: Tensor, a: Tensor, b: Tensor, alpha: float
) -> dict[str, Tensor]:
    frozen = x @ (weight if "weight-not-transposed" in wrong else weight.T)
    source = frozen if "update-from-the-output" in wrong else x
    steps = _update(wrong, source, a, b)
    update = steps["x A^T B^T"]
    factor = _factor(wrong, a, b, alpha)
    if "weight-missing" in wrong:
        frozen = torch.zeros_like(update)
    if "update-missing" in wrong:
        update = torch.zeros_like(frozen)
    if "input-added" in wrong:
        frozen = frozen + x
    scales = wrong.get("scales-the-weight", "the update")
    output = (frozen * factor if scales != "the update" else frozen) + (
        update if scales == "it alone" else update * factor
    )
    return {"x W^T": frozen, **steps, "output": output}


def _update(wrong: Wrong, x: Tensor, a: Tensor, b: Tensor) -> dict[str, Tensor]:
    """What the pair makes of x, before it is scaled."""
    how = wrong.get("a-b-swapped") or wrong.get("pair-not-transposed") or "right"
    first, second = {
        "right": (a.T, b.T),
        "x B A": (b, a),
        "x B^T A^T": (b.T, a.T),
        "x A B": (a, b),
        "x A^T B": (a.T, b),
        "x A B^T": (a, b.T),
    }[how]
    inner = x @ first
    return {"x A^T": inner, "x A^T B^T": inner @ second}


def _factor(wrong: Wrong, a: Tensor, b: Tensor, alpha: float) -> float:
    """What the update is multiplied by."""
    rank = a.shape[0]
    if "another-rank" in wrong:
        rank = a.shape[1] if wrong["another-rank"] == "in" else b.shape[0]
    if "missing-alpha-over-r" in wrong:
        return 1.0
    if "alpha-squared" in wrong:
        over = rank if wrong["alpha-squared"] == "over r" else rank**2
        return alpha**2 / over
    if "not-divided-by-r" in wrong:
        return alpha
    if "alpha-missing" in wrong:
        return 1 / rank
    if "r-over-alpha" in wrong:
        return rank / alpha
    if "times-r" in wrong:
        return alpha * rank
    return alpha / (rank**0.5 if "root-of-r" in wrong else rank)


def _cases(dtype: torch.dtype) -> list[Case]:
    def case(
        name: str, *shape: int, out: int, rank: int, alpha: float, seed: int
    ) -> Case:
        draw = torch.Generator().manual_seed(seed)

        def whole(*size: int) -> Tensor:  # sums of these are exact in every dtype
            return torch.randint(-2, 3, size, generator=draw).to(dtype)

        width = shape[-1]
        x, weight = whole(*shape), whole(out, width)
        inputs = {"x": x, "weight": weight, "a": whole(rank, width)}
        return Case(name, {**inputs, "b": whole(out, rank), "alpha": alpha})

    return [
        case("6 to 5 by 3", 2, 4, 6, out=5, rank=3, alpha=6.0, seed=10),
        case("as wide at the end", 3, 5, 5, out=5, rank=2, alpha=0.5, seed=20),
        case("in = out = r = 4", 3, 4, out=4, rank=4, alpha=3.0, seed=30),
        case("one vector, rank 1", 7, out=4, rank=1, alpha=2.0, seed=40),
    ]


def _merged(x: Tensor, weight: Tensor, a: Tensor, b: Tensor, alpha: float) -> Tensor:
    return x @ (weight + (b @ a) * (alpha / len(a))).T


def _linears(x: Tensor, weight: Tensor, a: Tensor, b: Tensor, alpha: float) -> Tensor:
    update = F.linear(F.linear(x, a), b)
    return torch.add(F.linear(x, weight), update, alpha=alpha / b.shape[1])


def _einsum(x: Tensor, weight: Tensor, a: Tensor, b: Tensor, alpha: float) -> Tensor:
    rank = a.shape[0]
    update = torch.einsum("...i,ri,or->...o", x, a, b) * alpha / rank
    return torch.einsum("...i,oi->...o", x, weight) + update


def _loops(x: Tensor, weight: Tensor, a: Tensor, b: Tensor, alpha: float) -> Tensor:
    rows = x.reshape(-1, x.shape[-1])
    result = torch.zeros(len(rows), len(weight), dtype=x.dtype)
    for number, row in enumerate(rows):
        for o in range(len(weight)):
            total = weight[o] @ row
            for r in range(len(a)):
                total = total + alpha / len(a) * b[o, r] * (a[r] @ row)
            result[number, o] = total
    return result.view(*x.shape[:-1], -1)


def _mistake(name: str, says: str, **options: Any) -> Mistake:
    return Mistake(name, says, LOW_RANK, **options)


LOW_RANK_FORWARD = Exercise(
    id="15.low_rank_forward",
    title="Two thin matrices beside a frozen one",
    returns="x W^T + alpha / r * x A^T B^T, (..., out)",
    reference=low_rank_forward,
    computation=_steps,
    answer=("output",),
    cases=_cases,
    mistakes=(
        _mistake(
            "missing-alpha-over-r",
            "You add the update as it is. Multiply it by alpha / r: the factor keeps "
            "its size alike when you change the rank.",
            group="factor",
        ),
        _mistake(
            "a-b-swapped",
            "A and B have changed places, or their product B A lost its transpose. x "
            "meets A first, (..., in) to (..., r), then B: `x @ a.T @ b.T`.",
            forms=("x B A", "x B^T A^T"),
            group="pair",
        ),
        _mistake(
            "weight-missing",
            "You return the update alone. It comes on top of what the frozen weight "
            "says: `x @ weight.T + ...`.",
            group="weight",
        ),
        _mistake(
            "alpha-squared",
            "alpha comes in twice, once for A and once for B perhaps. The update as a "
            "whole is multiplied by alpha / r, once.",
            forms=("over r", "over r squared"),
            group="factor",
        ),
        _mistake(
            "not-divided-by-r",
            "You multiply the update by alpha alone. Divide by the rank: alpha / r.",
            group="factor",
        ),
        _mistake(
            "alpha-missing",
            "You divide by the rank but leave alpha out: the factor is alpha / r.",
            group="factor",
        ),
        _mistake(
            "r-over-alpha",
            "Your factor is upside down: r / alpha in place of alpha / r.",
            group="factor",
        ),
        _mistake(
            "times-r",
            "You multiply by the rank. Divide by it: alpha / r.",
            group="factor",
        ),
        _mistake(
            "root-of-r",
            "You divide by the root of r, as rank-stabilised adapters do. Asked for is "
            "alpha / r.",
            group="factor",
        ),
        _mistake(
            "another-rank",
            "You divide by a width of the layer. The rank r is the small number: the "
            "rows of A, `a.shape[0]`, or the columns of B.",
            forms=("in", "out"),
        ),
        _mistake(
            "scales-the-weight",
            "Your factor falls on what the frozen weight makes of x too, or on that "
            "alone. Only the update is multiplied by alpha / r.",
            forms=("it too", "it alone"),
        ),
        _mistake(
            "update-missing",
            "Your answer is that of the frozen weight. Add alpha / r times "
            "`x @ a.T @ b.T`.",
            group="weight",
        ),
        _mistake(
            "pair-not-transposed",
            "A or B is not transposed; where they are square nothing complains. Both "
            "are (to, from), as a layer's weight is: `x @ a.T @ b.T`.",
            forms=("x A B", "x A^T B", "x A B^T"),
            group="pair",
        ),
        _mistake(
            "weight-not-transposed",
            "You multiply by the weight as it is stored, (out, in); where it is square "
            "nothing complains. `x @ weight.T`.",
        ),
        _mistake(
            "update-from-the-output",
            "Your update is computed from x W^T. The pair stands beside the weight, "
            "not behind it: both take x.",
        ),
        _mistake(
            "input-added",
            "You add x to the answer. The residual connection is the block's; this "
            "layer returns x W^T and the update.",
        ),
    ),
    variants={
        "merged": _merged,
        "built-in": _linears,
        "einsum": _einsum,
        "loops": _loops,
    },
    hints=(
        "Write the shapes under x, A and B. In which order do they fit, and what has "
        "to be transposed?",
        "`x @ a.T` is (..., r), and `@ b.T` makes (..., out) of it: the same shape as "
        "`x @ weight.T`. Add the two; but the update has a weight.",
        "The weight is alpha / r, and r is `a.shape[0]`: "
        "`x @ weight.T + alpha / a.shape[0] * (x @ a.T @ b.T)`.",
    ),
    explanation="The frozen weight says what it always said; the pair adds a change "
    "that goes through r numbers only. B A is (out, in) like the weight, so both can "
    "be added up once and the layer costs no more than before. x A^T first, then B^T, "
    "is the cheap order while training: no (out, in) matrix is ever made.",
)

"""05.alibi_bias: a penalty for distance."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.chapter05.companions import companions

Wrong = Mapping[str, Any]


def alibi_bias(num_heads: int, length: int) -> torch.Tensor:
    head = torch.arange(1, num_heads + 1)
    slope = 2.0 ** (-8.0 * head / num_heads)  # (H,)
    position = torch.arange(length)
    steps = (position[None, :] - position[:, None]).clamp(max=0)  # (T, T): j - i
    return slope[:, None, None] * steps


def _slopes(wrong: Wrong, num_heads: int) -> Tensor:
    """The slopes; a rule's name, or a number of heads to what was read off there."""
    form = wrong.get("slopes-not-geometric")
    head = torch.arange(1, num_heads + 1)
    right = 2.0 ** (-8.0 * head / num_heads)
    if isinstance(form, Mapping):
        return torch.tensor(form[num_heads]) if num_heads in form else right
    rules = {
        "equal": torch.ones(num_heads),
        "linear": head / num_heads,
        "inverse": 1 / head,
        "halving": 0.5**head,
        "from zero": 2.0 ** (-8.0 * (head - 1) / num_heads),
        "exponential": torch.exp(-8.0 * head / num_heads),
        "reversed": right.flip(0),
    }
    return rules.get(form, right)


def _alibi_steps(wrong: Wrong, num_heads: int, length: int) -> dict[str, Tensor]:
    slopes = _slopes(wrong, num_heads)
    position = torch.arange(length)
    distances = position[:, None] - position[None, :]  # i - j
    counted = distances >= 0
    if "key-position-only" in wrong:
        start = {"from the start": 0, "from the end": length - 1}
        distances = start[wrong["key-position-only"]] - position.expand(length, length)
    elif "distance-absolute" in wrong:
        distances = distances.abs()
    elif "future-not-zero" not in wrong:
        distances = distances.clamp(min=0)
    if EVERYWHERE & wrong.keys():
        counted = torch.ones_like(counted)
    distances = distances + counted * int("distance-from-one" in wrong)
    if "distance-transposed" in wrong:
        distances = distances.mT
    sign = 1 if "slope-sign" in wrong else -1
    bias = slopes[:, None, None] * (sign * distances)
    if "future-masked" in wrong:
        bias = bias.masked_fill(~counted, wrong["future-masked"])
    return {"slopes": slopes, "distances": distances, "bias": bias}


def _read_slopes(inputs: Mapping[str, Any], output: Tensor) -> dict[int, list] | None:
    """The slopes for this number of heads, in an answer with one other mistake."""
    heads = inputs["num_heads"]
    name = "slopes-not-geometric"
    for companion in companions(ALIBI_MISTAKES, name):
        # The bias is slope times a pattern: divide by the pattern that slope 1 gives.
        wrong = {**companion, name: {heads: [1.0] * heads}}
        pattern = _alibi_steps(wrong, **inputs)["bias"]
        usable = pattern.isfinite() & (pattern.abs() > 0) & (pattern.abs() < 1e6)
        _, i, j = usable.nonzero()[-1].tolist()
        slopes = (output[:, i, j] / pattern[:, i, j]).float()
        wrong[name] = {heads: slopes.tolist()}
        again = _alibi_steps(wrong, **inputs)["bias"]
        possible = bool((slopes >= 0).all() and (slopes > 0).any())
        if possible and torch.allclose(again, output.float(), atol=1e-5):
            right = torch.allclose(slopes, _slopes({}, heads), rtol=1e-4)
            return None if right else wrong[name]
    return None


def _alibi_cases(_dtype: torch.dtype) -> list[Case]:
    return [
        Case("4 heads, 5 positions", {"num_heads": 4, "length": 5}),
        Case("8 heads, 8 positions", {"num_heads": 8, "length": 8}),
        Case("2 heads, 6 positions", {"num_heads": 2, "length": 6}),
    ]


def _alibi_loops(num_heads: int, length: int) -> Tensor:
    bias = torch.zeros(num_heads, length, length)
    for h in range(num_heads):
        slope = 2 ** (-8 * (h + 1) / num_heads)
        for i in range(length):
            for j in range(i + 1):
                bias[h, i, j] = -slope * (i - j)
    return bias


def _alibi_powers(num_heads: int, length: int) -> Tensor:
    ratio = 2.0 ** (-8.0 / num_heads)
    slopes = torch.full((num_heads,), ratio).cumprod(0)
    position = torch.arange(length, dtype=torch.float32)
    return -torch.einsum("h,ij->hij", slopes, torch.relu(position[:, None] - position))


def _alibi_tril(num_heads: int, length: int) -> Tensor:
    slopes = torch.tensor([0.5 ** (8 * h / num_heads) for h in range(1, num_heads + 1)])
    row = torch.arange(length).view(-1, 1)
    return (slopes.view(-1, 1, 1) * (row.T - row)).tril()


ALIBI_TEXT = "05, ALiBi"
EVERYWHERE = {"key-position-only", "distance-absolute", "future-not-zero"}

ALIBI_MISTAKES = (
    Mistake(
        "slope-sign",
        "Your bias rewards distance: it grows as keys lie further back. It is a "
        "penalty, -slope * (i - j).",
        ALIBI_TEXT,
    ),
    Mistake(
        "slopes-not-geometric",
        "Your slopes are not 2 ** (-8h / H) for h = 1 .. H. They start at 2 ** (-8/H) "
        "and every head multiplies by that ratio again, down to 2 ** -8.",
        ALIBI_TEXT,
        forms=(
            "equal",
            "linear",
            "inverse",
            "halving",
            "from zero",
            "exponential",
            "reversed",
        ),
        fit=_read_slopes,
    ),
    Mistake(
        "distance-transposed",
        "You penalise keys after the query and leave those before it at 0: i and j "
        "are exchanged. Rows are queries i, columns keys j, and the distance is i - j.",
        ALIBI_TEXT,
        group="side",
    ),
    Mistake(
        "distance-absolute",
        "You penalise keys on both sides of the query. For keys after it (j > i) this "
        "bias is 0: the causal mask takes care of them.",
        ALIBI_TEXT,
        group="side",
    ),
    Mistake(
        "future-not-zero",
        "Keys after the query (j > i) get a reward, because i - j is negative there. "
        "They should get 0.",
        ALIBI_TEXT,
        group="side",
    ),
    Mistake(
        "future-masked",
        "Your bias hides the keys after the query as well. That is the causal mask's "
        "work; the entries for j > i are 0 here.",
        ALIBI_TEXT,
        forms=(-math.inf, -1e9),
        group="side",
    ),
    Mistake(
        "distance-from-one",
        "Your distance starts at 1, so that a position penalises itself. The distance "
        "from i to itself is 0.",
        ALIBI_TEXT,
    ),
    Mistake(
        "key-position-only",
        "Your bias depends on the key alone, all rows are the same. After a softmax "
        "with a causal mask the weights would be right, since each row is shifted by a "
        "constant; the entry asked for is -slope * (i - j).",
        ALIBI_TEXT,
        forms=("from the start", "from the end"),
        group="side",
    ),
)

ALIBI = Exercise(
    id="05.alibi_bias",
    title="A penalty for distance",
    returns="bias (H, T, T): -slope_h * (i - j) for j <= i, 0 for j > i",
    reference=alibi_bias,
    computation=_alibi_steps,
    answer=("bias",),
    cases=_alibi_cases,
    mistakes=ALIBI_MISTAKES,
    variants={
        "loops": _alibi_loops,
        "powers of one ratio": _alibi_powers,
        "lower triangle": _alibi_tril,
    },
    hints=(
        "Two small tensors make it: slopes (H,) and distances (T, T). The bias is "
        "their product with one axis for heads in front.",
        "Slopes: `2.0 ** (-8.0 * h / num_heads)` with h = 1 .. H. Distances i - j: "
        "a column of positions minus a row of positions; what is negative becomes 0.",
        "`slope[:, None, None] * distance` has shape (H, T, T). Mind the sign: keys "
        "further back get less, so the bias is negative below the diagonal.",
    ),
    explanation=(
        "`position[None, :] - position[:, None]` is j - i, already negative for keys "
        "before the query; `clamp(max=0)` sets the keys after it to 0. One slope for "
        "each head then scales the same (T, T) pattern."
    ),
    tolerance=1e-5,
)

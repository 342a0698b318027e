"""06.feed_forward: what every position does on its own."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.chapter06.halves import HALVES, Wrong, sits_in
from course_lib.exercises.inputs import grid


def feed_forward(x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Tensor:
    hidden = x @ w1.T + b1  # (B, T, D_ff)
    return F.gelu(hidden) @ w2.T + b2  # (B, T, D)


CURVES: dict[str, Callable[[Tensor], Tensor]] = {
    "relu-instead": F.relu,
    "silu-instead": F.silu,
    "tanh-instead": torch.tanh,
    "quick-gelu": lambda x: x * torch.sigmoid(1.702 * x),
}


def _steps(
    wrong: Wrong, x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor
) -> dict[str, Tensor]:
    curve = next((CURVES[name] for name in wrong if name in CURVES), F.gelu)
    source = curve(x) if "activation-before-first" in wrong else x
    hidden = _linear(wrong, "first", source, w1, b1)
    moved = ("activation-missing", "activation-after-second", "activation-before-first")
    kept = not any(name in wrong for name in moved)
    activated = curve(hidden) if kept else hidden
    output = _linear(wrong, "second", activated, w2, b2)
    if "activation-after-second" in wrong or "activation-on-both" in wrong:
        output = curve(output)
    if "residual-added" in wrong:
        output = x + output
    return {"hidden": hidden, "activated": activated, "output": output}


def _linear(wrong: Wrong, half: str, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    matrix = weight.T  # (in, out)
    if sits_in(wrong, "weight-not-transposed", half):
        matrix = weight
    if sits_in(wrong, "reshaped-instead-of-transposed", half):
        matrix = weight.reshape(matrix.shape)
    product = x @ matrix
    return product if sits_in(wrong, "bias-missing", half) else product + bias


def _case(name: str, width: int, inner: int, seed: int, dtype: torch.dtype) -> Case:
    inputs = {
        "x": grid(2, 4, width, seed=seed, dtype=dtype),
        "w1": grid(inner, width, seed=seed + 1, dtype=dtype, step=0.0625),
        "b1": grid(inner, seed=seed + 2, dtype=dtype, step=0.125),
        "w2": grid(width, inner, seed=seed + 3, dtype=dtype, step=0.0625),
        "b2": grid(width, seed=seed + 4, dtype=dtype, step=0.125),
    }
    return Case(name, inputs)


def _cases(dtype: torch.dtype) -> list[Case]:
    large = _case("numbers up to 40", 6, 8, 20, dtype)
    large.inputs["x"] *= 20
    return [
        _case("B=2, T=4, D=6, D_ff=10", 6, 10, 0, dtype),
        _case("D = D_ff = 6: both weights are square", 6, 6, 10, dtype),
        large,
    ]


def _loops(x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Tensor:
    output = torch.empty_like(x)
    for b in range(x.shape[0]):
        for t in range(x.shape[1]):
            output[b, t] = w2 @ F.gelu(w1 @ x[b, t] + b1) + b2
    return output


def _linear_twice(x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Tensor:
    return F.linear(F.gelu(F.linear(x, w1, b1)), w2, b2)


def _error_function(
    x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor
) -> Tensor:
    hidden = torch.einsum("btd,fd->btf", x, w1) + b1
    activated = hidden * 0.5 * (1 + torch.erf(hidden / 2**0.5))
    return torch.einsum("btf,df->btd", activated, w2) + b2


def _tanh_form(x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Tensor:
    return F.gelu(x @ w1.T + b1, approximate="tanh") @ w2.T + b2


READ = "06, Feed-forward: each position on its own"
FEED_FORWARD = Exercise(
    id="06.feed_forward",
    title="Feed-forward",
    returns="two linear layers with GELU between them: (B, T, D)",
    reference=feed_forward,
    computation=_steps,
    answer=("output",),
    cases=_cases,
    mistakes=(
        Mistake(
            "activation-missing",
            "You apply both linear layers and nothing between them: together they are "
            "one linear layer. Put GELU after the first.",
            READ,
            group="place",
        ),
        Mistake(
            "relu-instead",
            "You use ReLU, which cuts off at 0. GELU is asked for: `F.gelu`.",
            READ,
            group="curve",
        ),
        Mistake(
            "activation-after-second",
            "You apply the activation after the second layer. It belongs between the "
            "two; what leaves the second layer must be free to be negative.",
            READ,
            group="place",
        ),
        Mistake(
            "activation-on-both",
            "You apply the activation after both layers. It belongs after the first "
            "alone.",
            READ,
            group="place",
        ),
        Mistake(
            "activation-before-first",
            "You apply the activation to x, before the first layer. It belongs after "
            "that layer, on the D_ff hidden numbers.",
            READ,
            group="place",
        ),
        Mistake(
            "silu-instead",
            "You use SiLU, x * sigmoid(x). GELU is asked for: `F.gelu`.",
            READ,
            group="curve",
        ),
        Mistake(
            "tanh-instead",
            "You use tanh as the activation. GELU is asked for: `F.gelu`. (Its tanh "
            'form, `approximate="tanh"`, would pass.)',
            READ,
            group="curve",
        ),
        Mistake(
            "quick-gelu",
            "You use x * sigmoid(1.702 x), a rough GELU that is off by up to 0.02. "
            "`F.gelu` is exact.",
            READ,
            group="curve",
        ),
        Mistake(
            "bias-missing",
            "You leave out a bias. Each of the two layers adds its own.",
            READ,
            forms=HALVES,
        ),
        Mistake(
            "weight-not-transposed",
            "You multiply by a weight as it is stored, (out, in). Transpose it: "
            "`x @ w1.T`.",
            READ,
            forms=HALVES,
            group="weight",
        ),
        Mistake(
            "reshaped-instead-of-transposed",
            "You turn (out, in) into (in, out) by `view` or `reshape`, which deals the "
            "numbers out anew. `.T` swaps the axes.",
            READ,
            forms=HALVES,
            group="weight",
        ),
        Mistake(
            "residual-added",
            "You add x to the result. The encoder block does that; the feed-forward "
            "returns its own part alone.",
            READ,
        ),
    ),
    variants={
        "loops": _loops,
        "F.linear": _linear_twice,
        "einsum and the error function": _error_function,
        "tanh form of GELU": _tanh_form,
    },
    hints=(
        "Nothing here looks at a neighbour. Write it for one position, a vector of D "
        "numbers: what are the shapes before and after each weight?",
        "`nn.Linear` stores (out, in), so a layer is `x @ w.T + b`. The hidden numbers "
        "are of shape (B, T, D_ff).",
        "`hidden = x @ w1.T + b1`, then `F.gelu(hidden)`, then the second layer in the "
        "same way with w2 and b2. No activation at the end.",
    ),
    explanation="The first layer widens D to D_ff, GELU bends it, the second returns "
    "to D. The matrix products touch the last axis alone, so the same two layers "
    "serve every position of every sequence.",
    tolerance=1e-3,
)

"""06.encoder_block: attention and feed-forward on a residual stream."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.chapter06.halves import HALVES, Wrong, sits_in
from course_lib.exercises.inputs import grid

Layer = Callable[[Tensor], Tensor]


def encoder_block(
    x: Tensor,
    attention: "Layer",
    feed_forward: "Layer",
    norm1: "Layer",
    norm2: "Layer",
) -> Tensor:
    x = x + attention(norm1(x))
    return x + feed_forward(norm2(x))


def _steps(
    wrong: Wrong,
    x: Tensor,
    attention: Layer,
    feed_forward: Layer,
    norm1: Layer,
    norm2: Layer,
) -> dict[str, Tensor]:
    layers = (attention, feed_forward)
    if "order-swapped" in wrong:
        layers = (feed_forward, attention)
    norms = (norm1, norm2)
    norms = (norm1, norm1) if "norm-shared" in wrong else norms
    norms = (norm2, norm1) if "norms-swapped" in wrong else norms
    first = _half(wrong, "first", x, x, layers[0], norms[0])
    middle = first["sum"]
    kept = x if "second-residual-from-input" in wrong else middle
    read = x if "feed-forward-reads-input" in wrong else middle
    second = _half(wrong, "second", kept, read, layers[1], norms[1])
    return {
        "norm1(x)": first["normed"],
        "attention": first["branch"],
        "x after attention": middle,
        "norm2(x)": second["normed"],
        "feed-forward": second["branch"],
        "output": second["sum"],
    }


def _half(
    wrong: Wrong, half: str, kept: Tensor, read: Tensor, layer: Layer, norm: Layer
) -> dict[str, Tensor]:
    """One half of the block: what is kept, and what the layer reads."""
    if sits_in(wrong, "norm-missing", half):
        norm = torch.clone
    if "post-norm" in wrong:
        branch = layer(read)
        total = branch if sits_in(wrong, "residual-missing", half) else kept + branch
        return {"normed": norm(total), "branch": branch, "sum": norm(total)}
    normed = norm(read)
    branch = layer(normed)
    if "norm-on-branch" in wrong:
        branch = norm(layer(read))
    kept = norm(kept) if sits_in(wrong, "residual-from-normed", half) else kept
    total = branch if sits_in(wrong, "residual-missing", half) else kept + branch
    return {"normed": normed, "branch": branch, "sum": total}


def _attention(weight: Tensor) -> Layer:
    """A stand-in with fixed weights: each position averages those up to itself."""

    def attention(x: Tensor) -> Tensor:
        count = torch.arange(1, x.shape[-2] + 1, dtype=x.dtype)[:, None]
        return x.cumsum(-2) / count @ weight.to(x.dtype)

    return attention


def _feed_forward(weight: Tensor) -> Layer:
    def feed_forward(x: Tensor) -> Tensor:
        return F.gelu(x @ weight.to(x.dtype)) @ weight.T.to(x.dtype)

    return feed_forward


def _norm(gain: Tensor, bias: Tensor) -> Layer:
    def norm(x: Tensor) -> Tensor:
        return F.layer_norm(x, x.shape[-1:], gain.to(x.dtype), bias.to(x.dtype))

    return norm


def _inputs(*shape: int, seed: int, dtype: torch.dtype) -> dict[str, Any]:
    width = shape[-1]

    def numbers(*shape: int, seed: int, step: float) -> Tensor:
        return grid(*shape, seed=seed, dtype=dtype, step=step)

    def norm(seed: int) -> Layer:
        gain = 1.5 + numbers(width, seed=seed, step=0.125)
        return _norm(gain, numbers(width, seed=seed + 1, step=0.125))

    return {
        "x": 0.5 + numbers(*shape, seed=seed, step=0.25),
        "attention": _attention(numbers(width, width, seed=seed + 1, step=0.0625)),
        "feed_forward": _feed_forward(numbers(width, 9, seed=seed + 2, step=0.0625)),
        "norm1": norm(seed + 3),
        "norm2": norm(seed + 5),
    }


def _cases(dtype: torch.dtype) -> list[Case]:
    silent = _inputs(2, 4, 6, seed=20, dtype=dtype)
    silent["attention"] = silent["feed_forward"] = torch.zeros_like
    return [
        Case("B=2, T=4, D=6", _inputs(2, 4, 6, seed=0, dtype=dtype)),
        Case("a single position", _inputs(1, 1, 6, seed=10, dtype=dtype)),
        Case("attention and feed-forward that return zeros", silent),
    ]


def _one_line(
    x: Tensor, attention: Layer, feed_forward: Layer, norm1: Layer, norm2: Layer
) -> Tensor:
    return (h := attention(norm1(x)) + x) + feed_forward(norm2(h))


def _loop_over_halves(
    x: Tensor, attention: Layer, feed_forward: Layer, norm1: Layer, norm2: Layer
) -> Tensor:
    for layer, norm in ((attention, norm1), (feed_forward, norm2)):
        x = torch.add(x, layer(norm(x)))
    return x


def _sequence_by_sequence(
    x: Tensor, attention: Layer, feed_forward: Layer, norm1: Layer, norm2: Layer
) -> Tensor:
    output = []
    for sequence in x:
        middle = sequence + attention(norm1(sequence))
        output.append(middle + feed_forward(norm2(middle)))
    return torch.stack(output)


def _all_at_the_end(
    x: Tensor, attention: Layer, feed_forward: Layer, norm1: Layer, norm2: Layer
) -> Tensor:
    branch1 = attention(norm1(x))
    branch2 = feed_forward(norm2(x + branch1))
    return x + branch1 + branch2


BLOCK, ORDER = "06, The encoder block", "06, Norm before or after"
ENCODER_BLOCK = Exercise(
    id="06.encoder_block",
    title="Encoder block",
    returns="x after attention and feed-forward, pre-norm: (B, T, D)",
    reference=encoder_block,
    computation=_steps,
    answer=("output",),
    cases=_cases,
    mistakes=(
        Mistake(
            "post-norm",
            "You normalise the sum, as the paper of 2017 did. Pre-norm normalises what "
            "each layer reads and leaves the stream itself alone.",
            ORDER,
            group="place",
        ),
        Mistake(
            "residual-missing",
            "You return a layer's output without adding what went in. Add x after "
            "the attention and again after the feed-forward.",
            BLOCK,
            forms=HALVES,
            group="residual",
        ),
        Mistake(
            "norm-shared",
            "You use norm1 twice. The feed-forward reads through norm2, which has its "
            "own gain and bias.",
            BLOCK,
            group="norm",
        ),
        Mistake(
            "second-residual-from-input",
            "Your second residual adds the block's input, so the attention reaches the "
            "output through the feed-forward alone. Add the x that the attention left.",
            BLOCK,
            group="residual",
        ),
        Mistake(
            "norm-missing",
            "A layer reads the stream as it is. Let each read it through its norm.",
            BLOCK,
            forms=HALVES,
            group="norm",
        ),
        Mistake(
            "norms-swapped",
            "You use norm2 before the attention and norm1 before the feed-forward. It "
            "is the other way round.",
            BLOCK,
            group="norm",
        ),
        Mistake(
            "residual-from-normed",
            "You overwrite x with norm(x), so that the normalised x is what you add. "
            "Keep x, and give norm(x) to the layer alone.",
            ORDER,
            forms=HALVES,
            group="residual",
        ),
        Mistake(
            "norm-on-branch",
            "You normalise what a layer returns. Normalise what it reads.",
            ORDER,
            group="place",
        ),
        Mistake(
            "feed-forward-reads-input",
            "Your feed-forward reads the block's input, beside the attention. Here it "
            "comes after: it reads the x that the attention left.",
            BLOCK,
            group="order",
        ),
        Mistake(
            "order-swapped",
            "You run the feed-forward first. Attention gathers first, then the "
            "feed-forward works on what was gathered.",
            BLOCK,
            group="order",
        ),
    ),
    variants={
        "one line": _one_line,
        "loop over the halves": _loop_over_halves,
        "sequence by sequence": _sequence_by_sequence,
        "branches added at the end": _all_at_the_end,
    },
    hints=(
        "The block has two halves of the same form. Write the first: what does the "
        "attention read, and what is its answer added to?",
        "One half is `x = x + layer(norm(x))`. The second half starts from the x that "
        "the first one left.",
        "`x = x + attention(norm1(x))`; the second line is the same with "
        "feed_forward and norm2.",
    ),
    explanation="x is the residual stream. Each half reads it through its own norm and "
    "adds its answer; nothing ever overwrites it. A block whose layers return zeros "
    "passes x on unchanged.",
)

"""06.layer_norm: every position on the same scale."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.chapter06.halves import Wrong
from course_lib.exercises.inputs import grid


def layer_norm(x: Tensor, gain: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    mean = x.mean(-1, keepdim=True)  # (B, T, 1)
    centred = x - mean
    variance = (centred**2).mean(-1, keepdim=True)  # (B, T, 1)
    return centred / torch.sqrt(variance + eps) * gain + bias


def _norm_steps(
    wrong: Wrong, x: Tensor, gain: Tensor, bias: Tensor, eps: float = 1e-5
) -> dict[str, Tensor]:
    axes = (-2,) if "over-wrong-axis" in wrong else (-1,)
    axes = wrong.get("over-several-axes", axes)
    keep = "keepdim-missing" not in wrong
    mean = x.mean(axes, keepdim=keep)
    centred = x - mean
    raw = wrong.get("no-mean-subtracted") == "rms" or "variance-about-zero" in wrong
    if wrong.get("keepdim-missing") == "mean and torch.var":
        squares = (x - x.mean(axes, keepdim=True)) ** 2
    else:
        squares = (x if raw else centred) ** 2
    count = math.prod(x.shape[axis] for axis in axes)
    factor = count / (count - 1) if "unbiased-variance" in wrong else 1
    factor = count if "variance-not-averaged" in wrong else factor
    variance = squares.mean(axes, keepdim=keep) * factor
    deviation = _deviation(wrong, variance, eps)
    normalised = (x if "no-mean-subtracted" in wrong else centred) / deviation
    return {
        "mean": mean,
        "centred": centred,
        "variance": variance,
        "deviation": deviation,
        "normalised": normalised,
        "output": _affine(wrong, normalised, gain, bias),
    }


def _deviation(wrong: Wrong, variance: Tensor, eps: float) -> Tensor:
    eps = 1e-5 if "eps-fixed" in wrong else eps
    if "eps-outside-root" in wrong:
        return variance.sqrt() + eps
    if "root-missing" in wrong:
        return variance + eps
    return variance.sqrt() if "eps-missing" in wrong else torch.sqrt(variance + eps)


def _affine(wrong: Wrong, normalised: Tensor, gain: Tensor, bias: Tensor) -> Tensor:
    if "gain-and-bias-swapped" in wrong:
        gain, bias = bias, gain
    scaled = normalised * (1 + gain if "gain-plus-one" in wrong else gain)
    scaled = normalised if "gain-missing" in wrong else scaled
    return scaled if "bias-missing" in wrong else scaled + bias


def _norm_cases(dtype: torch.dtype) -> list[Case]:
    def inputs(*shape: int, seed: int) -> dict[str, Any]:
        width = shape[-1]
        return {
            "x": 0.5 + grid(*shape, seed=seed, dtype=dtype),
            "gain": 1.5 + grid(width, seed=seed + 1, dtype=dtype, step=0.125),
            "bias": grid(width, seed=seed + 2, dtype=dtype),
        }

    cube = {**inputs(3, 3, 3, seed=3), "eps": 0.1}
    cube["x"][1] *= 2.0**-10
    small = inputs(2, 4, 6, seed=6)
    small["x"] *= 2.0**-10
    flat = inputs(2, 4, 6, seed=9)
    flat["x"][0, 1] = 2.0
    return [
        Case("B=2, T=4, D=6", inputs(2, 4, 6, seed=0)),
        Case("B=T=D=3 and eps=0.1", cube),
        Case("numbers around 0.001", small),
        Case("a position whose numbers are all the same", flat),
    ]


def _norm_loops(x: Tensor, gain: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    output = torch.empty_like(x)
    for b in range(x.shape[0]):
        for t in range(x.shape[1]):
            row = x[b, t]
            mean = row.sum() / len(row)
            variance = ((row - mean) * (row - mean)).sum() / len(row)
            output[b, t] = gain * (row - mean) / (variance + eps) ** 0.5 + bias
    return output


def _norm_built_in(x: Tensor, gain: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    return F.layer_norm(x, x.shape[-1:], gain, bias, eps)


def _norm_var(x: Tensor, gain: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    variance, mean = torch.var_mean(x, -1, correction=0, keepdim=True)
    return torch.addcmul(bias, (x - mean) * torch.rsqrt(variance + eps), gain)


def _norm_einsum(x: Tensor, gain: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    centred = x - torch.einsum("btd->bt", x)[..., None] / x.size(-1)
    variance = torch.einsum("btd,btd->bt", centred, centred) / x.size(-1)
    scale = 1 / (variance + eps).sqrt()
    return torch.einsum("btd,bt,d->btd", centred, scale, gain) + bias


NORM = "06, Layer norm: every position on the same scale"
LAYER_NORM = Exercise(
    id="06.layer_norm",
    title="Layer norm",
    returns="x normalised over its last axis, times gain, plus bias: (B, T, D)",
    reference=layer_norm,
    computation=_norm_steps,
    answer=("output",),
    cases=_norm_cases,
    mistakes=(
        Mistake(
            "over-wrong-axis",
            "You take mean and variance over axis -2, so positions are mixed. Take "
            "them over axis -1: each position on its own.",
            NORM,
            group="axis",
        ),
        Mistake(
            "unbiased-variance",
            "You divide the sum of squares by D - 1, as `torch.var` and `torch.std` do "
            "unasked. Layer norm divides by D: `correction=0`.",
            NORM,
            group="variance",
        ),
        Mistake(
            "eps-outside-root",
            "You add eps to the standard deviation. It belongs under the root: "
            "`sqrt(variance + eps)`.",
            NORM,
            group="root",
        ),
        Mistake(
            "no-mean-subtracted",
            "Your numerator still holds the mean. Subtract it before you divide. (To "
            "leave it out on purpose is RMS norm, a different layer.)",
            NORM,
            forms=("numerator", "rms"),
            group="mean",
        ),
        Mistake(
            "variance-about-zero",
            "You average x squared, which is the variance only where the mean is 0. "
            "Square x - mean.",
            NORM,
            group="mean",
        ),
        Mistake(
            "variance-not-averaged",
            "You sum the squares and do not divide by D, so that each position gets "
            "length 1. Take their mean: the spread becomes 1.",
            NORM,
            group="variance",
        ),
        Mistake(
            "root-missing",
            "You divide by the variance. Divide by its square root.",
            NORM,
            group="root",
        ),
        Mistake(
            "eps-missing",
            "You leave eps out. Where all numbers of a position are the same this is "
            "0 / 0 = NaN. Add eps to the variance.",
            NORM,
            group="root",
            edge=True,
        ),
        Mistake(
            "eps-fixed",
            "You always use 1e-5. Use the argument `eps`.",
            NORM,
            group="root",
            edge=True,
        ),
        Mistake(
            "over-several-axes",
            "You take one mean and one variance for many positions together. Each "
            "position has its own: axis -1 alone.",
            NORM,
            forms=((-2, -1), (0, 1, 2)),
            group="axis",
        ),
        Mistake(
            "keepdim-missing",
            "Your mean has shape (B, T) and is lined up with (T, D). Keep the axis: "
            "`x.mean(-1, keepdim=True)`.",
            NORM,
            forms=("mean", "mean and torch.var"),
            group="axis",
        ),
        Mistake(
            "gain-missing",
            "You do not multiply by the gain.",
            NORM,
            group="gain",
        ),
        Mistake(
            "gain-plus-one",
            "You multiply by 1 + gain, as Gemma does. Here the gain itself is learnt.",
            NORM,
            group="gain",
        ),
        Mistake("bias-missing", "You do not add the bias.", NORM),
        Mistake(
            "gain-and-bias-swapped",
            "You multiply by the bias and add the gain. It is the other way round.",
            NORM,
        ),
    ),
    variants={
        "loops": _norm_loops,
        "built-in": _norm_built_in,
        "var_mean and rsqrt": _norm_var,
        "einsum": _norm_einsum,
    },
    hints=(
        "Every position is a row of D numbers and is treated alone. Which axis is "
        "that, and what shape must the mean have to be subtracted from x?",
        "First `x.mean(-1, keepdim=True)`, then the mean of the squared differences. "
        "Beware of `x.var(-1)`: unasked, it divides by D - 1.",
        "`centred / torch.sqrt(variance + eps)`, then times gain, plus bias.",
    ),
    explanation="Mean and variance belong to one position: both are taken over the "
    "last axis and kept as an axis of size 1, so that they broadcast. The variance "
    "divides by D, eps stands under the root, gain and bias hold one number for each "
    "dimension.",
)

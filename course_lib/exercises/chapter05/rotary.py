"""05.rotate: queries and keys turned by their position."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake

Wrong = Mapping[str, Any]


def rotate(x: torch.Tensor, base: float = 10000.0) -> torch.Tensor:
    length, width = x.shape[-2:]
    pair = torch.arange(width // 2, device=x.device)  # (d / 2,)
    position = torch.arange(length, device=x.device)[:, None]  # (T, 1)
    angle = position * base ** (-2 * pair / width)  # (T, d / 2)
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    first, second = x.chunk(2, dim=-1)  # each (..., T, d / 2)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


def _pairs(wrong: Wrong, width: int) -> tuple[Tensor, Tensor]:
    """The columns that are the first and the second of each pair."""
    pair = torch.arange(width // 2)
    if _neighbours(wrong):
        return 2 * pair, 2 * pair + 1
    return pair, pair + width // 2


def _neighbours(wrong: Wrong) -> bool:
    return "interleaved-pairs" in wrong or "pairs-not-put-back" in wrong


def _exponents(wrong: Wrong, column: Tensor, width: int) -> Tensor:
    """What the base is raised to, but for the sign, in each of these columns."""
    if "angle-per-dimension-not-pair" in wrong:
        return column / width
    neighbours = _neighbours(wrong) != ("angles-in-other-order" in wrong)
    pair = column // 2 if neighbours else column % (width // 2)
    return (1 if "exponent-without-two" in wrong else 2) * pair / width


def _rotate_steps(wrong: Wrong, x: Tensor, base: float = 10000.0) -> dict[str, Tensor]:
    length, width = x.shape[-2:]
    base = 10000.0 if "base-ignored" in wrong else base
    position = torch.arange(length)[:, None]
    if "positions-along-wrong-axis" in wrong and x.ndim > 2:
        position = torch.arange(x.shape[-3])[:, None, None]
    position = position + ("positions-from-one" in wrong)
    one, two = _pairs(wrong, width)
    frequencies = base ** -_exponents(wrong, one, width)
    others = base ** -_exponents(wrong, two, width)
    angles, turns = position * frequencies, position * others
    signs = (1, -1) if "wrong-direction" in wrong else (-1, 1)
    signs = (1, 1) if "minus-missing" in wrong else signs
    first, second = x[..., one], x[..., two]
    cosines, sines = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    turned = first * cosines + signs[0] * second * sines
    seen = turned if "uses-rotated-half" in wrong else first
    other = second * turns.cos().to(x.dtype) + signs[1] * seen * turns.sin().to(x.dtype)
    rotated = torch.cat((turned, other), dim=-1)
    if "interleaved-pairs" in wrong:
        rotated = torch.stack((turned, other), dim=-1).flatten(-2)
    return {
        "frequencies": frequencies,
        "angles": angles,
        "cosines": cosines,
        "sines": sines,
        "first half": turned,
        "second half": other,
        "rotated": rotated,
    }


def _numbers(*shape: int, seed: int, dtype: torch.dtype) -> Tensor:
    """Random multiples of 1/4 between -2 and 2: exact in any dtype."""
    random = torch.Generator().manual_seed(seed)
    return (torch.randint(-8, 9, shape, generator=random) / 4).to(dtype)


def _rotate_cases(dtype: torch.dtype) -> list[Case]:
    return [
        Case("one sequence", {"x": _numbers(5, 6, seed=1, dtype=dtype)}),
        Case("batch and heads", {"x": _numbers(2, 3, 4, 6, seed=2, dtype=dtype)}),
        Case(
            "another base",
            {"x": _numbers(2, 4, 4, 8, seed=3, dtype=dtype), "base": 500.0},
        ),
        Case("a longer sequence", {"x": _numbers(1, 2, 30, 4, seed=4, dtype=dtype)}),
    ]


def _rotate_loops(x: Tensor, base: float = 10000.0) -> Tensor:
    result = torch.empty_like(x)
    half = x.shape[-1] // 2
    for t in range(x.shape[-2]):
        for i in range(half):
            angle = t * base ** (-2 * i / x.shape[-1])
            a, b = x[..., t, i], x[..., t, i + half]
            result[..., t, i] = a * math.cos(angle) - b * math.sin(angle)
            result[..., t, i + half] = b * math.cos(angle) + a * math.sin(angle)
    return result


def _rotate_complex(x: Tensor, base: float = 10000.0) -> Tensor:
    half = x.shape[-1] // 2
    speed = base ** (-torch.arange(half) / half)
    angle = torch.outer(torch.arange(x.shape[-2]).float(), speed)
    numbers = torch.complex(x[..., :half].float(), x[..., half:].float())
    turned = numbers * torch.polar(torch.ones_like(angle), angle)
    return torch.cat((turned.real, turned.imag), dim=-1).to(x.dtype)


def _rotate_half(x: Tensor, base: float = 10000.0) -> Tensor:
    half = x.shape[-1] // 2
    speed = torch.exp(torch.arange(half) * (-math.log(base) / half))
    angle = (torch.arange(x.shape[-2])[:, None] * speed).repeat(1, 2)  # (T, d)
    swapped = torch.cat((-x[..., half:], x[..., :half]), dim=-1)
    return x * angle.cos().to(x.dtype) + swapped * angle.sin().to(x.dtype)


def _rotate_einsum(x: Tensor, base: float = 10000.0) -> Tensor:
    half = x.shape[-1] // 2
    angle = torch.arange(x.shape[-2])[:, None] * base ** (-torch.arange(half) / half)
    cos, sin = angle.cos(), angle.sin()
    matrix = torch.stack((cos, -sin, sin, cos)).view(2, 2, *angle.shape).to(x.dtype)
    return torch.einsum(
        "abtp,...tbp->...tap", matrix, x.unflatten(-1, (2, half))
    ).flatten(-2)


ROTARY = "05, Rotary positions"

ROTATE = Exercise(
    id="05.rotate",
    title="Turn queries and keys by their position",
    returns="x turned, (..., T, d), in the dtype of x; pairs are (i, i + d/2)",
    reference=rotate,
    computation=_rotate_steps,
    answer=("rotated",),
    cases=_rotate_cases,
    mistakes=(
        Mistake(
            "interleaved-pairs",
            "You turn neighbours, dimensions 2i and 2i + 1. Here the pairs are "
            "(i, i + d/2): the first half with the second half.",
            ROTARY,
            group="pairs",
        ),
        Mistake(
            "wrong-direction",
            "You turn by minus the angle: the signs of both sines are exchanged. "
            "x_i gets minus, x_(i+d/2) gets plus.",
            ROTARY,
            group="signs",
        ),
        Mistake(
            "positions-from-one",
            "Your first position turns by one step already. Position 0 has angle 0: "
            "its vector stays as it is.",
            ROTARY,
            group="positions",
        ),
        Mistake(
            "angle-per-dimension-not-pair",
            "Each of your dimensions j has an angle of its own, base ** (-j / d). Both "
            "dimensions of a pair share one angle, or lengths are not kept.",
            ROTARY,
            group="angle",
        ),
        Mistake(
            "exponent-without-two",
            "Your exponent is -i / d. It should be -2i / d, where i counts the pairs: "
            "0 to d/2 - 1.",
            ROTARY,
            group="angle",
        ),
        Mistake(
            "angles-in-other-order",
            "Your pairs are right, but the table of angles is laid out for another "
            "pairing (angle 0, 0, 1, 1, ... goes with neighbours). With pairs "
            "(i, i + d/2) the table is all angles, then all angles once more.",
            ROTARY,
            group="angle",
        ),
        Mistake(
            "minus-missing",
            "Both of your products with the sine are added. A rotation needs one "
            "minus: x_i cos - x_(i+d/2) sin.",
            ROTARY,
            group="signs",
        ),
        Mistake(
            "uses-rotated-half",
            "Your second half is computed from a first half that was already turned. "
            "Keep the old values until both halves are done.",
            ROTARY,
        ),
        Mistake(
            "base-ignored",
            "You always use 10000 and not the argument `base`.",
            ROTARY,
        ),
        Mistake(
            "positions-along-wrong-axis",
            "You count positions along axis -3 (the heads). The positions of x "
            "(..., T, d) run along axis -2.",
            ROTARY,
            group="positions",
        ),
        Mistake(
            "pairs-not-put-back",
            "You take neighbours 2i and 2i + 1 as pairs and write them back as two "
            "halves, so dimensions change places. Take the pairs (i, i + d/2).",
            ROTARY,
            group="pairs",
        ),
    ),
    variants={
        "loops": _rotate_loops,
        "complex numbers": _rotate_complex,
        "half swapped": _rotate_half,
        "einsum with matrices": _rotate_einsum,
    },
    hints=(
        "Make the (T, d / 2) table of angles as for the sinusoidal positions; then "
        "cut x into its two halves with `x.chunk(2, dim=-1)`.",
        "A pair (a, b) turned by an angle is (a cos - b sin, b cos + a sin). All pairs "
        "at once: a is the first half, b the second, both (..., T, d / 2).",
        "`angle = torch.arange(T)[:, None] * base ** (-2 * torch.arange(d // 2) / d)`, "
        "then `torch.cat` of the two turned halves along the last axis. "
        "Use `.to(x.dtype)` on cos and sin to keep the dtype.",
    ),
    explanation=(
        "Cutting x into halves makes every pair (i, i + d/2) a pair of entries at the "
        "same place of two tensors, so that one multiplication turns all of them. The "
        "angle has shape (T, d / 2) and broadcasts over batch and heads."
    ),
)

"""05.sinusoidal_positions: the table of sines and cosines."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.chapter05.companions import companions

Wrong = Mapping[str, Any]


def sinusoidal_positions(length: int, d_model: int) -> torch.Tensor:
    position = torch.arange(length)[:, None]  # (T, 1)
    pair = torch.arange(d_model // 2)  # (D / 2,)
    angle = position / 10000.0 ** (2 * pair / d_model)  # (T, D / 2)
    encoding = torch.zeros(length, d_model)
    encoding[:, 0::2] = torch.sin(angle)
    encoding[:, 1::2] = torch.cos(angle)
    return encoding


# What the exponent 2 i / D is multiplied by.
EXPONENTS = {"exponent-without-two": 0.5, "two-counted-twice": 2, "exponent-sign": -1}


def _sinusoidal_steps(wrong: Wrong, length: int, d_model: int) -> dict[str, Tensor]:
    base = wrong.get("wrong-base", 10000.0)
    factor = next((f for name, f in EXPONENTS.items() if name in wrong), 1)
    position = torch.arange(length)[:, None] + ("positions-from-one" in wrong)
    even = torch.arange(0, d_model, 2)
    frequencies = base ** (-factor * even / d_model)
    odd = even + 1 if "exponent-per-column" in wrong else even
    angles = position * frequencies
    odd_angles = position * base ** (-factor * odd / d_model)
    functions = [torch.sin, torch.cos]
    if "sin-cos-swapped" in wrong:
        functions.reverse()
    if "same-function-twice" in wrong:
        functions[1] = functions[0]
    sines, cosines = functions[0](angles), functions[1](odd_angles)
    if "half-left-at-zero" in wrong:
        cosines = torch.zeros_like(sines)
    encoding = torch.stack((sines, cosines), -1).flatten(1)
    if "halves-instead-of-interleaved" in wrong:
        encoding = torch.cat((sines, cosines), -1)
    return {
        "frequencies": frequencies,
        "angles": angles,
        "sines": sines,
        "cosines": cosines,
        "encoding": encoding,
    }


def _read_base(inputs: Mapping[str, Any], output: Tensor) -> float | None:
    """The base in an answer that may hold one other mistake."""
    for companion in companions(SINUSOIDAL_MISTAKES, "wrong-base"):
        # The sine of the second pair at position 1 falls with the base alone.
        row = 0 if "positions-from-one" in companion else 1
        column = 1 if "halves-instead-of-interleaved" in companion else 2
        if "sin-cos-swapped" in companion:
            column += 1
        sine = float(output[row, column])
        if not 0 < sine <= 1:
            continue
        base = float(f"{math.asin(sine) ** (-inputs['d_model'] / 2):.4g}")
        wrong = {**companion, "wrong-base": base}
        again = _sinusoidal_steps(wrong, **inputs)["encoding"]
        if torch.allclose(again, output.float(), atol=1e-3):
            return None if _is_taken(base) else base
    return None


def _is_taken(base: float) -> bool:
    """True if another name is likelier: the right base, its root, its square."""
    taken = (10000.0, 10000.0**0.5, 10000.0**2)
    return any(math.isclose(base, other, rel_tol=2e-3) for other in taken)


def _sinusoidal_cases(_dtype: torch.dtype) -> list[Case]:
    # Angles stay small even where the exponent's sign is wrong: float32 keeps only
    # seven digits of them, and every way of computing them rounds differently.
    square = {"length": 6, "d_model": 6}
    return [
        Case("5 positions, width 6", {"length": 5, "d_model": 6}, tolerance=2e-3),
        Case("as many positions as columns", square, tolerance=2e-3),
        Case("longer than wide", {"length": 16, "d_model": 4}),
    ]


def _sinusoidal_loops(length: int, d_model: int) -> Tensor:
    rows = []
    for t in range(length):
        angles = [t / 10000 ** (2 * i / d_model) for i in range(d_model // 2)]
        rows.append([f(angle) for angle in angles for f in (math.sin, math.cos)])
    return torch.tensor(rows)


def _sinusoidal_exp(length: int, d_model: int) -> Tensor:
    step = torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model)
    angle = torch.outer(torch.arange(length).float(), torch.exp(step))
    return torch.stack((angle.sin(), angle.cos()), dim=-1).reshape(length, d_model)


def _sinusoidal_phase(length: int, d_model: int) -> Tensor:
    column = torch.arange(d_model)
    speed = torch.pow(10000.0, -(column - column % 2) / d_model)
    phase = (column % 2) * math.pi / 2  # cos x = sin (x + pi / 2)
    return torch.sin(torch.einsum("t,d->td", torch.arange(length) * 1.0, speed) + phase)


FORMULA = "05, The sinusoidal formula"

SINUSOIDAL_MISTAKES = (
    Mistake(
        "sin-cos-swapped",
        "Your even columns hold cosines and your odd columns sines. Column 2i is the "
        "sine of the pair's angle, column 2i + 1 its cosine.",
        FORMULA,
    ),
    Mistake(
        "halves-instead-of-interleaved",
        "Your first half of the columns holds all sines, the second half all cosines. "
        "Each sine should stand next to its own cosine: columns 2i and 2i + 1.",
        FORMULA,
    ),
    Mistake(
        "exponent-without-two",
        "Your exponent is i / D, which gives the same numbers as a base of 100. It "
        "should be 2i / D, where i counts the pairs: 0 to D/2 - 1.",
        FORMULA,
        group="frequency",
    ),
    Mistake(
        "wrong-base",
        "The base of your power is not 10000. The base fixes the longest wavelength: "
        "with another one every column but the first pair turns at another speed.",
        FORMULA,
        forms=(1000.0, 100000.0, 1000000.0, 10.0, 2.0, math.e),
        group="frequency",
        fit=_read_base,
    ),
    Mistake(
        "positions-from-one",
        "Your first row is position 1. Positions start at 0, so that row 0 is "
        "0, 1, 0, 1, ...",
        "05, A clock with many hands",
    ),
    Mistake(
        "two-counted-twice",
        "Your exponent is 4i / D, as it happens when a range that already moves in "
        "steps of two is doubled once more. It should be 2i / D.",
        FORMULA,
        group="frequency",
    ),
    Mistake(
        "exponent-sign",
        "You multiply the position by 10000 ** (2i / D). Divide by it: each pair "
        "should turn more slowly than the one before.",
        "05, A clock with many hands",
        group="frequency",
    ),
    Mistake(
        "exponent-per-column",
        "Your odd columns turn at a speed of their own. Sine and cosine of one pair "
        "share one angle, that of the even column.",
        "05, A shift is a rotation",
        group="second column",
    ),
    Mistake(
        "half-left-at-zero",
        "Half of your columns are still zero: the second of each pair was never "
        "filled. A sine alone can't tell a hand's left side from its right.",
        "05, A clock with many hands",
        group="second column",
    ),
    Mistake(
        "same-function-twice",
        "Both columns of a pair hold the same function. One is the sine of the angle, "
        "the other its cosine.",
        FORMULA,
        group="second column",
    ),
)

SINUSOIDAL = Exercise(
    id="05.sinusoidal_positions",
    title="The table of sinusoidal positions",
    returns="encoding (T, D), column 2i a sine, column 2i + 1 its cosine; D is even",
    reference=sinusoidal_positions,
    computation=_sinusoidal_steps,
    answer=("encoding",),
    cases=_sinusoidal_cases,
    mistakes=SINUSOIDAL_MISTAKES,
    variants={
        "loops": _sinusoidal_loops,
        "exponential of a logarithm": _sinusoidal_exp,
        "sine with a phase": _sinusoidal_phase,
    },
    hints=(
        "There are D / 2 angles for each position, and each angle gives two columns. "
        "Make the (T, D / 2) table of angles first.",
        "Angle of pair i at position t: t / 10000 ** (2i / D), i = 0 .. D/2 - 1. "
        "Positions as a column (T, 1) divided by a row (D / 2,) gives the whole table.",
        "Start from zeros (T, D); `encoding[:, 0::2]` are the even columns, "
        "`encoding[:, 1::2]` the odd ones.",
    ),
    explanation=(
        "A column of positions divided by a row of wavelengths broadcasts to all "
        "angles at once. Slices with a step of two then lay sines and cosines side by "
        "side, so that columns 2i and 2i + 1 are the two coordinates of one hand."
    ),
    tolerance=1e-3,
)

"""14.temperature: probabilities that are sharper or flatter than the model's own."""

import math
from collections.abc import Mapping
from itertools import product
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.chapter14.filtering import distinct
from course_lib.exercises.inputs import EXACT

TEMPERATURES = "14, Temperature"
Wrong = Mapping[str, Any]


def temperature(logits: Tensor, temperature: float) -> Tensor:
    scaled = logits / temperature
    powers = torch.exp(scaled - scaled.max(dim=-1, keepdim=True).values)
    return powers / powers.sum(dim=-1, keepdim=True)


def _steps(wrong: Wrong, logits: Tensor, temperature: float) -> dict[str, Tensor]:
    how = wrong.get("applied-after-softmax")
    scaled = logits if how else _scaled(wrong, logits, temperature)
    powers = _powers(wrong, scaled)
    axis = 0 if "softmax-over-batch" in wrong else -1
    total = 1 if "not-normalised" in wrong else powers.sum(axis, keepdim=True)
    result = powers / total
    if how == "as a power":
        sign = -1 if "multiplies-instead-of-divides" not in wrong else 1
        result = result ** (temperature**sign)
    elif how:
        result = _scaled(wrong, result, temperature)
    if how == "softmax again" or "softmax-twice" in wrong:
        result = result.softmax(-1)
    if "softmax-missing" in wrong:
        result = scaled
    if "log-softmax" in wrong:  # the log of 0 is -inf, log_softmax never is
        at_once = wrong["log-softmax"] == "at once"
        result = scaled.log_softmax(axis) if at_once else result.log()
    if "greedy-instead" in wrong:
        result = (logits == logits.amax(-1, keepdim=True)).to(logits.dtype)
    return {"scaled logits": scaled, "powers": powers, "probabilities": result}


def _scaled(wrong: Wrong, numbers: Tensor, temperature: float) -> Tensor:
    """What the temperature makes of these numbers."""
    if "temperature-ignored" in wrong:
        return numbers
    if "multiplies-instead-of-divides" in wrong:
        numbers, temperature = numbers * temperature, 1.0
    if "applied-twice" in wrong:
        temperature = temperature**2
    if "rounds-down" in wrong:
        return numbers // temperature
    return numbers / temperature


def _powers(wrong: Wrong, scaled: Tensor) -> Tensor:
    if "exp-missing" in wrong:
        return scaled
    if "overflow" in wrong or wrong.get("not-normalised") == "unshifted":
        return scaled.exp()
    largest = scaled.amax(-1, keepdim=True)
    if "softmax-over-batch" in wrong:
        largest = scaled.amax(0, keepdim=True)
    if "shifted-by-overall-maximum" in wrong:
        largest = scaled.max()
    return (scaled - largest).exp()


def _cases(dtype: torch.dtype) -> list[Case]:
    def case(name: str, logits: Tensor, t: float) -> Case:
        return Case(f"{name}, temperature {t:g}", {"logits": logits, "temperature": t})

    cases = [
        case("4 rows of 6 tokens", distinct(4, 6, seed=10, dtype=dtype), 0.5),
        case("a batch of sequences", distinct(2, 3, 5, seed=20, dtype=dtype), 2.0),
        case("one row of 7 tokens", distinct(7, seed=30, dtype=dtype), 0.8),
        case("nothing to change", distinct(3, 3, seed=40, dtype=dtype), 1.0),
    ]
    if dtype in EXACT:
        huge = distinct(3, 6, seed=50, dtype=dtype, step=512.0)
        far = torch.tensor([0.0, 1000.0, -2000.0], dtype=dtype)[:, None]
        apart = distinct(3, 5, seed=60, dtype=dtype) + far
        cases.append(case("huge logits", huge, 0.01))
        cases.append(case("rows far apart", apart, 0.5))
    return cases


def _built_in(logits: Tensor, temperature: float) -> Tensor:
    return torch.softmax(logits / temperature, dim=-1)


def _loops(logits: Tensor, temperature: float) -> Tensor:
    result = torch.zeros_like(logits)
    for place in product(*map(range, logits.shape[:-1])):
        row = [float(logit) for logit in logits[place]]
        powers = [math.exp((logit - max(row)) / temperature) for logit in row]
        for token, power in enumerate(powers):
            result[place + (token,)] = power / sum(powers)
    return result


def _logarithms(logits: Tensor, temperature: float) -> Tensor:
    log_probabilities = logits.log_softmax(-1)  # the same up to a constant
    return (log_probabilities / temperature).log_softmax(-1).exp()


def _beta(logits: Tensor, temperature: float) -> Tensor:
    scaled = logits * (1 / temperature)
    return (scaled - scaled.logsumexp(-1, keepdim=True)).exp()


def _mistake(name: str, says: str, **options: Any) -> Mistake:
    return Mistake(name, says, TEMPERATURES, **options)


TEMPERATURE = Exercise(
    id="14.temperature",
    title="Temperature",
    returns="probabilities (..., V)",
    reference=temperature,
    computation=_steps,
    answer=("probabilities",),
    cases=_cases,
    mistakes=(
        _mistake(
            "multiplies-instead-of-divides",
            "You multiply by the temperature, so that a low one flattens the "
            "distribution. Divide: below 1 the differences grow, and the best token "
            "wins more often.",
            group="how",
        ),
        _mistake(
            "applied-after-softmax",
            "You apply the temperature to the probabilities, after softmax: they no "
            "longer sum to 1, or hardly differ any more. Divide the logits, before "
            "softmax.",
            forms=("divided", "softmax again", "as a power"),
            group="end",
        ),
        _mistake(
            "overflow",
            "exp of a large number is inf, and inf / inf is NaN; a small temperature "
            "makes every logit large. Subtract the largest of each row first, or use "
            "`torch.softmax`.",
            group="shift",
            edge=True,
        ),
        _mistake(
            "temperature-ignored",
            "The temperature changes nothing in your answer. (Added to all logits, or "
            "divided out of probabilities that are then normalised, it cancels.) "
            "Divide the logits by it.",
            group="how",
        ),
        _mistake(
            "applied-twice",
            "You divide by the temperature twice. Once is enough.",
            group="how",
        ),
        _mistake(
            "rounds-down",
            "`//` divides and rounds down to whole numbers. Logits keep their "
            "fractions: `/`.",
            group="how",
        ),
        _mistake(
            "softmax-missing",
            "You return logits. exp makes them positive, and each row divided by its "
            "sum gives probabilities: softmax.",
            group="end",
        ),
        _mistake(
            "softmax-twice",
            "You apply softmax to what is softmax already: all tokens become almost "
            "equally likely. Once is enough.",
            group="end",
        ),
        _mistake(
            "log-softmax",
            "You return logarithms of probabilities. Asked for are the probabilities: "
            "softmax, not log_softmax.",
            forms=("at once", "afterwards"),
            group="end",
        ),
        _mistake(
            "not-normalised",
            "You stop at exp. Divide each row by its sum, so that it sums to 1.",
            forms=("unshifted", "shifted"),
            group="shift",
        ),
        _mistake(
            "exp-missing",
            "You divide the scaled logits by their sum, without exp: negative logits "
            "give negative probabilities.",
            group="shift",
        ),
        _mistake(
            "softmax-over-batch",
            "You normalise along the first axis, across the rows. The tokens of one "
            "row compete with one another: the last axis, `dim=-1`.",
        ),
        _mistake(
            "shifted-by-overall-maximum",
            "You subtract the largest number of all rows. A row far below it has only "
            "exp(-huge) = 0, and 0 / 0 is NaN: take each row's own maximum.",
            group="shift",
            edge=True,
        ),
        _mistake(
            "greedy-instead",
            "You give the best token everything. That is temperature 0, or a very "
            "small one; here the others keep their share.",
            group="end",
        ),
    ),
    variants={
        "built-in": _built_in,
        "loops": _loops,
        "logarithms": _logarithms,
        "logsumexp": _beta,
    },
    hints=(
        "Which of two logits, 2 and 1, gains when both are divided by 0.5? Compare the "
        "differences before and after.",
        "Divide the logits by the temperature, then make probabilities of them: "
        "positive, and each row sums to 1.",
        "If you write softmax yourself, subtract each row's largest number before "
        "exp: `scaled - scaled.max(dim=-1, keepdim=True).values`.",
        "`torch.softmax(logits / temperature, dim=-1)`",
    ),
    explanation="Dividing all logits by 0.5 doubles their differences, so the ratio of "
    "two probabilities is squared: the likely gain, the unlikely lose. Dividing by 2 "
    "takes the root of the ratio. A small temperature makes large numbers, therefore "
    "the largest is subtracted before exp, as `torch.softmax` does by itself.",
)

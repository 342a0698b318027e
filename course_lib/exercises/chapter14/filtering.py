"""What top-k and top-p share: inputs, and how the rest is ruled out."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises.catalogue import Mistake

Wrong = Mapping[str, Any]


def distinct(*shape: int, seed: int, dtype: torch.dtype, step: float = 0.25) -> Tensor:
    """Random multiples of a step, at most 8 steps from 0, all different in a row."""
    draw = torch.Generator().manual_seed(seed)
    steps = torch.rand(*shape[:-1], 17, generator=draw).argsort(-1)[..., : shape[-1]]
    return ((steps - 8) * step).to(dtype)


def after_another_filter(logits: Tensor) -> Tensor:
    """The same logits; in each row the second token has been ruled out already."""
    logits = logits.clone()
    logits[..., 1] = -math.inf
    return logits


def ruled_out(wrong: Wrong, logits: Tensor, kept: Tensor) -> Tensor:
    """Logits (..., V) with the rest ruled out, or what is returned in their place.

    Args:
        wrong: names of `filter_mistakes` and their forms.
        logits: (..., V)
        kept: boolean (..., V).
    """
    kept = ~kept if "mask-inverted" in wrong else kept
    if "returns-the-mask" in wrong:
        return kept
    result = _filled(wrong, logits, kept)
    if "returns-probabilities" in wrong:
        result = result.softmax(-1)
    return result


def _filled(wrong: Wrong, logits: Tensor, kept: Tensor) -> Tensor:
    zero = wrong.get("zero-instead-of-minus-infinity")
    if zero == "multiplied":
        return logits * kept
    if zero:
        return logits.masked_fill(~kept, 0.0)
    if "finite-instead-of-minus-infinity" in wrong:
        fill = wrong["finite-instead-of-minus-infinity"]
        if isinstance(fill, tuple):  # it was added
            return logits + fill[1] * ~kept
        return logits.masked_fill(~kept, fill)
    return logits.masked_fill(~kept, -math.inf)


def fit_fill(inputs: Mapping[str, Any], output: Any) -> Any:
    """The finite number that stands for the rest, or ("added", number)."""
    logits = inputs["logits"]
    written = output.isfinite() & ((output - logits).abs() > 1e-3)
    for form, numbers in ((None, output), ("added", output - logits)):
        found = numbers[written].double()
        if len(found) and float(found.max() - found.min()) <= 1e-5 * found.abs().max():
            number = round(float(found[0]), 3)
            return None if number == 0 else (form, number) if form else number
    return None


def filter_mistakes(read: str) -> tuple[Mistake, ...]:
    """Mistakes in what becomes of the rest, whichever tokens are kept."""
    return (
        Mistake(
            "finite-instead-of-minus-infinity",
            "You write a finite number where -inf belongs. However low, it is a logit: "
            "the next step may add to it or sort it, and if nothing else is left it is "
            "drawn. Use `-math.inf`.",
            read,
            forms=(-1e9, -1e4),
            group="rest",
            fit=fit_fill,
        ),
        Mistake(
            "mask-inverted",
            "You rule out what should stay, and keep the rest. Fill where a token is "
            "not kept.",
            read,
        ),
        Mistake(
            "returns-the-mask",
            "You return which tokens stay, True and False. Asked for are the logits, "
            "with -inf for the others: `logits.masked_fill(~kept, -math.inf)`.",
            read,
            group="rest",
        ),
        Mistake(
            "returns-probabilities",
            "You return probabilities. Asked for are the logits themselves, so that "
            "another filter can follow; softmax comes at the end.",
            read,
            group="after",
        ),
    )


def zero_mistake(read: str) -> Mistake:
    """A logit of 0 for what is ruled out."""
    return Mistake(
        "zero-instead-of-minus-infinity",
        "You write 0 where a token is ruled out. exp(0) is 1, more than many logits "
        "have: it can still be drawn. Its logit must be -inf.",
        read,
        forms=("filled", "multiplied"),
        group="rest",
    )

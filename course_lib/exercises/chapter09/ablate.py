"""09.ablate: switch heads off, to see what they were for."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.inputs import grid

OFF = "09, Switch it off"
Wrong = Mapping[str, Any]


def ablate(context: Tensor, heads: list[int]) -> Tensor:
    result = context.clone()
    result[:, heads] = 0
    return result


def _steps(wrong: Wrong, context: Tensor, heads: list[int]) -> dict[str, Tensor]:
    chosen = _chosen(wrong, list(heads), context.shape[1])
    result = context if "zeroes-in-place" in wrong else context.clone()
    result = _off(wrong, result, chosen)
    if "rest-scaled-up" in wrong:  # as dropout does
        result *= context.shape[1] / max(context.shape[1] - len(chosen), 1)
    if "head-removed" in wrong:
        kept = [h for h in range(context.shape[1]) if h not in chosen]
        result = result[:, kept]
    return {"context": result}


def _chosen(wrong: Wrong, heads: list[int], count: int) -> list[int]:
    """The heads that are switched off."""
    if "off-by-one" in wrong:
        return [(head + wrong["off-by-one"]) % count for head in heads]
    if "first-of-the-list-only" in wrong:
        return heads[:1]
    if "up-to-the-head" in wrong:
        return list(range(max(heads, default=0)))
    if "keeps-only-these" in wrong:
        return [head for head in range(count) if head not in heads]
    return heads


def _off(wrong: Wrong, result: Tensor, heads: list[int]) -> Tensor:
    """Writes into `result` what stands where a head is off."""
    if "zeroes-tokens" in wrong:
        result[:, :, heads] = 0
    elif "zeroes-width" in wrong:
        result[..., heads] = 0
    elif "mean-instead-of-zero" in wrong:
        result[:, heads] = result[:, heads].mean(2, keepdim=True)
    elif "first-sequence-only" in wrong:
        result[0, heads] = 0
    elif "ones-instead-of-zeros" in wrong:
        result[:, heads] = 1
    elif "nothing-switched-off" not in wrong:
        result[:, heads] = 0
    return result


def _cases(dtype: torch.dtype) -> list[Case]:
    def case(name: str, *shape: int, heads: list[int], seed: int) -> Case:
        context = grid(*shape, seed=seed, dtype=dtype) + 0.125  # no entry is 0
        return Case(name, {"context": context, "heads": heads})

    return [
        case("head 1 of 5", 2, 5, 6, 7, heads=[1], seed=10),
        case("heads 3 and 0", 3, 5, 6, 7, heads=[3, 0], seed=20),
        case("B = H = T = d = 4", 4, 4, 4, 4, heads=[2], seed=30),
        case("no head at all", 2, 4, 4, 4, heads=[], seed=40),
    ]


def _mask(context: Tensor, heads: list[int]) -> Tensor:
    off = torch.zeros(context.shape[1], dtype=torch.bool)
    off[heads] = True
    return context.masked_fill(off[:, None, None], 0.0)


def _product(context: Tensor, heads: list[int]) -> Tensor:
    gate = torch.ones(context.shape[1], dtype=context.dtype)
    for head in heads:
        gate[head] = 0
    return context * gate.view(1, -1, 1, 1)


def _stacked(context: Tensor, heads: list[int]) -> Tensor:
    parts = [
        torch.zeros_like(head) if number in heads else head
        for number, head in enumerate(context.unbind(1))
    ]
    return torch.stack(parts, dim=1)


ABLATE = Exercise(
    id="09.ablate",
    title="Switch heads off",
    returns="context (B, H, T, d), the chosen heads all zeros",
    reference=ablate,
    computation=_steps,
    answer=("context",),
    cases=_cases,
    mistakes=(
        Mistake(
            "zeroes-tokens",
            "You switch off tokens, axis 2. The heads lie on axis 1 of (B, H, T, d): "
            "`result[:, heads] = 0`.",
            OFF,
            group="where",
        ),
        Mistake(
            "zeroes-in-place",
            "You write the zeros into the tensor you were given. The comparison "
            "afterwards needs it whole: write into `context.clone()`.",
            OFF,
        ),
        Mistake(
            "off-by-one",
            "You switch off the head next to the one asked for. Heads count from 0: "
            "head 1 is the second.",
            OFF,
            forms=(-1, 1),
            group="which",
        ),
        Mistake(
            "zeroes-width",
            "You switch off columns of every head, the last axis. The heads lie on "
            "axis 1.",
            OFF,
            group="where",
        ),
        Mistake(
            "keeps-only-these",
            "You switch off all heads but the chosen ones. It is the chosen ones that "
            "are to be 0.",
            OFF,
            group="which",
        ),
        Mistake(
            "first-of-the-list-only",
            "You switch off the first head of the list alone. Index with the whole "
            "list, or go through it.",
            OFF,
            group="which",
        ),
        Mistake(
            "up-to-the-head",
            "You switch off every head before the chosen one, as a slice does. Index "
            "with the list itself.",
            OFF,
            group="which",
        ),
        Mistake(
            "mean-instead-of-zero",
            "You put the head's mean over the positions in its place. That is a way "
            "to switch off, but here zeros are asked for.",
            OFF,
            group="where",
        ),
        Mistake(
            "first-sequence-only",
            "You switch the head off in the first sequence of the batch alone. Take "
            "all of axis 0: `result[:, heads]`.",
            OFF,
            group="where",
        ),
        Mistake(
            "ones-instead-of-zeros",
            "You set the head's context to 1. What is off adds nothing: 0.",
            OFF,
            group="where",
        ),
        Mistake(
            "nothing-switched-off",
            "You return the context as it was. Is the changed copy what you return?",
            OFF,
            group="where",
        ),
        Mistake(
            "rest-scaled-up",
            "You make the remaining heads larger, as dropout does. Leave them as they "
            "are: the model should miss what the head gave.",
            OFF,
        ),
        Mistake(
            "head-removed",
            "You leave the head out, so that the answer has fewer heads. The output "
            "projection expects all H of them: keep the place, fill it with zeros.",
            OFF,
        ),
    ),
    variants={"mask": _mask, "product": _product, "stacked": _stacked},
    hints=(
        "What would the rest of the model see if a head had nothing to say?",
        "Zeros on axis 1, for every sequence, every position, the whole width: "
        "`[:, heads]` picks them.",
        "Copy first, `result = context.clone()`; then `result[:, heads] = 0`.",
    ),
    explanation="The heads' contexts are laid side by side and projected back, so the "
    "output is a sum with one part for each head. A head of zeros adds nothing to that "
    "sum, and whatever changes in the model's answer was its doing. The input is left "
    "alone, since before and after are compared.",
    in_place="zeroes-in-place",
)

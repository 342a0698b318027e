"""15.magnitude_mask: which weights stay, if the smallest go."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise
from course_lib.exercises.chapter15.magnitude_mistakes import MISTAKES
from course_lib.exercises.trials import changed

Wrong = Mapping[str, Any]


def magnitude_mask(weight: Tensor, sparsity: float) -> Tensor:
    going = round(sparsity * weight.numel())
    order = weight.abs().flatten().argsort()  # places, the smallest magnitude first
    mask = torch.ones(weight.numel(), dtype=torch.bool)
    mask[order[:going]] = False
    return mask.view(weight.shape)


def _steps(wrong: Wrong, weight: Tensor, sparsity: float) -> dict[str, Tensor]:
    sizes = weight if "by-signed-value" in wrong else weight.abs()
    mask = _mask(wrong, sizes, sparsity)
    if "mask-inverted" in wrong:
        mask = ~mask
    if "weights-instead-of-mask" in wrong:
        return {"mask": weight * mask}
    kept = wrong.get("numbers-instead-of-booleans")
    if kept:
        mask = mask.to(weight.dtype if kept == "float" else torch.int64)
    return {"mask": mask.flatten() if "shape-lost" in wrong else mask}


def _mask(wrong: Wrong, sizes: Tensor, sparsity: float) -> Tensor:
    if "sparsity-as-threshold" in wrong:
        of_largest = wrong["sparsity-as-threshold"] == "of the largest"
        return sizes > sparsity * (sizes.abs().max() if of_largest else 1)
    if "threshold-by-quantile" in wrong:
        threshold = sizes.double().flatten().quantile(sparsity)
        above = wrong["threshold-by-quantile"] == ">"
        return sizes > threshold if above else sizes >= threshold
    if "share-kept-instead-of-dropped" in wrong:
        sparsity = 1 - sparsity
    if "row-by-row" not in wrong:
        return _smallest_out(wrong, sizes.flatten(), sparsity).view(sizes.shape)
    rows = sizes.reshape(-1, sizes.shape[-1])
    masks = [_smallest_out(wrong, row, sparsity) for row in rows]
    return torch.stack(masks).view(sizes.shape)


def _smallest_out(wrong: Wrong, sizes: Tensor, sparsity: float) -> Tensor:
    """The mask of one list of magnitudes."""
    going = _count(wrong, len(sizes), sparsity)
    if going == 0 and "zero-sparsity-drops-all" in wrong:
        return torch.zeros(len(sizes), dtype=torch.bool)
    order = sizes.argsort(descending="prunes-largest" in wrong, stable=True)
    if "argsort-taken-for-rank" in wrong:  # equal weights in the order of its sort
        unstable = wrong["argsort-taken-for-rank"] == "unstable"
        return (sizes.argsort() if unstable else order) >= going
    if "ties-go-together" in wrong:
        return _by_threshold(wrong["ties-go-together"], sizes, sizes[order], going)
    mask = torch.ones(len(sizes), dtype=torch.bool)
    mask[order[:going]] = False
    return mask


def _by_threshold(form: str, sizes: Tensor, ordered: Tensor, going: int) -> Tensor:
    """All that tie with the threshold have one fate; `form` says which."""
    rising = bool(ordered[0] <= ordered[-1])
    if form.startswith("all go"):
        if going == 0 and form == "all go, at least one":
            raise IndexError("there is no 0th smallest value")
        if going == 0:
            return torch.ones(len(sizes), dtype=torch.bool)
        threshold = ordered[going - 1]
        return sizes > threshold if rising else sizes < threshold
    if going == len(sizes):
        return torch.zeros(len(sizes), dtype=torch.bool)
    return sizes >= ordered[going] if rising else sizes <= ordered[going]


def _count(wrong: Wrong, count: int, sparsity: float) -> int:
    """How many weights go."""
    exact = sparsity * count
    if "count-not-rounded" in wrong:
        up = wrong["count-not-rounded"] == "up"
        going = int(exact) + (up and exact > int(exact))
    else:
        going = round(exact)
    return min(max(going + wrong.get("off-by-one-count", 0), 0), count)


def _cases(dtype: torch.dtype) -> list[Case]:
    def case(name: str, *shape: int, share: float, seed: int, largest: int = 0) -> Case:
        draw = torch.Generator().manual_seed(seed)
        count = torch.Size(shape).numel()
        sizes = torch.randperm(count, generator=draw) + 1
        sizes += 64 * (sizes > count // 2)  # no part of the largest is a count
        if largest:  # many weights share a magnitude
            sizes = sizes % largest
        signs = 2 * torch.randint(2, (count,), generator=draw) - 1
        weight = (sizes * signs / 16).view(shape).to(dtype)
        return Case(name, {"weight": weight, "sparsity": share})

    return [
        case("4 rows of 6, sparsity 0.3", 4, 6, share=0.3, seed=10),
        case("5 rows of 7, sparsity 0.62", 5, 7, share=0.62, seed=20),
        case("three axes, sparsity 0.25", 3, 4, 3, share=0.25, seed=30),
        case("a vector, sparsity 0.7", 11, share=0.7, seed=40),
        case("equal magnitudes, sparsity 0.4", 4, 5, share=0.4, seed=50, largest=4),
        case("nothing goes", 3, 4, share=0.0, seed=60),
        case("everything goes", 2, 3, share=1.0, seed=70),
    ]


def _trial(answer: Callable[..., Any], weight: Tensor, sparsity: float) -> Any:
    """The answer; which of several equal weights stay is brought into one order."""
    sizes = weight.abs().flatten()

    def in_order(mask: Tensor) -> Tensor:
        if mask.shape != weight.shape:
            return mask
        flat = mask.flatten()
        for size in sizes.unique():
            flat[sizes == size] = flat[sizes == size].sort().values
        return flat.view(weight.shape)

    value = answer(weight, sparsity)
    with torch._C.DisableTorchFunction():
        return changed(value, in_order)


def _topk(weight: Tensor, sparsity: float) -> Tensor:
    staying = weight.numel() - round(sparsity * weight.numel())
    mask = torch.zeros(weight.numel(), dtype=torch.bool)
    mask[weight.abs().flatten().topk(staying).indices] = True
    return mask.reshape(weight.shape)


def _ranks(weight: Tensor, sparsity: float) -> Tensor:
    ranks = weight.square().flatten().argsort().argsort()  # 0 is the smallest
    return (ranks >= round(sparsity * weight.numel())).view_as(weight)


def _numpy(weight: Tensor, sparsity: float) -> Any:
    sizes = np.abs(weight.double().numpy()).ravel()
    mask = np.full(sizes.shape, True)
    mask[np.argsort(sizes)[: int(np.rint(sparsity * sizes.size))]] = False
    return mask.reshape(tuple(weight.shape))


def _loops(weight: Tensor, sparsity: float) -> Tensor:
    left = [abs(number) for number in weight.flatten().tolist()]
    kept = [True] * len(left)
    for _ in range(round(sparsity * len(left))):
        place = left.index(min(left))
        left[place], kept[place] = float("inf"), False
    return torch.tensor(kept).view(weight.shape)


MAGNITUDE_MASK = Exercise(
    id="15.magnitude_mask",
    title="The smallest go",
    returns="a boolean mask of the weight's shape, True where a weight stays",
    reference=magnitude_mask,
    computation=_steps,
    answer=("mask",),
    cases=_cases,
    mistakes=MISTAKES,
    variants={"topk": _topk, "ranks": _ranks, "numpy": _numpy, "loops": _loops},
    hints=(
        "Of [0.5, -2.0, -0.1, 1.0] half are to go. Which two, and how did you choose?",
        "Count first: `round(sparsity * weight.numel())` go. The magnitudes in one "
        "row are `weight.abs().flatten()`; `argsort` lists their places, the smallest "
        "first.",
        "Start with a mask of True for all: `torch.ones(weight.numel(), "
        "dtype=torch.bool)`. Then `mask[order[:going]] = False`, and `view` it in the "
        "weight's shape.",
    ),
    explanation="A weight near 0 changes the output least, whatever its sign, so the "
    "order is that of magnitudes. Cutting the ordered places after the count drops "
    "exactly as many as asked for, also where magnitudes are equal; a threshold would "
    "drop all of those or none. Which of the equal ones go does not matter.",
    trial=_trial,
)

"""15.quantize: a matrix in 8 bits, one scale a row."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise
from course_lib.exercises.chapter15.quantize_mistakes import MISTAKES
from course_lib.exercises.inputs import EXACT
from course_lib.exercises.trials import changed

Wrong = Mapping[str, Any]


def quantize(weight: Tensor) -> tuple[Tensor, Tensor]:
    scale = weight.abs().amax(dim=1, keepdim=True) / 127  # (out, 1)
    scale = scale.masked_fill(scale == 0, 1.0)  # a row of zeros: 0 / 1 = 0
    return (weight / scale).round().to(torch.int8), scale


def _steps(wrong: Wrong, weight: Tensor) -> dict[str, Tensor]:
    scale = _scale(wrong, weight)
    if "zero-row-divides-by-zero" not in wrong:
        scale = scale.masked_fill(scale == 0, 1.0)
    ratios = weight * scale if "multiplies-by-scale" in wrong else weight / scale
    numbers = _numbers(wrong, ratios)
    if "dequantized" in wrong:
        numbers = numbers.to(weight.dtype) * scale
    scale = _returned(wrong, scale, weight)
    if "pair-swapped" in wrong:
        numbers, scale = scale, numbers
    return {"weight / scale": ratios, "numbers": numbers, "scale": scale}


def _scale(wrong: Wrong, weight: Tensor) -> Tensor:
    """What the weight is divided by."""
    sizes = weight if "signed-maximum" in wrong else weight.abs()
    steps = 127.0
    if "overflow-at-128" in wrong:
        steps = wrong["overflow-at-128"]
    elif "divides-by-128" in wrong:
        steps = 128.0
    elif "range-of-255" in wrong:
        steps = 255.0
    if "scale-by-columns" in wrong:
        return sizes.amax(0, keepdim=wrong["scale-by-columns"] == "(1, in)") / steps
    if "one-scale-for-all" in wrong:
        return sizes.amax() / steps
    if wrong.get("scale-without-axis") == "divided by":
        return sizes.amax(1) / steps
    if "asymmetric" in wrong:
        return (weight.amax(1, keepdim=True) - weight.amin(1, keepdim=True)) / 255
    if "mean-instead-of-largest" in wrong:
        return sizes.mean(1, keepdim=True) / steps
    return sizes.amax(1, keepdim=True) / steps


def _numbers(wrong: Wrong, ratios: Tensor) -> Tensor:
    """Whole numbers, in the dtype that the answer gives them."""
    if wrong.get("asymmetric") == "zero point":
        ratios = ratios - ratios.amin(1, keepdim=True) - 128
    how = wrong.get("no-rounding", "to the nearest")
    if how == "to the nearest":
        ratios = ratios.round()
    elif how != "cut off":
        ratios = ratios.floor() if how == "floor" else ratios.ceil()
    lowest = _lowest(wrong)
    if lowest:
        ratios = ratios.clamp(lowest, 127)
    kept = wrong.get("not-int8")
    if kept == "float":
        return ratios
    # The way over int32 wraps on every machine; a row of NaN becomes zeros.
    whole = ratios.nan_to_num(0.0).to(torch.int32)
    dtypes = {"int32": torch.int32, "uint8": torch.uint8}
    return whole.to(dtypes.get(kept or "", torch.int8))


def _lowest(wrong: Wrong) -> int:
    """Where a mistaken answer stops on the side of the negative; 0 if nowhere."""
    clamps = ("divides-by-128", "range-of-255", "signed-maximum", "asymmetric")
    clamps += ("mean-instead-of-largest",)
    for name in clamps:
        if isinstance(wrong.get(name), int):
            return wrong[name]
    return 0


def _returned(wrong: Wrong, scale: Tensor, weight: Tensor) -> Tensor:
    """The scale as the answer hands it over."""
    if "inverse-scale" in wrong:
        scale = 1 / scale
    if "scale-is-the-maximum" in wrong:
        scale = scale * 127
    form = wrong.get("one-scale-for-all")
    if form == "(1, 1)":
        return scale.view(1, 1)
    if form == "(out, 1)":
        return scale.expand(len(weight), 1)
    if wrong.get("scale-without-axis") == "returned":
        return scale.squeeze(1)
    return scale


def _cases(dtype: torch.dtype) -> list[Case]:
    def exact(name: str, out: int, width: int, seed: int, empty: int = -1) -> Case:
        draw = torch.Generator().manual_seed(seed)
        whole = torch.randint(-30, 31, (out, width), generator=draw)
        parts = torch.randint(-1, 2, (out, width), generator=draw) / 4
        weight = whole + parts
        places = torch.arange(out) % width
        signs = torch.ones(out).masked_fill(torch.arange(out) % 3 == 1, -1)
        weight[torch.arange(out), places] = 127 * signs
        weight *= 2.0 ** (torch.arange(out) % 4 - 3).unsqueeze(1)  # exact in bfloat16
        if empty >= 0:
            weight[empty] = 0
        return Case(name, {"weight": weight.to(dtype)})

    cases = [
        exact("3 rows of 5", 3, 5, 10),
        exact("as many columns as rows", 6, 6, 20),
        exact("a row of zeros", 4, 7, 30, empty=2),
    ]
    if dtype in EXACT:
        draw = torch.Generator().manual_seed(40)
        weight = 9 * torch.randn(5, 8, generator=draw)
        cases.append(Case("numbers that are not round", {"weight": weight.to(dtype)}))
    return cases


def _trial(answer: Callable[..., Any], weight: Tensor) -> Any:
    """The answer; where a row of zeros has a sensible scale, whichever, it is 1."""
    empty = (weight == 0).all(1)

    def sensible(part: Tensor) -> Tensor:
        if part.shape[:1] != empty.shape or part.numel() != len(empty):
            return part
        rows = empty.view(part.shape) & (part > 0) & part.isfinite()
        return part.masked_fill(rows, 1) if part.is_floating_point() else part

    value = answer(weight)
    pair = isinstance(value, (tuple, list)) and len(value) == 2
    if not pair or not bool(empty.any()):
        return value
    with torch._C.DisableTorchFunction():
        return tuple(changed(part, sensible) for part in value)


def _reciprocal(weight: Tensor) -> tuple[Tensor, Tensor]:
    largest = weight.abs().max(1, keepdim=True).values.clamp(min=1e-8)
    numbers = torch.round(weight * (127 / largest)).clamp(-127, 127)
    return numbers.char(), largest / 127


def _numpy(weight: Tensor) -> tuple[Any, Any]:
    matrix = weight.double().numpy()
    largest = np.abs(matrix).max(axis=1)[:, None]
    scale = np.where(largest > 0, largest, 1) / 127
    return np.rint(matrix / scale).astype(np.int8), scale


def _loops(weight: Tensor) -> tuple[Tensor, Tensor]:
    numbers = torch.zeros(weight.shape, dtype=torch.int8)
    scale = torch.ones(len(weight), 1, dtype=weight.dtype)
    for row in range(len(weight)):
        largest = max(abs(number) for number in weight[row].tolist())
        if largest:
            scale[row] = largest / 127
            for column, number in enumerate(weight[row].tolist()):
                numbers[row, column] = round(number / largest * 127)
    return numbers, scale


def _by_rows(weight: Tensor) -> tuple[Tensor, Tensor]:
    scales = [row.abs().max() / 127 + (0 if row.any() else 1) for row in weight]
    rows = [torch.round(r / s) for r, s in zip(weight, scales, strict=True)]
    return torch.stack(rows).to(torch.int8), torch.stack(scales).unsqueeze(-1)


QUANTIZE = Exercise(
    id="15.quantize",
    title="Eight bits for a weight",
    returns="int8 numbers (out, in) and the scale of each row (out, 1)",
    reference=quantize,
    computation=_steps,
    answer=("numbers", "scale"),
    cases=_cases,
    mistakes=MISTAKES,
    variants={
        "times the reciprocal": _reciprocal,
        "numpy": _numpy,
        "loops": _loops,
        "row by row": _by_rows,
    },
    hints=(
        "Take the row [0.5, -2.0, 1.0]. Which number should become -127, and what is "
        "one step then worth?",
        "One scale a row: `weight.abs().amax(dim=1, keepdim=True) / 127`, (out, 1). "
        "A row of zeros would make it 0: put 1 there.",
        "Divide, round to the nearest whole number, convert: "
        "`(weight / scale).round().to(torch.int8)`. Return it and the scale.",
    ),
    explanation="The largest magnitude of a row becomes 127, so every number fits "
    "between -127 and 127, and rounding moves a weight by half a step at most: half "
    "the scale. A row with small weights has a small scale and loses nothing to a row "
    "with large ones. `keepdim=True` keeps the axis along which the scale divides and "
    "multiplies. -128 stays unused, so that both signs have the same steps.",
    trial=_trial,
)

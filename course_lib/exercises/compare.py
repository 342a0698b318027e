"""When two answers are the same, and what may be forgiven on the way there."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.exercises.findings import Findings

# Rounding differs between right ways of computing; mistakes differ by far more.
COARSE = {torch.bfloat16: 3e-2, torch.float16: 5e-3}
RETURNED = "your answer"  # the name of the part that an answer returned itself


@dataclass(frozen=True)
class Reading:
    """An answer brought into the form of the truth.

    Attributes:
        value: the answer as tensors or plain Python values.
        remarks: what was forgiven, in sentences.
        problem: how the answer breaks the contract, "" if it does not.
    """

    value: Any
    remarks: tuple[str, ...] = ()
    problem: str = ""


class Parts(tuple[Any, ...]):
    """What is seen of an answer where that is more than what it returns.

    Attributes:
        names: of the parts, as the learner reads them; RETURNED for what was returned.
    """

    names: tuple[str, ...]

    def __new__(cls, parts: Mapping[str, Any]) -> "Parts":
        """Keep values in the order of the mapping, and their names."""
        made = super().__new__(cls, parts.values())
        made.names = tuple(parts)
        return made


def part_name(truth: tuple[Any, ...], number: int) -> str:
    """What the learner calls a part of the answer, counted from 1."""
    if isinstance(truth, Parts):
        return truth.names[number - 1]
    return f"part {number} of the answer"


def kind(dtype: torch.dtype) -> str:
    """ "bool", "int" or "float": values of different kinds are never the same.

    int8 is a kind of its own: whoever asks for it cares about its size.
    """
    if dtype in (torch.bool, torch.int8):
        return str(dtype).removeprefix("torch.")
    return "float" if dtype.is_floating_point else "int"


def describe(value: Any) -> str:
    """A value's type in a few words: "a float32 tensor of shape (2, 3)"."""
    if isinstance(value, Tensor):
        name = str(value.dtype).removeprefix("torch.")
        return f"{_article(name)} tensor of shape {tuple(value.shape)}"
    if isinstance(value, tuple):
        return f"a tuple of {len(value)} ({', '.join(map(describe, value))})"
    if isinstance(value, np.ndarray):
        return f"a numpy array of shape {value.shape}"
    return "None" if value is None else _article(_type(value))


def _type(value: Any) -> str:
    return "numpy array" if isinstance(value, np.ndarray) else type(value).__name__


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def read(value: Any, truth: Any) -> Reading:
    """Bring an answer into the form of the truth, noting what was forgiven."""
    if isinstance(value, Reading):  # a trial has read it, and remarked on it
        inner = read(value.value, truth)
        problem = value.problem or inner.problem
        return Reading(inner.value, (*value.remarks, *inner.remarks), problem)
    if isinstance(truth, Findings) and isinstance(value, Findings):
        return Reading(value, value.remarks, value.problem)
    if has_parts(truth):
        return _read_parts(value, truth)
    if isinstance(truth, float):
        return _read_number(value)
    if isinstance(truth, Tensor):
        return _read_tensor(value, truth)
    if isinstance(truth, Mapping):
        if isinstance(value, Mapping):
            return Reading(dict(value))
        return Reading(value, problem=f"it returns {describe(value)}, not a dict")
    if isinstance(truth, (list, tuple)):
        return _read_sequence(value, truth)
    return Reading(value)


def has_parts(truth: Any) -> bool:
    """True for a tuple of tensors or floats, read and compared one by one.

    (2, 5), a tuple of whole numbers, is one thing.
    """
    return isinstance(truth, tuple) and any(
        isinstance(p, (Tensor, float)) for p in truth
    )


def _read_number(value: Any) -> Reading:
    """A float, or what holds a single number."""
    if isinstance(value, (Tensor, np.ndarray)) and value.ndim == 0:
        remark = f"It returns {_article(_type(value))}; a plain number was asked for."
        return Reading(float(value), (remark,))
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
        return Reading(float(value))
    return Reading(value, problem=f"it returns {describe(value)}; a number is expected")


def _read_parts(value: Any, truth: tuple[Any, ...]) -> Reading:
    if not isinstance(value, (tuple, list)) or len(value) != len(truth):
        wanted = f"{len(truth)} values are expected: {describe(truth)}"
        return Reading(value, problem=f"it returns {describe(value)}; {wanted}")
    parts = [read(given, wanted) for given, wanted in zip(value, truth, strict=True)]
    problems = [
        f"{_place(truth, number)}{part.problem}"
        for number, part in enumerate(parts, 1)
        if part.problem
    ]
    remarks = dict.fromkeys(remark for part in parts for remark in part.remarks)
    values = tuple(part.value for part in parts)
    return Reading(values, tuple(remarks), "; ".join(problems))


def _place(truth: tuple[Any, ...], number: int) -> str:
    """Which part of the answer a problem is about, "" for what was returned."""
    if isinstance(truth, Parts):
        name = part_name(truth, number)
        return "" if name == RETURNED else f"{name}: "
    return f"value {number} of the answer: "


def _read_sequence(value: Any, truth: list[Any] | tuple[Any, ...]) -> Reading:
    """A list or tuple of plain values; other sequences of the same are forgiven."""
    wanted, plain = type(truth), _plain(value)
    if not isinstance(plain, (list, tuple)):
        problem = f"it returns {describe(value)}, not {_article(wanted.__name__)}"
        return Reading(value, problem=problem)
    remarks, problem = [], ""
    if not isinstance(value, wanted):
        given, asked = _article(_type(value)), _article(wanted.__name__)
        remarks.append(f"It returns {given}; {asked} was asked for.")
    plain = [_plain(part) for part in plain]
    if any(isinstance(t, tuple) for t in truth) and list in map(type, plain):
        plain = [tuple(part) if isinstance(part, list) else part for part in plain]
        remarks.append("It holds lists; tuples were asked for.")
    if wanted is tuple and len(plain) != len(truth):
        problem = f"it returns {len(plain)} values, {len(truth)} are expected"
    return Reading(wanted(plain), tuple(remarks), problem)


def _plain(value: Any) -> Any:
    """Arrays and tensors, of any size, as Python's own lists and numbers."""
    shown = isinstance(value, (np.ndarray, np.generic, Tensor))
    return value.tolist() if shown else value


def _read_tensor(value: Any, truth: Tensor) -> Reading:
    remarks: tuple[str, ...] = ()
    if not isinstance(value, Tensor):
        converted = _to_tensor(value)
        if converted is None:
            wanted = f"{describe(truth)} is expected"
            return Reading(value, problem=f"it returns {describe(value)}; {wanted}")
        remarks = (f"It returns {_article(_type(value))}; a tensor was asked for.",)
        # Whole numbers in a list have no size; those of an array have one.
        sized = isinstance(value, np.ndarray)
        value = _as_small(converted, truth, sized)
    value = value.detach().cpu()
    if value.shape != truth.shape:
        problem = f"its shape is {tuple(value.shape)}, expected {tuple(truth.shape)}"
        return Reading(value, remarks, problem)
    if kind(value.dtype) != kind(truth.dtype):
        problem = f"its dtype is {value.dtype}, expected {truth.dtype}"
        return Reading(value, remarks, problem)
    if value.dtype != truth.dtype and not remarks:
        remarks = (f"Its dtype is {value.dtype}; the inputs have {truth.dtype}.",)
    return Reading(value, remarks)


def _as_small(numbers: Tensor, truth: Tensor, sized: bool) -> Tensor:
    """Whole numbers that came in no tensor, in the truth's dtype where they fit it."""
    if kind(numbers.dtype) != "int" or kind(truth.dtype) not in ("float", "int8"):
        return numbers
    moved = numbers.to(truth.dtype)
    if kind(truth.dtype) == "int8" and (sized or not torch.equal(moved, numbers)):
        return numbers
    return moved


def _to_tensor(value: Any) -> Tensor | None:
    """An array, a number or a nested list as a tensor; None if it is none of them."""
    if isinstance(value, (str, bytes, Mapping, set)) or value is None:
        return None
    try:
        if isinstance(value, (list, tuple)):
            return torch.stack([torch.as_tensor(_to_tensor(part)) for part in value])
        return torch.as_tensor(value)
    except (TypeError, ValueError, RuntimeError):
        return None


def same(given: Any, truth: Any, tolerance: float) -> bool:
    """True where both have the same structure, shapes, NaNs and values.

    Args:
        tolerance: largest difference, absolute for small and relative for large
            values, that still counts as equal.
    """
    if isinstance(truth, Tensor):
        return isinstance(given, Tensor) and _same_tensors(given, truth, tolerance)
    if isinstance(truth, Findings):
        return isinstance(given, Findings) and not truth.differing(given)
    if isinstance(truth, float):
        return isinstance(given, float) and _close(given, truth, tolerance)
    if has_parts(truth):
        return (
            isinstance(given, tuple)
            and len(given) == len(truth)
            and all(same(g, t, tolerance) for g, t in zip(given, truth, strict=True))
        )
    try:
        return type(given) is type(truth) and bool(given == truth)
    except Exception:  # a learner's object may do anything in ==
        return False


def _close(given: float, truth: float, tolerance: float) -> bool:
    if math.isnan(truth):
        return math.isnan(given)
    return math.isclose(given, truth, rel_tol=tolerance, abs_tol=tolerance)


def _same_tensors(given: Tensor, truth: Tensor, tolerance: float) -> bool:
    if given.shape != truth.shape or kind(given.dtype) != kind(truth.dtype):
        return False
    coarse = max(tolerance, COARSE.get(truth.dtype, 0), COARSE.get(given.dtype, 0))
    return torch.allclose(
        given.double(), truth.double(), rtol=coarse, atol=coarse, equal_nan=True
    )


def first_difference(
    given: Tensor, truth: Tensor, tolerance: float
) -> tuple[tuple[int, ...], float, float] | None:
    """Where two tensors of one shape first differ: index, given, expected."""
    close = torch.isclose(
        given.double(), truth.double(), rtol=tolerance, atol=tolerance, equal_nan=True
    )
    if bool(close.all()):
        return None
    place = tuple((~close).nonzero()[0].tolist())
    return place, given[place].item(), truth[place].item()

"""Trying an answer in more ways than one."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import torch

from course_lib.exercises.compare import Reading, read, same

Answer = Callable[..., Any]
Form = Callable[..., tuple[Any, ...]]
_unwatched = torch._C.DisableTorchFunction  # only the answer's own steps are watched


def in_any_form(
    reference: Answer, forms: Mapping[str, Form], tolerance: float = 1e-4
) -> Callable[..., Any]:
    """A trial of answers that may expect their inputs in one of several forms.

    Class ids may come as a tensor, an array or a list, a mask as 0 and 1 or as False
    and True. An answer is right if it is right in one of the forms, with a remark if
    that is not the form of the cases. A wrong one is judged by what it makes of them.

    Args:
        reference: takes the inputs as the cases hold them.
        forms: each brings a case's inputs, by position, into another form; its name
            completes "right for ...".
        tolerance: largest difference that counts as right.
    """

    def trial(answer: Answer, *inputs: Any) -> Any:
        with _unwatched():
            truth = reference(*inputs)
        others = {name: form(*copy.deepcopy(inputs)) for name, form in forms.items()}
        try:
            first, error = answer(*inputs), None
        except Exception as raised:
            first, error = None, raised
        if error is None and _right(first, truth, tolerance):
            return first
        for name, other in others.items():
            try:
                value = answer(*other)
            except Exception:  # it does not take this form either
                continue
            if _right(value, truth, tolerance):
                remark = f"It is right for {name}, but not for what it was given here."
                return Reading(value, (remark,))
        if error is not None:
            raise error
        return first

    return trial


def _right(value: Any, truth: Any, tolerance: float) -> bool:
    with _unwatched():
        reading = read(value, truth)
        return not reading.problem and same(reading.value, truth, tolerance)

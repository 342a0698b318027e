"""Trying an answer in more ways than one."""

import copy
from collections.abc import Callable
from typing import Any

from course_lib.exercises.compare import read, same

Answer = Callable[..., Any]
Form = Callable[..., tuple[Any, ...]]


def in_any_form(
    reference: Answer, *forms: Form, tolerance: float = 1e-4
) -> Callable[..., Any]:
    """A trial of answers that may expect their inputs in one of several forms.

    Class ids may come as a tensor, an array or a list, a mask as 0 and 1 or as False
    and True. An answer is right if it is right in one of the forms; of any other, what
    it makes of the first form is judged.

    Args:
        reference: takes the inputs as the cases hold them.
        forms: each brings a case's inputs, by position, into another form.
        tolerance: largest difference that counts as right.
    """

    def trial(answer: Answer, *inputs: Any) -> Any:
        truth = reference(*inputs)
        others = [form(*copy.deepcopy(inputs)) for form in forms]
        try:
            first, error = answer(*inputs), None
        except Exception as raised:
            first, error = None, raised
        if error is None and _right(first, truth, tolerance):
            return first
        for other in others:
            try:
                value = answer(*other)
            except Exception:  # it does not take this form either
                continue
            if _right(value, truth, tolerance):
                return value
        if error is not None:
            raise error
        return first

    return trial


def _right(value: Any, truth: Any, tolerance: float) -> bool:
    reading = read(value, truth)
    return not reading.problem and same(reading.value, truth, tolerance)

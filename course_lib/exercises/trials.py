"""Trying an answer in more ways than one."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.exercises.compare import RETURNED, Parts, Reading, read, same

Answer = Callable[..., Any]
Form = Callable[..., tuple[Any, ...]]
LARGE = 100.0
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


def changed(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """What an answer returned, changed as a tensor: a list, an array stay one.

    What cannot be read as a tensor, and what the change cannot take, stays as it is.
    """
    try:
        tensor = change(torch.as_tensor(value).detach().clone())
    except (TypeError, ValueError, RuntimeError, IndexError):
        return value
    if isinstance(value, Tensor):
        return tensor
    return tensor.numpy() if isinstance(value, np.ndarray) else tensor.tolist()


def with_gradients(inputs_of: Mapping[str, int]) -> Callable[..., Any]:
    """A trial of losses: the number, and the gradient that each of these inputs gets.

    An input that the loss does not reach has zeros, and so has every input of a loss
    that is no finite number. Of inputs beyond LARGE only the number is looked at: right
    losses have gradients there that are NaN.

    Args:
        inputs_of: what a gradient is called to the place of its input.
    """

    def trial(answer: Answer, *inputs: Any) -> Parts:
        with torch.enable_grad():
            with _unwatched():
                leaves = [
                    inputs[n].clone().requires_grad_() for n in inputs_of.values()
                ]
                given = list(inputs)
                for place, leaf in zip(inputs_of.values(), leaves, strict=True):
                    given[place] = leaf.clone()  # no leaf: it may be changed in place
            value = answer(*given)
        with _unwatched():
            for place in inputs_of.values():
                inputs[place].copy_(given[place].detach())
            gradients = _gradients(value, leaves)
        return Parts({RETURNED: value, **dict(zip(inputs_of, gradients, strict=True))})

    return trial


def _gradients(value: Any, leaves: list[Tensor]) -> tuple[Tensor, ...]:
    """What each leaf gets from the sum of a value; zeros where nothing arrives."""
    nothing = tuple(torch.zeros_like(leaf) for leaf in leaves)
    if not (isinstance(value, Tensor) and value.requires_grad):
        return nothing
    if (
        not bool(value.isfinite().all())
        or max(float(x.detach().abs().max()) for x in leaves) > LARGE
    ):
        return nothing
    found = torch.autograd.grad(value.sum(), leaves, allow_unused=True)
    return tuple(
        zero if gradient is None else gradient
        for zero, gradient in zip(nothing, found, strict=True)
    )

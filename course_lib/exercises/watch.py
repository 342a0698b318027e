"""Watching the tensors that a learner's own code produces, step by step."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from course_lib.exercises.compare import kind

MOST_OPERATIONS = 4000  # an answer in loops over every number stays below this
MOST_KEPT = 100  # tensors of one shape


class Watch(TorchFunctionMode):
    """Notes which named steps of a computation the running code arrives at.

    A step is reached when some operation returns its tensor: whole, with its last
    two axes swapped, or piece by piece (one head, one row, one number at a time).

    Args:
        steps: name to true tensor, in order. Steps that are no tensors are left out.
        tolerance: largest difference that counts as equal.
    """

    def __init__(self, steps: Mapping[str, Any], tolerance: float) -> None:
        super().__init__()
        self.targets = {
            name: value.detach()
            for name, value in steps.items()
            if isinstance(value, Tensor) and value.numel() > 1
        }
        self.tolerance = tolerance
        self.when: dict[str, int] = {}  # step -> number of the operation
        self._seen: dict[tuple[int, ...], list[tuple[int, Tensor]]] = {}
        self._covered = {
            name: torch.zeros(target.shape, dtype=torch.bool)
            for name, target in self.targets.items()
        }
        self._count = 0

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        # `scores[i, j] = ...` returns nothing: what matters is what it changed.
        shown = args[0] if func is Tensor.__setitem__ else result
        for tensor in shown if isinstance(shown, (tuple, list)) else (shown,):
            if isinstance(tensor, Tensor) and self._count < MOST_OPERATIONS:
                self._note(tensor.detach())
        return result

    @property
    def reached(self) -> list[str]:
        """Names of the steps that were reached, in the order of the computation."""
        return [name for name in self.targets if name in self.when]

    def candidate(self, step: str) -> Tensor | None:
        """What the code has in place of a step that it did not reach.

        The first number tensor of the step's shape after the last reached step.
        """
        target = self.targets[step]
        start = max(self.when.values(), default=0)
        for count, tensor in self._seen.get(tuple(target.shape), []):
            if count > start and kind(tensor.dtype) == kind(target.dtype):
                return tensor
        return None

    def _note(self, tensor: Tensor) -> None:
        self._count += 1
        for name, target in self.targets.items():
            if name not in self.when and self._arrives(name, tensor, target):
                self.when[name] = self._count
        if tensor.numel() > 1:
            kept = self._seen.setdefault(tuple(tensor.shape), [])
            if len(kept) < MOST_KEPT:
                kept.append((self._count, tensor.clone()))

    def _arrives(self, name: str, tensor: Tensor, target: Tensor) -> bool:
        if tensor.dtype != target.dtype:
            if not (tensor.is_floating_point() and target.is_floating_point()):
                return False
            tensor = tensor.to(target.dtype)
        if tensor.shape == target.shape:
            return self._close(tensor, target)
        if tensor.numel() == target.numel():
            if target.ndim >= 2 and tensor.shape == target.mT.shape:
                return self._close(tensor, target.mT)
            squeezed = [n for n in tensor.shape if n > 1]
            if squeezed == [n for n in target.shape if n > 1]:
                return self._close(tensor.reshape(target.shape), target)
            return False
        return tensor.numel() < target.numel() and self._piece(name, tensor, target)

    def _close(self, tensor: Tensor, target: Tensor) -> bool:
        near = torch.isclose(
            tensor, target, rtol=self.tolerance, atol=self.tolerance, equal_nan=True
        )
        return bool(near.all())

    def _piece(self, name: str, tensor: Tensor, target: Tensor) -> bool:
        """Mark the part of a step that this tensor is; True once all is marked."""
        covered = self._covered[name]
        size = tensor.ndim
        if tensor.shape == target.shape[target.ndim - size :]:
            self._mark(covered, target, tensor, tuple(range(target.ndim - size)))
        elif size == target.ndim - 1:
            for axis in range(target.ndim):
                rest = target.shape[:axis] + target.shape[axis + 1 :]
                if tensor.shape == rest:
                    self._mark(covered, target, tensor.unsqueeze(axis), (axis,))
        return bool(covered.all())

    def _mark(
        self, covered: Tensor, target: Tensor, tensor: Tensor, outer: tuple[int, ...]
    ) -> None:
        near = torch.isclose(
            target, tensor, rtol=self.tolerance, atol=self.tolerance, equal_nan=True
        )
        inner = tuple(axis for axis in range(target.ndim) if axis not in outer)
        covered |= near.all(dim=inner, keepdim=True) if inner else near

"""Ghosts: tensors reduced to shape, dtype and device, and what follows from those.

Views are computed by PyTorch itself on tensors without numbers (device "meta"). Sums
and products only combine shapes here: PyTorch's own way would import compilers for a
second before the first answer.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.exercises.causes.axes import axes_of


class Unknown(Exception):
    """This value cannot be known without running something."""


@dataclass(frozen=True)
class Ghost:
    """A tensor's outside.

    Attributes:
        meta: a tensor of the same shape, strides and dtype that holds no numbers.
        device: where the real one lies, "cpu" or "cuda:0".
        axes: the symbols of its axes, () where they are not known.
        real: the tensor itself where the expression is a plain name.
    """

    meta: Tensor
    device: str
    axes: tuple[str, ...] = ()
    real: Tensor | None = field(default=None, repr=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """Its sizes."""
        return tuple(self.meta.shape)

    @property
    def dtype(self) -> str:
        """Short: "float32"."""
        return str(self.meta.dtype).removeprefix("torch.")

    @property
    def is_float(self) -> bool:
        """True for numbers with a fraction."""
        return self.meta.is_floating_point()


# fmt: off
_VIEWS = {
    "transpose", "permute", "t", "unsqueeze", "squeeze", "flatten", "unflatten", "view",
    "reshape", "contiguous", "float", "double", "half", "bfloat16", "long", "int",
    "bool", "size", "dim", "detach", "expand", "clone",
}
_SAME = {
    "softmax", "log_softmax", "exp", "sqrt", "relu", "tanh", "sigmoid", "masked_fill",
    "abs", "neg", "triu", "tril",
}
_SAME_FUNCTIONS = (
    torch.softmax, torch.log_softmax, torch.exp, torch.sqrt, torch.relu, torch.tanh,
    torch.sigmoid, torch.tril, torch.triu, F.softmax, F.log_softmax, F.relu, F.gelu,
)
# fmt: on
_TURNS = {"T", "mT", "transpose", "permute", "t"}
_KEEPS = {"contiguous", "float", "double", "half", "bfloat16", "clone", "detach"}


def ghost_of(tensor: Tensor, name: str) -> Ghost:
    """The ghost of a real tensor that the learner calls by this name."""
    if type(tensor) not in (Tensor, nn.Parameter):
        raise Unknown
    meta = torch.empty_strided(
        tensor.size(), tensor.stride(), dtype=tensor.dtype, device="meta"
    )
    return Ghost(meta, str(tensor.device), axes_of(name, tensor.ndim), tensor)


def attribute(owner: Ghost, name: str) -> Any:
    """A ghost's attribute."""
    if name in {"T", "mT"}:
        return _viewed(name, getattr(owner.meta, name), owner, ())
    if name in {"shape", "ndim", "dtype"}:
        return getattr(owner.meta, name)
    raise Unknown


def method(
    owner: Ghost, name: str, arguments: list[Any], options: dict[str, Any]
) -> Any:
    """What a method of a ghost gives, where shapes alone tell."""
    if name in _SAME:
        return replace(owner, real=None)
    if name == "matmul":
        return product(owner, arguments[0])
    if name not in _VIEWS:
        raise Unknown
    value = getattr(owner.meta, name)(*arguments, **options)
    return _viewed(name, value, owner, tuple(arguments))


def call(function: object, arguments: list[Any]) -> Any:
    """What a function of PyTorch gives for these arguments, where shapes tell."""
    if any(function is same for same in _SAME_FUNCTIONS):
        return replace(_ghost(arguments[0]), real=None)
    if function is torch.matmul:
        return product(*arguments)
    if function is F.linear:
        return product(arguments[0], attribute(_ghost(arguments[1]), "mT"))
    raise Unknown


def _ghost(value: Any) -> Ghost:
    if not isinstance(value, Ghost):
        raise Unknown
    return value


def indexed(owner: Ghost, index: Any) -> Ghost:
    """The ghost of owner[index], for numbers, slices, None and ... alone."""
    parts = index if isinstance(index, tuple) else (index,)
    simple = (int, slice, type(None), type(...))
    if not all(type(part) in simple for part in parts):
        raise Unknown
    return replace(owner, meta=owner.meta[index], axes=(), real=None)


def product(left: Any, right: Any) -> Ghost:
    """The ghost of left @ right.

    Raises:
        Unknown: the sizes do not fit, or one of them is no ghost.
    """
    a, b = _ghost(left), _ghost(right)
    if not a.shape or not b.shape or a.shape[-1] != b.shape[-2:][0]:
        raise Unknown
    rows, columns = a.shape[-2:-1], b.shape[-1:] if len(b.shape) > 1 else ()
    shape = (*_matched(a.shape[:-2], b.shape[:-2]), *rows, *columns)
    axes = (*a.axes[:-1], *b.axes[-1:]) if a.axes and b.axes else ()
    return _made(shape, a.meta.dtype, a.device, axes)


def elementwise(left: Any, right: Any, *, truth: bool = False) -> Ghost:
    """The ghost of left + right, or of left < right with `truth`; one may be a number.

    Raises:
        Unknown: the sizes do not fit.
    """
    ghosts = [part for part in (left, right) if isinstance(part, Ghost)]
    shape = _matched(*(ghost.shape for ghost in ghosts))
    widest = max(ghosts, key=lambda ghost: len(ghost.shape))
    metas = [getattr(part, "meta", part) for part in (left, right)]
    dtype = torch.bool if truth else torch.result_type(*metas)
    return _made(shape, dtype, ghosts[0].device, widest.axes)


def _matched(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The broadcast shape; torch.broadcast_shapes would import sympy for it."""
    columns = zip_longest(*(reversed(shape) for shape in shapes), fillvalue=1)
    sizes = [set(column) - {1} for column in columns]
    if any(len(size) > 1 for size in sizes):
        raise Unknown
    return tuple(next(iter(size), 1) for size in reversed(sizes))


def _made(
    shape: tuple[int, ...], dtype: torch.dtype, device: str, axes: tuple[str, ...]
) -> Ghost:
    meta = torch.empty(shape, dtype=dtype, device="meta")
    return Ghost(meta, device, axes if len(axes) == len(shape) else ())


def _viewed(name: str, value: Any, owner: Ghost, arguments: tuple[Any, ...]) -> Any:
    """The ghost of a view; the axes' symbols turn with a transpose."""
    if not isinstance(value, Tensor):
        return value
    axes: tuple[str, ...] = ()
    if owner.axes and name in _TURNS:
        # Sizes 2, 3, 4, ... tell after the turn which axis went where.
        sizes = torch.empty(*range(2, 2 + len(owner.axes)), device="meta")
        turned = getattr(sizes, name)
        turned = turned(*arguments) if callable(turned) else turned
        axes = tuple(owner.axes[size - 2] for size in turned.shape)
    elif name in _KEEPS:
        axes = owner.axes
    return Ghost(value, owner.device, axes)


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "Div": operator.truediv,
    "FloorDiv": operator.floordiv,
    "Mod": operator.mod,
    "Pow": operator.pow,
}
TRUTH = {"Eq", "NotEq", "Lt", "LtE", "Gt", "GtE"}


def operate(name: str, left: Any, right: Any) -> Any:
    """left (+, @, <, ...) right for ghosts and plain numbers; `name` as in `ast`."""
    ghosts = sum(isinstance(part, Ghost) for part in (left, right))
    numbers = sum(type(part) in (int, float, bool) for part in (left, right))
    if ghosts + numbers < 2:  # an object's own operator is not run
        raise Unknown
    if name == "MatMult":
        return product(left, right)
    if ghosts:
        return elementwise(left, right, truth=name in TRUTH)
    if name not in BINARY or (name == "Pow" and abs(right) > 64):
        raise Unknown
    return BINARY[name](left, right)

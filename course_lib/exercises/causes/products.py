"""Two tensors that do not meet: matrix products, and shapes matched from the right."""

import ast
import re
from dataclasses import replace
from itertools import combinations

import torch.nn.functional as F
from torch import nn

from course_lib.exercises.causes.ghosts import Ghost, Unknown, attribute, product
from course_lib.exercises.causes.rules import Rules
from course_lib.exercises.causes.scene import Operand, Scene

RULES = Rules()
_PRODUCTS = {"matmul", "bmm", "mm", "mv", "dot"}
_LARGEST = 6  # axes that a suggestion may insert into


def _called(scene: Scene) -> object:
    """The function that the failing expression calls, None where it calls none."""
    return scene.value(scene.node.func) if isinstance(scene.node, ast.Call) else None


def _factors(scene: Scene) -> tuple[Operand, Operand] | None:
    """The two factors of a matrix product, where the line shows them."""
    node = scene.node
    is_product = isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func).rpartition(".")[2]
        is_product = name in _PRODUCTS
    if not is_product or len(scene.tensors) != 2:
        return None
    return scene.tensors[0], scene.tensors[1]


@RULES.when(
    r"mat1 and mat2 shapes cannot be multiplied",
    r"Expected size for first two dimensions of batch2",
    r"size mismatch, got input",
    r"inconsistent tensor size, expected tensor",
    r"Incompatible matrix sizes|a and b must have same reduction dim",
)
def inner_sizes(scene: Scene, match: re.Match[str]) -> str:
    """The inner sizes of a product differ."""
    called = _called(scene)
    if called is F.scaled_dot_product_attention:
        return _attention_sizes(scene)
    if called is F.linear or isinstance(called, nn.Linear):
        return _linear_sizes(scene)
    pair = _factors(scene)
    if pair is None:
        return ""
    left, right = pair
    many = len(right.ghost.shape) > 1
    axis, place = (-2, "the second-to-last") if many else (-1, "the only one")
    return (
        f"The product sums over the last axis of `{left.text}`, {left.size(-1)}, and "
        f"{place} of `{right.text}`, {right.size(axis)}: these two must be equal."
        f"{_turned(left, right)}"
    )


def _turned(left: Operand, right: Operand) -> str:
    """A product of the same two that fits, as a sentence; "" without one."""
    a, b = left.ghost, right.ghost
    turned_a, turned_b = (
        replace(x, meta=x.meta.mT) if len(x.shape) > 1 else x for x in (a, b)
    )
    ways = [
        (f"{left.text} @ {_transposed(right.text)}", a, turned_b),
        (f"{right.text} @ {left.text}", b, a),
    ]
    if len(a.shape) == 2 < len(b.shape):  # a weight (out, in) before its input
        ways.insert(0, (f"{right.text} @ {_transposed(left.text)}", b, turned_a))
    for code, first, second in ways:
        try:
            return f" `{code}` would fit and give {product(first, second).shape}."
        except Unknown:
            continue
    return ""


def _transposed(text: str) -> str:
    for ending in (".mT", ".T"):
        if text.endswith(ending):
            return text.removesuffix(ending)
    return f"{text}.mT" if re.fullmatch(r"[\w.\[\], ]+", text) else f"({text}).mT"


def _linear_sizes(scene: Scene) -> str:
    if len(scene.tensors) < 2:
        return ""
    x, weight = scene.tensors[:2]
    if weight.ghost.meta.ndim != 2:
        return ""
    wide, narrow = weight.ghost.shape
    return (
        f"`{weight.text}` is stored as (out, in) = ({wide}, {narrow}), so its input "
        f"must end in {narrow}; `{x.text}` ends in {x.size(-1)}."
    )


def _attention_sizes(scene: Scene) -> str:
    if len(scene.tensors) < 3:
        return ""
    query, key, value = scene.tensors[:3]
    if query.ghost.shape[-1] != key.ghost.shape[-1]:
        pair = f"`{query.text}` {query.size(-1)}, `{key.text}` {key.size(-1)}"
        return f"Query and key must have the same width d (last axis): {pair}."
    if key.ghost.shape[-2] != value.ghost.shape[-2]:
        pair = f"`{key.text}` {key.size(-2)}, `{value.text}` {value.size(-2)}"
        return f"Key and value must have the same length T_k: {pair}."
    return ""


@RULES.when(r"both arguments to matmul need to be at least 1D")
def product_with_number(scene: Scene, match: re.Match[str]) -> str:
    """A 0-D tensor in a matrix product."""
    lone = [one.text for one in scene.tensors if not one.ghost.shape]
    return f"`{lone[0]}` is a single number: multiply with `*`, not `@`." * bool(lone)


@RULES.when(
    r"The size of tensor a \(\d+\) must match the size of tensor b",
    r"The expanded size of the tensor",
    r"Attempting to broadcast a dimension",
    r"output with shape \[.*\] doesn't match the broadcast shape",
    r"shape mismatch: (value|indexing) tensor",
)
def broadcast(scene: Scene, match: re.Match[str]) -> str:
    """Two shapes that cannot be matched from the right."""
    factors = _factors(scene)
    if factors:
        left, right = (one.ghost.shape[:-2] for one in factors)
        return (
            f"The leading sizes of a product must be equal or 1: `{factors[0].text}` "
            f"has {left}, `{factors[1].text}` has {right}."
        )
    tensors = scene.tensors
    if _called(scene) is F.scaled_dot_product_attention and len(tensors) > 3:
        tensors = [_scores(*tensors[:2]), tensors[3]]
    for left, right in combinations(tensors, 2):
        axis = _clash(left.ghost, right.ghost)
        if axis:
            return (
                "Sizes are matched from the right, and each two must be equal or one "
                f"of them 1: `{left.text}` has {left.size(axis)} where "
                f"`{right.text}` has {right.size(axis)}.{_inserted(left, right)}"
            )
    return _expanded(scene)


def _expanded(scene: Scene) -> str:
    told = re.search(
        r"\((\d+)\) must .* \(\d+\) at non-singleton .* (\d+)\.", scene.message
    )
    called = ast.unparse(scene.node.func) if isinstance(scene.node, ast.Call) else ""
    if not told or not scene.tensors or not called.endswith(".expand"):
        return ""
    x, axis = scene.tensors[0], int(told[2])
    return (
        f"`expand` stretches axes of size 1 alone: axis {axis} of `{x.text}` has "
        f"{x.size(axis)}, {told[1]} was asked for."
    )


def _scores(query: Operand, key: Operand) -> Operand:
    return Operand("scores", product(query.ghost, attribute(key.ghost, "mT")))


def _clash(left: Ghost, right: Ghost) -> int:
    """The first axis, counted -1, -2, ... from the right, that cannot be matched."""
    sizes = zip(reversed(left.shape), reversed(right.shape), strict=False)
    for axis, (a, b) in enumerate(sizes, 1):
        if a != b and 1 not in (a, b):
            return -axis
    return 0


def _inserted(left: Operand, right: Operand) -> str:
    """The one way of inserting axes of size 1 that fits, as a sentence, else ""."""
    large, small = sorted((left, right), key=lambda x: -x.ghost.meta.ndim)
    free = large.ghost.meta.ndim - small.ghost.meta.ndim
    if free < 1 or large.ghost.meta.ndim > _LARGEST or not small.ghost.shape:
        return ""
    ways = []
    for places in combinations(range(large.ghost.meta.ndim), free):
        meta = small.ghost.meta
        for place in places:
            meta = meta.unsqueeze(place)
        if not _clash(large.ghost, Ghost(meta, "")):
            ways.append((places, tuple(meta.shape)))
    if len(ways) != 1:
        return ""
    places, shape = ways[0]
    marks = ["None" if n in places else ":" for n in range(large.ghost.meta.ndim)]
    return f" `{small.text}[{', '.join(marks)}]` of shape {shape} would fit."

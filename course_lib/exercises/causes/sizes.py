"""Sizes that do not fit: products, broadcasting, views, joins."""

import ast
import math
import re
from dataclasses import replace
from itertools import combinations, pairwise

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


@RULES.when(r"shape '\[(.*)\]' is invalid for input of size (\d+)")
def view_sizes(scene: Scene, match: re.Match[str]) -> str:
    """A view asks for another number of entries than there are."""
    sizes = [int(size) for size in match[1].split(",")]
    asked, there = math.prod(s for s in sizes if s >= 0), int(match[2])
    name = f"`{scene.tensors[0].text}`" if scene.tensors else "The tensor"
    product = "·".join(str(size) for size in sizes if size >= 0)
    if -1 in sizes:
        return f"{name} holds {there} numbers, which {product} does not divide."
    return (
        f"{name} holds {there} numbers; the shape ({match[1]}) asks for "
        f"{product} = {asked}."
    )


@RULES.when(r"unflatten: Provided sizes \[(.*)\] don't multiply up to .* \((\d+)\)")
def unflatten_sizes(scene: Scene, match: re.Match[str]) -> str:
    """unflatten splits one axis; its sizes must multiply to it."""
    asked = math.prod(int(size) for size in match[1].split(","))
    return f"The axis has {match[2]} entries; ({match[1]}) asks for {asked}."


@RULES.when(r"view size is not compatible with input tensor's size and stride")
def not_contiguous(scene: Scene, match: re.Match[str]) -> str:
    """view on a tensor whose axes were turned."""
    name = f"`{scene.tensors[0].text}`" if scene.tensors else "The tensor"
    return (
        f"{name} lies in memory in another order than its axes (after a transpose, "
        "for example), and `view` never moves a number. Use `.reshape(...)`, or "
        "`.contiguous()` before `.view(...)`."
    )


@RULES.when(
    r"Sizes of tensors must match except in dimension (\d+)",
    r"stack expects each tensor to be equal size()",
    r"Tensors must have same number of dimensions()",
)
def joined(scene: Scene, match: re.Match[str]) -> str:
    """cat or stack of tensors that differ."""
    for left, right in pairwise(scene.tensors):
        a, b = left.ghost.shape, right.ghost.shape
        if len(a) != len(b):
            numbers = f"`{left.text}` has {len(a)}, `{right.text}` has {len(b)}"
            return f"Joined tensors need equally many axes: {numbers}."
        for axis in range(len(a)):
            if a[axis] != b[axis] and str(axis) != match[1]:
                kind = "All sizes but the joined axis" if match[1] else "All sizes"
                return (
                    f"{kind} must be equal: on axis {axis} `{left.text}` has "
                    f"{left.size(axis)}, `{right.text}` has {right.size(axis)}."
                )
    return ""


@RULES.when(
    r"einsum\(\): subscript (\w) has size (\d+) for operand (\d+) .* seen size (\d+)"
)
def einsum_size(scene: Scene, match: re.Match[str]) -> str:
    """One letter of an einsum stands for two sizes."""
    letter, size, operand, seen = match.groups()
    tensors = scene.tensors
    name = f" in `{tensors[int(operand)].text}`" if len(tensors) > int(operand) else ""
    return f"The letter {letter} stands for {seen} first and for {size}{name}."


@RULES.when(r"einsum\(\): the number of subscripts .* \((\d+)\) .* \((\d+)\) for op")
def einsum_axes(scene: Scene, match: re.Match[str]) -> str:
    """An einsum names fewer or more axes than the tensor has."""
    return (
        f"The equation gives {match[1]} letters to a tensor of {match[2]} axes: each "
        "axis needs a letter; `...` stands for all that are left."
    )


@RULES.when(r"Given normalized_shape=\[(\d+)\]")
def norm_width(scene: Scene, match: re.Match[str]) -> str:
    """A layer norm of another width than its input."""
    if not scene.tensors:
        return ""
    x = scene.tensors[0]
    return (
        f"The norm is made for a width of {match[1]}; `{x.text}` ends in {x.size(-1)}."
    )


@RULES.when(r"input.dim\(\) = (\d+) is not equal to len\(dims\) = (\d+)")
def permuted(scene: Scene, match: re.Match[str]) -> str:
    """permute with another number of axes."""
    return f"`permute` names every axis once: there are {match[1]}, not {match[2]}."


@RULES.when(r"t\(\) expects a tensor with <= 2 dimensions")
def matrix_transpose(scene: Scene, match: re.Match[str]) -> str:
    """.t() with leading axes."""
    return "`.t()` is for matrices; `.mT` swaps the last two axes of any tensor."


@RULES.when(r"was expecting embedding dimension of (\d+), but got (\d+)")
def attention_width(scene: Scene, match: re.Match[str]) -> str:
    """nn.MultiheadAttention on vectors of another width."""
    return f"The layer is made for D = {match[1]}; its input ends in {match[2]}."


@RULES.when(r"Expected input batch_size \((\d+)\) to match target batch_size \((\d+)\)")
def loss_sizes(scene: Scene, match: re.Match[str]) -> str:
    """cross_entropy on sequences."""
    if len(scene.tensors) < 2 or len(scene.tensors[0].ghost.shape) < 3:
        return ""
    logits, targets = (one.text for one in scene.tensors[:2])
    return (
        "The loss compares logits (N, V) with N targets: "
        f"`{logits}.flatten(0, -2)` and `{targets}.flatten()` put all positions in a "
        f"row; N is {match[1]} and {match[2]} here."
    )


@RULES.when(r"split_with_sizes expects split_sizes to sum exactly to (\d+)")
def split_sizes(scene: Scene, match: re.Match[str]) -> str:
    """The parts of a split do not add up."""
    return f"The parts must add up to {match[1]}, the size of that axis."


@RULES.when(r"embed_dim must be divisible by num_heads")
def heads(scene: Scene, match: re.Match[str]) -> str:
    """D is no multiple of H."""
    return "The width D must be a multiple of the number of heads H, since d = D / H."

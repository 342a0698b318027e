"""Sizes that do not add up: views, joins, splits, einsum, widths of layers."""

import math
import re
from itertools import pairwise

from course_lib.exercises.causes.rules import Rules
from course_lib.exercises.causes.scene import Scene

RULES = Rules()


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

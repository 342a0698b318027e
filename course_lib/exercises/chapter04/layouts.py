"""How the axes of heads are laid out, rightly and wrongly; all exercises share it."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

# Headings of the chapter, where a mistake's text sends the learner.
HEADS = "04, A loop over heads"
SPLIT = "04, Cutting the width into heads"
VIEW = "04, What goes wrong without the transpose"
MERGE = "04, Laying the heads side by side"
OUTPUT = "04, The output projection"
LINEAR = "04, Weights as nn.Linear stores them"
MASKS = "04, Masks with heads"

Wrong = Mapping[str, Any]


def split(wrong: Wrong, x: Tensor, num_heads: int) -> Tensor:
    """(B, T, D) -> (B, H, T, d), or what is taken for it."""
    batch, length, width = x.shape
    d_head = width // num_heads
    if "split-without-transpose" in wrong:
        return x.reshape(batch, num_heads, length, d_head)
    if "heads-and-width-swapped" in wrong:
        return x.reshape(batch, length, d_head, num_heads).permute(0, 3, 1, 2)
    return x.reshape(batch, length, num_heads, d_head).transpose(1, 2)


def merge(wrong: Wrong, x: Tensor) -> Tensor:
    """(B, H, T, d) -> (B, T, D), or what is taken for it."""
    batch, num_heads, length, d_head = x.shape
    if "merge-without-transpose" in wrong:
        return x.reshape(batch, length, num_heads * d_head)
    if "heads-and-width-swapped" in wrong:
        x = x.transpose(-2, -1).transpose(1, 3)  # (B, T, d, H), flattened below
        return x.reshape(batch, length, num_heads * d_head)
    return x.transpose(1, 2).reshape(batch, length, num_heads * d_head)

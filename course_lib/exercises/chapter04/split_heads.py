"""04.split_heads: cut the width into heads, and bring the heads to the front."""

import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.chapter04.layouts import SPLIT, VIEW, Wrong, split
from course_lib.exercises.inputs import grid


def split_heads(x: Tensor, num_heads: int) -> Tensor:
    batch, length, d_model = x.shape
    parts = x.reshape(batch, length, num_heads, d_model // num_heads)
    return parts.transpose(1, 2)  # (B, H, T, d)


def _steps(wrong: Wrong, x: Tensor, num_heads: int) -> dict[str, Tensor]:
    batch, length, _ = x.shape
    heads = _heads(wrong, x, num_heads)
    return {
        "width cut into heads": x.reshape(batch, length, num_heads, -1),
        "heads": _arranged(wrong, heads),
    }


def _heads(wrong: Wrong, x: Tensor, num_heads: int) -> Tensor:
    """Which numbers each head gets: (B, H, T, d)."""
    d_head = x.shape[-1] // num_heads
    if "slices-overlap" in wrong:
        starts = range(num_heads)
    elif "same-slice-for-every-head" in wrong:
        starts = [0] * num_heads
    else:
        return split(wrong, x, num_heads)
    return torch.stack([x[..., s : s + d_head] for s in starts], dim=1)


def _arranged(wrong: Wrong, heads: Tensor) -> Tensor:
    """In which order the axes come back."""
    if "heads-after-positions" in wrong:
        return heads.transpose(1, 2)
    if "heads-before-batch" in wrong:
        return heads.transpose(0, 1)
    if "batch-and-heads-joined" in wrong:
        return heads.flatten(0, 1)
    if "other-axes-transposed" in wrong:
        return heads.permute(wrong["other-axes-transposed"])
    return heads


def _cases(dtype: torch.dtype) -> list[Case]:
    def case(name: str, *shape: int, heads: int, seed: int) -> Case:
        inputs = {"x": grid(*shape, seed=seed, dtype=dtype), "num_heads": heads}
        return Case(name, inputs)

    return [
        case("3 heads, 5 positions", 2, 5, 12, heads=3, seed=10),
        case("as many positions as heads", 2, 3, 12, heads=3, seed=20),
        case("B = H = T = d = 4", 4, 4, 16, heads=4, seed=30),
        case("1 head", 2, 5, 6, heads=1, seed=40),
    ]


def _unflatten(x: Tensor, num_heads: int) -> Tensor:
    return x.unflatten(-1, (num_heads, -1)).transpose(-3, -2)


def _loops(x: Tensor, num_heads: int) -> Tensor:
    batch, length, width = x.shape
    d = width // num_heads
    result = x.new_empty(batch, num_heads, length, d)
    for h in range(num_heads):
        result[:, h] = x[:, :, h * d : (h + 1) * d]
    return result


def _chunks(x: Tensor, num_heads: int) -> Tensor:
    return torch.stack(x.chunk(num_heads, dim=-1), dim=1)


def _built_in(x: Tensor, num_heads: int) -> Tensor:
    d = x.shape[-1] // num_heads
    return x.unfold(-1, d, d).permute(0, 2, 1, 3)


def _einsum(x: Tensor, num_heads: int) -> Tensor:
    width = x.shape[-1]
    rows = torch.eye(width, dtype=x.dtype).view(num_heads, -1, width)  # (H, d, D)
    return torch.einsum("btw,hdw->bhtd", x, rows)


SPLIT_HEADS = Exercise(
    id="04.split_heads",
    title="Cut the width into heads",
    returns="heads (B, H, T, d)",
    reference=split_heads,
    computation=_steps,
    answer=("heads",),
    cases=_cases,
    mistakes=(
        Mistake(
            "split-without-transpose",
            "You go to (B, H, T, d) in one `view`. A view keeps the numbers in their "
            "old order, so head 0 gets the first rows of the text. Cut the width, "
            "(B, T, H, d), then swap T and H.",
            VIEW,
            group="numbers",
        ),
        Mistake(
            "heads-and-width-swapped",
            "You cut the width into d parts of H numbers, so a head gets every H-th "
            "column. A head is d columns next to each other: (B, T, H, d).",
            SPLIT,
            group="numbers",
        ),
        Mistake(
            "heads-after-positions",
            "Your answer is (B, T, H, d): the cut is there, the swap is missing. Bring "
            "the heads before the positions: `transpose(1, 2)`.",
            SPLIT,
            group="order",
        ),
        Mistake(
            "other-axes-transposed",
            "You move the wrong axes. After the cut, (B, T, H, d), only T and H change "
            "places: axes 1 and 2.",
            SPLIT,
            forms=((0, 2, 3, 1), (0, 1, 3, 2), (0, 3, 2, 1), (0, 3, 1, 2)),
            group="order",
        ),
        Mistake(
            "heads-before-batch",
            "The heads come first in your answer, (H, B, T, d), as `torch.stack` puts "
            "them. The batch stays in front: stack along dim=1.",
            SPLIT,
            group="order",
        ),
        Mistake(
            "batch-and-heads-joined",
            "You return (B * H, T, d), batch and heads in one axis. Keep them apart: "
            "four axes, (B, H, T, d).",
            SPLIT,
            group="order",
        ),
        Mistake(
            "slices-overlap",
            "Your head h starts at column h, so that heads share columns. It starts "
            "where the one before it ends: at column h * d.",
            SPLIT,
            group="numbers",
        ),
        Mistake(
            "same-slice-for-every-head",
            "Every head gets the first d columns. Head h gets the columns from h * d "
            "to (h + 1) * d.",
            SPLIT,
            group="numbers",
        ),
    ),
    variants={
        "unflatten": _unflatten,
        "loops": _loops,
        "chunk and stack": _chunks,
        "built-in unfold": _built_in,
        "einsum": _einsum,
    },
    hints=(
        "Cut one axis into two first, and only then think about their order.",
        "`x.reshape(batch, length, num_heads, d_head)` cuts each row into its heads: "
        "the last axis D becomes H and d, in this order.",
        "Now positions stand before heads, (B, T, H, d). `transpose(1, 2)` swaps them.",
    ),
    explanation="`reshape` only cuts and joins axes that are neighbours; it never "
    "moves a number. D = H * d may be cut into (H, d) because head 0 owns the first d "
    "columns, head 1 the next. Bringing H before T moves numbers past each other, and "
    "that takes a transpose.",
)

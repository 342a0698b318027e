"""04.merge_heads: lay the heads of each position side by side again."""

from itertools import product

import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.chapter04.layouts import MERGE, VIEW, Wrong, merge
from course_lib.exercises.inputs import grid


def merge_heads(x: Tensor) -> Tensor:
    batch, num_heads, length, d_head = x.shape
    side_by_side = x.transpose(1, 2)  # (B, T, H, d)
    return side_by_side.reshape(batch, length, num_heads * d_head)


def _steps(wrong: Wrong, x: Tensor) -> dict[str, Tensor]:
    return {"heads after positions": x.transpose(1, 2), "merged": _merged(wrong, x)}


def _merged(wrong: Wrong, x: Tensor) -> Tensor:
    if "heads-added" in wrong:
        return x.mean(1) if wrong["heads-added"] == "mean" else x.sum(1)
    if "one-head-kept" in wrong:
        return x[:, wrong["one-head-kept"]]
    if "joined-along-positions" in wrong:
        return x.flatten(1, 2)
    if "joined-along-batch" in wrong:
        return torch.cat(x.unbind(1), dim=0)
    if "width-before-positions" in wrong:
        return x.transpose(-2, -1).flatten(1, 2)
    if "heads-and-width-not-joined" in wrong:
        return x.transpose(1, 2)
    if "other-axes-transposed" in wrong:
        batch, _, length, _ = x.shape
        moved = x.transpose(*wrong["other-axes-transposed"])
        return moved.reshape(batch, length, -1)
    return merge(wrong, x)


def _cases(dtype: torch.dtype) -> list[Case]:
    def case(name: str, *shape: int, seed: int) -> Case:
        return Case(name, {"x": grid(*shape, seed=seed, dtype=dtype)})

    return [
        case("3 heads, 5 positions", 2, 3, 5, 4, seed=10),
        case("as many positions as heads", 2, 3, 3, 4, seed=20),
        case("B = H = T = d = 4", 4, 4, 4, 4, seed=30),
        case("1 head", 2, 1, 5, 6, seed=40),
    ]


def _flatten(x: Tensor) -> Tensor:
    return x.permute(0, 2, 1, 3).flatten(2)


def _contiguous_view(x: Tensor) -> Tensor:
    batch, num_heads, length, d_head = x.shape
    moved = x.transpose(1, 2).contiguous()
    return moved.view(batch, length, num_heads * d_head)


def _concatenate(x: Tensor) -> Tensor:
    return torch.cat(list(x.unbind(dim=1)), dim=-1)


def _loops(x: Tensor) -> Tensor:
    batch, num_heads, length, d = x.shape
    result = torch.zeros(batch, length, num_heads * d, dtype=x.dtype)
    for b, h, t in product(range(batch), range(num_heads), range(length)):
        result[b, t, h * d : (h + 1) * d] = x[b, h, t]
    return result


def _einsum(x: Tensor) -> Tensor:
    _, num_heads, _, d = x.shape
    columns = torch.eye(num_heads * d, dtype=x.dtype).view(num_heads, d, -1)
    return torch.einsum("bhtd,hdw->btw", x, columns)


MERGE_HEADS = Exercise(
    id="04.merge_heads",
    title="Lay the heads side by side",
    returns="merged (B, T, D)",
    reference=merge_heads,
    computation=_steps,
    answer=("merged",),
    cases=_cases,
    mistakes=(
        Mistake(
            "merge-without-transpose",
            "You reshape (B, H, T, d) to (B, T, D) at once. The numbers keep their "
            "order, so a row gets several positions of one head. Swap H and T first.",
            VIEW,
            group="axes",
        ),
        Mistake(
            "heads-and-width-swapped",
            "You lay out the first numbers of all heads, then the second ones. Head 0 "
            "comes whole, then head 1: flatten (B, T, H, d), not (B, T, d, H).",
            MERGE,
            group="axes",
        ),
        Mistake(
            "other-axes-transposed",
            "You swap other axes before the reshape. H and T change places, axes 1 and "
            "2, so that H and d are neighbours.",
            MERGE,
            forms=((2, 3), (1, 3)),
            group="axes",
        ),
        Mistake(
            "heads-and-width-not-joined",
            "You stop at (B, T, H, d). Join the last two axes: "
            "`reshape(batch, length, num_heads * d_head)`.",
            MERGE,
            group="axes",
        ),
        Mistake(
            "joined-along-positions",
            "You put the heads behind each other in time, (B, H * T, d). They stand "
            "side by side in the width: (B, T, H * d).",
            MERGE,
            group="axes",
        ),
        Mistake(
            "joined-along-batch",
            "You put the heads behind each other in the batch, as `torch.cat` does by "
            "itself. They stand side by side in the width: dim=-1.",
            MERGE,
            group="axes",
        ),
        Mistake(
            "width-before-positions",
            "Your answer is (B, D, T), positions last. Each position is a row: "
            "(B, T, D).",
            MERGE,
            group="axes",
        ),
        Mistake(
            "heads-added",
            "You add or average the heads, so their findings can no longer be told "
            "apart. Put them side by side: H * d columns.",
            MERGE,
            forms=("sum", "mean"),
            group="axes",
        ),
        Mistake(
            "one-head-kept",
            "You return one head alone; the others are lost. All of them stand side by "
            "side in the answer.",
            MERGE,
            forms=(0, -1),
            group="axes",
        ),
    ),
    variants={
        "permute and flatten": _flatten,
        "contiguous and view": _contiguous_view,
        "built-in cat": _concatenate,
        "loops": _loops,
        "einsum": _einsum,
    },
    hints=(
        "It is the way back from `split_heads`: undo its two steps in reverse order.",
        "`transpose(1, 2)` makes (B, T, H, d), so that the axes to be joined are "
        "neighbours.",
        "Then `reshape(batch, length, num_heads * d_head)`. `view` would refuse: after "
        "a transpose the numbers do not lie in this order in memory.",
    ),
    explanation="Joining is only possible for neighbouring axes, so H has to stand "
    "next to d before the reshape. `view` raises here and `reshape` copies: a "
    "transpose changes how the memory is read, not the memory.",
)

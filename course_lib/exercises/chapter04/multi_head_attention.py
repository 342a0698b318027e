"""04.multi_head_attention: projections, heads, attention, output projection."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise
from course_lib.exercises.chapter03 import attention_steps
from course_lib.exercises.chapter04.layouts import Wrong, merge, split
from course_lib.exercises.chapter04.mistakes import MULTI_HEAD_MISTAKES
from course_lib.exercises.inputs import EXACT, grid


def multi_head_attention(
    x: Tensor,
    w_query: Tensor,
    w_key: Tensor,
    w_value: Tensor,
    w_output: Tensor,
    num_heads: int,
    mask: Tensor | None = None,
) -> Tensor:
    batch, length, d_model = x.shape
    d_head = d_model // num_heads

    def split(projected: torch.Tensor) -> torch.Tensor:  # (B, T, D) -> (B, H, T, d)
        return projected.reshape(batch, length, num_heads, d_head).transpose(1, 2)

    query, key, value = split(x @ w_query.T), split(x @ w_key.T), split(x @ w_value.T)
    scores = query @ key.transpose(-2, -1) / math.sqrt(d_head)  # (B, H, T, T)
    if mask is not None:
        if mask.dim() == 3:  # (B, 1, T): the same for every head
            mask = mask.unsqueeze(1)
        scores = scores.masked_fill(~mask, -math.inf)
    weights = torch.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    merged = (weights @ value).transpose(1, 2).reshape(batch, length, d_model)
    return merged @ w_output.T


def multi_head_steps(
    wrong: Wrong,
    x: Tensor,
    w_query: Tensor,
    w_key: Tensor,
    w_value: Tensor,
    w_output: Tensor,
    num_heads: int,
    mask: Tensor | None = None,
) -> dict[str, Tensor]:
    """Multi-head attention step by step, with these mistakes in it.

    Args:
        wrong: names of MULTI_HEAD_MISTAKES and their forms.
        x: (B, T, D)
        w_query, w_key, w_value, w_output: (D, D), stored as (out, in).
        num_heads: H.
        mask: boolean, broadcastable to (B, H, T, T), or (B, 1, T).

    Returns:
        "queries", "keys", "values" (B, T, D), the steps of attention in all heads
        (B, H, T, ...), then "merged heads" and "output" (B, T, D).
    """
    if "heads-ignored" in wrong:
        num_heads = 1
    weights = _repeated(wrong, w_query, w_key, w_value)
    projected = {
        f"{name}s" if name != "query" else "queries": x @ _stored(wrong, name, weight)
        for name, weight in zip(("query", "key", "value"), weights, strict=True)
    }
    query, key, value = (split(wrong, p, num_heads) for p in projected.values())
    if "scale-by-d-model" in wrong:  # it is divided by the root of d below
        query = query / math.sqrt(num_heads)
    inside = attention_steps(wrong, query, key, value, _opened(wrong, mask))
    merged = merge(_merging(wrong), inside["context"])
    output = merged @ _stored(wrong, "output", w_output)
    if "output-projection-missing" in wrong:
        output = merged
    return {**projected, **inside, "merged heads": merged, "output": output}


def _repeated(
    wrong: Wrong, w_query: Tensor, w_key: Tensor, w_value: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The three weights, one perhaps in the place of the next."""
    form = wrong.get("projection-repeated")
    if form == "key":
        return w_query, w_query, w_value
    return w_query, w_key, w_key if form == "value" else w_value


def _stored(wrong: Wrong, name: str, weight: Tensor) -> Tensor:
    """What x is multiplied by from the right: (in, out)."""
    form = wrong.get("weight-not-transposed")
    return weight if form in ("all", name) else weight.T


def _opened(wrong: Wrong, mask: Tensor | None) -> Tensor | None:
    """A padding mask gets an axis for the heads."""
    if mask is None or mask.dim() != 3 or "padding-meets-heads" in wrong:
        return mask
    return mask.unsqueeze(1)


def _merging(wrong: Wrong) -> Wrong:
    """A wrong split is merged as it should be: only its own mistake matters."""
    name = "merge-without-transpose"
    return {name: True} if name in wrong else {}


_CAUSAL = torch.ones(4, 4, dtype=torch.bool).tril()
_PADDING = torch.tensor(
    [[[1, 1, 1, 0]], [[1, 0, 1, 1]], [[0, 1, 1, 0]]], dtype=torch.bool
)
_EMPTY_ROW = torch.tensor(
    [
        [[0, 0, 0, 0], [1, 0, 1, 0], [0, 1, 1, 1], [1, 1, 0, 1]],
        [[1, 0, 0, 1], [0, 1, 1, 0], [0, 0, 0, 0], [1, 0, 1, 1]],
    ],
    dtype=torch.bool,
).unsqueeze(1)  # (B, 1, T, T)


def _case(
    name: str,
    dtype: torch.dtype,
    seed: int,
    length: int = 4,
    mask: Tensor | None = None,
    batch: int = 2,
    step: float = 1 / 16,
) -> Case:
    def weight(number: int, step: float = 1 / 16) -> Tensor:
        return grid(12, 12, seed=seed + number, dtype=dtype, step=step)

    inputs: dict[str, Any] = {
        "x": grid(batch, length, 12, seed=seed, dtype=dtype),
        "w_query": weight(1, step),
        "w_key": weight(2, step),
        "w_value": weight(3),
        "w_output": weight(4),
        "num_heads": 3,
        "mask": mask,
    }
    return Case(name, inputs)


def _cases(dtype: torch.dtype) -> list[Case]:
    # Low scores in a row tell a fill of -10 from one of -1e9; with these seeds all
    # values can be inverted, so that a mask's free parameters can be read off.
    step = 1 / 8 if dtype in EXACT else 1 / 16
    return [
        _case("5 positions, 3 heads", dtype, 10, 5),
        _case("with a causal mask", dtype, 1311, mask=_CAUSAL),
        _case("with a padding mask (B, 1, T)", dtype, 1227, mask=_PADDING, batch=3),
        _case("with rows that allow nothing", dtype, 6572, mask=_EMPTY_ROW, step=step),
    ]


def _loop_over_heads(
    x: Tensor,
    w_query: Tensor,
    w_key: Tensor,
    w_value: Tensor,
    w_output: Tensor,
    num_heads: int,
    mask: Tensor | None = None,
) -> Tensor:
    if mask is not None:
        mask = mask[:, None] if mask.dim() == 3 else mask
        mask = mask.expand(len(x), num_heads, x.shape[1], x.shape[1])
    d, output = x.shape[-1] // num_heads, torch.zeros_like(x)
    for h in range(num_heads):
        rows = slice(h * d, (h + 1) * d)
        query, key, value = (x @ w[rows].T for w in (w_query, w_key, w_value))
        scores = query @ key.mT * d**-0.5
        if mask is not None:
            scores = scores.masked_fill(~mask[:, h], -math.inf)
        weights = scores.softmax(-1).nan_to_num(0.0)
        output = output + weights @ value @ w_output[:, rows].T
    return output


def _einsum(
    x: Tensor,
    w_query: Tensor,
    w_key: Tensor,
    w_value: Tensor,
    w_output: Tensor,
    num_heads: int,
    mask: Tensor | None = None,
) -> Tensor:
    weights = (w.unflatten(0, (num_heads, -1)) for w in (w_query, w_key, w_value))
    query, key, value = (torch.einsum("btw,hdw->bhtd", x, w) for w in weights)
    scores = torch.einsum("bhid,bhjd->bhij", query, key) / key.shape[-1] ** 0.5
    if mask is not None:
        mask = mask[:, None] if mask.dim() == 3 else mask
        scores = scores + torch.where(mask, 0.0, -math.inf).to(scores.dtype)
    shares = scores.softmax(-1).nan_to_num(0.0)
    columns = w_output.unflatten(1, (num_heads, -1))
    return torch.einsum("bhij,bhjd,whd->biw", shares, value, columns)


def _built_in(
    x: Tensor,
    w_query: Tensor,
    w_key: Tensor,
    w_value: Tensor,
    w_output: Tensor,
    num_heads: int,
    mask: Tensor | None = None,
) -> Tensor:
    parts = F.linear(x, torch.cat((w_query, w_key, w_value))).chunk(3, dim=-1)
    query, key, value = (torch.stack(p.chunk(num_heads, -1), dim=1) for p in parts)
    if mask is not None and mask.dim() == 3:
        mask = mask[:, None]
    context = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    return F.linear(context.transpose(1, 2).flatten(2), w_output)


def _torch_module(
    x: Tensor,
    w_query: Tensor,
    w_key: Tensor,
    w_value: Tensor,
    w_output: Tensor,
    num_heads: int,
    mask: Tensor | None = None,
) -> Tensor:
    batch, length, d_model = x.shape
    if mask is not None:
        mask = mask[:, None] if mask.dim() == 3 else mask
        mask = ~mask.expand(batch, num_heads, length, length).flatten(0, 1)
    module = torch.nn.MultiheadAttention(
        d_model, num_heads, bias=False, batch_first=True, dtype=x.dtype
    )
    module.in_proj_weight.data = torch.cat((w_query, w_key, w_value))
    module.out_proj.weight.data = w_output
    return module(x, x, x, attn_mask=mask, need_weights=False)[0]


def _large_fill(
    x: Tensor,
    w_query: Tensor,
    w_key: Tensor,
    w_value: Tensor,
    w_output: Tensor,
    num_heads: int,
    mask: Tensor | None = None,
) -> Tensor:
    heads = (x @ torch.stack((w_query, w_key, w_value)).mT[:, None]).unflatten(
        -1, (num_heads, -1)
    )
    query, key, value = heads.transpose(2, 3)
    scores = query.matmul(key.mT).div(math.sqrt(query.size(-1)))
    if mask is not None:
        mask = mask.unsqueeze(1) if mask.ndim == 3 else mask
        weights = F.softmax(scores.masked_fill(mask.logical_not(), -1e9), dim=-1)
        weights = weights * mask.any(-1, keepdim=True)
    else:
        weights = F.softmax(scores, dim=-1)
    return weights.matmul(value).permute(0, 2, 1, 3).flatten(2).matmul(w_output.t())


MULTI_HEAD_ATTENTION = Exercise(
    id="04.multi_head_attention",
    title="Multi-head attention",
    returns="output (B, T, D)",
    reference=multi_head_attention,
    computation=multi_head_steps,
    answer=("output",),
    cases=_cases,
    mistakes=MULTI_HEAD_MISTAKES,
    variants={
        "loop over heads": _loop_over_heads,
        "einsum": _einsum,
        "built-in attention": _built_in,
        "PyTorch's module": _torch_module,
        "-1e9 instead of -inf": _large_fill,
    },
    hints=(
        "Five steps: project three times, split into heads, attend, merge the heads, "
        "project once more. You have all of them in this chapter.",
        "The weights are stored as (out, in), so it is x @ w_query.T, and so on. Then "
        "reshape to (B, T, H, d) and transpose(1, 2).",
        "A head is d = D // num_heads wide: divide by math.sqrt(d). A mask with three "
        "axes, (B, 1, T), needs mask.unsqueeze(1) to meet scores (B, H, T, T).",
        "After softmax, weights.masked_fill(~mask, 0.0) mends rows that allow nothing. "
        "Then (weights @ value).transpose(1, 2).reshape(B, T, D) @ w_output.T.",
    ),
    explanation="Nothing in the middle knows that there are heads: `@` and softmax "
    "work on the last two axes, and (B, H) stand in front as a larger batch would. "
    "Heads cost two reshapes, one before and one after.",
)

"""13.cross_attention: the decoder looks at what the encoder read."""

import math
from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise
from course_lib.exercises.chapter03 import attention_steps
from course_lib.exercises.chapter04.layouts import merge, split
from course_lib.exercises.chapter13.mistakes import CROSS_MISTAKES
from course_lib.exercises.inputs import EXACT, grid

Wrong = Mapping[str, Any]


def cross_attention(
    x: Tensor,
    memory: Tensor,
    w_query: Tensor,
    w_key: Tensor,
    w_value: Tensor,
    w_output: Tensor,
    num_heads: int,
    memory_mask: Tensor | None = None,
) -> Tensor:
    def split(projected: torch.Tensor) -> torch.Tensor:  # (B, T, D) -> (B, H, T, d)
        batch, length, d_model = projected.shape
        heads = projected.reshape(batch, length, num_heads, d_model // num_heads)
        return heads.transpose(1, 2)

    query = split(x @ w_query.T)  # the decoder asks
    key, value = split(memory @ w_key.T), split(memory @ w_value.T)
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if memory_mask is not None:  # (B, T_k) -> (B, 1, 1, T_k)
        allowed = memory_mask[:, None, None, :]
        scores = scores.masked_fill(~allowed, -math.inf)
    weights = torch.softmax(scores, dim=-1)  # (B, H, T_q, T_k)
    if memory_mask is not None:  # rows that allow nothing are NaN up to here
        weights = weights.masked_fill(~allowed, 0.0)
    merged = (weights @ value).transpose(1, 2).reshape(x.shape)
    return merged @ w_output.T


def _steps(
    wrong: Wrong,
    x: Tensor,
    memory: Tensor,
    w_query: Tensor,
    w_key: Tensor,
    w_value: Tensor,
    w_output: Tensor,
    num_heads: int,
    memory_mask: Tensor | None = None,
) -> dict[str, Tensor]:
    if "heads-ignored" in wrong:
        num_heads = 1
    weights = {"query": w_query, "key": w_key, "value": w_value}
    parts = {
        name: source @ _stored(wrong, name, weights[name])
        for name, source in _sources(wrong, x, memory).items()
    }
    query, key, value = (split(wrong, part, num_heads) for part in parts.values())
    if "scale-by-d-model" in wrong:  # it is divided by the root of d below
        query = query / math.sqrt(num_heads)
    mask = _mask(wrong, memory_mask, query.shape[-2], key.shape[-2])
    inside = attention_steps(wrong, query, key, value, mask)
    if memory_mask is None:  # nothing to mask: no step of its own
        del inside["masked scores"]
    if wrong.get("causal-mask-on-memory") == "not mended":
        inside["context"] = _left_alone(inside["context"], mask, memory_mask)
    merged = merge(_merging(wrong), inside["context"])
    output = merged @ _stored(wrong, "output", w_output)
    return {
        "queries": parts["query"],
        "keys": parts["key"],
        "values": parts["value"],
        **inside,
        "merged heads": merged,
        "output": merged if "output-projection-missing" in wrong else output,
    }


def _sources(wrong: Wrong, x: Tensor, memory: Tensor) -> dict[str, Tensor]:
    """What queries, keys and values are computed from."""
    swapped = "x-and-memory-swapped" in wrong
    asks, answers = (memory, x) if swapped else (x, memory)
    return {
        "query": memory if "query-from-memory" in wrong else asks,
        "key": x if "key-from-x" in wrong else answers,
        "value": x if "value-from-x" in wrong else answers,
    }


def _stored(wrong: Wrong, name: str, weight: Tensor) -> Tensor:
    """What is multiplied by from the right: (in, out)."""
    form = wrong.get("weight-not-transposed")
    return weight if form in ("all", name) else weight.T


def _mask(
    wrong: Wrong, memory_mask: Tensor | None, queries: int, keys: int
) -> Tensor | None:
    """What may be attended to, broadcastable to (B, H, T_q, T_k)."""
    causal = wrong.get("causal-mask-on-memory")
    triangle = torch.ones(queries, keys, dtype=torch.bool).tril() if causal else None
    if memory_mask is None or causal == "instead of the mask":
        return triangle
    if "mask-over-queries" in wrong:
        return memory_mask[:, None, :, None]
    form = wrong.get("memory-mask-meets-heads")
    if form:
        return memory_mask if form == "(B, T_k)" else memory_mask[:, None]
    allowed = memory_mask[:, None, None, :]
    return allowed if triangle is None else allowed & triangle


def _left_alone(context: Tensor, mask: Tensor, memory_mask: Tensor | None) -> Tensor:
    """NaN where the triangle left no key and the memory's own mask mends nothing."""
    if memory_mask is None:
        return context
    lost = ~mask.any(-1, keepdim=True) & memory_mask.any(-1)[:, None, None, None]
    return context.masked_fill(lost, math.nan)


def _merging(wrong: Wrong) -> Wrong:
    """A wrong split is merged as it should be: only its own mistake matters."""
    name = "merge-without-transpose"
    return {name: True} if name in wrong else {}


_NONE_AT_ALL = [[1, 1, 0, 1], [0, 0, 0, 0]]


def _case(
    name: str,
    dtype: torch.dtype,
    seed: int,
    lengths: tuple[int, int],
    mask: list[list[int]] | None = None,
    step: float = 1 / 16,
) -> Case:
    batch = 2 if mask is None else len(mask)
    queries, keys = lengths
    inputs: dict[str, Any] = {
        "x": grid(batch, queries, 12, seed=seed, dtype=dtype),
        "memory": grid(batch, keys, 12, seed=seed + 1, dtype=dtype),
    }
    for number, part in enumerate(("query", "key", "value", "output"), 2):
        fine = step if part in ("query", "key") else 1 / 16
        weight = grid(12, 12, seed=seed + number, dtype=dtype, step=fine)
        inputs[f"w_{part}"] = weight
    inputs["num_heads"] = 3
    inputs["memory_mask"] = None if mask is None else torch.tensor(mask).bool()
    return Case(name, inputs)


def _cases(dtype: torch.dtype) -> list[Case]:
    # Low scores in a row tell a fill of -10 from one of -1e9; with the large seeds all
    # values can be inverted, so that a mask's free parameters can be read off.
    step = 1 / 8 if dtype in EXACT else 1 / 16
    some = [[1, 1, 1, 0, 0], [1, 0, 1, 1, 1], [0, 1, 1, 1, 0]]
    square = [[1, 1, 1, 0], [1, 0, 1, 1], [0, 1, 1, 0]]
    return [
        _case("3 queries, 5 keys", dtype, 10, (3, 5)),
        _case("as many queries as keys", dtype, 20, (4, 4)),
        _case("3 queries, 5 keys, with a mask", dtype, 30, (3, 5), some),
        _case("4 queries, 4 keys, with a mask", dtype, 13643, (4, 4), square),
        _case("no key allowed", dtype, 2604, (3, 4), _NONE_AT_ALL, step),
    ]


def _loop_over_heads(
    x: Tensor,
    memory: Tensor,
    w_query: Tensor,
    w_key: Tensor,
    w_value: Tensor,
    w_output: Tensor,
    num_heads: int,
    memory_mask: Tensor | None = None,
) -> Tensor:
    d = x.shape[-1] // num_heads
    output = torch.zeros_like(x)
    for rows in torch.arange(x.shape[-1]).split(d):
        query = x @ w_query[rows].T
        key, value = memory @ w_key[rows].T, memory @ w_value[rows].T
        scores = query @ key.mT * d**-0.5
        if memory_mask is not None:
            scores = scores.masked_fill(~memory_mask.unsqueeze(1), -math.inf)
        weights = scores.softmax(-1).nan_to_num(0.0)
        output = output + weights @ value @ w_output[:, rows].T
    return output


def _einsum(
    x: Tensor,
    memory: Tensor,
    w_query: Tensor,
    w_key: Tensor,
    w_value: Tensor,
    w_output: Tensor,
    num_heads: int,
    memory_mask: Tensor | None = None,
) -> Tensor:
    cut = (w.unflatten(0, (num_heads, -1)) for w in (w_query, w_key, w_value))
    texts = (x, memory, memory)
    query, key, value = (
        torch.einsum("btw,hdw->bhtd", text, w)
        for text, w in zip(texts, cut, strict=True)
    )
    scores = torch.einsum("bhqd,bhkd->bhqk", query, key) / key.shape[-1] ** 0.5
    if memory_mask is not None:
        added = torch.where(memory_mask, 0.0, -math.inf).to(scores.dtype)
        scores = scores + added[:, None, None]
    shares = scores.softmax(-1).nan_to_num(0.0)
    columns = w_output.unflatten(1, (num_heads, -1))
    return torch.einsum("bhqk,bhkd,whd->bqw", shares, value, columns)


def _built_in(
    x: Tensor,
    memory: Tensor,
    w_query: Tensor,
    w_key: Tensor,
    w_value: Tensor,
    w_output: Tensor,
    num_heads: int,
    memory_mask: Tensor | None = None,
) -> Tensor:
    query = F.linear(x, w_query)
    both = F.linear(memory, torch.cat((w_key, w_value))).chunk(2, dim=-1)
    heads = (torch.stack(p.chunk(num_heads, -1), dim=1) for p in (query, *both))
    mask = None if memory_mask is None else memory_mask[:, None, None]
    context = F.scaled_dot_product_attention(*heads, attn_mask=mask)
    return F.linear(context.transpose(1, 2).flatten(2), w_output)


def _large_fill(
    x: Tensor,
    memory: Tensor,
    w_query: Tensor,
    w_key: Tensor,
    w_value: Tensor,
    w_output: Tensor,
    num_heads: int,
    memory_mask: Tensor | None = None,
) -> Tensor:
    batch, d = len(x), x.shape[-1] // num_heads
    query = (x @ w_query.t()).view(batch, -1, num_heads, d).permute(0, 2, 1, 3)
    key = (memory @ w_key.t()).view(batch, -1, num_heads, d).permute(0, 2, 3, 1)
    value = (memory @ w_value.t()).view(batch, -1, num_heads, d).permute(0, 2, 1, 3)
    scores = query.matmul(key).div(math.sqrt(d))
    if memory_mask is None:
        memory_mask = torch.ones(memory.shape[:2], dtype=torch.bool)
    allowed = memory_mask.view(batch, 1, 1, -1)
    weights = F.softmax(scores.masked_fill(allowed.logical_not(), -1e9), dim=-1)
    context = (weights * allowed).matmul(value)
    return context.permute(0, 2, 1, 3).flatten(2).matmul(w_output.t())


CROSS_ATTENTION = Exercise(
    id="13.cross_attention",
    title="Cross attention",
    returns="output (B, T_q, D)",
    reference=cross_attention,
    computation=_steps,
    answer=("output",),
    cases=_cases,
    mistakes=CROSS_MISTAKES,
    variants={
        "loop over heads": _loop_over_heads,
        "einsum": _einsum,
        "built-in attention": _built_in,
        "-1e9 instead of -inf": _large_fill,
    },
    hints=(
        "It is multi-head attention with two texts. Who asks, and whose text is "
        "looked at? Take your answer to 04.multi_head_attention and change the inputs "
        "of the three projections.",
        "Queries are `x @ w_query.T`; keys and values come from `memory`. The two "
        "lengths differ: reshape each text by its own length, T_q or T_k.",
        "`memory_mask[:, None, None, :]` has axes for the heads and for the queries, "
        "so that it hides columns. Fill the scores with -inf where it is False.",
        "After softmax `weights.masked_fill(~memory_mask[:, None, None, :], 0.0)` "
        "mends rows that allow nothing. Then merge: `(weights @ value).transpose(1, 2)"
        ".reshape(x.shape) @ w_output.T`.",
    ),
    explanation="Only the inputs of the projections differ from self-attention: the "
    "decoder asks, the encoder's text answers. The weights are (T_q, T_k), a row for "
    "each word of the translation, and say which source words it looks at. Nothing "
    "here is causal, because the source is known from the beginning.",
)

"""14.cached_attention: one new position attends to everything that was kept."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise
from course_lib.exercises.chapter03 import attention_steps
from course_lib.exercises.chapter14.mistakes import CACHE_MISTAKES
from course_lib.exercises.compare import Reading, same
from course_lib.exercises.inputs import EXACT, grid
from course_lib.exercises.runner import copied, unchanged

Wrong = Mapping[str, Any]
Pair = tuple[Tensor, Tensor]
REMEMBERS = (
    "called twice with the same inputs, it returns two different answers. It keeps "
    "something between its calls; all that it may know is in its arguments"
)


def cached_attention(
    query: Tensor, key: Tensor, value: Tensor, cache: tuple[Tensor, Tensor] | None
) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    if cache is None:
        keys, values = key, value
    else:  # new tensors: whoever holds the old cache keeps it as it was
        keys = torch.cat([cache[0], key], dim=-2)  # (B, H, T + 1, d)
        values = torch.cat([cache[1], value], dim=-2)
    scores = query @ keys.transpose(-2, -1) / math.sqrt(query.shape[-1])
    context = torch.softmax(scores, dim=-1) @ values  # (B, H, 1, d)
    return context, (keys, values)


def _steps(
    wrong: Wrong, query: Tensor, key: Tensor, value: Tensor, cache: Any
) -> dict[str, Any]:
    keys, values = _grown(wrong, key, value, cache)
    seen_keys, seen_values = _seen(wrong, keys, values, cache)
    inside = attention_steps(wrong, query, seen_keys, seen_values)
    kept = _kept(wrong, (keys, values), (key, value), cache)
    if "mutates-shared-cache" in wrong and cache is not None:
        _write_into(cache, (keys, values), wrong["mutates-shared-cache"])
    steps = {
        "keys": keys,
        "values": values,
        "scaled scores": inside["scaled scores"],
        "weights": inside["weights"],
        "context": inside["context"],
    }
    return steps | {"cache": kept}


def _grown(wrong: Wrong, key: Tensor, value: Tensor, cache: Any) -> Pair:
    """Old and new positions together, keys and values (B, H, T + 1, d)."""
    if cache is None:
        return key, value
    old_keys, old_values = cache
    if wrong.get("keys-and-values-swapped") == "unpacked":
        old_keys, old_values = old_values, old_keys
    return (
        _joined(wrong, "keys", old_keys, key),
        _joined(wrong, "values", old_values, value),
    )


def _joined(wrong: Wrong, what: str, old: Tensor, new: Tensor) -> Tensor:
    if wrong.get("prepends-instead-of-appends") in ("both", what):
        return torch.cat([new, old], dim=-2)
    form = wrong.get("stays-as-long")
    if form == "the newest is overwritten":
        old = old[..., :-1, :]
    elif form == "the oldest is dropped":
        old = old[..., 1:, :]
    if "appends-twice" in wrong:
        old = torch.cat([old, new], dim=-2)
    return torch.cat([old, new], dim=-2)


def _seen(wrong: Wrong, keys: Tensor, values: Tensor, cache: Any) -> Pair:
    """What the query attends to."""
    form = wrong.get("masks-the-past")
    if form == "the newest only" or wrong.get("replaces-cache") == "and attends to it":
        return keys[..., -1:, :], values[..., -1:, :]
    if form == "the oldest only":
        return keys[..., :1, :], values[..., :1, :]
    if "newest-left-out" in wrong and cache is not None:
        return keys[..., :-1, :], values[..., :-1, :]
    return keys, values


def _kept(wrong: Wrong, grown: Pair, new: Pair, cache: Any) -> Any:
    """The cache that is returned."""
    if "replaces-cache" in wrong:
        grown = new
    form = wrong.get("returns-old-cache")
    if form and cache is not None:
        return copied(tuple(cache))  # as it came, though it be written into
    if form == "None stays None":
        return None
    if wrong.get("keys-and-values-swapped") == "returned":
        return grown[1], grown[0]
    return grown


def _write_into(cache: Any, grown: Pair, form: str) -> None:
    """What others still hold changes: the pair itself, or the tensors in it."""
    for place, tensor in enumerate(grown):
        if form == "the pair":
            cache[place] = tensor  # raises where the pair is a tuple
        else:
            cache[place].set_(tensor)


def _trial(
    answer: Callable[..., Any], query: Tensor, key: Tensor, value: Tensor, cache: Any
) -> Any:
    """Call an answer as two beams would that go on from the same cache.

    The pair is a tuple. An answer that writes into the pair itself, and not into the
    tensors, gets a list: that it does so can then be seen.
    """
    new, before = copied([query, key, value]), copied(cache)
    given = None if cache is None else tuple(cache)
    try:
        first = answer(query, key, value, given)
    except (TypeError, AttributeError):
        if cache is None:
            raise
        first = answer(*copied(new), cache)
        query, key, value = new
    if not unchanged(cache, before) or not unchanged(given, before and tuple(before)):
        return first
    with torch._C.DisableTorchFunction():
        return _again(answer, new, given, first)


def _again(
    answer: Callable[..., Any], new: list[Tensor], cache: Any, first: Any
) -> Any:
    """The first answer, with a complaint if the second is not the same."""
    kept = copied(first)
    try:
        second = answer(*new, cache)
    except Exception:
        return Reading(first, problem=REMEMBERS)
    return first if _alike(second, kept) else Reading(kept, problem=REMEMBERS)


def _alike(one: Any, other: Any) -> bool:
    """True if two answers of one function hold the same numbers."""
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, (Tensor, np.ndarray)):
        other = torch.as_tensor(other)
        return same(torch.as_tensor(one).detach(), other.detach(), 1e-4)
    return type(one) is type(other)


def _cases(dtype: torch.dtype) -> list[Case]:
    def case(
        name: str, lead: tuple[int, int], length: int, seed: int, width: int = 6
    ) -> Case:
        step = 0.25 if width == 6 else 16  # a root of 4 is exact: no rounding

        def draw(positions: int, number: int, step: float) -> Tensor:
            shape = (*lead, positions, width)
            return grid(*shape, seed=seed + number, dtype=dtype, step=step)

        old = [draw(length, 3, step), draw(length, 4, 0.25)] if length else None
        inputs = {
            "query": draw(1, 0, step),
            "key": draw(1, 1, step),
            "value": draw(1, 2, 0.25),
            "cache": old,
        }
        return Case(name, inputs)

    cases = [
        case("4 positions kept", (2, 3), 4, 10),
        case("the first position: cache is None", (2, 3), 0, 20),
        case("the second position", (1, 2), 1, 30),
        case("one head, 7 positions kept", (3, 1), 7, 40),
    ]
    if dtype in EXACT:
        cases.append(case("large numbers", (2, 2), 5, 50, width=4))
    return cases


def _empty(like: Tensor) -> Pair:
    nothing = like.new_zeros(*like.shape[:-2], 0, like.shape[-1])
    return nothing, nothing


def _built_in(query: Tensor, key: Tensor, value: Tensor, cache: Any) -> Any:
    keys, values = cache or _empty(key)
    keys, values = torch.cat((keys, key), 2), torch.cat((values, value), 2)
    return F.scaled_dot_product_attention(query, keys, values), (keys, values)


def _loops(query: Tensor, key: Tensor, value: Tensor, cache: Any) -> Any:
    if cache is not None:
        key = torch.cat([cache[0], key], dim=2)
        value = torch.cat([cache[1], value], dim=2)
    context = torch.zeros_like(query)
    for batch in range(query.shape[0]):
        for head in range(query.shape[1]):
            asks = query[batch, head, 0] / math.sqrt(query.shape[-1])
            scores = [float(asks @ one) for one in key[batch, head]]
            powers = [math.exp(score - max(scores)) for score in scores]
            for power, one in zip(powers, value[batch, head], strict=True):
                context[batch, head, 0] += power / sum(powers) * one
    return context, (key, value)


def _einsum(query: Tensor, key: Tensor, value: Tensor, cache: Any) -> Any:
    keys, values = (
        new if cache is None else torch.cat([old, new], -2)
        for old, new in zip(cache or (None, None), (key, value), strict=True)
    )
    scores = torch.einsum("bhid,bhjd->bhij", query, keys) * query.shape[-1] ** -0.5
    return torch.einsum("bhij,bhjd->bhid", scores.softmax(-1), values), (keys, values)


def _room_made(query: Tensor, key: Tensor, value: Tensor, cache: Any) -> Any:
    length = 0 if cache is None else cache[0].shape[-2]
    keys, values = (new.repeat(1, 1, length + 1, 1) for new in (key, value))
    if cache is not None:
        keys[:, :, :length], values[:, :, :length] = cache
    weights = (query * keys).sum(-1).div(query.shape[-1] ** 0.5).softmax(-1)
    return (weights[..., None] * values).sum(2, keepdim=True), (keys, values)


CACHED_ATTENTION = Exercise(
    id="14.cached_attention",
    title="Attention with a cache",
    returns="context (B, H, 1, d) and the new cache, a pair (keys, values)",
    reference=cached_attention,
    computation=_steps,
    answer=("context", "cache"),
    cases=_cases,
    mistakes=CACHE_MISTAKES,
    variants={
        "built-in": _built_in,
        "loops": _loops,
        "einsum": _einsum,
        "room made ahead": _room_made,
    },
    hints=(
        "What do the new position's key and value have to join before its query "
        "looks? And what is there to join when the cache is None?",
        "`torch.cat([cache[0], key], dim=-2)` are the keys of all T + 1 positions, the "
        "newest last; values likewise. `cat` makes a new tensor and leaves the old "
        "one alone.",
        "Then attention as in chapter 03, without a mask: what is in the cache lies "
        "in the past, and the newest position may see all of it.",
        "`scores = query @ keys.transpose(-2, -1) / math.sqrt(query.shape[-1])`, then "
        "`return torch.softmax(scores, dim=-1) @ values, (keys, values)`.",
    ),
    explanation="A causal mask lets earlier positions see nothing of later ones, so "
    "their keys and values never change when the text grows: each is computed once and "
    "kept. The newest query sees all T + 1 of them and needs no mask. The new cache is "
    "a new pair, because two beams may go on from the same old one.",
    trial=_trial,
    in_place="mutates-shared-cache",
    guarded="cache",
)

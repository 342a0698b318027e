"""14.top_k: only the k best tokens can be drawn."""

import math
from collections.abc import Mapping
from itertools import product
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.chapter14.filtering import (
    after_another_filter,
    distinct,
    filter_mistakes,
    ruled_out,
    zero_mistake,
)

BEST = "14, Top-k"
Wrong = Mapping[str, Any]
Chosen = Mapping[str, list[list[bool]]]  # which of those that tie were kept


def top_k(logits: Tensor, k: int) -> Tensor:
    k = min(k, logits.shape[-1])
    smallest_kept = logits.topk(k, dim=-1).values[..., -1:]  # (..., 1)
    return logits.masked_fill(logits < smallest_kept, -math.inf)


def _steps(wrong: Wrong, logits: Tensor, k: int) -> dict[str, Tensor]:
    kth, kept = _kept(wrong, logits, k)
    result = ruled_out(wrong, logits, kept)
    form = wrong.get("returns-only-the-best")
    if form:
        best = logits.topk(k, dim=-1)
        result = best.indices if form == "places" else best.values
    if "returns-sorted" in wrong:
        result = result.sort(-1, descending=True).values
    return {"k-th largest": kth, "filtered logits": result}


def _kept(wrong: Wrong, logits: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k-th best of each row (..., 1) and which tokens stay (..., V)."""
    axis = 0 if "over-the-batch" in wrong else -1
    values = logits.abs() if "by-magnitude" in wrong else logits
    if "keeps-smallest" in wrong:
        values = -values
    ordered = _ordered(wrong, values, axis)
    count = k + ("keeps-one-too-many" in wrong) - ("keeps-one-too-few" in wrong)
    kth = ordered.narrow(axis, count - 1, 1)
    if "keeps-first-places" in wrong:
        return kth, torch.arange(logits.shape[axis]).expand(logits.shape) < count
    form = wrong.get("ties-drop-all")
    if form == "above the k-th":
        return kth, values > kth
    if form == "above the next":
        return kth, values > ordered.narrow(axis, count, 1)
    return kth, _exactly(form, values, count, axis) if form else values >= kth


def _ordered(wrong: Wrong, values: Tensor, axis: int) -> Tensor:
    """The values by size, along the axis or with one row for all."""
    form = wrong.get("one-threshold-for-all-rows")
    if form == "of everything":
        flat = values.flatten().sort(descending=True).values
        return flat.reshape([1] * (values.ndim - 1) + [-1])
    ordered = values.sort(axis, descending=True).values
    return ordered.reshape(-1, values.shape[-1])[:1] if form else ordered


def _exactly(form: str | Chosen, values: Tensor, count: int, axis: int) -> Tensor:
    """`count` tokens of each row; of those that tie, the first, the last, any."""
    if isinstance(form, Mapping) and _key(values, count) in form:
        return torch.tensor(form[_key(values, count)]).reshape(values.shape)
    if form == "the last of them":
        kept = _exactly("the first of them", values.flip(axis), count, axis)
        return kept.flip(axis)
    places = values.argsort(dim=axis, descending=True, stable=True)
    best = places.narrow(axis, 0, count)
    return torch.zeros_like(values, dtype=torch.bool).scatter(axis, best, True)


def _key(values: Tensor, count: int) -> str:
    return f"{count} of {tuple(values.shape)}"


def _fit_chosen(inputs: Mapping[str, Any], output: Any) -> Chosen | None:
    """Which tokens were kept, if as many in each row, and the best or the worst."""
    logits = inputs["logits"]
    kept = (output - logits).abs() < 1e-3
    counts = set(kept.sum(-1).flatten().tolist())
    if len(counts) != 1 or not (_lead(kept, logits) or _lead(kept, -logits)):
        return None
    flat = kept.reshape(-1, kept.shape[-1])
    return {_key(logits, counts.pop()): flat.tolist()}


def _lead(kept: Tensor, values: Tensor) -> bool:
    """True if nothing that was kept is below anything that was not."""
    least = values.masked_fill(~kept, math.inf).amin(-1)
    return bool((least >= values.masked_fill(kept, -math.inf).amax(-1)).all())


_TIES = (
    (1.0, 2.0, 1.0, 0.0, 1.0, -1.0),
    (-0.5, 1.5, 1.5, -2.0, 1.5, 1.5),
    (0.5, -1.0, 1.0, -0.5, 0.0, -1.5),
    (-1.0, -1.25, -0.5, -1.0, -1.5, -1.0),
)


def _cases(dtype: torch.dtype) -> list[Case]:
    def case(name: str, logits: Tensor, k: int) -> Case:
        return Case(f"{name}, k = {k}", {"logits": logits, "k": k})

    row = distinct(9, seed=20, dtype=dtype)
    banned = after_another_filter(distinct(3, 8, seed=50, dtype=dtype))
    return [
        case("4 rows of 7 tokens", distinct(4, 7, seed=10, dtype=dtype), 3),
        case("one row of 9 tokens", row, 4),
        case("only the best", distinct(3, 6, seed=30, dtype=dtype), 1),
        case("a batch of sequences", distinct(2, 3, 5, seed=40, dtype=dtype), 2),
        case("ties at the k-th place", torch.tensor(_TIES, dtype=dtype), 2),
        case("after another filter", banned, 3),
    ]


def _sorted(logits: Tensor, k: int) -> Tensor:
    kth = logits.sort(dim=-1, descending=True).values[..., k - 1, None]
    return torch.where(logits >= kth, logits, -math.inf)


def _loops(logits: Tensor, k: int) -> Tensor:
    result = logits.clone()
    for place in product(*map(range, logits.shape[:-1])):
        row = logits[place].tolist()
        worst = sorted(row, reverse=True)[k - 1]
        for token, logit in enumerate(row):
            if logit < worst:
                result[place + (token,)] = -math.inf
    return result


def _ranks(logits: Tensor, k: int) -> Tensor:
    better = (logits[..., None, :] > logits[..., :, None]).sum(-1)  # than each one
    return logits.masked_fill(better >= k, float("-inf"))


def _kthvalue(logits: Tensor, k: int) -> Tensor:
    kth = logits.kthvalue(logits.shape[-1] - k + 1, dim=-1, keepdim=True).values
    return logits + torch.where(logits < kth, -math.inf, 0.0).to(logits.dtype)


def _mistake(name: str, says: str, **options: Any) -> Mistake:
    return Mistake(name, says, BEST, **options)


TOP_K = Exercise(
    id="14.top_k",
    title="Top-k",
    returns="logits (..., V), -inf for all but the k best",
    reference=top_k,
    computation=_steps,
    answer=("filtered logits",),
    cases=_cases,
    mistakes=(
        _mistake(
            "keeps-one-too-many",
            "You keep k + 1 tokens. Counted from 0, the k-th best stands at place "
            "k - 1 of the sorted row.",
            group="count",
        ),
        _mistake(
            "keeps-smallest",
            "You keep the k least likely tokens. The best have the largest logits: "
            "`topk`, or sorted with `descending=True`.",
        ),
        _mistake(
            "ties-drop-all",
            "Of the tokens that tie at the k-th place you drop all, or all but as many "
            "as make up k. They are equally likely, so all of them stay: keep what is "
            "at least as large as the k-th best, `logits >= kth`.",
            forms=(
                "above the k-th",
                "above the next",
                "the first of them",
                "the last of them",
            ),
            group="which",
            fit=_fit_chosen,
        ),
        zero_mistake(BEST),
        *filter_mistakes(BEST),
        _mistake(
            "keeps-one-too-few",
            "You keep k - 1 tokens. The k-th best, place k - 1 counted from 0, stays.",
            group="count",
        ),
        _mistake(
            "one-threshold-for-all-rows",
            "You compare all rows with one number, the k-th best of everything or of "
            "the first row. Each row has its own: `dim=-1`, and `keepdim` or "
            "`[..., -1:]` to keep the axis.",
            forms=("of everything", "of the first row"),
            group="row",
        ),
        _mistake(
            "over-the-batch",
            "You look for the k best along the first axis, among the rows. Each row "
            "chooses among its own V tokens: the last axis, `dim=-1`.",
            group="row",
        ),
        _mistake(
            "by-magnitude",
            "You compare sizes without their signs. A logit of -3 is less likely than "
            "one of 1: leave `abs` out.",
        ),
        _mistake(
            "keeps-first-places",
            "You keep the first k tokens of the vocabulary. Sorting comes first, or "
            "the k-th best value, with which every token is compared.",
            group="which",
        ),
        _mistake(
            "returns-only-the-best",
            "You return the k best alone, their logits or their places. Each token "
            "needs its logit at its own place: (..., V), with -inf for the others.",
            forms=("values", "places"),
            group="after",
        ),
        _mistake(
            "returns-sorted",
            "You return the logits sorted by size. A token's place is its name: leave "
            "each where it stands.",
            group="after",
        ),
    ),
    variants={
        "sorted": _sorted,
        "loops": _loops,
        "ranks": _ranks,
        "kthvalue": _kthvalue,
    },
    hints=(
        "One number for each row decides: the k-th largest logit. What is smaller is "
        "ruled out.",
        "`logits.topk(k, dim=-1).values` has the k largest of each row, best first. "
        "Its last column, `[..., -1:]`, is that number, in a shape that compares.",
        "`masked_fill(mask, -math.inf)` writes -inf where the mask is True, and leaves "
        "the rest as it is.",
        "`logits.masked_fill(logits < logits.topk(k, dim=-1).values[..., -1:], "
        "-math.inf)`",
    ),
    explanation="Comparing with the k-th best keeps every token that ties with it; "
    "writing by the places that `topk` returns would keep one of them and drop another "
    "by chance. After softmax, -inf has a probability of exactly 0. A k above V keeps "
    "everything.",
)

"""14.top_p: the fewest tokens that together are likely enough."""

import math
from collections.abc import Mapping
from itertools import product
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.chapter14.filtering import (
    after_another_filter,
    filter_mistakes,
    ruled_out,
    zero_mistake,
)

ENOUGH = "14, Top-p"
Wrong = Mapping[str, Any]


def top_p(logits: Tensor, p: float) -> Tensor:
    ordered, tokens = logits.sort(dim=-1, descending=True)
    probabilities = torch.softmax(ordered, dim=-1)
    before = probabilities.cumsum(dim=-1) - probabilities  # of all better tokens
    enough = before >= p  # reached without this token
    dropped = torch.zeros_like(enough).scatter(-1, tokens, enough)  # in their order
    return logits.masked_fill(dropped, -math.inf)


def _steps(wrong: Wrong, logits: Tensor, p: float) -> dict[str, Tensor]:
    if "p-of-the-rest" in wrong:
        p = 1 - p
    rising = "least-likely-first" in wrong
    ordered, tokens = logits.sort(dim=-1, descending=not rising)
    probabilities = _probabilities(wrong, ordered)
    kept = _kept(wrong, probabilities, p)
    steps = {"sorted logits": ordered, "probabilities": probabilities}
    return steps | {"filtered logits": _returned(wrong, logits, ordered, tokens, kept)}


def _probabilities(wrong: Wrong, ordered: Tensor) -> Tensor:
    """What is added up, in the order of the sorted tokens."""
    form = wrong.get("uses-logits-as-probabilities")
    if form == "divided by their sum":
        return ordered / ordered.sum(-1, keepdim=True)
    if form:
        return ordered
    if "softmax-over-the-batch" in wrong:
        return ordered.softmax(0)
    return ordered.softmax(-1)


def _kept(wrong: Wrong, probabilities: Tensor, p: float) -> Tensor:
    """Which of the sorted tokens stay."""
    if "threshold-instead-of-sum" in wrong:
        return _above(wrong["threshold-instead-of-sum"], probabilities, p)
    sums = probabilities.cumsum(-1)
    if "one-count-for-all-rows" in wrong:
        probabilities = probabilities.reshape(-1, sums.shape[-1])[0].expand(sums.shape)
        sums = probabilities.cumsum(-1)
    kept = sums - probabilities < p
    form = wrong.get("drops-the-crossing-token")
    if form:
        kept = sums <= p
        kept[..., 0] |= form == "but never the best"
    if "keeps-one-too-many" in wrong:  # what was kept, moved on by one
        kept = torch.cat((torch.ones_like(kept[..., :1]), kept[..., :-1]), -1)
    return kept


def _above(form: str, probabilities: Tensor, p: float) -> Tensor:
    """Tokens that are likely enough by themselves."""
    if form == "of the best":
        return probabilities >= p * probabilities.amax(-1, keepdim=True)
    return probabilities >= (1 - p if form == "1 - p" else p)


def _returned(
    wrong: Wrong, logits: Tensor, ordered: Tensor, tokens: Tensor, kept: Tensor
) -> Tensor:
    form = wrong.get("not-unsorted", "")
    if "sorted logits" in form:
        result = ruled_out(wrong, ordered, kept)
    elif "mask" in form:
        result = ruled_out(wrong, logits, kept)
    elif "unsorted-the-wrong-way" in wrong:
        chosen = wrong["unsorted-the-wrong-way"]
        if chosen == "sorted logits":
            return ruled_out(wrong, ordered, kept).gather(-1, tokens)
        result = ruled_out(wrong, logits, kept.gather(-1, tokens))
    else:
        own = torch.zeros_like(kept).scatter(-1, tokens, kept)
        return ruled_out(wrong, logits, own)
    return result.flip(-1) if "rising" in form else result


# Probabilities of tokens; each row says how sure the model is.
_SURE = (0.55, 0.2, 0.11, 0.07, 0.05, 0.02)
_SPREAD = (0.28, 0.24, 0.2, 0.15, 0.09, 0.04)
_EVEN = (0.36, 0.26, 0.16, 0.12, 0.07, 0.03)
_CLEAR = (0.85, 0.07, 0.04, 0.02, 0.015, 0.005)


def _logits(
    *rows: tuple[float, ...], seed: int, dtype: torch.dtype, shift: float = 0.0
) -> Tensor:
    """Logits with these probabilities in another order, a constant added to each."""
    draw = torch.Generator().manual_seed(seed)
    numbers = torch.tensor(rows, dtype=torch.float64).log() + shift
    places = torch.rand(numbers.shape, generator=draw).argsort(-1)
    return numbers.gather(-1, places).to(dtype)


def _cases(dtype: torch.dtype) -> list[Case]:
    def case(name: str, logits: Tensor, p: float) -> Case:
        return Case(f"{name}, p = {p}", {"logits": logits, "p": p})

    four = _logits(_SURE, _SPREAD, _EVEN, _CLEAR, seed=10, dtype=dtype, shift=2.0)
    row = _logits(_SPREAD, seed=21, dtype=dtype, shift=1.5)[0]
    high = _logits(_SPREAD, _CLEAR, _EVEN, seed=30, dtype=dtype, shift=0.5)
    batch = _logits(_SPREAD, _SURE, _EVEN, _SURE, seed=40, dtype=dtype, shift=1.0)
    batch = batch.reshape(2, 2, 6)
    banned = after_another_filter(_logits(_EVEN, _SURE, _SPREAD, seed=52, dtype=dtype))
    return [
        case("4 rows of 6 tokens", four, 0.67),
        case("one row of 6 tokens", row, 0.6),
        case("one token is enough", high, 0.2),
        case("a batch of sequences", batch, 0.82),
        case("after another filter", banned, 0.8),
    ]


def _rising(logits: Tensor, p: float) -> Tensor:
    ordered, tokens = logits.sort(dim=-1)
    tail = ordered.softmax(-1).cumsum(-1) <= 1 - p
    tail[..., -1] = False
    return logits.masked_fill(tail.scatter(-1, tokens, tail), -math.inf)


def _shifted(logits: Tensor, p: float) -> Tensor:
    ordered, tokens = torch.sort(logits, descending=True)
    dropped = torch.cumsum(ordered.softmax(-1), dim=-1) > p
    dropped[..., 1:] = dropped[..., :-1].clone()
    dropped[..., 0] = False
    return torch.full_like(logits, -math.inf).scatter(
        -1, tokens, ordered.masked_fill(dropped, -math.inf)
    )


def _inverse(logits: Tensor, p: float) -> Tensor:
    tokens = logits.argsort(-1, descending=True)
    probabilities = logits.softmax(-1).gather(-1, tokens)
    before = torch.nn.functional.pad(probabilities.cumsum(-1), (1, 0))[..., :-1]
    kept = (before < p).gather(-1, tokens.argsort(-1))
    return torch.where(kept, logits, -math.inf)


def _loops(logits: Tensor, p: float) -> Tensor:
    result = torch.full_like(logits, -math.inf)
    probabilities = torch.softmax(logits, dim=-1)
    for place in product(*map(range, logits.shape[:-1])):
        row = probabilities[place].tolist()
        total = 0.0
        for token in sorted(range(len(row)), key=lambda t, row=row: -row[t]):
            result[place + (token,)] = logits[place + (token,)]
            total += row[token]
            if total >= p:
                break
    return result


def _pairwise(logits: Tensor, p: float) -> Tensor:
    probabilities = logits.softmax(-1)
    better = logits[..., None, :] > logits[..., :, None]  # (..., V, V)
    before = (better * probabilities[..., None, :]).sum(-1)
    return logits.masked_fill(before >= p, -math.inf)


def _mistake(name: str, says: str, **options: Any) -> Mistake:
    return Mistake(name, says, ENOUGH, **options)


TOP_P = Exercise(
    id="14.top_p",
    title="Top-p",
    returns="logits (..., V), -inf for all but the smallest set that reaches p",
    reference=top_p,
    computation=_steps,
    answer=("filtered logits",),
    cases=_cases,
    mistakes=(
        _mistake(
            "drops-the-crossing-token",
            "You drop the token with which the sum crosses p, so that what is left is "
            "less than p, and nothing at all where the best token alone is above it. "
            "Ask what the better tokens have together, without the token itself: below "
            "p it stays.",
            forms=("always", "but never the best"),
            group="count",
        ),
        _mistake(
            "keeps-one-too-many",
            "You keep one token more than it takes. When p is reached, the token that "
            "reached it is the last to stay.",
            group="count",
        ),
        _mistake(
            "not-unsorted",
            "Your answer is in the order of size: the sorted logits, or a mask that "
            "belongs to them. Bring it back to the tokens' own order: "
            "`scatter(-1, tokens, mask)`, where `tokens` are the indices of the sort.",
            forms=("mask", "sorted logits", "mask, rising", "sorted logits, rising"),
            group="order",
        ),
        _mistake(
            "uses-logits-as-probabilities",
            "You add up logits. They are no probabilities, some are below 0 and they "
            "do not sum to 1: softmax first.",
            forms=(True, "divided by their sum"),
            group="sum",
        ),
        zero_mistake(ENOUGH),
        *filter_mistakes(ENOUGH),
        _mistake(
            "threshold-instead-of-sum",
            "You compare each token's own probability with p, with 1 - p, or with p "
            "times the best (that is min-p). Top-p adds the probabilities up, best "
            "first, until they reach p.",
            forms=("p", "1 - p", "of the best"),
            group="count",
        ),
        _mistake(
            "least-likely-first",
            "You collect from the least likely token upwards. Sort with "
            "`descending=True`, so that the best come first.",
        ),
        _mistake(
            "p-of-the-rest",
            "You stop at 1 - p. What is kept should have p, what is dropped the rest.",
        ),
        _mistake(
            "unsorted-the-wrong-way",
            "You bring the mask back with the sort's indices used as if they were "
            "ranks: `gather` sorts once more. `scatter(-1, tokens, mask)` writes each "
            "entry to its token, or gather with `tokens.argsort(-1)`.",
            forms=("mask", "sorted logits"),
            group="order",
        ),
        _mistake(
            "softmax-over-the-batch",
            "Your softmax runs over the first axis, across the rows. The tokens of one "
            "row share a probability of 1: the last axis, `dim=-1`.",
            group="sum",
        ),
        _mistake(
            "one-count-for-all-rows",
            "You keep as many tokens in every row as in the first. A row in which the "
            "model is sure needs fewer: that is what top-p is for.",
        ),
    ),
    variants={
        "from the least likely": _rising,
        "shifted mask": _shifted,
        "inverse permutation": _inverse,
        "loops": _loops,
        "pairwise": _pairwise,
    },
    hints=(
        "Take one row by hand: 0.5, 0.3, 0.15, 0.05 and p = 0.7. Two tokens stay; the "
        "second one crosses p.",
        "Sort the logits, best first, and keep the indices. Softmax, then cumsum; less "
        "each token's own probability that is what the better ones have.",
        "A token stays while that is below p. Your mask is in sorted order: "
        "`torch.zeros_like(mask).scatter(-1, tokens, mask)` brings it back.",
        "`before = probabilities.cumsum(-1) - probabilities`; dropped in sorted order: "
        "`before >= p`; then scatter, and `logits.masked_fill(dropped, -math.inf)`.",
    ),
    explanation="`before` is the probability of all better tokens. As long as it is "
    "below p, another token is needed; the best one has nothing before it and always "
    "stays. The mask is made in sorted order, and `scatter` writes each entry to the "
    "token that it belongs to.",
)

"""Patterns that attention heads are known to follow, and how closely one does.

A pattern says, for every query, which keys a head of that kind looks at: a boolean
matrix (T_q, T_k). What a head does is compared with it by the share of its weight that
falls on those keys. Queries without such a key are left out: no earlier place of
the same token, nothing to be judged.

>>> weights = torch.stack(answer.attentions)[:, 0]  # (L, H, T, T) of one text
>>> mass(weights, previous_token(length))  # (L, H)

Sources: Clark et al. 2019, What Does BERT Look At?; Olsson et al. 2022, In-context
Learning and Induction Heads.
"""

from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor

from course_lib.errors import CourseError, ShapeError


def previous_token(ids: Tensor) -> Tensor:
    """The token one place before; ids (T,), result (T, T)."""
    return _square(ids).roll(-1, dims=1).tril(-1)


def next_token(ids: Tensor) -> Tensor:
    """The token one place behind; ids (T,), result (T, T)."""
    return _square(ids).roll(1, dims=1).triu(1)


def same_place(ids: Tensor) -> Tensor:
    """The query's own place; ids (T,), result (T, T)."""
    return _square(ids)


def first_token(ids: Tensor) -> Tensor:
    """The first token, where heads look that find nothing; ids (T,), result (T, T).

    The first query is left out: in a causal model it can look nowhere else.
    """
    targets = torch.zeros_like(_square(ids))
    targets[1:, :1] = True
    return targets


def same_token(ids: Tensor) -> Tensor:
    """Every other place of the same token; ids (T,), result (T, T)."""
    return (ids[:, None] == ids[None, :]) & ~_square(ids)


def induction(ids: Tensor) -> Tensor:
    """What stood behind earlier places of the same token; ids (T,), result (T, T).

    After "A B ... A" it is B: a head that looks there can say what comes next.
    """
    earlier = same_token(ids).tril(-1)  # (T, T)
    behind = earlier.roll(1, dims=1)
    behind[:, :1] = False
    return behind & ~_square(ids)  # in "A A" the place behind is the query's own


PATTERNS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "previous token": previous_token,
    "next token": next_token,
    "same place": same_place,
    "first token": first_token,
    "same token": same_token,
    "induction": induction,
}
"""The patterns that follow from the tokens alone, by the names that views show."""


def linked(length: int, links: Iterable[tuple[int, Iterable[int]]]) -> Tensor:
    """Pairs that somebody knows to belong together: a pronoun and its name.

    Args:
        length: T.
        links: of each query the keys that it belongs to, as places from 0.

    Returns:
        (T, T), True where a query's row meets one of its keys.

    Raises:
        CourseError: a place lies outside the text.
    """
    targets = torch.zeros(length, length, dtype=torch.bool)
    for query, keys in links:
        for key in keys:
            if not (0 <= query < length and 0 <= key < length):
                raise CourseError(
                    f"a link from place {query} to {key}, but the text has {length} "
                    f"tokens: places go from 0 to {length - 1}"
                )
            targets[query, key] = True
    return targets


def mass(weights: Tensor, targets: Tensor) -> Tensor:
    """The share of a head's weight on the pattern's keys, averaged over queries.

    Args:
        weights: (..., T_q, T_k), each row sums to 1.
        targets: boolean (T_q, T_k).

    Returns:
        (...), from 0 to 1; NaN where no query has such a key.

    Raises:
        ShapeError: the last two sizes differ.
    """
    rows = _judged(weights, targets)
    return (weights * targets).sum(-1)[..., rows].mean(-1)


def hits(weights: Tensor, targets: Tensor) -> Tensor:
    """How often a query's strongest key is one of the pattern's.

    Arguments, result and errors are those of `mass`.
    """
    rows = _judged(weights, targets)
    strongest = weights.argmax(-1, keepdim=True)  # (..., T_q, 1)
    every = targets.expand(weights.shape)
    return every.gather(-1, strongest)[..., 0][..., rows].float().mean(-1)


def even(length: int, *, is_causal: bool = False) -> Tensor:
    """Weights of a head without preferences: (T, T), the same for all it may see.

    Its `mass` is what a pattern gets for nothing.
    """
    seen = torch.ones(length, length)
    seen = seen.tril() if is_causal else seen
    return seen / seen.sum(-1, keepdim=True)


def labels(
    weights: Tensor, ids: Tensor, least: float = 0.5
) -> dict[tuple[int, int], tuple[str, float]]:
    """Name the heads that follow a pattern in this text.

    Args:
        weights: (L, H, T, T)
        ids: (T,)
        least: how much of its weight a head must put on the pattern's keys.

    Returns:
        By (layer, head), from 0: the closest pattern and its `mass`; heads that
        follow none are left out. Some keys fit two patterns; the first counts then.

    Raises:
        ShapeError: weights and ids do not fit.
    """
    if weights.dim() != 4:
        raise ShapeError(
            f"weights are {tuple(weights.shape)}, expected (layers, heads, T, T): take "
            "one text of the batch, torch.stack(answer.attentions)[:, 0]"
        )
    found = {name: mass(weights, pattern(ids)) for name, pattern in PATTERNS.items()}
    scores = torch.stack(list(found.values())).nan_to_num(0.0)  # (patterns, L, H)
    best, which = scores.max(dim=0)
    names = list(found)
    return {
        (layer, head): (names[which[layer, head]], best[layer, head].item())
        for layer, head in (best >= least).nonzero().tolist()
    }


def _square(ids: Tensor) -> Tensor:
    """The diagonal (T, T) of a text (T,)."""
    if ids.dim() != 1:
        raise ShapeError(
            f"ids are {tuple(ids.shape)}, expected (T,): one text, ids[0] of a batch"
        )
    return torch.eye(len(ids), dtype=torch.bool, device=ids.device)


def _judged(weights: Tensor, targets: Tensor) -> Tensor:
    """The queries (T_q,) that have a key in the pattern."""
    if weights.shape[-2:] != targets.shape:
        raise ShapeError(
            f"weights {tuple(weights.shape)} and pattern {tuple(targets.shape)}: their "
            "last two sizes must be the same; make the pattern from these tokens"
        )
    return targets.any(-1)

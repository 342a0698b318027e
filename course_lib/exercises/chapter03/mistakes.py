"""What goes wrong in attention, by name; chapter 04 meets the same mistakes again."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import Mistake
from course_lib.exercises.chapter03.fits import Fill, fit_fill, fit_inverse, fit_product

# Headings of the chapter, where a mistake's text sends the learner.
SCALE = "03, Why divide by the root of d"
SOFTMAX = "03, From scores to weights"
MASKS = "03, Masks"
EMPTY = "03, A row that allows nothing"
SCORES = "03, Scores: who matches whom"
VALUES = "03, Gather the values"
CONVENTIONS = "03, Masks: one table of conventions"
CAUSAL = "03, The causal mask"
PADDING = "03, The padding mask"

Wrong = Mapping[str, Any]


def products(wrong: Wrong, query: Tensor, key: Tensor) -> Tensor:
    """Dot products of queries and keys, (..., T_q, T_k), or what is taken for them."""
    if "query-key-swapped" in wrong:
        query, key = key, query
    if "reshape-instead-of-transpose" in wrong:
        return query @ key.reshape(*key.shape[:-2], key.shape[-1], key.shape[-2])
    if "own-key-only" in wrong:
        return (query * key).sum(-1)
    if "cosine-similarity" in wrong:
        query, key = F.normalize(query, dim=-1), F.normalize(key, dim=-1)
    return query @ key.mT


def divisor(wrong: Wrong, query: Tensor, key: Tensor) -> float:
    """What the products are divided by."""
    width, length = query.shape[-1], key.shape[-2]
    if "missing-scale" in wrong or "scale-after-softmax" in wrong:
        return 1.0
    if "scale-by-d" in wrong:
        return width
    if "scale-by-length" in wrong:
        return length ** wrong["scale-by-length"]
    return math.sqrt(width)


def named(*names: str, group: str = "") -> tuple[Mistake, ...]:
    """These mistakes of attention, for an exercise on a part of it."""
    chosen = [m for name in names for m in ATTENTION_MISTAKES if m.name == name]
    return tuple(replace(m, group=group or m.group) for m in chosen)


ATTENTION_MISTAKES = (
    Mistake(
        "missing-scale",
        "Your scores are the bare products of queries and keys. Divide them by the "
        "root of d before softmax.",
        SCALE,
        group="scale",
    ),
    Mistake(
        "scale-by-d",
        "You divide the scores by d. The spread of a sum of d products grows with the "
        "root of d: divide by `math.sqrt(d)`.",
        SCALE,
        group="scale",
    ),
    Mistake(
        "softmax-over-queries",
        "Your columns sum to 1. Each query spreads its attention over the keys, so "
        "each row must: softmax over the last axis, `dim=-1`.",
        SOFTMAX,
    ),
    Mistake(
        "mask-inverted",
        "You hide what the mask allows. Here True means 'may attend': fill the scores "
        "where the mask is False, `~mask`.",
        MASKS,
        fit=fit_inverse,
    ),
    Mistake(
        "mask-after-softmax",
        "You apply the mask to the weights, after softmax: the hidden keys have "
        "already taken their share. Fill the scores with -inf before softmax.",
        MASKS,
        forms=(True, "-inf"),
        group="hiding",
    ),
    Mistake(
        "mask-multiplies-scores",
        "You multiply the scores by the mask. A score of 0 still has weight, because "
        "exp(0) = 1: put -inf in its place.",
        MASKS,
        group="hiding",
        fit=fit_product,
    ),
    Mistake(
        "mask-too-weak",
        "Hidden keys keep some weight: the number you put into their scores is not "
        "low enough. Use -inf, or at least -1e9.",
        MASKS,
        forms=(Fill(-1.0, after=""), Fill(-10.0, after="")),
        group="hiding",
        fit=fit_fill,
    ),
    Mistake(
        "mask-ignored",
        "The mask changes nothing in your answer. Where it is False, the score must "
        "become -inf before softmax.",
        MASKS,
        group="hiding",
    ),
    Mistake(
        "query-key-swapped",
        "Your scores are `key @ query^T`: row i holds what others seek in i. Rows "
        "belong to queries: `query @ key^T`.",
        SCORES,
        group="products",
    ),
    Mistake(
        "nan-on-empty-row",
        "A row that allows nothing becomes NaN, the softmax of nothing but -inf. Its "
        "weights must be 0: set hidden weights to 0 after softmax.",
        EMPTY,
        group="empty",
        edge=True,
    ),
    Mistake(
        "uniform-on-empty-row",
        "A row that allows nothing attends to everything alike: equal scores, however "
        "low, share the weight. Set hidden weights to 0 after softmax.",
        EMPTY,
        group="empty",
        edge=True,
    ),
    Mistake(
        "overflow",
        "exp of a large score is inf, and inf / inf is NaN. Subtract the largest score "
        "of each row first, or use `torch.softmax`.",
        SOFTMAX,
        edge=True,
    ),
    Mistake(
        "scale-by-length",
        "You divide by the number of keys or its root. The spread of the products "
        "comes from the width: divide by the root of d, `query.shape[-1]`.",
        SCALE,
        forms=(0.5, 1),
        group="scale",
    ),
    Mistake(
        "scale-after-softmax",
        "You divide the weights instead of the scores: your rows no longer sum to 1. "
        "Divide before softmax.",
        SCALE,
        group="scale",
    ),
    Mistake(
        "reshape-instead-of-transpose",
        "You reshape the keys to (d, T_k). That keeps the numbers in their old order "
        "and mixes positions: swap the axes with `transpose(-2, -1)`.",
        SCORES,
        group="products",
    ),
    Mistake(
        "key-instead-of-value",
        "Your context gathers the keys. Keys only decide who is found; what is handed "
        "over are the values: `weights @ value`.",
        VALUES,
    ),
    Mistake(
        "weights-transposed",
        "You multiply the values by the transposed weights: each key's column is used "
        "as if it were a query's row. It is `weights @ value`.",
        VALUES,
    ),
    Mistake(
        "returns-weights-first",
        "You return (weights, context). The order asked for is (context, weights).",
        VALUES,
    ),
)

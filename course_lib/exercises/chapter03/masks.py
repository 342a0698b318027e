"""03.causal_mask and 03.padding_mask: which keys a query may attend to."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.chapter03.mistakes import CAUSAL, CONVENTIONS, PADDING

Wrong = Mapping[str, Any]

# Both masks can be right in every cell and still be of the wrong type.
TYPES = (
    Mistake(
        "not-boolean",
        "Your mask holds ones and zeros. The course's masks are boolean, so that "
        "`~mask` and `masked_fill` do what they say: `.bool()`, or `dtype=torch.bool`.",
        CONVENTIONS,
        forms=(torch.float32, torch.int64),
        group="type",
    ),
    Mistake(
        "additive-mask",
        "Your mask holds 0 and -inf, to be added to the scores. That convention "
        "exists; here a mask is boolean, True where a query may attend.",
        CONVENTIONS,
        group="type",
    ),
)


def _typed(wrong: Wrong, mask: Tensor) -> Tensor:
    if "not-boolean" in wrong:
        return mask.to(wrong["not-boolean"])
    if "additive-mask" in wrong:
        return torch.zeros(mask.shape).masked_fill(~mask, -math.inf)
    return mask


# 03.causal_mask


def causal_mask(length: int) -> torch.Tensor:
    everything = torch.ones(length, length, dtype=torch.bool)
    return everything.tril()  # keeps the diagonal and what lies below it


def _causal_steps(wrong: Wrong, length: int) -> dict[str, Tensor]:
    last = {"hides-self": -1, "shows-one-future": 1, "hides-nothing": length}
    offset = next((last[name] for name in last if name in wrong), 0)
    mask = torch.ones(length, length, dtype=torch.bool).tril(offset)
    if "own-position-only" in wrong:
        mask = torch.eye(length, dtype=torch.bool)
    if "transposed" in wrong:
        mask = mask.T
    if "mask-inverted" in wrong:
        mask = ~mask
    for _ in range(wrong.get("extra-axis", 0)):
        mask = mask[None]
    return {"mask": _typed(wrong, mask)}


def _causal_cases(_dtype: torch.dtype) -> list[Case]:
    lengths = {"4 positions": 4, "7 positions": 7, "one position": 1}
    return [Case(name, {"length": length}) for name, length in lengths.items()]


def _causal_loops(length: int) -> Tensor:
    mask = torch.zeros(length, length, dtype=torch.bool)
    for i in range(length):
        for j in range(i + 1):
            mask[i, j] = True
    return mask


def _causal_comparison(length: int) -> Tensor:
    position = torch.arange(length)
    return position[None, :] <= position[:, None]


def _causal_built_in(length: int) -> Tensor:
    return ~torch.triu(torch.ones(length, length), diagonal=1).bool()


def _causal_sum(length: int) -> Tensor:
    return torch.eye(length).cumsum(dim=0).bool()


CAUSAL_MASK = Exercise(
    id="03.causal_mask",
    title="A mask that hides the future",
    returns="boolean (T, T), True = may attend",
    reference=causal_mask,
    computation=_causal_steps,
    answer=("mask",),
    cases=_causal_cases,
    mistakes=(
        Mistake(
            "mask-inverted",
            "True stands where attending is forbidden. In this course True means 'may "
            "attend': negate it.",
            CONVENTIONS,
        ),
        Mistake(
            "hides-self",
            "The diagonal is False: a position does not see itself, and the first row "
            "allows nothing at all. Keep the diagonal.",
            CAUSAL,
            group="diagonal",
        ),
        Mistake(
            "shows-one-future",
            "Each position also sees the next one, the very token it should predict. "
            "The last True of row i is in column i.",
            CAUSAL,
            group="diagonal",
        ),
        Mistake(
            "transposed",
            "Your mask shows the future and hides the past. Rows are queries, columns "
            "are keys: row i allows columns 0 to i.",
            CAUSAL,
        ),
        Mistake(
            "hides-nothing",
            "Everything is allowed. Key j is in the future of query i where j > i: "
            "these cells must be False.",
            CAUSAL,
            group="diagonal",
        ),
        Mistake(
            "own-position-only",
            "Each position sees itself alone. It may also look back, at every earlier "
            "one.",
            CAUSAL,
            group="diagonal",
        ),
        *TYPES,
        Mistake(
            "extra-axis",
            "The cells are right, but the shape has axes too many. (T, T) is enough: "
            "it broadcasts over batch and heads by itself.",
            CAUSAL,
            forms=(1, 2),
        ),
    ),
    variants={
        "loops": _causal_loops,
        "comparison": _causal_comparison,
        "built-in": _causal_built_in,
        "running sum": _causal_sum,
    },
    hints=(
        "Write down the four rows for T = 4 by hand. Where is the last True of row i?",
        "A lower triangle with its diagonal: look up `torch.tril`, or compare "
        "positions with `torch.arange(length)`.",
        "`torch.ones(length, length, dtype=torch.bool).tril()`.",
    ),
    explanation="Row i is query i, column j is key j; allowed is j <= i. With the "
    "diagonal, so that even the first position has something to attend to.",
)


# 03.padding_mask


def padding_mask(attention_mask: torch.Tensor) -> torch.Tensor:
    allowed = attention_mask == 1  # (B, T), True for tokens
    return allowed[:, None, :]  # (B, 1, T): the same keys for every query


def _padding_steps(wrong: Wrong, attention_mask: Tensor) -> dict[str, Tensor]:
    allowed = attention_mask == 1
    if "hides-nothing" in wrong:
        allowed = torch.ones_like(allowed)
    if "first-text-for-all" in wrong:
        allowed = allowed[:1].expand_as(allowed)
    if "mask-inverted" in wrong:
        allowed = ~allowed
    mask = allowed[:, None, :]
    if "hides-queries-instead-of-keys" in wrong:
        mask = allowed[:, :, None]
    elif "hides-queries-too" in wrong:
        mask = allowed[:, :, None] & mask
    elif "axis-missing" in wrong:
        mask = allowed
    elif "axis-in-front" in wrong:
        mask = allowed[None]
    elif "axis-for-heads-too" in wrong:
        mask = allowed[:, None, None]
    return {"allowed keys": allowed, "mask": _typed(wrong, mask)}


def _padding_cases(_dtype: torch.dtype) -> list[Case]:
    def batch(*rows: str) -> dict[str, Tensor]:
        return {"attention_mask": torch.tensor([[int(c) for c in row] for row in rows])}

    return [
        Case("two texts", batch("11100", "11111")),
        Case("three texts", batch("1000", "1110", "1100")),
        Case("padding on the left", batch("0011", "0111")),
        Case("one text without padding", batch("1111")),
    ]


def _padding_loops(attention_mask: Tensor) -> Tensor:
    texts, length = attention_mask.shape
    mask = torch.zeros(texts, 1, length, dtype=torch.bool)
    for b in range(texts):
        for t in range(length):
            mask[b, 0, t] = bool(attention_mask[b, t])
    return mask


def _padding_unsqueeze(attention_mask: Tensor) -> Tensor:
    return attention_mask.bool().unsqueeze(1)


def _padding_built_in(attention_mask: Tensor) -> Tensor:
    return torch.ne(attention_mask, 0).view(attention_mask.size(0), 1, -1)


def _padding_where(attention_mask: Tensor) -> Tensor:
    return torch.where(attention_mask.unsqueeze(-2) == 0, False, True)


PADDING_MASK = Exercise(
    id="03.padding_mask",
    title="A mask that hides padding",
    returns="boolean (B, 1, T), True = may attend",
    reference=padding_mask,
    computation=_padding_steps,
    answer=("mask",),
    cases=_padding_cases,
    mistakes=(
        Mistake(
            "mask-inverted",
            "True stands at the padding. In this course True means 'may attend': "
            "tokens are True, padding is False.",
            CONVENTIONS,
        ),
        Mistake(
            "hides-queries-instead-of-keys",
            "Your shape is (B, T, 1): it silences the padding's own rows and lets "
            "everybody look at padding. Keys are the last axis: (B, 1, T).",
            PADDING,
            group="axes",
        ),
        Mistake(
            "hides-queries-too",
            "Your mask also empties the rows of padding queries. Nobody reads those "
            "rows; hiding the keys, (B, 1, T), is enough.",
            PADDING,
            group="axes",
        ),
        Mistake(
            "axis-missing",
            "The values are right, the axis for the queries is missing: (B, T) would "
            "be read as (T_q, T_k). Insert it: `[:, None, :]`.",
            PADDING,
            group="axes",
        ),
        Mistake(
            "axis-in-front",
            "Your shape is (1, B, T): the texts of the batch stand where the queries "
            "belong. The new axis goes in the middle.",
            PADDING,
            group="axes",
        ),
        Mistake(
            "axis-for-heads-too",
            "Your shape is (B, 1, 1, T), ready for heads. Here (B, 1, T) is asked for; "
            "chapter 04 adds the heads' axis.",
            PADDING,
            group="axes",
        ),
        *TYPES,
        Mistake(
            "hides-nothing",
            "Every key is allowed, padding too. The 0 in attention_mask must become "
            "False.",
            PADDING,
            group="cells",
        ),
        Mistake(
            "first-text-for-all",
            "All texts get the mask of the first. Each text of a batch has a length "
            "of its own.",
            PADDING,
            group="cells",
        ),
    ),
    variants={
        "loops": _padding_loops,
        "unsqueeze": _padding_unsqueeze,
        "built-in": _padding_built_in,
        "where": _padding_where,
    },
    hints=(
        "Two things happen: numbers become booleans, and an axis for the queries "
        "appears.",
        "`attention_mask == 1` or `attention_mask.bool()` makes it boolean. Every "
        "query hides the same keys, so the queries' axis has size 1.",
        "`attention_mask.bool()[:, None, :]`.",
    ),
    explanation="Which keys are hidden does not depend on the query, so one row is "
    "enough and broadcasting repeats it. The rows of padding queries compute "
    "something too; whoever uses the result ignores those positions.",
)

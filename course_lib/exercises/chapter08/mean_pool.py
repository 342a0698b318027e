"""08.mean_pool: one vector for a sentence, the mean over its words."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.inputs import grid
from course_lib.exercises.trials import in_any_form

POOL = "08, One vector for a sentence"
Wrong = Mapping[str, Any]


def mean_pool(hidden: Tensor, attention_mask: Tensor) -> Tensor:
    mask = attention_mask.unsqueeze(-1).to(hidden.dtype)  # (B, T, 1)
    return (hidden * mask).sum(1) / mask.sum(1)


def _steps(wrong: Wrong, hidden: Tensor, attention_mask: Tensor) -> dict[str, Tensor]:
    mask = _mask(wrong, attention_mask).unsqueeze(-1).to(hidden.dtype)
    words = hidden if _everything(wrong) else hidden * mask
    pooled = _pooled(wrong, hidden, words, mask)
    if "length-one" in wrong:
        pooled = F.normalize(pooled, dim=-1)
    return {"words that count": words, "pooled": pooled}


def _everything(wrong: Wrong) -> bool:
    return "includes-padding" in wrong or "padding-in-the-sum" in wrong


def _mask(wrong: Wrong, attention_mask: Tensor) -> Tensor:
    """Which positions count."""
    mask = attention_mask.bool()
    if "mask-inverted" in wrong:
        return ~mask
    if "special-tokens-left-out" in wrong:
        mask = mask.clone()
        mask[:, 0] = False
        mask[torch.arange(len(mask)), attention_mask.sum(1) - 1] = False
    return mask


def _pooled(wrong: Wrong, hidden: Tensor, words: Tensor, mask: Tensor) -> Tensor:
    length = hidden.shape[1]
    if "wrong-axis" in wrong:
        return {
            "width": words.mean(-1),
            "width of all": hidden.mean(-1),
            "batch": words.sum(0) / mask.sum(0),
            "batch of all": hidden.mean(0),
        }[wrong["wrong-axis"]]
    if "takes-first-token" in wrong:
        return hidden[:, 0]
    if "takes-last-token" in wrong:
        form = wrong["takes-last-token"]
        ends = mask.sum(1).long().flatten() - 1
        return hidden[torch.arange(len(hidden)), ends if form == "of the words" else -1]
    if "max-instead-of-mean" in wrong:
        return {
            "of the words": hidden.masked_fill(mask == 0, -torch.inf),
            "of all": hidden,
            "with zeros": hidden * mask,
        }[wrong["max-instead-of-mean"]].amax(1)
    if "sums-instead-of-mean" in wrong:
        return words.sum(1)
    if "includes-padding" in wrong or "divides-by-length" in wrong:
        return words.sum(1) / length
    if "divides-by-the-batch" in wrong:
        return words.sum(1) / mask.sum()
    least = 1e-9 if wrong.get("mask-inverted") == "0" else 0  # where no word is left
    return words.sum(1) / mask.sum(1).clamp_min(least)


def _cases(dtype: torch.dtype) -> list[Case]:
    def case(name: str, sizes: list[int], length: int, width: int, seed: int) -> Case:
        hidden = grid(len(sizes), length, width, seed=seed, dtype=dtype) + 0.125
        mask = (torch.arange(length) < torch.tensor(sizes).unsqueeze(-1)).long()
        return Case(name, {"hidden": hidden, "attention_mask": mask})

    return [
        case("3 sentences of 5, 3 and 4 words", [5, 3, 4], 5, 6, seed=10),
        case("padding everywhere", [4, 3], 7, 4, seed=20),
        case("B = T = D = 4", [4, 3, 4, 3], 4, 4, seed=30),
    ]


def _loops(hidden: Tensor, attention_mask: Tensor) -> Tensor:
    rows = []
    for words, mask in zip(hidden, attention_mask.tolist(), strict=True):
        kept = [word for word, counts in zip(words, mask, strict=True) if counts]
        rows.append(sum(kept) / len(kept))
    return torch.stack(rows)


def _product(hidden: Tensor, attention_mask: Tensor) -> Tensor:
    """A row of equal weights for each sentence, as attention that sees all alike."""
    weights = attention_mask / attention_mask.sum(1, keepdim=True)
    return torch.einsum("bt,btd->bd", weights.to(hidden.dtype), hidden)


def _numpy(hidden: Tensor, attention_mask: Tensor) -> Any:
    words = hidden.double().numpy()
    left_out = ~attention_mask.numpy().astype(bool)[..., None]
    hidden_words = np.ma.array(words, mask=np.broadcast_to(left_out, words.shape))
    return hidden_words.mean(1).filled()


def _indexed(hidden: Tensor, attention_mask: Tensor) -> Tensor:
    """For a mask of False and True."""
    return torch.stack(
        [
            words[kept].mean(0)
            for words, kept in zip(hidden, attention_mask, strict=True)
        ]
    )


def _nan_mean(hidden: Tensor, attention_mask: Tensor) -> Tensor:
    gaps = hidden.masked_fill(attention_mask.unsqueeze(-1) == 0, torch.nan)
    return gaps.nanmean(dim=1)


def _as_bool(hidden: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
    return hidden, attention_mask.bool()


def _as_float(hidden: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
    return hidden, attention_mask.to(hidden.dtype)


def _mistake(name: str, says: str, **options: Any) -> Mistake:
    return Mistake(name, says, POOL, **options)


MEAN_POOL = Exercise(
    id="08.mean_pool",
    title="One vector for a sentence",
    returns="pooled (B, D): the mean over the words of each sentence, padding left out",
    reference=mean_pool,
    computation=_steps,
    answer=("pooled",),
    cases=_cases,
    mistakes=(
        _mistake(
            "includes-padding",
            "Padding counts in your mean, so that a sentence has another vector in "
            "another batch. Multiply by the mask, and divide by the number of words.",
            group="how",
        ),
        _mistake(
            "divides-by-length",
            "You add only the words, but divide by T, padding included. Divide by the "
            "number of words of each sentence: `mask.sum(1)`.",
            group="how",
        ),
        _mistake(
            "takes-first-token",
            "You return the first token, [CLS]. That is another way to a vector; asked "
            "for is the mean over all words that the mask keeps.",
            group="how",
        ),
        _mistake(
            "max-instead-of-mean",
            "You take the largest number of each column. Add the words and divide by "
            "how many there are.",
            forms=("of the words", "of all", "with zeros"),
            group="how",
        ),
        _mistake(
            "sums-instead-of-mean",
            "You add the words without dividing: a long sentence has a long vector. "
            "Divide by the number of its words.",
            group="how",
        ),
        _mistake(
            "mask-inverted",
            "You keep padding and leave out the words. A 1 in the mask says that there "
            "is a word.",
            forms=("NaN", "0"),
            group="mask",
        ),
        _mistake(
            "wrong-axis",
            "You take the mean over the width or over the batch. The words of a "
            "sentence lie on axis 1 of (B, T, D).",
            forms=("width", "width of all", "batch", "batch of all"),
            group="how",
        ),
        _mistake(
            "padding-in-the-sum",
            "You divide by the number of words, but padding is in the sum: models "
            "return numbers there too. Multiply by the mask before you add.",
        ),
        _mistake(
            "divides-by-the-batch",
            "You divide by the number of words of the whole batch. Each sentence has "
            "its own: `mask.sum(1)`.",
            group="how",
        ),
        _mistake(
            "takes-last-token",
            "You return the last token, as one does with a model that reads from left "
            "to right. Asked for is the mean over the words.",
            forms=("of the words", "of all"),
            group="how",
        ),
        _mistake(
            "special-tokens-left-out",
            "You leave out the first and the last word, [CLS] and [SEP]. The mask "
            "keeps them, and so does the mean here.",
            group="mask",
        ),
        _mistake(
            "length-one",
            "You bring the vector to length 1. That comes after pooling, if at all; "
            "return the mean as it is.",
        ),
    ),
    variants={
        "loops": _loops,
        "weights": _product,
        "numpy": _numpy,
        "indexed": _indexed,
        "NaN for padding": _nan_mean,
    },
    hints=(
        "Sentences have different numbers of words. What has to be 0 in the sum, and "
        "what do you divide by?",
        "The mask is (B, T), the hidden states are (B, T, D). "
        "`attention_mask.unsqueeze(-1)` is (B, T, 1) and fits.",
        "`(hidden * mask).sum(1) / mask.sum(1)`, with the mask of the line above.",
    ),
    explanation="A padded position holds numbers like any other: the model computed "
    "something there. The mask makes them 0 in the sum and leaves them out of the "
    "count, so that a sentence has the same vector alone and among longer ones.",
    trial=in_any_form(
        mean_pool,
        {"a mask of False and True": _as_bool, "a mask of fractions": _as_float},
    ),
)

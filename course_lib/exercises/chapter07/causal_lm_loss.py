"""07.causal_lm_loss: how surprised a model is at each next word."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.chapter07.losses import (
    IGNORED,
    LOSS,
    OTHERS,
    SUMS,
    WRONG_AXIS,
    loss_steps,
)
from course_lib.exercises.inputs import grid

NEXT = "07, The next word"
Wrong = Mapping[str, Any]


def causal_lm_loss(logits: Tensor, ids: Tensor) -> Tensor:
    logits, labels = logits[:, :-1], ids[:, 1:]  # position t predicts word t + 1
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100)


def _steps(wrong: Wrong, logits: Tensor, ids: Tensor) -> dict[str, Tensor]:
    if "not-shifted" in wrong:
        labels = ids
    elif "shifted-twice" in wrong:
        logits, labels = logits[:, :-2], ids[:, 2:]
    elif "shifted-backwards" in wrong:
        logits, labels = logits[:, 1:], ids[:, :-1]
    elif "wraps-around" in wrong:
        labels = ids.roll(-1, dims=1)
    else:
        logits, labels = logits[:, :-1], ids[:, 1:]
    return loss_steps(wrong, logits, labels)


def _cases(dtype: torch.dtype) -> list[Case]:
    def case(
        name: str, batch: int, length: int, size: int, padded: bool, seed: int
    ) -> Case:
        source = torch.Generator().manual_seed(seed)
        ids = torch.randint(size, (batch, length), generator=source)
        ids[:, ::2] = ids[:, ::2].clamp_max(1)  # id 0 among them
        if padded:
            ends = length - 2 * torch.arange(batch).unsqueeze(-1)
            ids = ids.masked_fill(torch.arange(length) >= ends, IGNORED)
        logits = grid(batch, length, size, seed=seed, dtype=dtype, step=0.5)
        return Case(name, {"logits": logits, "ids": ids})

    return [
        case("3 sequences of 5 words, V = 7", 3, 5, 7, False, seed=10),
        case("padded with -100", 3, 9, 6, True, seed=20),
        case("as many words as the vocabulary has", 2, 7, 7, True, seed=30),
        case("one more than the vocabulary has", 2, 7, 6, True, seed=40),
        case("two more than the vocabulary has", 2, 8, 6, False, seed=50),
    ]


def _by_hand(logits: Tensor, ids: Tensor) -> Tensor:
    labels = ids[:, 1:]
    counted = labels != -100
    logs = logits[:, :-1][counted].log_softmax(-1)
    return -logs[torch.arange(len(logs)), labels[counted]].mean()


def _labels_moved(logits: Tensor, ids: Tensor) -> Tensor:
    """The last position gets a label that does not count."""
    labels = torch.full_like(ids, -100)
    labels[:, :-1] = ids[:, 1:]
    return F.cross_entropy(logits.transpose(1, 2), labels)


def _loops(logits: Tensor, ids: Tensor) -> Tensor:
    total, count = 0.0, 0
    for scores, words in zip(logits, ids.tolist(), strict=True):
        for place in range(len(words) - 1):
            if words[place + 1] != -100:
                total = total - scores[place].softmax(0)[words[place + 1]].log()
                count += 1
    return total / count


def _numpy(logits: Tensor, ids: Tensor) -> Any:
    scores, words = logits.double().numpy()[:, :-1], ids.numpy()[:, 1:]
    logs = scores - np.log(np.exp(scores).sum(-1, keepdims=True))
    picked = np.take_along_axis(logs, np.maximum(words, 0)[..., None], -1)[..., 0]
    return -picked[words != -100].mean()


def _mistake(name: str, says: str, read: str = NEXT, **options: Any) -> Mistake:
    return Mistake(name, says, read, **options)


CAUSAL_LM_LOSS = Exercise(
    id="07.causal_lm_loss",
    title="The loss of next words",
    returns="one number, a tensor without axes: the mean over all next words but -100",
    reference=causal_lm_loss,
    computation=_steps,
    answer=("loss",),
    cases=_cases,
    mistakes=(
        _mistake(
            "not-shifted",
            "You compare each position with its own word, which it has read. Position "
            "t predicts word t + 1: `logits[:, :-1]` against `ids[:, 1:]`.",
            group="shift",
        ),
        _mistake(
            "shifted-twice",
            "You ask each position for the word after the next one, as happens when a "
            "model shifts the labels by itself and you shift them too. Shift once.",
            group="shift",
        ),
        _mistake(
            "shifted-backwards",
            "You ask each position for the word before it. Leave out the last logits "
            "and the first word, not the other way round.",
            group="shift",
        ),
        _mistake(
            "counts-padding",
            "Padding, -100, counts in your mean: as class 0, or in the divisor. Leave "
            "it out of both, and divide by the number of words that are predicted.",
            LOSS,
            forms=("class 0", "divisor", "class 0 in the sum", "divisor of all T"),
        ),
        SUMS,
        WRONG_AXIS,
        _mistake(
            "wraps-around",
            "Your last position is asked for the first word: `roll` puts it there. "
            "Nothing follows the last word: leave that position out.",
            group="shift",
        ),
        *OTHERS,
    ),
    variants={
        "by hand": _by_hand,
        "labels moved": _labels_moved,
        "loops": _loops,
        "numpy": _numpy,
    },
    hints=(
        "What has position t read, and which word does it not know yet?",
        "Lay logits and ids side by side, one of them moved by one: the last logits "
        "have no next word, and nobody predicts the first word.",
        "`logits[:, :-1]` and `ids[:, 1:]` fit; then as for hidden words: "
        "`F.cross_entropy(x.flatten(0, 1), y.flatten())`.",
    ),
    explanation="One pass asks T - 1 questions a sequence, because the causal mask "
    "keeps each position from seeing the word it has to predict. Shifting by one is "
    "all that makes next words out of the ids. Padding carries -100, counts nowhere.",
)

"""07.masked_lm_loss: how surprised a model is at the words that were hidden."""

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

Wrong = Mapping[str, Any]


def masked_lm_loss(logits: Tensor, labels: Tensor) -> Tensor:
    # One row for each position; labels of -100 are left out of sum and divisor.
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100)


def _steps(wrong: Wrong, logits: Tensor, labels: Tensor) -> dict[str, Tensor]:
    if "shifted-like-next-words" in wrong:
        logits, labels = logits[:, :-1], labels[:, 1:]
    if "first-sequence-only" in wrong:
        logits, labels = logits[:1], labels[:1]
    return loss_steps(wrong, logits, labels)


def _cases(dtype: torch.dtype) -> list[Case]:
    def case(name: str, batch: int, length: int, size: int, seed: int) -> Case:
        source = torch.Generator().manual_seed(seed)
        labels = torch.randint(size, (batch, length), generator=source)
        labels[:, ::2] = labels[:, ::2].clamp_max(1)  # id 0 among them
        hidden = torch.rand(batch, length, generator=source) < 0.4
        hidden |= torch.arange(length) == torch.arange(batch).unsqueeze(-1) + 1
        logits = grid(batch, length, size, seed=seed, dtype=dtype, step=0.5)
        labels = labels.masked_fill(~hidden, IGNORED)
        return Case(name, {"logits": logits, "labels": labels})

    return [
        case("3 sequences of 5 words, V = 7", 3, 5, 7, seed=10),
        case("as many words as the vocabulary has", 2, 6, 6, seed=20),
        case("one word more than the vocabulary has", 4, 9, 8, seed=30),
    ]


def _by_hand(logits: Tensor, labels: Tensor) -> Tensor:
    counted = labels != -100
    logs = logits[counted].log_softmax(-1)  # (labels that count, V)
    return -logs[torch.arange(len(logs)), labels[counted]].mean()


def _moved(logits: Tensor, labels: Tensor) -> Tensor:
    return F.cross_entropy(logits.transpose(1, 2), labels)


def _one_hot(logits: Tensor, labels: Tensor) -> Tensor:
    counted = labels.ne(-100)
    words = F.one_hot(labels.clamp_min(0), logits.shape[-1]) * counted.unsqueeze(-1)
    return -(words * torch.log_softmax(logits, dim=-1)).sum() / counted.sum()


def _loops(logits: Tensor, labels: Tensor) -> Tensor:
    losses = []
    for batch in range(labels.shape[0]):
        for place, label in enumerate(labels[batch].tolist()):
            if label == -100:
                continue
            scores = logits[batch, place]
            losses.append(torch.logsumexp(scores, 0) - scores[label])
    return sum(losses) / len(losses)


def _numpy(logits: Tensor, labels: Tensor) -> Any:
    scores, words = logits.double().numpy(), labels.numpy()
    rows, columns = np.nonzero(words != -100)
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    shares = powers / powers.sum(-1, keepdims=True)
    return -np.log(shares[rows, columns, words[rows, columns]]).mean()


MASKED_LM_LOSS = Exercise(
    id="07.masked_lm_loss",
    title="The loss of hidden words",
    returns="one number, a tensor without axes: the mean over all labels but -100",
    reference=masked_lm_loss,
    computation=_steps,
    answer=("loss",),
    cases=_cases,
    mistakes=(
        Mistake(
            "counts-ignored",
            "Positions whose label is -100 count in your mean: as class 0, or in the "
            "divisor. Nothing was asked there: leave them out of both.",
            LOSS,
            forms=("class 0", "divisor", "class 0 in the sum"),
        ),
        SUMS,
        WRONG_AXIS,
        Mistake(
            "shifted-like-next-words",
            "You compare the logits with the labels of the next position. A hidden "
            "word is restored where it stands: no shift here.",
            LOSS,
            group="where",
        ),
        *OTHERS,
        Mistake(
            "first-sequence-only",
            "Your loss is that of the first sequence. Take all B of them.",
            LOSS,
            group="where",
        ),
    ),
    variants={
        "by hand": _by_hand,
        "axis moved": _moved,
        "one-hot": _one_hot,
        "loops": _loops,
        "numpy": _numpy,
    },
    hints=(
        "At each labelled position: which probability did the model give to the right "
        "word? The loss there is minus its logarithm.",
        "`F.cross_entropy` does softmax, logarithm and mean, and leaves out labels of "
        "-100. It wants one row of V logits for each label.",
        "`F.cross_entropy(logits.flatten(0, 1), labels.flatten())`.",
    ),
    explanation="`flatten(0, 1)` makes (B, T, V) a table of B T rows, and the labels a "
    "list as long. -100 is left out of the sum and of the divisor, so the loss is a "
    "mean over the hidden words, however many a batch has. A model that knows nothing "
    "starts near log V.",
)

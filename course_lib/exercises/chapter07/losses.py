"""What goes wrong in the loss of a language model, whichever words it is asked for."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises.catalogue import Mistake

Wrong = Mapping[str, Any]
IGNORED = -100
LOSS = "07, One number for a batch"
SURPRISE = "07, Surprise at the right word"


def loss_steps(wrong: Wrong, logits: Tensor, labels: Tensor) -> dict[str, Tensor]:
    """The loss of logits (B, T, V) for labels (B, T), step by step."""
    logs = _logs(wrong, logits)
    counted = labels > 0 if "ignores-class-0" in wrong else labels != IGNORED
    classes = labels.masked_fill(~counted, 0).unsqueeze(-1)
    losses = logs.gather(-1, classes).squeeze(-1)  # (B, T)
    if "sign-missing" not in wrong:
        losses = -losses
    how = wrong.get("counts-ignored") or wrong.get("counts-padding") or ""
    if "class 0" not in how:
        losses = losses * counted
    return {
        "losses of the labels": losses[counted],
        "loss": _joined(wrong, losses, counted, how),
    }


def _logs(wrong: Wrong, logits: Tensor) -> Tensor:
    """Log-probabilities (B, T, V), or what is taken for them."""
    batch, length, size = logits.shape
    axis = wrong.get("wrong-axis", -1)
    if axis == "reshaped":  # to (B, V, T), the numbers in their old order
        logits, axis = logits.reshape(batch, size, length).mT, -1
    if axis == "positions as classes":  # what PyTorch does with (B, T, V) as it is
        if length != size:
            raise ValueError(f"labels of {size} positions are expected, not {length}")
        logits, axis = logits.mT, -1
    if "softmax-missing" in wrong:
        return logits
    if "log-missing" in wrong:
        return logits.softmax(axis)
    if "softmax-twice" in wrong:
        logits = logits.softmax(axis)
    return logits.log_softmax(axis)


def _joined(wrong: Wrong, losses: Tensor, counted: Tensor, how: str) -> Tensor:
    """One number from the losses (B, T)."""
    number = counted.sum()
    if how in ("class 0", "divisor"):
        number = torch.tensor(counted.numel())
    elif how == "divisor of all T":  # also the last position, which has no next word
        number = torch.tensor(counted.numel() + len(counted))
    if "sums-instead-of-mean" in wrong:
        return losses.sum()
    if "divides-by-the-batch" in wrong:
        return losses.sum() / len(losses)
    if "mean-of-means" in wrong:
        return (
            losses.sum(1) / (number / len(losses) if how else counted.sum(1))
        ).mean()
    mean = losses.sum() / number
    return mean.exp() if "perplexity" in wrong else mean


WRONG_AXIS = Mistake(
    "wrong-axis",
    "Your softmax does not run over the vocabulary, the last axis of (B, T, V). "
    "`F.cross_entropy` wants the classes on axis 1: `flatten(0, 1)` the logits and "
    "`flatten()` the labels, or move the axis with `transpose(1, 2)`; a reshape mixes "
    "the numbers.",
    SURPRISE,
    forms=(1, 0, "reshaped", "positions as classes"),
)
SUMS = Mistake(
    "sums-instead-of-mean",
    "You add the losses of all labels, so that a longer batch looks worse. Divide by "
    "the number of labels that count.",
    LOSS,
    group="mean",
)
OTHERS = (
    Mistake(
        "softmax-twice",
        "You put probabilities where logits belong: `F.cross_entropy` and "
        "`log_softmax` bring their own softmax. Hand over the logits as they are.",
        SURPRISE,
        group="logs",
    ),
    Mistake(
        "mean-of-means",
        "You take a mean for each sequence, then the mean of those. A label in a "
        "sequence with few labels then counts more: divide once, by all that count.",
        LOSS,
        group="mean",
    ),
    Mistake(
        "sign-missing",
        "Your loss is negative: logarithms of probabilities are. Put a minus in front.",
        SURPRISE,
    ),
    Mistake(
        "softmax-missing",
        "You take the logit of the right word itself. Only after softmax does it say "
        "how likely the word was beside all others: `logits.log_softmax(-1)`.",
        SURPRISE,
        group="logs",
    ),
    Mistake(
        "log-missing",
        "You average probabilities. The loss is the logarithm of the probability, with "
        "a minus: `log_softmax` instead of `softmax`.",
        SURPRISE,
        group="logs",
    ),
    Mistake(
        "ignores-class-0",
        "You leave out every label that is not above 0. Id 0 is a word like the "
        "others; only -100 does not count: `labels != -100`.",
        LOSS,
    ),
    Mistake(
        "divides-by-the-batch",
        "You divide the sum by the number of sequences. Divide by the number of labels "
        "that count.",
        LOSS,
        group="mean",
    ),
    Mistake(
        "perplexity",
        "You return e to the power of the loss, the perplexity. Training needs the "
        "loss itself: leave out `exp`.",
        LOSS,
        group="mean",
    ),
)

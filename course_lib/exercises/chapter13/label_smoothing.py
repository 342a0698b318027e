"""13.label_smoothing: cross entropy with a target that is not quite certain."""

import math
from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.inputs import EXACT, grid

SMOOTHING = "13, Label smoothing"
Wrong = Mapping[str, Any]


def label_smoothing(logits: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    log_probabilities = torch.log_softmax(logits, dim=-1)  # (N, V)
    target = torch.full_like(logits, epsilon / logits.shape[-1])
    target[torch.arange(len(labels)), labels] += 1 - epsilon
    return -(target * log_probabilities).sum(-1).mean()


def _steps(
    wrong: Wrong, logits: Tensor, labels: Tensor, epsilon: float
) -> dict[str, Tensor]:
    logs = _logs(wrong, logits, epsilon)
    target = _target(wrong, labels, epsilon, logits)
    losses = -(target * logs).sum(-1)  # (N,)
    if "divergence-instead" in wrong:
        losses = losses + torch.special.xlogy(target, target).sum(-1)
    if "sign-missing" in wrong:
        losses = -losses
    loss = losses.sum() if "sum-instead-of-mean" in wrong else losses.mean()
    if "mean-over-all-entries" in wrong:
        loss = loss / logits.shape[-1]
    return {
        "log probabilities": logs,
        "target": target,
        "losses": losses,
        "loss": loss,
    }


def _logs(wrong: Wrong, logits: Tensor, epsilon: float) -> Tensor:
    """What the target is multiplied by, (N, V)."""
    axis = 0 if "softmax-over-batch" in wrong else -1
    smooths = wrong.get("smooths-logits", "")
    if smooths.startswith("logits"):  # what is added to a whole row changes nothing
        logits = (1 - epsilon) * logits
    if "softmax-twice" in wrong:
        logits = logits.softmax(axis)
    if "softmax-missing" in wrong:
        return logits
    probabilities = logits.softmax(axis)
    if smooths.startswith("probabilities"):
        probabilities = (1 - epsilon) * probabilities + epsilon / logits.shape[-1]
        return probabilities.log()
    if "log-missing" in wrong:
        return probabilities
    return probabilities.log() if "log-of-zero" in wrong else logits.log_softmax(axis)


def _target(wrong: Wrong, labels: Tensor, epsilon: float, logits: Tensor) -> Tensor:
    """The distribution that is aimed at, (N, V), or what is taken for it."""
    size = logits.shape[-1]
    right = F.one_hot(labels, size).to(logits.dtype)
    instead = wrong.get("smooths-logits") in ("logits", "probabilities")
    if instead or "not-smoothed" in wrong:
        return right
    if "epsilon-and-rest-swapped" in wrong:
        epsilon = 1 - epsilon
    others = epsilon / size
    if "epsilon-over-others-only" in wrong:
        others = epsilon / (size - 1)
    if "epsilon-not-divided" in wrong:
        others = epsilon
    whole = "epsilon-over-others-only" not in wrong  # the target has a part of it too
    at_label = 1 - epsilon + (others if whole else 0)
    form = wrong.get("not-applied-to-target")
    if form:
        at_label = 1 + others if form == "added everywhere" else 1
    if "target-without-its-part" in wrong:
        at_label = 1 - epsilon
    if "others-left-out" in wrong:
        others = 0
    return right * at_label + (1 - right) * others


def _cases(dtype: torch.dtype) -> list[Case]:
    def case(
        name: str, n: int, size: int, epsilon: float, seed: int, step: float = 0.25
    ) -> Case:
        draw = torch.Generator().manual_seed(seed)
        labels = torch.randint(size, (n,), generator=draw)
        logits = grid(n, size, seed=seed, dtype=dtype, step=step)
        inputs = {"logits": logits, "labels": labels, "epsilon": epsilon}
        return Case(f"{name}, epsilon {epsilon}", inputs)

    cases = [
        case("4 tokens, 6 words", 4, 6, 0.1, 10),
        case("as many tokens as words", 5, 5, 0.3, 20),
        case("1 token, 3 words", 1, 3, 0.2, 30),
        case("no smoothing", 4, 6, 0.0, 40),
    ]
    if dtype in EXACT:
        cases.append(case("large logits", 3, 7, 0.1, 50, step=256.0))
    return cases


def _two_parts(logits: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    logs = logits.log_softmax(-1)
    at_label = -logs.gather(1, labels.unsqueeze(1)).squeeze(1)
    return ((1 - epsilon) * at_label - epsilon * logs.mean(-1)).mean()


def _built_in(logits: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    return F.cross_entropy(logits, labels, label_smoothing=epsilon)


def _soft_targets(logits: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    hard = F.one_hot(labels, logits.shape[1]).to(logits.dtype)
    return F.cross_entropy(
        logits, hard.lerp(torch.ones_like(hard) / hard.shape[1], epsilon)
    )


def _einsum(logits: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    n, size = logits.shape
    target = (1 - epsilon) * torch.eye(size, dtype=logits.dtype)[
        labels
    ] + epsilon / size
    return -torch.einsum("nv,nv->", target, F.log_softmax(logits, 1)) / n


def _loops(logits: Tensor, labels: Tensor, epsilon: float) -> float:
    total = 0.0
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        top = max(row)
        log_sum = top + math.log(sum(math.exp(number - top) for number in row))
        for word, number in enumerate(row):
            share = epsilon / len(row) + (1 - epsilon) * (word == label)
            total -= share * (number - log_sum)
    return total / len(logits)


def _mistake(name: str, says: str, **options: Any) -> Mistake:
    return Mistake(name, says, SMOOTHING, **options)


LABEL_SMOOTHING = Exercise(
    id="13.label_smoothing",
    title="Label smoothing",
    returns="the mean loss of the N tokens, a scalar",
    reference=label_smoothing,
    computation=_steps,
    answer=("loss",),
    cases=_cases,
    mistakes=(
        _mistake(
            "epsilon-over-others-only",
            "You spread epsilon over the V - 1 other words. Here it is spread over all "
            "V, the right one among them: epsilon / V each, and 1 - epsilon more for "
            "the right one.",
            group="spread",
        ),
        _mistake(
            "not-applied-to-target",
            "The right word keeps its whole weight of 1, so your target sums to more "
            "than 1. What the others get is taken from it: 1 - epsilon + epsilon / V.",
            forms=("others get their part", "added everywhere"),
            group="label",
        ),
        _mistake(
            "smooths-logits",
            "You smooth what the model says. It is the target that is smoothed: the "
            "logits go into log_softmax as they are.",
            forms=(
                "logits",
                "probabilities",
                "logits, and the target too",
                "probabilities, and the target too",
            ),
            group="target",
        ),
        _mistake(
            "not-smoothed",
            "Your loss is the plain cross entropy; epsilon changes nothing in it.",
            group="target",
        ),
        _mistake(
            "target-without-its-part",
            "The right word gets 1 - epsilon and no part of what is spread, so your "
            "target sums to less than 1. It is one of the V words: add epsilon / V.",
            group="label",
        ),
        _mistake(
            "others-left-out",
            "You add up the right word's term alone. The other words have a weight of "
            "epsilon / V each in the target, and their terms count too.",
        ),
        _mistake(
            "epsilon-not-divided",
            "You give epsilon to every word. All V words share it: epsilon / V each.",
            group="spread",
        ),
        _mistake(
            "epsilon-and-rest-swapped",
            "You spread 1 - epsilon and leave epsilon for the right word. It is the "
            "other way round.",
        ),
        _mistake(
            "softmax-over-batch",
            "Your softmax runs over the tokens. Each token chooses among V words: the "
            "last axis, `dim=-1`.",
        ),
        _mistake(
            "softmax-missing",
            "You use the logits as if they were logarithms of probabilities: "
            "`torch.log_softmax(logits, dim=-1)` makes them so.",
            group="log",
        ),
        _mistake(
            "softmax-twice",
            "You apply softmax, and then again inside log_softmax or cross entropy. "
            "Both take the logits themselves.",
            group="log",
        ),
        _mistake(
            "log-missing",
            "You weigh probabilities. Cross entropy weighs their logarithms: "
            "log_softmax in place of softmax.",
            group="log",
        ),
        _mistake(
            "log-of-zero",
            "You take the logarithm after softmax. A probability too small for its "
            "dtype is 0 there and your loss inf or NaN: log_softmax does both at once.",
            group="log",
            edge=True,
        ),
        _mistake(
            "sum-instead-of-mean",
            "You add the losses of the tokens. Take their mean, so that a larger batch "
            "has no larger loss.",
            group="mean",
        ),
        _mistake(
            "mean-over-all-entries",
            "You divide by N * V, the number of entries. Sum over the words, then take "
            "the mean over the N tokens.",
            group="mean",
        ),
        _mistake("sign-missing", "Your loss has the wrong sign: logarithms are < 0."),
        _mistake(
            "divergence-instead",
            "You compute the Kullback-Leibler divergence, as `F.kl_div` does: the "
            "cross entropy less the target's own entropy. It has the same gradients; "
            "asked for is the cross entropy.",
        ),
    ),
    variants={
        "two parts": _two_parts,
        "built-in": _built_in,
        "built-in, soft targets": _soft_targets,
        "einsum": _einsum,
        "loops": _loops,
    },
    hints=(
        "Write down the target for V = 4 and epsilon = 0.2: four numbers that sum to "
        "1. The right word's is 0.85.",
        "Fill (N, V) with epsilon / V, then add 1 - epsilon at each token's label: "
        "`target[torch.arange(N), labels] += 1 - epsilon`.",
        "Each token's loss is minus the sum of target times log_softmax, over the V "
        "words; the answer is their mean.",
        "`-(target * torch.log_softmax(logits, dim=-1)).sum(-1).mean()`",
    ),
    explanation="The target gives the right word 1 - epsilon and shares epsilon among "
    "all V words, the right one included. So the loss is (1 - epsilon) times the usual "
    "one plus epsilon times the mean of -log p over all words: a word that the model "
    "holds for impossible costs something, and the logits stay moderate.",
)

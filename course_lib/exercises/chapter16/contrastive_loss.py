"""16.contrastive_loss: which caption belongs to which picture, and the other way."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise
from course_lib.exercises.chapter16.mistakes import MISTAKES
from course_lib.exercises.inputs import EXACT, grid

Wrong = Mapping[str, Any]


def contrastive_loss(images: Tensor, texts: Tensor, temperature: float) -> Tensor:
    images, texts = F.normalize(images, dim=-1), F.normalize(texts, dim=-1)
    logits = images @ texts.T / temperature  # (N, N), row n: image n with all texts
    right = torch.arange(len(logits))
    to_texts = F.cross_entropy(logits, right)
    to_images = F.cross_entropy(logits.T, right)
    return (to_texts + to_images) / 2


def _steps(
    wrong: Wrong, images: Tensor, texts: Tensor, temperature: float
) -> dict[str, Tensor]:
    images, texts = _units(wrong, images, "images"), _units(wrong, texts, "texts")
    similarities = _similarities(wrong, images, texts)
    factor = _factor(wrong, temperature)
    logits = similarities * factor
    if "tables-averaged" in wrong:
        logits = (logits + logits.T) / 2
    own = [_similarities(wrong, side, side) * factor for side in (images, texts)]
    losses = [_losses(wrong, logits, own[0]), _losses(wrong, logits.T, own[1])]
    chosen = wrong.get("one-direction-only")
    if chosen:
        losses = [losses[0 if chosen == "to texts" else 1]]
    totals = torch.stack(losses)  # (directions, N)
    if "sum-instead-of-mean" not in wrong:
        totals = totals.mean(1)
    loss = totals.sum() / (1 if "directions-added" in wrong else len(losses))
    if "temperature-on-the-loss" in wrong:
        loss = loss / temperature
    return {
        "unit images": images,
        "unit texts": texts,
        "similarities": similarities,
        "logits": logits,
        "loss": -loss if "sign-missing" in wrong else loss,
    }


def _units(wrong: Wrong, vectors: Tensor, whose: str) -> Tensor:
    if wrong.get("not-normalised") in ("both", whose):
        return vectors
    form = wrong.get("normalised-otherwise")
    if form == "over the batch":
        return F.normalize(vectors, dim=0)
    if form == "whole matrix":
        return vectors / vectors.norm()
    if form == "softmax":
        return vectors.softmax(-1)
    if form == "squared length":
        return vectors / vectors.square().sum(-1, keepdim=True)
    return F.normalize(vectors, dim=-1)


def _similarities(wrong: Wrong, images: Tensor, texts: Tensor) -> Tensor:
    form = wrong.get("compared-with-themselves")
    if form:
        texts = images = {"images": images, "texts": texts}[form]
    if "distances-as-similarities" in wrong:
        differences = images.unsqueeze(1) - texts.unsqueeze(0)
        return differences.square().sum(-1).sqrt()
    return images @ texts.T


def _factor(wrong: Wrong, temperature: float) -> float:
    if "temperature-on-the-loss" in wrong:
        return 1.0
    if "temperature-multiplied" in wrong:
        as_power = wrong["temperature-multiplied"] == "exp"
        return math.exp(temperature) if as_power else temperature
    if "temperature-missing" in wrong:
        return 1.0
    return temperature ** (-2 if "temperature-twice" in wrong else -1)


def _losses(wrong: Wrong, logits: Tensor, own: Tensor) -> Tensor:
    """The loss of each row, (N,); `own`: of each side with itself, (N, N)."""
    targets = _targets(wrong, logits)
    if "same-side-too" in wrong:
        others = own.masked_fill(torch.eye(len(own), dtype=torch.bool), -math.inf)
        among = torch.cat([logits, others], 1).logsumexp(1)
        return among - (logits * targets).sum(1)
    if "each-pair-alone" in wrong:
        each = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        return each.sum(1) if wrong["each-pair-alone"] == "sum" else each.mean(1)
    if "overflow" in wrong:
        logs = _unsafe_logs(wrong["overflow"], logits)
        return -torch.where(targets > 0, logs * targets, 0.0).sum(1)
    if "positive-left-out" in wrong:
        rest = logits.masked_fill(targets > 0, -math.inf).logsumexp(1)
        return rest - (logits * targets).sum(1)
    if "softmax-missing" in wrong:
        return -(logits * targets).sum(1)
    if "softmax-twice" in wrong:
        logits = logits.softmax(1)
    if "log-missing" in wrong:
        return -(logits.softmax(1) * targets).sum(1)
    return -(logits.log_softmax(1) * targets).sum(1)


def _unsafe_logs(form: str, logits: Tensor) -> Tensor:
    """log_softmax of each row, in ways that large numbers break."""
    if form == "softmax, then log":
        return logits.softmax(1).log()
    powers = logits.exp()
    if form == "log of the sum":
        return logits - powers.sum(1, keepdim=True).log()
    return (powers / powers.sum(1, keepdim=True)).log()


def _targets(wrong: Wrong, logits: Tensor) -> Tensor:
    """One row of weights for each row of the logits, (N, N)."""
    count = len(logits)
    right = torch.arange(count)
    form = wrong.get("wrong-targets", "")
    if form == "all alike":
        return torch.full_like(logits, 1 / count)
    places = {
        "the first": 0 * right,
        "the second": 0 * right + 1,
        "reversed": right.flip(0),
        "the next": (right + 1) % count,
    }
    return F.one_hot(places.get(form, right), count).to(logits.dtype)


def _cases(dtype: torch.dtype) -> list[Case]:
    def case(name: str, n: int, width: int, t: float, seed: int) -> Case:
        images = grid(n, width, seed=seed, dtype=dtype)
        texts = grid(n, width, seed=seed + 1, dtype=dtype)
        inputs = {"images": images, "texts": texts, "temperature": t}
        return Case(f"{name}, temperature {t}", inputs)

    cases = [
        case("3 pairs, width 5", 3, 5, 0.5, 10),
        case("as many pairs as columns", 4, 4, 0.25, 20),
        case("5 pairs, width 3", 5, 3, 0.75, 30),
        case("2 pairs, width 6", 2, 6, 2.0, 40),
    ]
    if dtype in EXACT:
        cases.append(case("a very small temperature", 4, 6, 0.0005, 50))
    return cases


def _by_hand(images: Tensor, texts: Tensor, temperature: float) -> Tensor:
    images = images / images.norm(dim=1, keepdim=True)
    texts = texts / texts.norm(dim=1, keepdim=True)
    logits = images @ texts.T / temperature
    both = logits.log_softmax(0).diagonal() + logits.log_softmax(1).diagonal()
    return -both.mean() / 2


def _cosines(images: Tensor, texts: Tensor, temperature: float) -> Tensor:
    logits = F.cosine_similarity(images[:, None], texts[None], dim=-1) / temperature
    wanted = torch.eye(len(images), dtype=logits.dtype)
    return (F.cross_entropy(logits, wanted) + F.cross_entropy(logits.mT, wanted)) / 2


def _einsum(images: Tensor, texts: Tensor, temperature: float) -> Tensor:
    lengths = torch.outer(images.square().sum(1).sqrt(), texts.square().sum(1).sqrt())
    logits = torch.einsum("id,jd->ij", images, texts) / lengths / temperature
    ways = logits.logsumexp(1) + logits.logsumexp(0)
    return (ways / 2 - torch.einsum("ii->i", logits)).mean()


def _numpy(images: Tensor, texts: Tensor, temperature: float) -> Any:
    one, other = images.double().numpy(), texts.double().numpy()
    one = one / np.linalg.norm(one, axis=1, keepdims=True)
    other = other / np.linalg.norm(other, axis=1, keepdims=True)
    logits = one @ other.T / temperature
    losses = [
        np.log(np.exp(way - way.max(1, keepdims=True)).sum(1))
        + way.max(1)
        - np.diag(way)
        for way in (logits, logits.T)
    ]
    return np.mean(losses)


def _loops(images: Tensor, texts: Tensor, temperature: float) -> Tensor:
    total = torch.zeros((), dtype=images.dtype)
    for one, other in ((images, texts), (texts, images)):
        for number, vector in enumerate(one):
            row = [
                torch.dot(vector, w) / vector.norm() / w.norm() / temperature
                for w in other
            ]
            total += torch.logsumexp(torch.stack(row), 0) - row[number]
    return total / (2 * len(images))


CONTRASTIVE_LOSS = Exercise(
    id="16.contrastive_loss",
    title="Which caption belongs to which picture",
    returns="the mean cross entropy of both directions, a scalar",
    reference=contrastive_loss,
    computation=_steps,
    answer=("loss",),
    cases=_cases,
    mistakes=MISTAKES,
    variants={
        "by hand": _by_hand,
        "cosine_similarity": _cosines,
        "einsum": _einsum,
        "numpy": _numpy,
        "loops": _loops,
    },
    hints=(
        "Draw the table of N pictures and N texts. Which cells should be large, and "
        "what does one row of it ask, what one column?",
        "`F.normalize(images, dim=-1)`, the texts too; then "
        "`logits = images @ texts.T / temperature`. In row n the right answer is n: "
        "`torch.arange(N)`.",
        "Rows let a picture choose a text, columns a text its picture: "
        "`(F.cross_entropy(logits, right) + F.cross_entropy(logits.T, right)) / 2`.",
    ),
    explanation="Each picture is asked which of the N texts is its own, each text "
    "which of the N pictures: cross entropy with the right answers on the diagonal. "
    "Unit vectors make every similarity lie between -1 and 1, so that no vector wins "
    "by its length; the small temperature gives softmax differences to work with. The "
    "other pairs of the batch serve as wrong answers, and need no labels.",
)

"""Answers to chapter 16 as learners write them, and what they are told."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course_lib.exercises import check
from course_lib.exercises.catalogue import find

PAIRS = "16.contrastive_loss"


def table(images, texts, t):
    return F.normalize(images, dim=-1) @ F.normalize(texts, dim=-1).T / t


def both(logits, targets):
    return (F.cross_entropy(logits, targets) + F.cross_entropy(logits.T, targets)) / 2


def learner(**how):
    """The loss in the learner's hand; `how` replaces one line each."""
    unit = how.get("unit", lambda v: v / v.norm(dim=-1, keepdim=True))
    scale = how.get("scale", lambda s, t: s / t)
    targets = how.get("targets", lambda logits: torch.arange(len(logits)))
    loss = how.get("loss", both)

    def answer(images, texts, temperature):
        logits = scale(unit(images) @ unit(texts).T, temperature)
        return loss(logits, targets(logits))

    return answer


def double_loop(images, texts, t):
    n, total = len(images), 0.0
    for i in range(n):
        row, column = [], []
        for j in range(n):
            row.append(F.cosine_similarity(images[i], texts[j], dim=0) / t)
            column.append(F.cosine_similarity(images[j], texts[i], dim=0) / t)
        total -= torch.stack(row).log_softmax(0)[i]
        total -= torch.stack(column).log_softmax(0)[i]
    return total / (2 * n)


def in_numpy(images, texts, t):
    a, b = images.numpy().astype(float), texts.numpy().astype(float)
    a /= np.sqrt((a**2).sum(1, keepdims=True))
    b /= np.sqrt((b**2).sum(1, keepdims=True))
    s = a @ b.T / t
    loss = 0.0
    for matrix in (s, s.T):
        top = matrix.max(axis=1, keepdims=True)
        logs = matrix - top - np.log(np.exp(matrix - top).sum(axis=1, keepdims=True))
        loss -= np.trace(logs) / len(logs)
    return loss / 2


def einsum(images, texts, t):
    images = images / torch.einsum("bd,bd->b", images, images).sqrt()[:, None]
    texts = texts / torch.einsum("bd,bd->b", texts, texts).sqrt()[:, None]
    s = torch.einsum("id,jd->ij", images, texts) / t
    return -(s.log_softmax(1) + s.log_softmax(0)).diagonal().mean() / 2


def stacked(images, texts, t):
    """Both directions as one batch of 2 N rows."""
    logits = table(images, texts, t)
    rows = torch.cat((logits, logits.T))
    return F.cross_entropy(rows, torch.arange(len(logits)).repeat(2))


def identity(images, texts, t):
    logits, eye = table(images, texts, t), torch.eye(len(images))
    return both(logits, eye)


@pytest.mark.parametrize(
    "answer", [learner(), double_loop, in_numpy, einsum, stacked, identity]
)
def test_right_answers_pass_in_every_style(answer) -> None:
    report = check(PAIRS, answer)
    assert report.passed, report


def test_it_is_the_mean_of_both_cross_entropies() -> None:
    torch.manual_seed(0)
    images, texts = torch.randn(5, 8), torch.randn(5, 8)
    units = [vectors / vectors.norm(dim=1, keepdim=True) for vectors in (images, texts)]
    logits, right = units[0] @ units[1].T / 0.1, torch.arange(5)
    one = F.cross_entropy(logits, right)
    other = F.cross_entropy(logits.T, right)
    found = find(PAIRS).reference(images, texts, 0.1)
    assert torch.allclose(found, (one + other) / 2)
    assert torch.allclose(found, find(PAIRS).reference(3 * texts, images / 7, 0.1))


def shifted(logits):
    return (torch.arange(len(logits)) + 1) % len(logits)


def exponentials(logits, targets):
    powers = logits.exp()
    right = powers.diagonal()
    return -((right / powers.sum(0)).log() + (right / powers.sum(1)).log()).mean() / 2


def others_only(logits, targets):
    """Without the pair itself in the sum below."""
    hidden = logits.masked_fill(torch.eye(len(logits)).bool(), -math.inf)
    ways = hidden.logsumexp(0) + hidden.logsumexp(1)
    return (ways / 2 - logits.diagonal()).mean()


def two_views(images, texts, t):
    """As for two views of one picture: 2 N rows, each among all others."""
    sides = torch.cat((F.normalize(images, dim=1), F.normalize(texts, dim=1)))
    logits = (sides @ sides.T / t).fill_diagonal_(-math.inf)
    return F.cross_entropy(logits, torch.arange(len(sides)).roll(len(images)))


def sigmoids(logits, targets):
    """Each pair a yes or a no, as one number for each picture."""
    signs = 2 * torch.eye(len(logits)) - 1
    return -F.logsigmoid(signs * logits).sum() / len(logits)


def yes_or_no(logits, targets):
    return F.binary_cross_entropy_with_logits(logits, torch.eye(len(logits)))


ANSWERS = [
    (learner(loss=F.cross_entropy), "one-direction-only"),
    (learner(loss=lambda s, y: F.cross_entropy(s.T, y)), "one-direction-only"),
    (lambda i, t, k: F.nll_loss(table(i, t, k).log_softmax(0).T, torch.arange(len(i))),)
    + ("one-direction-only",),
    (learner(unit=lambda v: v), "not-normalised"),
    (lambda i, t, k: learner(unit=lambda v: v)(F.normalize(i), t, k), "not-normalised"),
    (learner(scale=lambda s, t: s * t), "temperature-multiplied"),
    (learner(scale=lambda s, t: s * math.exp(t)), "temperature-multiplied"),
    (learner(targets=lambda s: torch.zeros(len(s)).long()), "wrong-targets"),
    (learner(targets=lambda s: torch.ones(len(s)).long()), "wrong-targets"),
    (learner(targets=lambda s: torch.ones_like(s) / len(s)), "wrong-targets"),
    (learner(targets=lambda s: torch.arange(len(s)).flip(0)), "wrong-targets"),
    (learner(targets=shifted), "wrong-targets"),
    (learner(targets=lambda s: s.argmax(1)), None),
    (learner(loss=lambda s, y: 2 * both(s, y)), "directions-added"),
    (learner(loss=lambda s, y: both(s, y) * len(s)), "sum-instead-of-mean"),
    (learner(scale=lambda s, t: s), "temperature-missing"),
    (learner(scale=lambda s, t: s / t / t), "temperature-twice"),
    (lambda i, t, k: learner()(i, t, 1.0) / k, "temperature-on-the-loss"),
    (learner(unit=lambda v: F.normalize(v, dim=0)), "normalised-otherwise"),
    (learner(unit=lambda v: v / v.norm()), "normalised-otherwise"),
    (learner(unit=lambda v: v.softmax(-1)), "normalised-otherwise"),
    (lambda i, t, k: learner()(i, i, k), "compared-with-themselves"),
    (
        lambda i, t, k: both(
            torch.cdist(F.normalize(i), F.normalize(t)) / k,
            shifted(i) * 0 + torch.arange(len(i)),
        ),
    )
    + ("distances-as-similarities",),
    (learner(loss=others_only), "positive-left-out"),
    (two_views, "same-side-too"),
    (learner(loss=sigmoids), "each-pair-alone"),
    (learner(loss=yes_or_no), "each-pair-alone"),
    (learner(loss=lambda s, y: F.cross_entropy((s + s.T) / 2, y)), "tables-averaged"),
    (learner(loss=lambda s, y: -s.diagonal().mean()), "softmax-missing"),
    (lambda i, t, k: both(table(i, t, k).softmax(1), torch.arange(len(i))), None),
    (learner(loss=exponentials), "overflow"),
    (learner(loss=lambda s, y: -both(s, y)), "sign-missing"),
    (learner(unit=lambda v: v, loss=F.cross_entropy),)
    + ("one-direction-only+not-normalised",),
    (learner(unit=lambda v: v, scale=lambda s, t: s * t),)
    + ("not-normalised+temperature-multiplied",),
]


@pytest.mark.parametrize(("answer", "name"), ANSWERS)
def test_what_people_write_is_named(answer, name) -> None:
    report = check(PAIRS, answer)
    assert not report.passed and report.mistake == name, report
    assert report._repr_html_()


@pytest.mark.parametrize("form", [float, lambda n: n.numpy(), lambda n: n.double()])
def test_a_loss_as_a_number_an_array_or_in_double_passes(form) -> None:
    report = check(PAIRS, lambda i, t, k: form(find(PAIRS).reference(i, t, k)))
    assert report.passed and len(report.remarks) == 1


def test_a_loss_for_each_pair_breaks_the_contract() -> None:
    def each(images, texts, t):
        logits = table(images, texts, t)
        return F.cross_entropy(logits, torch.arange(len(logits)), reduction="none")

    report = check(PAIRS, each)
    assert report.mistake is None
    assert "its shape is (3,), expected ()" in report.message


def test_headings_that_mistakes_send_to_are_in_the_chapter() -> None:
    chapters = Path(__file__).parents[2] / "chapters"
    (chapter,) = chapters.glob("16_*.ipynb")
    text = chapter.read_text(encoding="utf-8")
    for mistake in find(PAIRS).mistakes:
        heading = mistake.read.removeprefix("16, ")
        assert f"# {heading}\\n" in text or f'# {heading}"' in text, heading

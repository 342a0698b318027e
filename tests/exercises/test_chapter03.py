"""Answers to chapter 03 as learners write them, and what they are told."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course_lib.exercises import check
from course_lib.exercises.catalogue import find
from course_lib.exercises.chapter03.mistakes import named


def attend(query, key, value, mask=None, **how):
    """Attention in the learner's hand; `how` replaces one line each."""
    scores = how.get("scores", _scores)(query, key)
    if mask is not None:
        scores = how.get("hide", lambda s, m: s.masked_fill(~m, -math.inf))(
            scores, mask
        )
    weights = how.get("softmax", lambda s: torch.softmax(s, -1))(scores)
    if mask is not None:
        weights = how.get("mend", lambda w, _m: w.nan_to_num(0.0))(weights, mask)
    return weights @ value, weights


def _scores(query, key):
    return query @ key.mT / query.shape[-1] ** 0.5


def named_for(**how):
    return check("03.attention", lambda q, k, v, m=None: attend(q, k, v, m, **how))


MENDS = {
    "not at all": lambda w, m: w,
    "NaN to 0": lambda w, m: w.nan_to_num(0.0),
    "by rows": lambda w, m: w.masked_fill(~m.any(-1, keepdim=True), 0.0),
    "by cells": lambda w, m: w.masked_fill(~m, 0.0),
}


@pytest.mark.parametrize("mend", ["NaN to 0", "by rows", "by cells"])
def test_every_way_to_mend_an_empty_row_passes(mend):
    assert named_for(mend=MENDS[mend]).passed


@pytest.mark.parametrize("mend", list(MENDS))
def test_an_inverted_mask_is_named_whatever_follows(mend):
    report = named_for(hide=lambda s, m: s.masked_fill(m, -math.inf), mend=MENDS[mend])
    assert report.mistake == "mask-inverted"


@pytest.mark.parametrize("mend", list(MENDS))
@pytest.mark.parametrize("fill", [-1.0, -3.0, -5.0, -10.0, 1.0])
def test_any_fill_that_leaves_visible_weight_is_named(fill, mend):
    report = named_for(hide=lambda s, m: s.masked_fill(~m, fill), mend=MENDS[mend])
    assert report.mistake == "mask-too-weak"


@pytest.mark.parametrize(
    "hide",
    [
        lambda s, m: s + m,  # the boolean as a number: visible keys get 1 more
        lambda s, m: s + (~m) * -5.0,
        lambda s, m: s - 2.0 * (1 - m.float()),
    ],
)
def test_an_added_number_that_is_too_weak_is_named(hide):
    assert named_for(hide=hide).mistake == "mask-too-weak"


def test_a_weak_fill_is_named_beside_a_missing_scale():
    report = named_for(
        scores=lambda q, k: q @ k.mT, hide=lambda s, m: s.masked_fill(~m, -4.0)
    )
    assert report.mistake == "missing-scale+mask-too-weak"


@pytest.mark.parametrize("mend", list(MENDS))
def test_a_product_with_the_mask_is_named(mend):
    report = named_for(hide=lambda s, m: s * m, mend=MENDS[mend])
    assert report.mistake == "mask-multiplies-scores"


@pytest.mark.parametrize(
    ("hide", "name"),
    [
        (lambda s, m: s.masked_fill(~m, -math.inf), "nan-on-empty-row"),
        (lambda s, m: s.masked_fill(~m, -1e9), "uniform-on-empty-row"),
        (
            lambda s, m: s.masked_fill(~m, torch.finfo(s.dtype).min),
            "uniform-on-empty-row",
        ),
        (lambda s, m: s, "mask-ignored"),
    ],
)
def test_an_empty_row_left_alone_is_named(hide, name):
    assert named_for(hide=hide, mend=MENDS["not at all"]).mistake == name


def test_a_third_slip_in_the_corner_does_not_hide_two_mistakes():
    report = named_for(
        scores=lambda q, k: q @ k.mT,
        softmax=lambda s: torch.softmax(s, -1).mT.mT / 1,
        hide=lambda s, m: s * m,
        mend=MENDS["not at all"],
    )
    assert report.mistake == "missing-scale+mask-multiplies-scores"


def test_swapped_lines_are_a_mask_after_softmax():
    def swapped(query, key, value, mask=None):
        weights = torch.softmax(_scores(query, key), -1)
        if mask is not None:
            weights = weights.masked_fill(~mask, -math.inf)
        return weights @ value, weights

    assert check("03.attention", swapped).mistake == "mask-after-softmax"


def test_numpy_passes_with_a_remark():
    def with_numpy(query, key, value, mask=None):
        q, k, v = (x.numpy() for x in (query, key, value))
        scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
        powers = np.exp(scores - scores.max(-1, keepdims=True))
        powers = powers if mask is None else powers * mask.numpy()
        sums = powers.sum(-1, keepdims=True)
        weights = powers / np.where(sums == 0, 1, sums)
        return weights @ v, weights

    report = check("03.attention", with_numpy)
    assert report.passed and "numpy" in " ".join(report.remarks)


def test_what_no_mistake_explains_gets_no_name():
    report = named_for(scores=lambda q, k: q @ k.mT / 3.3)
    assert report.mistake is None
    assert report.reached == ["products"]
    assert "scaled scores" in report.message


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda q, k: q @ k.mT, "missing-scale"),
        (lambda q, k: k @ q.mT / q.shape[-1], "scale-by-d+query-key-swapped"),
        (lambda q, k: q @ k.mT / k.shape[-2] ** 0.5, "scale-by-length"),
        (lambda q, k: q @ k.mT / k.shape[-2], "scale-by-length"),
        (lambda q, k: q @ k.mT / math.sqrt(k.shape[1]), None),
    ],
)
def test_scores(answer, name):
    assert check("03.scores", answer).mistake == name


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda s: F.softmax(s, dim=-2), "softmax-over-queries"),
        (lambda s: s.exp(), "not-normalised"),
        (lambda s: (s - s.amax(-1, keepdim=True)).exp(), "not-normalised"),
        (lambda s: s.exp() / s.exp().sum(-1, keepdim=True), "overflow"),
        (lambda s: s.exp() / s.exp().sum(), "overflow+softmax-over-everything"),
        (lambda s: s.exp() / s.exp().sum(-1), None),  # keepdim missing: it raises
        (lambda s: F.softmax(s, dim=0), "softmax-over-first-axis"),
    ],
)
def test_weights(answer, name):
    report = check("03.weights", answer)
    assert report.mistake == name and not report.passed


def test_shifting_by_any_safe_number_is_right():
    def shifted(scores):
        powers = (scores - scores.amax(-1, keepdim=True) + 3).exp()
        return powers / powers.sum(-1, keepdim=True)

    assert check("03.weights", shifted).passed


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda n: torch.triu(torch.ones(n, n), 1).bool(), "mask-inverted"),
        (lambda n: torch.tril(torch.ones(n, n), -1).bool(), "hides-self"),
        (lambda n: torch.tril(torch.ones(n, n), 1).bool(), "shows-one-future"),
        (lambda n: torch.triu(torch.ones(n, n)).bool(), "transposed"),
        (lambda n: torch.tril(torch.ones(n, n)), "not-boolean"),
        (lambda n: torch.tril(torch.ones(n, n)).long(), "not-boolean"),
        (
            torch.nn.Transformer.generate_square_subsequent_mask,
            "additive-mask",
        ),
        (
            lambda n: torch.triu(torch.ones(n, n), 1),
            "mask-inverted+not-boolean",
        ),
    ],
)
def test_causal_mask(answer, name):
    assert check("03.causal_mask", lambda length: answer(length)).mistake == name


def test_a_list_of_lists_passes_with_a_remark():
    report = check(
        "03.causal_mask", lambda n: [[j <= i for j in range(n)] for i in range(n)]
    )
    assert report.passed and report.remarks


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda m: (m == 0)[:, None], "mask-inverted"),
        (lambda m: m.bool()[:, :, None], "hides-queries-instead-of-keys"),
        (lambda m: m.bool(), "axis-missing"),
        (lambda m: m.unsqueeze(1), "not-boolean"),
        (lambda m: m[:, None, None, :].bool(), "axis-for-heads-too"),
        (lambda m: (1 - m)[:, None], "mask-inverted+not-boolean"),
        (lambda m: ~m[:, None], None),  # in whole numbers ~1 is -2
    ],
)
def test_padding_mask(answer, name):
    assert check("03.padding_mask", answer).mistake == name


@pytest.mark.parametrize("name", ["03.causal_mask", "03.padding_mask"])
def test_masks_are_boolean(name):
    exercise = find(name)
    for case in exercise.cases(torch.float32):
        assert exercise.reference(**case.inputs).dtype == torch.bool


def test_headings_that_mistakes_send_to_are_in_the_chapter():
    from pathlib import Path

    chapter = Path(__file__).parents[2] / "chapters" / "03_self_attention.ipynb"
    text = chapter.read_text(encoding="utf-8")
    for exercise_id in (
        "scores",
        "weights",
        "causal_mask",
        "padding_mask",
        "attention",
    ):
        for mistake in find(f"03.{exercise_id}").mistakes:
            heading = mistake.read.removeprefix("03, ")
            assert f"## {heading}\\n" in text, heading


def test_named_keeps_the_order_asked_for():
    first, second = named("scale-by-d", "missing-scale", group="other")
    assert (first.name, second.name) == ("scale-by-d", "missing-scale")
    assert first.group == second.group == "other"

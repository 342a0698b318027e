"""Answers to chapter 13 as learners write them, and what they are told."""

import math
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from course_lib.exercises import check
from course_lib.exercises.catalogue import find

SHIFT, CROSS, SMOOTH = "13.shift_right", "13.cross_attention", "13.label_smoothing"


# 13.shift_right: each function below is one a learner could have written.


def filled(answer):
    """The same with pad_id in place of -100."""

    def mended(ids, start_id, pad_id):
        result = answer(ids, start_id)
        return result.masked_fill(result == -100, pad_id)

    return mended


def column(ids, number):
    return torch.full((len(ids), 1), number)


def one_loop(ids, start_id):
    ids = ids.clone()
    ids[:, 0] = start_id
    for t in range(1, ids.shape[1]):
        ids[:, t] = ids[:, t - 1]
    return ids


def mask_of_the_old(ids, start_id, pad_id):
    shifted = torch.cat((column(ids, start_id), ids[:, :-1]), 1)
    shifted[ids == -100] = pad_id
    return shifted


def kept(ids, start_id, pad_id):
    return torch.cat((column(ids, start_id), ids[:, :-1]), 1)


SHIFT_ANSWERS = [
    (filled(lambda i, s: torch.cat((i[:, 1:], column(i, s)), 1)), "shift-left"),
    (filled(lambda i, s: torch.cat((i[:, 1:], column(i, -100)), 1)), "shift-left"),
    (filled(lambda i, s: i[:, 1:]), "shift-left"),
    (filled(lambda i, s: i.roll(-1, 1)), "shift-left"),
    (filled(lambda i, s: i.roll(1, 1)), "wraps-around"),
    (filled(lambda i, s: i.roll(1)), "wraps-around"),
    (kept, "keeps-minus-100"),
    (filled(lambda i, s: torch.cat((column(i, s), i[:, 1:]), 1)), "drops-first-token"),
    (filled(lambda i, s: torch.cat((column(i, s), i[:, 1:-1]), 1)),)
    + ("drops-first-token",),
    (filled(lambda i, s: torch.cat((column(i, s), i), 1)), "last-token-kept"),
    (filled(lambda i, s: i[:, :-1]), "start-missing"),
    (filled(lambda i, s: i), "not-shifted"),
    (filled(one_loop), "reads-what-it-wrote"),
    (filled(lambda i, s: torch.cat((0 * i[:1] + s, i[:-1]))), "along-the-batch"),
    (mask_of_the_old, "mask-not-shifted"),
    (lambda i, s, p: find(SHIFT).reference(i, p, s), "start-and-pad-swapped"),
    (lambda i, s, p: i.roll(1, 1), "wraps-around+keeps-minus-100"),
    (lambda i, s, p: i, "keeps-minus-100+not-shifted"),
]


@pytest.mark.parametrize(("answer", "name"), SHIFT_ANSWERS)
def test_what_people_write_for_shift_right_is_named(answer, name: str) -> None:
    report = check(SHIFT, answer)
    assert report.mistake == name
    assert report._repr_html_()


@pytest.mark.parametrize("number", [0, 1, 101, 50256])
def test_any_other_start_and_any_other_pad_are_named(number: int) -> None:
    shift = find(SHIFT).reference
    report = check(SHIFT, lambda ids, start_id, pad_id: shift(ids, number, pad_id))
    assert report.mistake == "another-start"
    report = check(SHIFT, lambda ids, start_id, pad_id: shift(ids, start_id, number))
    assert report.mistake == "another-pad"


def test_minus_100_becomes_padding_and_the_last_token_falls_off() -> None:
    ids = torch.tensor([[5, 6, -100], [7, 8, 9]])
    expected = [[2, 5, 6], [2, 7, 8]]
    assert find(SHIFT).reference(ids, 2, 0).tolist() == expected
    ids = torch.tensor([[5, -100, -100]])
    assert find(SHIFT).reference(ids, 2, 0).tolist() == [[2, 5, 0]]
    assert find(SHIFT).reference(ids.int(), 2, 0).dtype == torch.int32


def test_ids_in_an_array_or_in_lists_pass_and_floats_do_not() -> None:
    shift = find(SHIFT).reference
    for form in (torch.Tensor.numpy, torch.Tensor.tolist):
        assert check(SHIFT, lambda i, s, p, form=form: form(shift(i, s, p))).passed
    report = check(SHIFT, lambda i, s, p: shift(i, s, p).float())
    assert "its dtype is torch.float32, expected torch.int64" in report.message


def test_ids_are_shown_as_whole_numbers() -> None:
    shown = check(SHIFT, lambda i, s, p: i.roll(1, 1))._repr_html_()
    assert ">11<" in shown and "11.00" not in shown
    report = check(SHIFT, lambda i, s, p: 10 * find(SHIFT).reference(i, s, p))
    assert "Entry [0, 0] of your answer is 20, expected 2." in report.message


def test_labels_changed_in_place_get_a_remark() -> None:
    def answer(ids, start_id, pad_id):
        ids[ids == -100] = pad_id
        return torch.cat((column(ids, start_id), ids[:, :-1]), 1)

    report = check(SHIFT, answer)
    assert report.passed and "`ids` in place" in " ".join(report.remarks)


# 13.cross_attention


def opened(memory_mask):
    return memory_mask[:, None, None]


def learner(**how):
    """Cross attention in the learner's hand; `how` replaces one line each."""
    sources = how.get("sources", lambda x, memory: (x, memory, memory))
    mask_of = how.get("mask", lambda m, scores: opened(m))
    hide = how.get("hide", lambda s, m: s.masked_fill(~m, -math.inf))
    mend = how.get("mend", lambda w, m: w.nan_to_num(0.0))
    scale = how.get("scale", lambda q: q.shape[-1] ** 0.5)
    always = how.get("always", False)

    def answer(x, memory, w_query, w_key, w_value, w_output, heads, memory_mask=None):
        matrices = (w_query, w_key, w_value)
        query, key, value = (
            (text @ w.T).unflatten(-1, (heads, -1)).transpose(1, 2)
            for text, w in zip(sources(x, memory), matrices, strict=True)
        )
        scores = query @ key.mT / scale(query)
        mask = None
        if memory_mask is not None or always:
            mask = mask_of(memory_mask, scores)
            scores = hide(scores, mask)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = mend(weights, mask)
        return (weights @ value).transpose(1, 2).flatten(2) @ w_output.T

    return answer


def triangle(memory_mask, scores):
    causal = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
    return causal if memory_mask is None else causal & opened(memory_mask)


def only_the_triangle(memory_mask, scores):
    return torch.ones(scores.shape[-2:], dtype=torch.bool).tril()


CROSS_ANSWERS = {
    "query-from-memory": [{"sources": lambda x, memory: (memory, memory, memory)}],
    "key-from-x": [{"sources": lambda x, memory: (x, x, memory)}],
    "value-from-x": [{"sources": lambda x, memory: (x, memory, x)}],
    "key-from-x+value-from-x": [{"sources": lambda x, memory: (x, x, x)}],
    "x-and-memory-swapped": [{"sources": lambda x, memory: (memory, x, x)}],
    "mask-over-queries": [{"mask": lambda m, s: m[:, None, :, None]}],
    "causal-mask-on-memory": [
        {"mask": triangle, "always": True},
        {"mask": only_the_triangle, "always": True},
    ],
    "memory-mask-meets-heads": [
        {"mask": lambda m, s: m},
        {"mask": lambda m, s: m[:, None]},
    ],
    "missing-scale": [{"scale": lambda q: 1.0}],
    "scale-by-d-model": [{"scale": lambda q: 12**0.5}],
    "mask-ignored": [{"hide": lambda s, m: s}],
    "nan-on-empty-row": [{"mend": lambda w, m: w}],
    "uniform-on-empty-row": [{"hide": lambda s, m: s.masked_fill(~m, -1e9)}],
    "key-from-x+missing-scale": [
        {"sources": lambda x, memory: (x, x, memory), "scale": lambda q: 1.0}
    ],
}
MENDS = {
    "NaN to 0": lambda w, m: w.nan_to_num(0.0),
    "by rows": lambda w, m: w * m.any(-1, keepdim=True),
    "by cells": lambda w, m: w.masked_fill(~m, 0.0),
}


@pytest.mark.parametrize("name", CROSS_ANSWERS)
def test_what_people_write_for_cross_attention_is_named(name: str) -> None:
    for how in CROSS_ANSWERS[name]:
        assert check(CROSS, learner(**how)).mistake == name


@pytest.mark.parametrize("mend", ["by rows", "by cells"])
def test_every_way_to_mend_an_empty_row_passes(mend: str) -> None:
    for fill in (-math.inf, -1e9, -1e4):
        answer = learner(
            hide=lambda s, m, fill=fill: s.masked_fill(~m, fill),
            mend=lambda w, m: MENDS[mend](w.nan_to_num(0.0), m),
        )
        assert check(CROSS, answer).passed


@pytest.mark.parametrize("mend", list(MENDS))
def test_wrong_ways_to_hide_are_named_whatever_mends_them(mend: str) -> None:
    for name, hide in {
        "mask-inverted": lambda s, m: s.masked_fill(m, -math.inf),
        "mask-multiplies-scores": lambda s, m: s * m,
        "mask-too-weak": lambda s, m: s.masked_fill(~m, -3.0),
    }.items():

        def mended(w, m):
            return MENDS[mend](w.nan_to_num(0.0), m)

        assert check(CROSS, learner(hide=hide, mend=mended)).mistake == name


def test_a_triangle_mended_by_the_memorys_mask_alone_is_named() -> None:
    def answer(x, memory, w_query, w_key, w_value, w_output, heads, memory_mask=None):
        def hide(scores, mask):
            scores = scores.masked_fill(~only_the_triangle(None, scores), -math.inf)
            return scores if mask is None else scores.masked_fill(~mask, -math.inf)

        def mend(weights, mask):
            return weights if mask is None else weights.masked_fill(~mask, 0.0)

        def mask_of(memory_mask, scores):
            return None if memory_mask is None else opened(memory_mask)

        return mended_by_hand(hide, mend, mask_of)(
            x, memory, w_query, w_key, w_value, w_output, heads, memory_mask
        )

    assert check(CROSS, answer).mistake == "causal-mask-on-memory"


def mended_by_hand(hide, mend, mask_of):
    def answer(x, memory, w_query, w_key, w_value, w_output, heads, memory_mask=None):
        query, key, value = (
            (text @ w.T).unflatten(-1, (heads, -1)).transpose(1, 2)
            for text, w in ((x, w_query), (memory, w_key), (memory, w_value))
        )
        mask = mask_of(memory_mask, None)
        scores = hide(query @ key.mT / query.shape[-1] ** 0.5, mask)
        weights = mend(scores.softmax(-1), mask)
        return (weights @ value).transpose(1, 2).flatten(2) @ w_output.T

    return answer


def test_a_text_without_allowed_keys_gives_zeros() -> None:
    x, memory = torch.randn(2, 3, 6), torch.randn(2, 5, 6)
    weights = [torch.randn(6, 6) for _ in range(4)]
    mask = torch.tensor([[True] * 5, [False] * 5])
    output = find(CROSS).reference(x, memory, *weights, 2, mask)
    assert output.shape == x.shape
    assert output[0].abs().min() > 0 and not output[1].any()


# 13.label_smoothing


def smoothed(target):
    """The loss for a target that a learner built."""

    def answer(logits, labels, epsilon):
        hard = F.one_hot(labels, logits.shape[1]).to(logits.dtype)
        wanted = target(hard, epsilon, logits.shape[1])
        return -(wanted * logits.log_softmax(-1)).sum(-1).mean()

    return answer


def cross_entropy(change=lambda logits, e: logits, **options):
    def answer(logits, labels, epsilon):
        smoothing = options.get("smoothing", epsilon)
        options_left = {k: v for k, v in options.items() if k != "smoothing"}
        return F.cross_entropy(
            change(logits, epsilon), labels, label_smoothing=smoothing, **options_left
        )

    return answer


def scattered(hard, epsilon, size):
    target = torch.full_like(hard, epsilon / (size - 1))
    return target.masked_fill(hard.bool(), 1 - epsilon)


SMOOTH_ANSWERS = [
    (smoothed(scattered), "epsilon-over-others-only"),
    (smoothed(lambda t, e, v: t + (1 - t) * e / v), "not-applied-to-target"),
    (smoothed(lambda t, e, v: t + e / v), "not-applied-to-target"),
    (cross_entropy(lambda s, e: (1 - e) * s + e / 6, smoothing=0.0), "smooths-logits"),
    (cross_entropy(smoothing=0.0), "not-smoothed"),
    (smoothed(lambda t, e, v: t * (1 - e) + (1 - t) * e / v),)
    + ("target-without-its-part",),
    (smoothed(lambda t, e, v: t * (1 - e) + e), "epsilon-not-divided"),
    (smoothed(lambda t, e, v: t * e + (1 - e) / v), "epsilon-and-rest-swapped"),
    (smoothed(lambda t, e, v: t * (1 - e + e / v)), "others-left-out"),
    (cross_entropy(lambda s, e: s.softmax(-1)), "softmax-twice"),
    (cross_entropy(reduction="sum"), "sum-instead-of-mean"),
    (lambda s, y, e: -find(SMOOTH).reference(s, y, e), "sign-missing"),
    (cross_entropy(lambda s, e: s.softmax(-1), reduction="sum"),)
    + ("softmax-twice+sum-instead-of-mean",),
]


@pytest.mark.parametrize(("answer", "name"), SMOOTH_ANSWERS)
def test_what_people_write_for_label_smoothing_is_named(answer, name: str) -> None:
    assert check(SMOOTH, answer).mistake == name


def test_a_smoothed_prediction_is_named_too() -> None:
    def answer(logits, labels, epsilon):
        p = (1 - epsilon) * logits.softmax(-1) + epsilon / logits.shape[-1]
        return F.nll_loss(p.log(), labels)

    assert check(SMOOTH, answer).mistake == "smooths-logits"


@pytest.mark.filterwarnings("ignore:reduction")
@pytest.mark.parametrize("reduction", ["batchmean", "mean"])
def test_a_divergence_is_named(reduction: str) -> None:
    def answer(logits, labels, epsilon):
        hard = F.one_hot(labels, logits.shape[1]).to(logits.dtype)
        target = (1 - epsilon) * hard + epsilon / logits.shape[1]
        return F.kl_div(logits.log_softmax(-1), target, reduction=reduction)

    found = check(SMOOTH, answer).mistake
    entries = "mean-over-all-entries+" if reduction == "mean" else ""
    assert found == entries + "divergence-instead"


def test_a_logarithm_after_softmax_is_named_where_it_overflows() -> None:
    def answer(logits, labels, epsilon):
        hard = F.one_hot(labels, logits.shape[1]).to(logits.dtype)
        target = (1 - epsilon) * hard + epsilon / logits.shape[1]
        return -(target * logits.softmax(-1).log()).sum(-1).mean()

    report = check(SMOOTH, answer)
    assert report.mistake == "log-of-zero" and "large logits" in report.message


def test_the_target_of_the_hint() -> None:
    """0.85 for the right word of four, 0.05 for the others, at epsilon 0.2."""
    logits = torch.tensor([[1.0, 2, 3, 5]])
    losses = -logits.log_softmax(-1)[0]
    expected = 0.85 * losses[1] + 0.05 * (losses.sum() - losses[1])
    found = find(SMOOTH).reference(logits, torch.tensor([1]), 0.2)
    assert torch.allclose(found, expected)


@pytest.mark.parametrize("form", [float, lambda n: n.numpy(), lambda n: n.double()])
def test_a_loss_as_a_number_an_array_or_in_double_passes(form) -> None:
    report = check(SMOOTH, lambda s, y, e: form(find(SMOOTH).reference(s, y, e)))
    assert report.passed and len(report.remarks) == 1


def test_a_loss_for_each_token_breaks_the_contract() -> None:
    report = check(SMOOTH, cross_entropy(reduction="none"))
    assert report.mistake is None
    assert "its shape is (4,), expected ()" in report.message


def test_headings_that_mistakes_send_to_are_in_the_chapter() -> None:
    chapter = (
        Path(__file__).parents[2] / "chapters" / "13_translation_and_summaries.ipynb"
    )
    text = chapter.read_text(encoding="utf-8")
    for exercise_id in (SHIFT, CROSS, SMOOTH):
        for mistake in find(exercise_id).mistakes:
            heading = mistake.read.removeprefix("13, ")
            assert f"# {heading}\\n" in text or f'# {heading}"' in text, heading

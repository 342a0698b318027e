"""Answers to chapter 04 as learners write them, and what they are told."""

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.attention import MultiHeadAttention
from course_lib.exercises import check
from course_lib.exercises import diagnosis as diagnosing
from course_lib.exercises.catalogue import find
from course_lib.exercises.diagnosis import Asked, Tried, Verdicts

MHA = "04.multi_head_attention"


def heads_of(x: Tensor, heads: int) -> Tensor:
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def open_padding(mask: Tensor) -> Tensor:
    return mask.unsqueeze(1) if mask.dim() == 3 else mask


def learner(**how: Callable[..., Any]) -> Callable[..., Tensor]:
    """Multi-head attention in the learner's hand; `how` replaces one line each."""
    split = how.get("split", heads_of)
    scale = how.get("scale", lambda q: q.shape[-1] ** 0.5)
    hide = how.get("hide", lambda s, m: s.masked_fill(~m, -math.inf))
    softmax = how.get("softmax", lambda s: s.softmax(-1))
    mend = how.get("mend", lambda w, m: w.nan_to_num(0.0))
    merge = how.get("merge", lambda c: c.transpose(1, 2).flatten(2))
    opened = how.get("opened", open_padding)
    project = how.get("project", lambda merged, w: merged @ w.T)

    def answer(x, w_query, w_key, w_value, w_output, num_heads, mask=None):
        query, key, value = (
            split(x @ w.T, num_heads) for w in (w_query, w_key, w_value)
        )
        scores = query @ key.mT / scale(query)
        if mask is not None:
            scores = hide(scores, opened(mask))
        weights = softmax(scores)
        if mask is not None:
            weights = mend(weights, opened(mask))
        return project(merge(weights @ value), w_output)

    return answer


def named_for(**how: Callable[..., Any]) -> str | None:
    return check(MHA, learner(**how)).mistake


MENDS: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "not at all": lambda w, m: w,
    "NaN to 0": lambda w, m: w.nan_to_num(0.0),
    "by rows": lambda w, m: w.masked_fill(~m.any(-1, keepdim=True), 0.0),
    "by cells": lambda w, m: w.masked_fill(~m, 0.0),
}


@pytest.mark.parametrize("mend", ["NaN to 0", "by rows", "by cells"])
def test_every_way_to_mend_an_empty_row_passes(mend: str) -> None:
    assert check(MHA, learner(mend=MENDS[mend])).passed


@pytest.mark.parametrize("mend", list(MENDS))
def test_an_inverted_mask_is_named_whatever_follows(mend: str) -> None:
    def hide(s: Tensor, m: Tensor) -> Tensor:
        return s.masked_fill(m, -math.inf)

    # Inverted, the causal mask has an empty row of its own: left alone, it is seen.
    left_alone = "+nan-on-empty-row" if mend == "not at all" else ""
    found = named_for(hide=hide, mend=MENDS[mend])
    assert found == "mask-inverted" + left_alone


@pytest.mark.parametrize("mend", list(MENDS))
def test_a_product_with_the_mask_is_named(mend: str) -> None:
    found = named_for(hide=lambda s, m: s * m, mend=MENDS[mend])
    assert found == "mask-multiplies-scores"


@pytest.mark.parametrize("mend", list(MENDS))
@pytest.mark.parametrize("fill", [-1.0, -3.0, -5.0, -10.0, 1.0])
def test_any_fill_that_leaves_visible_weight_is_named(fill: float, mend: str) -> None:
    found = named_for(hide=lambda s, m: s.masked_fill(~m, fill), mend=MENDS[mend])
    assert found == "mask-too-weak"


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ({"scale": lambda q: 1.0}, "missing-scale+mask-too-weak"),
        ({"scale": lambda q: 12**0.5}, "mask-too-weak+scale-by-d-model"),
        (
            {"project": lambda merged, w: merged},
            "mask-too-weak+output-projection-missing",
        ),
    ],
)
def test_an_unusual_weak_fill_is_named_beside_another_mistake(
    other: dict[str, Any], name: str
) -> None:
    found = named_for(
        hide=lambda s, m: s.masked_fill(~m, -4.0), mend=MENDS["not at all"], **other
    )
    assert found == name


@pytest.mark.parametrize(
    ("how", "name"),
    [
        ({"scale": lambda q: 12**0.5}, "scale-by-d-model"),
        ({"scale": lambda q: q.shape[-1]}, "scale-by-d"),
        (
            {"split": lambda x, h: x.view(len(x), h, -1, x.shape[-1] // h)},
            "split-without-transpose",
        ),
        (
            {
                "split": lambda x, h: x.view(*x.shape[:2], -1, h).permute(0, 3, 1, 2),
            },
            "heads-and-width-swapped",
        ),
        (
            {"merge": lambda c: c.reshape(len(c), c.shape[2], -1)},
            "merge-without-transpose",
        ),
        ({"project": lambda merged, w: merged}, "output-projection-missing"),
        ({"project": lambda merged, w: merged @ w}, "weight-not-transposed"),
        ({"softmax": lambda s: s.softmax(1)}, "softmax-over-heads"),
        ({"opened": lambda m: m}, "padding-meets-heads"),
        ({"mend": MENDS["not at all"]}, "nan-on-empty-row"),
        (
            {
                "hide": lambda s, m: s.masked_fill(~m, -1e9),
                "mend": MENDS["not at all"],
            },
            "uniform-on-empty-row",
        ),
        (
            {
                "split": lambda x, h: x.view(len(x), h, -1, x.shape[-1] // h),
                "merge": lambda c: c.reshape(len(c), c.shape[2], -1),
            },
            "split-without-transpose+merge-without-transpose",
        ),
    ],
)
def test_one_line_wrong_is_named(how: dict[str, Any], name: str) -> None:
    assert named_for(**how) == name


def test_weights_taken_as_stored_are_named_once_for_all_four() -> None:
    right = find(MHA).reference

    def untransposed(x, w_query, w_key, w_value, w_output, num_heads, mask=None):
        weights = (w_query.T, w_key.T, w_value.T, w_output.T)
        return right(x, *weights, num_heads, mask)

    report = check(MHA, untransposed)
    assert report.mistake == "weight-not-transposed"
    assert "(out, in)" in report.message


def test_the_reference_is_the_course_s_module() -> None:
    exercise = find(MHA)
    for case in exercise.cases(torch.float32):
        inputs = case.inputs
        module = MultiHeadAttention(12, 3, bias=False)
        parts = [inputs[name] for name in ("w_query", "w_key", "w_value")]
        module.qkv.weight.data = torch.cat(parts)
        module.output.weight.data = inputs["w_output"]
        given, _ = module(inputs["x"], mask=inputs["mask"])
        expected = exercise.reference(**inputs)
        assert torch.allclose(given, expected, atol=1e-5), case.name


def test_an_empty_row_gives_nothing_before_the_output_projection() -> None:
    exercise = find(MHA)
    case = exercise.cases(torch.float32)[-1]
    empty = ~case.inputs["mask"].any(-1)[:, 0]  # (B, T)
    assert empty.sum() == 2
    steps = exercise.computation({}, **case.inputs)
    assert not steps["merged heads"][empty].any()
    assert not steps["output"][empty].any()


def test_every_kind_of_mask_is_tried() -> None:
    masks = [case.inputs["mask"] for case in find(MHA).cases(torch.float32)]
    shapes = [None if mask is None else tuple(mask.shape) for mask in masks]
    assert shapes == [None, (4, 4), (3, 1, 4), (2, 1, 4, 4)]


def test_numpy_passes_with_a_remark() -> None:
    right = find(MHA).reference
    report = check(MHA, lambda *inputs: right(*inputs).numpy())
    assert report.passed and "numpy" in " ".join(report.remarks)


def test_what_no_mistake_explains_gets_no_name_but_a_step() -> None:
    report = check(MHA, learner(scale=lambda q: 3.3))
    assert report.mistake is None
    assert "products" in report.reached and "scaled scores" not in report.reached
    assert '"scaled scores"' in report.message


def test_a_refused_view_is_explained() -> None:
    report = check("04.merge_heads", lambda x: x.transpose(1, 2).view(*x.shape[:2], -1))
    assert report.mistake is None and "view" in report.message


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (
            lambda x, h: x.view(len(x), h, x.shape[1], x.shape[2] // h),
            "split-without-transpose",
        ),
        (
            lambda x, h: torch.stack([x[..., i::h] for i in range(h)], 1),
            "heads-and-width-swapped",
        ),
        (lambda x, h: x.view(*x.shape[:2], h, -1), "heads-after-positions"),
        (lambda x, h: torch.stack(x.chunk(h, -1)), "heads-before-batch"),
        (lambda x, h: torch.cat(x.chunk(h, -1)), None),
        (lambda x, h: heads_of(x, h).flatten(0, 1), "batch-and-heads-joined"),
        (
            lambda x, h: x.view(*x.shape[:2], h, -1).transpose(2, 3),
            "other-axes-transposed",
        ),
        (
            lambda x, h: x.view(*x.shape[:2], h, -1).transpose(1, 3),
            "other-axes-transposed",
        ),
        (lambda x, h: torch.stack(x.chunk(h, -1), -1), "other-axes-transposed"),
        (
            lambda x, h: torch.stack(
                [x[..., i : i + x.shape[-1] // h] for i in range(h)], 1
            ),
            "slices-overlap",
        ),
        (lambda x, h: heads_of(x, h).numpy(), ""),
        (lambda x, h: heads_of(x, h).tolist(), ""),
    ],
)
def test_split_heads(answer: Callable[..., Any], name: str | None) -> None:
    report = check("04.split_heads", answer)
    assert report.passed == (name == "") and (report.mistake or None) == (name or None)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda x: x.reshape(len(x), x.shape[2], -1), "merge-without-transpose"),
        (lambda x: x.permute(0, 2, 3, 1).flatten(2), "heads-and-width-swapped"),
        (lambda x: torch.cat(list(x.unbind(1)), 1), "joined-along-positions"),
        (lambda x: torch.cat(list(x.unbind(1))), "joined-along-batch"),
        (lambda x: x.mT.flatten(1, 2), "width-before-positions"),
        (lambda x: x.mean(1), "heads-added"),
        (lambda x: x.transpose(1, 2), "heads-and-width-not-joined"),
        (
            lambda x: x.transpose(1, 3).reshape(len(x), x.shape[2], -1),
            "other-axes-transposed",
        ),
        (lambda x: np.concatenate([h.numpy() for h in x.unbind(1)], -1), ""),
    ],
)
def test_merge_heads(answer: Callable[..., Any], name: str) -> None:
    report = check("04.merge_heads", answer)
    assert report.passed == (name == "") and (report.mistake or "") == name


def test_merging_undoes_splitting() -> None:
    x = torch.arange(2 * 5 * 12.0).view(2, 5, 12)
    split, merge = (find(f"04.{n}").reference for n in ("split_heads", "merge_heads"))
    assert torch.equal(merge(split(x, 3)), x)


def test_headings_that_mistakes_send_to_are_in_the_chapter() -> None:
    chapter = Path(__file__).parents[2] / "chapters" / "04_multi_head_attention.ipynb"
    text = chapter.read_text(encoding="utf-8")
    for exercise_id in ("split_heads", "merge_heads", "multi_head_attention"):
        for mistake in find(f"04.{exercise_id}").mistakes:
            heading = mistake.read.removeprefix("04, ")
            assert f"# {heading}\\n" in text or f'# {heading}"' in text, heading


def test_without_a_mask_its_mistakes_are_not_computed_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What keeps a check fast: a question that is not asked has no second answer."""
    exercise = find(MHA)
    case = exercise.cases(torch.float32)[0]
    truth = exercise.compute(case.inputs, {})
    computed: list[object] = []
    original = diagnosing.outcome

    def counted(*arguments: Any) -> Any:
        computed.append(arguments[2])
        return original(*arguments)

    monkeypatch.setattr(diagnosing, "outcome", counted)
    verdicts = Verdicts(exercise, Tried(case, truth, truth, False, True))
    assert verdicts.reproduces({"mask-inverted": True})
    assert verdicts.reproduces({"mask-ignored": True, "nan-on-empty-row": True})
    assert len(computed) == 1
    assert not verdicts.reproduces({"missing-scale": True, "mask-ignored": True})
    assert len(computed) == 2


@pytest.mark.parametrize("looks", [len, dict, list])
def test_who_looks_at_all_mistakes_has_asked_for_each(looks: Callable) -> None:
    asked = Asked({"missing-scale": True})
    looks(asked)
    assert diagnosing.EVERYTHING in asked.questions


def test_a_step_of_its_own_is_not_needed() -> None:
    """Fused kernels show few steps; right is right."""

    def fused(x, w_query, w_key, w_value, w_output, num_heads, mask=None):
        parts = (heads_of(F.linear(x, w), num_heads) for w in (w_query, w_key, w_value))
        mask = None if mask is None else open_padding(mask)
        context = F.scaled_dot_product_attention(*parts, attn_mask=mask)
        return F.linear(context.transpose(1, 2).flatten(2), w_output)

    report = check(MHA, fused)
    assert report.passed and "weights" not in report.reached

"""Answers to chapter 15 as learners write them, and what they are told."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from course_lib.compression.pruning import magnitude_mask
from course_lib.compression.quantization import quantize
from course_lib.exercises import check
from course_lib.exercises.catalogue import find

QUANTIZE, MASK = "15.quantize", "15.magnitude_mask"
TRAINED = ("15.distillation_loss", "15.low_rank_forward")


def test_the_librarys_own_functions_pass() -> None:
    assert check(QUANTIZE, quantize).passed
    assert check(MASK, magnitude_mask).passed


# 15.quantize: each function below is one a learner could have written.


def rows(weight, steps=127):
    return weight.abs().amax(1, keepdim=True) / steps


def filled(scale):
    return torch.where(scale == 0, 1.0, scale)


def in_int8(weight, scale):
    return torch.round(weight / scale).to(torch.int8)


def whole_matrix(weight):
    scale = weight.abs().max() / 127
    return in_int8(weight, scale), scale


def whole_matrix_item(weight):
    scale = weight.abs().max().item() / 127
    return in_int8(weight, scale), scale


def by_columns(weight):
    scale = weight.abs().max(dim=0, keepdim=True)[0] / 127
    return in_int8(weight, scale), scale


def by_columns_without_an_axis(weight):
    scale = weight.abs().amax(0) / 127
    return in_int8(weight, scale), scale


def by_columns_in_numpy(weight):
    scale = np.abs(weight.numpy()).max(axis=0, keepdims=True) / 127
    return np.round(weight.numpy() / scale).astype(np.int8), scale


def to_128(weight):
    scale = filled(rows(weight, 128))
    return in_int8(weight, scale), scale


def to_128_clamped(weight):
    scale = filled(rows(weight, 128))
    return (weight / scale).round().clamp(-128, 127).to(torch.int8), scale


def half_of_255(weight):
    scale = filled(weight.abs().amax(1, keepdim=True) * 2 / 255)
    return in_int8(weight, scale), scale


def cut_off(weight):
    scale = filled(rows(weight))
    return (weight / scale).to(torch.int8), scale


def cut_off_in_loops(weight):
    numbers, scale = torch.zeros(weight.shape, dtype=torch.int8), filled(rows(weight))
    for i in range(weight.shape[0]):
        for j in range(weight.shape[1]):
            numbers[i, j] = int(weight[i, j] / scale[i, 0])
    return numbers, scale


def unguarded(weight):
    return in_int8(weight, rows(weight)), rows(weight)


def without_abs(weight):
    scale = filled(weight.amax(1, keepdim=True) / 127)
    return in_int8(weight, scale).clamp(-127, 127), scale


def wrong_axis_kept(weight):
    scale = filled(weight.abs().max(dim=1).values / 127)
    return in_int8(weight, scale[:, None]), scale


QUANTIZE_ANSWERS = [
    (whole_matrix, "one-scale-for-all"),
    (whole_matrix_item, "one-scale-for-all"),
    (lambda w: (whole_matrix(w)[0], whole_matrix(w)[1].expand(len(w), 1)),)
    + ("one-scale-for-all",),
    (by_columns, "scale-by-columns"),
    (by_columns_without_an_axis, "scale-by-columns"),
    (by_columns_in_numpy, "scale-by-columns"),
    (to_128, "overflow-at-128"),
    (half_of_255, "overflow-at-128"),
    (to_128_clamped, "divides-by-128"),
    (cut_off, "no-rounding"),
    (cut_off_in_loops, "no-rounding"),
    (lambda w: ((w / filled(rows(w))).ceil().char(), filled(rows(w))), "no-rounding"),
    (unguarded, "zero-row-divides-by-zero"),
    (without_abs, "signed-maximum"),
    (wrong_axis_kept, "scale-without-axis"),
    (lambda w: ((w / filled(rows(w))).round(), filled(rows(w))), "not-int8"),
    (lambda w: ((w / filled(rows(w))).round().int(), filled(rows(w))), "not-int8"),
    (lambda w: (quantize(w)[0].numpy().astype(int), quantize(w)[1]), "not-int8"),
    (lambda w: (w / filled(rows(w)), filled(rows(w))), "no-rounding+not-int8"),
    (lambda w: quantize(w)[::-1], "pair-swapped"),
    (lambda w: (quantize(w)[0], 1 / quantize(w)[1]), "inverse-scale"),
    (lambda w: (quantize(w)[0] * quantize(w)[1], quantize(w)[1]), "dequantized"),
    (
        lambda w: ((w / rows(w)).to(torch.int8), rows(w)),
        "no-rounding+zero-row-divides-by-zero",
    ),
]


@pytest.mark.parametrize(("answer", "name"), QUANTIZE_ANSWERS)
def test_what_people_write_for_quantize_is_named(answer, name: str) -> None:
    report = check(QUANTIZE, answer)
    assert report.mistake == name, report
    assert report._repr_html_()


@pytest.mark.parametrize("filling", [1e-9, 1.0, 1 / 127, 3e4])
def test_any_sensible_scale_of_an_empty_row_passes(filling: float) -> None:
    def answer(weight):
        scale = rows(weight)
        scale = scale.masked_fill(scale == 0, filling)
        return in_int8(weight, scale), scale

    assert check(QUANTIZE, answer).passed


@pytest.mark.parametrize("filling", [0.0, math.inf, math.nan, -1.0])
def test_no_other_scale_of_an_empty_row_passes(filling: float) -> None:
    def answer(weight):
        numbers, scale = quantize(weight)
        return numbers, scale.masked_fill((weight == 0).all(1, keepdim=True), filling)

    assert not check(QUANTIZE, answer).passed


def test_whole_numbers_in_lists_pass_and_128_among_them_does_not() -> None:
    def lists(weight):
        numbers, scale = quantize(weight)
        return numbers.tolist(), scale.tolist()

    report = check(QUANTIZE, lists)
    assert report.passed and "a list; a tensor was asked for" in report.remarks[0]

    def too_large(weight):
        numbers = quantize(weight)[0].int()
        return torch.where(numbers == 127, 128, numbers).tolist(), quantize(weight)[1]

    assert not check(QUANTIZE, too_large).passed


def test_a_broken_contract_of_quantize_is_said_in_its_words() -> None:
    alone = check(QUANTIZE, lambda w: quantize(w)[0])
    assert "2 values are expected" in alone.message
    wide = check(QUANTIZE, lambda w: (2 * quantize(w)[0].long(), quantize(w)[1]))
    assert "its dtype is torch.int64, expected torch.int8" in wide.message


def test_values_and_places_of_max_are_explained() -> None:
    def answer(weight):
        scale = weight.abs().max(dim=1, keepdim=True) / 127
        return in_int8(weight, scale), scale

    message = check(QUANTIZE, answer).message
    assert "Likely cause" in message and "`.values`" in message


# 15.magnitude_mask


def count(weight, sparsity):
    return round(sparsity * weight.numel())


def above_the_next(weight, sparsity):
    ordered = weight.abs().flatten().sort().values
    threshold = ordered[min(count(weight, sparsity), len(ordered) - 1)]
    return weight.abs() > threshold


def kthvalue(weight, sparsity):
    threshold = weight.abs().flatten().kthvalue(count(weight, sparsity)).values
    return weight.abs() > threshold


def sorted_and_compared(weight, sparsity):
    ordered = weight.abs().flatten().sort().values
    return weight.abs() > ordered[count(weight, sparsity) - 1]


def built_in(weight, sparsity):
    from torch.nn.utils import prune

    layer = torch.nn.Module()
    layer.weight = torch.nn.Parameter(weight.clone())
    prune.l1_unstructured(layer, "weight", amount=count(weight, sparsity))
    return layer.weight_mask.bool()


def partition(weight, sparsity):
    sizes, going = np.abs(weight.numpy()).reshape(-1), count(weight, sparsity)
    mask = np.ones(sizes.shape, dtype=bool)
    mask[np.argsort(-sizes, kind="stable")[len(sizes) - going :]] = False
    return mask.reshape(weight.shape)


def largest_out(weight, sparsity):
    mask = torch.ones(weight.numel(), dtype=torch.bool)
    mask[weight.abs().flatten().topk(count(weight, sparsity)).indices] = False
    return mask.view_as(weight)


def signed(weight, sparsity):
    mask = np.ones(weight.numel(), dtype=bool)
    mask[np.argsort(weight.numpy(), axis=None)[: count(weight, sparsity)]] = False
    return mask.reshape(weight.shape)


def each_row(weight, sparsity):
    return torch.stack([magnitude_mask(r, sparsity) for r in weight.unbind()])


def by_argsort(weight, sparsity):
    order = weight.abs().view(-1).argsort()
    return (order >= count(weight, sparsity)).view(weight.shape)


MASK_ANSWERS = [
    (largest_out, "prunes-largest"),
    (lambda w, s: ~largest_out(w, 1 - s), None),
    (signed, "by-signed-value"),
    (lambda w, s: ~magnitude_mask(w, s), "mask-inverted"),
    (lambda w, s: magnitude_mask(w, 1 - s), "share-kept-instead-of-dropped"),
    (lambda w, s: magnitude_mask(w, int(s * w.numel()) / w.numel()),)
    + ("count-not-rounded",),
    (sorted_and_compared, "ties-go-together+zero-sparsity-drops-all"),
    (kthvalue, "ties-go-together"),
    (lambda w, s: w.abs() > s, "sparsity-as-threshold"),
    (lambda w, s: w.abs() / w.abs().max() > s, "sparsity-as-threshold"),
    (lambda w, s: w.abs() > w.abs().quantile(s), "threshold-by-quantile"),
    (by_argsort, "argsort-taken-for-rank"),
    (lambda w, s: w * magnitude_mask(w, s), "weights-instead-of-mask"),
    (lambda w, s: magnitude_mask(w, s).float(), "numbers-instead-of-booleans"),
    (lambda w, s: magnitude_mask(w, s).numpy() * 1, "numbers-instead-of-booleans"),
    (lambda w, s: magnitude_mask(w.flatten(), s), "shape-lost"),
]


@pytest.mark.parametrize(("answer", "name"), MASK_ANSWERS)
def test_what_people_write_for_magnitude_mask_is_named(answer, name) -> None:
    report = check(MASK, answer)
    assert report.mistake == name, report
    assert report.passed == (name is None)


def test_one_weight_too_many_is_named() -> None:
    report = check(MASK, above_the_next)
    assert report.mistake is not None and "off-by-one-count" in report.mistake, report


@pytest.mark.parametrize("answer", [built_in, partition])
def test_right_masks_pass_whichever_of_equal_weights_go(answer) -> None:
    report = check(MASK, answer)
    assert report.passed, report


def test_exactly_the_asked_number_goes_and_any_choice_of_equals_passes() -> None:
    weight = torch.ones(3, 4)
    for sparsity in (0.0, 0.3, 0.5, 1.0):
        mask = find(MASK).reference(weight, sparsity)
        assert int((~mask).sum()) == round(12 * sparsity)

    def last_first(weight, sparsity):
        mask = magnitude_mask(weight.flatten().flip(0), sparsity)
        return mask.flip(0).view(weight.shape)

    assert check(MASK, last_first).passed


def test_headings_that_mistakes_send_to_are_in_the_chapter() -> None:
    chapters = Path(__file__).parents[2] / "chapters"
    (chapter,) = chapters.glob("15_*.ipynb")
    text = chapter.read_text(encoding="utf-8")
    for exercise_id in (QUANTIZE, MASK, *TRAINED):
        for mistake in find(exercise_id).mistakes:
            heading = mistake.read.removeprefix("15, ")
            assert f"# {heading}\\n" in text or f'# {heading}"' in text, heading

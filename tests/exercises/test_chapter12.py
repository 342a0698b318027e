"""Answers to chapter 12 as learners write them, and what they are told."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from course_lib.exercises import check
from course_lib.exercises.catalogue import find

SPAN = "12.best_span"


def loops(start, end, most, *, longest=0, back=0, best=-math.inf, score=None, first=0):
    """The usual two loops; each keyword is one thing that goes wrong in them."""
    score = score or (lambda s, e: s + e)
    span = (0, 0)
    for i in range(first, len(start)):
        behind = min(i + most + longest, len(end))
        for j in range(max(i - back, 0), behind):
            value = score(float(start[i]), float(end[j]))
            if value > best:
                best, span = value, (i, j)
    return span


def usual(**how):
    return lambda start, end, most: loops(start, end, most, **how)


def apart(start, end, most):
    return start.argmax(), end.argmax()


def apart_then_swapped(start, end, most):
    i, j = int(start.argmax()), int(end.argmax())
    return min(i, j), max(i, j)


def apart_then_cut(start, end, most):
    i, j = int(start.argmax()), int(end.argmax())
    return i, max(i, min(j, i + most - 1))


def start_first(start, end, most):
    i = int(start.argmax())
    return i, i + int(end[i : i + most].argmax())


def end_first(start, end, most):
    j = int(end.argmax())
    first = max(0, j - most + 1)
    return first + int(start[first : j + 1].argmax()), j


def in_a_slice(start, end, most):
    i = int(start.argmax())
    return i, int(end[i : i + most].argmax())


def matrix(start, end, most, *, keep=None, order=lambda i, j: (i, j)):
    sums = start[:, None] + end
    best = int((keep or usual_keep)(sums, most).argmax())
    return order(best // len(end), best % len(end))


def usual_keep(sums, most):
    allowed = torch.ones_like(sums).triu().tril(most - 1).bool()
    return sums.masked_fill(~allowed, -1e9)


def kept(keep):
    return lambda start, end, most: matrix(start, end, most, keep=keep)


def written(order):
    return lambda start, end, most: matrix(start, end, most, order=order)


def wide(sums, most):
    return sums.triu().masked_fill(torch.ones_like(sums).tril(-1).bool(), -1e9)


def short(sums, most):
    return sums.masked_fill(torch.ones_like(sums).triu(most) > 0, -1e9)


def multiplied(sums, most):
    return sums * torch.ones_like(sums).triu().tril(most - 1)


def two_things(start, end, most):
    return loops(start, end, most, longest=1, score=lambda s, e: s * e)


ANSWERS = [
    (apart, "independent-argmax"),
    (apart_then_swapped, "independent-argmax"),
    (apart_then_cut, "independent-argmax"),
    (usual(back=100), "end-before-start"),
    (kept(short), "end-before-start"),
    (usual(longest=1), "length-off-by-one"),
    (usual(longest=-1), "length-off-by-one"),
    (usual(score=lambda s, e: s * e), "product-of-logits"),
    (usual(longest=100), "length-ignored"),
    (kept(wide), "length-ignored"),
    (start_first, "start-chosen-first"),
    (end_first, "end-chosen-first"),
    (in_a_slice, "start-chosen-first+end-counted-from-start"),
    (kept(lambda s, n: s.triu().tril(n - 1)), "zeros-where-not-allowed"),
    (kept(multiplied), "zeros-where-not-allowed"),
    (usual(best=0), "best-begins-at-zero"),
    (usual(first=1), "first-token-left-out"),
    (usual(back=-1), "one-token-spans-left-out"),
    (written(lambda i, j: (i, j + 1)), "end-exclusive"),
    (written(lambda i, j: (i, j - i + 1)), "end-counted-from-start"),
    (written(lambda i, j: (j, i)), "start-and-end-swapped"),
    (two_things, "length-off-by-one+product-of-logits"),
]


@pytest.mark.parametrize(("answer", "name"), ANSWERS)
def test_what_people_write_is_named(answer, name: str) -> None:
    assert check(SPAN, answer).mistake == name


def test_probabilities_added_are_named_and_multiplied_are_right() -> None:
    def added(start, end, most):
        return loops(start.softmax(-1), end.softmax(-1), most)

    def multiplied(start, end, most):
        return loops(start.softmax(-1), end.softmax(-1), most, score=lambda s, e: s * e)

    assert check(SPAN, added).mistake == "probabilities-added"
    assert check(SPAN, multiplied).passed


@pytest.mark.parametrize("numbers", [torch.float32, torch.float64, torch.bfloat16])
def test_the_usual_ways_pass_in_every_dtype(numbers: torch.dtype) -> None:
    assert check(SPAN, loops, numbers).passed
    assert check(SPAN, matrix, numbers).passed


def test_both_ends_belong_to_the_span() -> None:
    best = find(SPAN).reference
    start, end = torch.tensor([9.0, 0, 0, 0]), torch.tensor([0.0, 0, 9, 0])
    assert best(start, end, 3) == (0, 2)
    assert best(start, end, 2) != (0, 2)
    assert best(start, end, 1) in ((0, 0), (2, 2))
    assert best(start[:1], end[:1], 5) == (0, 0)


@pytest.mark.parametrize("form", [list, np.array, torch.tensor])
def test_a_span_in_another_sequence_passes_with_a_remark(form) -> None:
    report = check(SPAN, lambda s, e, n: form(find(SPAN).reference(s, e, n)))
    assert report.passed
    assert any("a tuple was asked for" in remark for remark in report.remarks)


def test_numbers_of_torch_and_numpy_are_numbers() -> None:
    for form in (torch.tensor, np.int64):
        report = check(
            SPAN, lambda s, e, n, f=form: tuple(map(f, find(SPAN).reference(s, e, n)))
        )
        assert report.passed and report.remarks == ()


def test_the_report_shows_the_span_whole() -> None:
    shown = check(SPAN, apart)._repr_html_()
    assert "(1, 3)" in shown and "(5, 4)" in shown


def test_a_place_in_the_flat_matrix_breaks_the_contract() -> None:
    report = check(SPAN, lambda start, end, most: (start[:, None] + end).argmax())
    assert "it returns an int64 tensor of shape (), not a tuple" in report.message
    assert "yours" in report._repr_html_()
    report = check(SPAN, lambda start, end, most: (1, 2, 3.0))
    assert "it returns 3 values, 2 are expected" in report.message


def test_an_answer_that_fits_nothing_gets_no_name() -> None:
    report = check(SPAN, lambda start, end, most: (0, 1))
    assert report.mistake is None and "No known mistake" in report.message
    assert "It returns (0, 1), expected (2, 3)." in report.message


def test_headings_that_mistakes_send_to_are_in_the_chapter() -> None:
    chapter = Path(__file__).parents[2] / "chapters" / "12_question_answering.ipynb"
    text = chapter.read_text(encoding="utf-8")
    for exercise_id in (SPAN,):
        for mistake in find(exercise_id).mistakes:
            heading = mistake.read.removeprefix("12, ")
            assert f"# {heading}\\n" in text or f'# {heading}"' in text, heading

"""The best span of a window."""

import itertools

import pytest
import torch

from course_lib.tasks.answering.spans import Span, best_span, certainty


@pytest.mark.parametrize("longest", [1, 2, 5, 30])
def test_it_is_the_best_of_all_that_are_allowed(longest):
    draw = torch.Generator().manual_seed(longest)
    start, end = torch.randn(2, 12, generator=draw)
    allowed = torch.rand(12, generator=draw) < 0.7
    pairs = [
        (float(start[i] + end[j]), i, j)
        for i, j in itertools.combinations_with_replacement(range(12), 2)
        if allowed[i] and allowed[j] and j - i < longest
    ]
    span, nothing = best_span(start, end, allowed, longest)
    assert (span.first, span.last) == max(pairs)[1:]
    assert span.score == pytest.approx(max(pairs)[0])
    assert nothing == pytest.approx(float(start[0] + end[0]))


def test_edges_are_chosen_together():
    start, end = torch.tensor([0.0, 1, 5, 2]), torch.tensor([0.0, 5, 1, 2])
    span, _ = best_span(start, end, torch.ones(4, dtype=torch.bool), 4)
    assert (span.first, span.last) == (2, 3)  # not 2 and 1


def test_the_probability_is_that_of_the_best():
    assert certainty([Span(2.0, 1, 1)], 2.0) == pytest.approx(0.5)
    assert certainty([Span(9.0, 1, 1), Span(0.0, 1, 1)], 0.0) > 0.99

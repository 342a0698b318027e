"""N-gram models: their arithmetic by hand, and that probabilities sum to 1."""

import itertools
import math
import random

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.evaluation import NgramModel
from course_lib.evaluation.ngrams import FALLBACK, estimated_discounts

BEGIN, A, B, C = range(4)
TEXTS = [[BEGIN, A, B, A, B], [BEGIN, A, C]]


def test_one_token_counts_how_often_it_occurs():
    # A 3 times, B twice, C once, of 6. Off: 1.5, 1 and 0.5; 3 of 6 are passed on.
    model = NgramModel(TEXTS, 1, 4)
    assert model.discounts == [FALLBACK]
    shared = 0.5 / 4
    expected = {BEGIN: shared, A: 1.5 / 6 + shared, B: 1 / 6 + shared, C: 0.5 / 6}
    expected[C] += shared
    for token, p in expected.items():
        assert model.probability(token) == pytest.approx(p)
        assert model.probability(token, [A, B]) == pytest.approx(p)  # not looked at


def test_two_tokens_ask_behind_how_many_others_a_token_stands():
    model = NgramModel(TEXTS, 2, 4)
    # Before A: BEGIN and B; before B: A; before C: A. Off: 1, 0.5, 0.5 of 4.
    lower = {BEGIN: 0.125, A: 0.25 + 0.125, B: 0.125 + 0.125, C: 0.125 + 0.125}
    for token, p in lower.items():
        assert model.probability(token) == pytest.approx(p)
    # Behind A: B twice, C once. Off: 1 and 0.5 of 3.
    assert model.probability(B, [A]) == pytest.approx(1 / 3 + 0.5 * lower[B])
    assert model.probability(C, [A]) == pytest.approx(0.5 / 3 + 0.5 * lower[C])
    assert model.probability(A, [A]) == pytest.approx(0.5 * lower[A])
    # Behind C nothing was seen: the shorter context decides.
    assert model.probability(A, [C]) == pytest.approx(lower[A])


def test_a_texts_beginning_counts_as_one_that_stands_before():
    # Order 3; "BEGIN A" begins two texts and has no token before: 2. "A B" stands
    # behind BEGIN and behind B: 2. "B A" and "A C": 1 each.
    model = NgramModel(TEXTS, 3, 4)
    behind_a = 1 / 3 + 0.5 * 0.25  # (2 - 1) / 3, passed on (1 + 0.5) / 3
    assert model.probability(B, [A]) == pytest.approx(behind_a)
    behind_begin = 1 / 2 + 1 / 2 * 0.375  # (2 - 1) / 2 of A, which alone was seen
    assert model.probability(A, [BEGIN]) == pytest.approx(behind_begin)


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_probabilities_sum_to_one_behind_every_context(order):
    draw = random.Random(order)
    texts = [
        [0, *(min(int(draw.expovariate(0.4)), 8) for _ in range(60))] for _ in range(8)
    ]
    model = NgramModel(texts, order, 10)
    seen = [text[i : i + order - 1] for text in texts for i in range(0, 50, 7)]
    unseen = [list(c) for c in itertools.product((0, 5, 9), repeat=2)]
    for context in [[], *seen, *unseen]:
        each = [model.probability(token, context) for token in range(10)]
        assert sum(each) == pytest.approx(1)
        assert min(each) > 0


def test_discounts_are_estimated_where_counts_allow_it():
    counts = [1] * 10 + [2] * 5 + [3] * 4 + [4] * 3
    y = 10 / 20
    expected = (1 - 2 * y * 5 / 10, 2 - 3 * y * 4 / 5, 3 - 4 * y * 3 / 4)
    assert estimated_discounts(counts) == pytest.approx(expected)
    assert estimated_discounts([1, 1, 2, 3]) == FALLBACK  # nothing occurs 4 times
    odd = [1] * 10 + [2] + [3] * 9 + [4]  # would add to a 2, not take off
    assert estimated_discounts(odd) == FALLBACK


def test_surprises_are_those_of_the_probabilities():
    model = NgramModel(TEXTS, 3, 4)
    text = [BEGIN, A, C, B, A]
    expected = [
        model.probability(A, [BEGIN]),
        model.probability(C, [BEGIN, A]),
        model.probability(B, [A, C]),
        model.probability(A, [C, B]),
    ]
    found = model.surprises(text)
    assert torch.allclose(found, torch.tensor([-math.log(p) for p in expected]))
    # A context longer than n - 1 changes nothing.
    assert model.probability(A, text[:4]) == model.probability(A, [C, B])


def test_longer_contexts_foresee_more_of_a_regular_text():
    draw = random.Random(0)
    cycle = [1, 2, 1, 3, 1, 4]
    texts = [[0, *(cycle * 20)[k : k + 60]] for k in range(12)]
    losses = [NgramModel(texts, n, 5).surprises(texts[0]).mean() for n in (1, 2, 3)]
    assert losses[0] > losses[1] > losses[2]
    assert losses[2] < 0.1
    shuffled = [0, *draw.sample(texts[0][1:], 60)]
    assert NgramModel(texts, 3, 5).surprises(shuffled).mean() > losses[0]


def test_nothing_to_count_is_refused():
    with pytest.raises(CourseError, match="order is 0"):
        NgramModel(TEXTS, 0, 4)
    with pytest.raises(CourseError, match="nothing to count"):
        NgramModel([[BEGIN]], 2, 4)

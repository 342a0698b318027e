"""How varied texts are."""

import math

import pytest

from course_lib.errors import CourseError
from course_lib.evaluation import continuation, distinct, repeated


def test_runs_of_all_texts_are_counted_together():
    # Pairs: 12, 23, 31 and 12, 24: four kinds among five.
    assert distinct([[1, 2, 3, 1], [1, 2, 4]], 2) == pytest.approx(4 / 5)
    assert distinct([[1, 2, 3, 1], [1, 2, 4]], 1) == pytest.approx(4 / 7)


def test_equal_texts_share_all_they_have():
    text = [5, 6, 7, 8, 9]
    assert distinct([text], 2) == 1
    assert distinct([text] * 5, 2) == pytest.approx(1 / 5)


def test_runs_do_not_reach_from_one_text_into_the_next():
    assert distinct([[1], [2], [1], [2]], 2) != distinct([[1, 2, 1, 2]], 2)


def test_a_text_that_goes_round_repeats_itself():
    assert repeated([1, 2, 3, 4, 5, 6], 4) == 0
    # 1212, 2121, 1212, 2121, 1212: two kinds among five.
    assert repeated([1, 2] * 4, 4) == pytest.approx(3 / 5)


def test_too_short_a_text_says_nothing():
    assert math.isnan(distinct([[1], []], 2)) and math.isnan(repeated([1, 2, 3], 4))


@pytest.mark.parametrize(
    "measure", [lambda: distinct([[1]], 0), lambda: repeated([1], -1)]
)
def test_runs_of_no_tokens_are_refused(measure):
    with pytest.raises(CourseError, match="n is"):
        measure()


def test_a_continuation_ends_behind_its_first_end():
    row = [7, 7, 1, 2, 0, 0, 3]
    assert continuation(row, 2, end=0) == [1, 2, 0]
    assert continuation(row, 2) == [1, 2, 0, 0, 3]
    assert continuation(row, 6, end=0) == [3]
    assert continuation(row, 7, end=0) == []

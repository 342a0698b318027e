"""Shares and their intervals."""

import pytest

from course_lib.errors import CourseError
from course_lib.evaluation import Share


def test_the_interval_is_wilsons():
    # Wilson's bounds solve (p - t)^2 = z^2 t (1 - t) / n for t; p = 8/10, z = 1.95996.
    low, high = Share(8, 10).interval()
    assert (low, high) == pytest.approx((0.49016, 0.94331), abs=1e-5)
    for t in (low, high):
        assert (0.8 - t) ** 2 == pytest.approx(1.959964**2 * t * (1 - t) / 10)


def test_all_right_is_not_certain():
    low, high = Share(20, 20).interval()
    assert high == pytest.approx(1)
    assert low == pytest.approx(20 / (20 + 1.959964**2))  # by hand, at p = 1


def test_more_confidence_is_wider_and_more_questions_narrower():
    assert Share(8, 10).interval(0.99)[0] < Share(8, 10).interval()[0]
    assert Share(800, 1000).interval()[0] > Share(8, 10).interval()[0]


def test_answers_are_counted_and_printed():
    share = Share.of([True, False, True, True])
    assert share == Share(3, 4)
    assert share.value == 0.75
    assert str(share) == "75.0 % (30.1 to 95.4)"


@pytest.mark.parametrize("right, count", [(0, 0), (3, 2), (-1, 2)])
def test_what_cannot_be_is_refused(right, count):
    with pytest.raises(CourseError, match=f"{right} right of {count}"):
        Share(right, count)

"""Answers that expect their inputs in another form than the check's."""

import pytest
import torch

from course_lib.exercises.compare import read
from course_lib.exercises.trials import in_any_form


def total(numbers):
    return sum(float(n) for n in numbers)


trial = in_any_form(
    total,
    {
        "lists": lambda numbers: (numbers.tolist(),),
        "arrays": lambda numbers: (numbers.numpy(),),
    },
)
NUMBERS = torch.tensor([1.0, 2.0, 4.0])


def test_one_form_that_is_right_is_enough() -> None:
    assert trial(lambda n: n.sum().item(), NUMBERS) == 7
    lists = trial(lambda n: sum(n) if isinstance(n, list) else None, NUMBERS)
    assert lists.value == 7 and "right for lists" in lists.remarks[0]
    arrays = trial(lambda n: float(n.astype("f8").sum()), NUMBERS)
    assert arrays.value == 7 and "right for arrays" in arrays.remarks[0]
    assert read(arrays, 7.0) == arrays


def test_a_wrong_answer_is_judged_by_the_first_form() -> None:
    answers = []

    def wrong(numbers):
        answers.append(type(numbers).__name__)
        return float(len(answers))

    assert trial(wrong, NUMBERS) == 1.0
    assert answers == ["Tensor", "list", "ndarray"]


def test_the_first_error_is_the_one_that_is_shown() -> None:
    with pytest.raises(AttributeError, match="Tensor"):
        trial(lambda numbers: numbers.nothing, NUMBERS)


def test_later_forms_do_not_see_what_the_first_call_changed() -> None:
    def emptied(numbers):
        if isinstance(numbers, torch.Tensor):
            numbers.zero_()
            return 0.0
        return sum(numbers)

    assert trial(emptied, NUMBERS.clone()).value == 7

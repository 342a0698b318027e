"""Answers that are tried in several forms, or looked at beyond what they return."""

import pytest
import torch

from course_lib.exercises.compare import read
from course_lib.exercises.trials import changed, in_any_form, with_gradients


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


def test_gradients_are_looked_at_beside_the_number() -> None:
    losses = with_gradients({"of one": 0, "of the other": 1})
    one, other = torch.tensor([1.0, 2]), torch.tensor([3.0, 4])
    seen = losses(lambda a, b: (a * b.detach()).sum(), one, other)
    assert seen.names == ("your answer", "of one", "of the other")
    assert float(seen[0].detach()) == 11
    assert seen[1].tolist() == [3, 4] and seen[2].tolist() == [0, 0]
    number = losses(lambda a, b: (a * b).sum().item(), one, other)
    assert number[0] == 11 and not number[1].any()
    far = losses(lambda a, b: (a * b).sum(), 1000 * one, other)
    assert not far[1].any()


def test_what_an_answer_changes_in_place_is_seen_behind_its_gradient() -> None:
    one = torch.tensor([1.0, 2])
    with_gradients({"of one": 0})(lambda a: a.mul_(2).sum(), one)
    assert one.tolist() == [2, 4] and not one.requires_grad


@pytest.mark.parametrize("form", [lambda x: x, torch.Tensor.numpy, torch.Tensor.tolist])
def test_an_answer_is_changed_in_the_form_it_came_in(form) -> None:
    value = form(torch.tensor([[3.0, 1], [2, 0]]))
    after = changed(value, lambda tensor: tensor.sort().values)
    assert type(after) is type(value)
    assert torch.as_tensor(after).tolist() == [[1, 3], [0, 2]]
    assert torch.as_tensor(value).tolist() == [[3, 1], [2, 0]]


@pytest.mark.parametrize("value", ["text", None, [[1], [2, 3]]])
def test_an_answer_that_is_no_tensor_stays_as_it_is(value) -> None:
    assert changed(value, torch.neg) is value

"""Chapter 09's exercises: what the general proof of catalogues does not cover."""

import torch
from torch import Tensor

from course_lib.exercises import check


def test_switching_off_in_place_fails_by_name_and_says_what_to_do() -> None:
    def answer(context: Tensor, heads: list[int]) -> Tensor:
        context[:, heads] = 0
        return context

    report = check("09.ablate", answer)
    assert not report.passed
    assert report.mistake == "zeroes-in-place"
    assert "clone()" in report.message


def test_changing_the_list_of_heads_in_place_fails_too() -> None:
    def answer(context: Tensor, heads: list[int]) -> Tensor:
        result = context.clone()
        while heads:
            result[:, heads.pop()] = 0
        return result

    assert check("09.ablate", answer).mistake == "zeroes-in-place"


def test_two_mistakes_one_of_them_in_place_are_both_named() -> None:
    def answer(context: Tensor, heads: list[int]) -> Tensor:
        for head in heads:
            context[:, :, head] = 0
        return context

    report = check("09.ablate", answer)
    assert report.mistake == "zeroes-tokens+zeroes-in-place"
    assert "It also changes" not in report.message  # said by name already


def test_an_unknown_answer_that_writes_into_its_input_is_told_both() -> None:
    def answer(context: Tensor, heads: list[int]) -> Tensor:
        context[:, heads] = -1.5
        return context

    report = check("09.ablate", answer)
    assert report.mistake is None
    assert "It also changes `context` in place" in report.message


def test_in_other_exercises_a_right_answer_that_changes_its_input_passes() -> None:
    def answer(weights: Tensor) -> Tensor:
        logs = torch.where(weights > 0, weights, 1.0).log()
        weights.mul_(logs)
        return -weights.sum(-1).mean(-1)

    report = check("09.entropy", answer)
    assert report.passed
    assert any("in place" in remark for remark in report.remarks)

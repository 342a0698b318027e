"""Chapter 09's exercises: what the general proof of catalogues does not cover."""

import numpy as np
import pytest
import torch
from torch import Tensor

from course_lib.exercises import check, coach
from course_lib.exercises.catalogue import task as find_task
from course_lib.viz.explorer.widget import AttentionExplorer


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


def an_explorer(heads: dict[tuple[int, int], np.ndarray], tokens: list[str]):
    """2 layers of 3 heads; those not given look everywhere alike."""
    length = len(tokens)
    weights = np.full((2, 3, length, length), 1 / length, dtype=np.float32)
    for place, pattern in heads.items():
        rows = pattern + 1e-9
        weights[place] = 0.9 * rows / rows.sum(-1, keepdims=True) + 0.1 / length
    return AttentionExplorer(weights, tokens)


TEXT = "[CLS] the animal didn ' t cross the street because it was too tired [SEP]"
SENTENCE = TEXT.split()
LENGTH = len(SENTENCE)


def offset(distance: int) -> np.ndarray:
    return np.eye(LENGTH, k=distance, dtype=np.float32)


def from_to(query: str, key: str) -> np.ndarray:
    result = np.eye(LENGTH, dtype=np.float32)
    row = SENTENCE.index(query)
    result[row] = 0
    result[row, SENTENCE.index(key)] = 1
    return result


PREVIOUS, PRONOUN = "09.find_previous_token_head", "09.find_pronoun_head"


def test_an_explorer_nobody_touched_is_not_attempted_yet() -> None:
    explorer = an_explorer({(1, 2): offset(-1)}, SENTENCE)
    report = check(PREVIOUS, explorer)
    assert not report.attempted and not report.passed
    assert str(coach.solution(PREVIOUS)).startswith("Try 09.find_previous")


def test_the_right_head_passes_with_its_share() -> None:
    explorer = an_explorer({(1, 2): offset(-1)}, SENTENCE)
    explorer.selection = {"layer": 1, "head": 2}
    report = check(PREVIOUS, explorer)
    assert report.passed and "91%" in report.message
    assert "Layer 1, head 2" in report.message


COLUMN = np.zeros((LENGTH, LENGTH), dtype=np.float32)
COLUMN[:, 0] = 1
LAST = np.zeros((LENGTH, LENGTH), dtype=np.float32)
LAST[:, -1] = 1


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        (offset(1), "next-instead-of-previous"),
        (offset(0), "looks-at-itself"),
        (offset(-2), "two-places-back"),
        (COLUMN, "looks-at-the-first"),
        (LAST, "looks-at-separators"),
        (offset(-1) + 1.5 * offset(-3), "too-weak"),
        (np.ones((LENGTH, LENGTH), dtype=np.float32), "no-pattern"),
    ],
)
def test_a_head_with_another_habit_is_named(pattern: np.ndarray, name: str) -> None:
    explorer = an_explorer({(0, 2): offset(-1), (1, 1): pattern}, SENTENCE)
    explorer.selection = {"layer": 1, "head": 1}
    report = check(PREVIOUS, explorer)
    assert report.mistake == name
    assert not report.passed and "at least 50%" in report.message


def test_misread_numbers_are_named() -> None:
    explorer = an_explorer({(0, 1): offset(-1)}, SENTENCE)
    explorer.selection = {"layer": 1, "head": 0}
    assert check(PREVIOUS, explorer).mistake == "layer-and-head-swapped"
    explorer.selection = {"layer": 1, "head": 2}
    assert check(PREVIOUS, explorer).mistake == "counted-from-one"


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        (from_to("it", "street"), "the-other-noun"),
        (from_to("animal", "it"), "asked-the-wrong-way-round"),
        (from_to("it", "[CLS]"), "looks-at-the-first"),
        (from_to("it", "[SEP]"), "looks-at-separators"),
        (from_to("it", "because"), "looks-at-the-neighbour-before"),
        (from_to("it", "was"), "looks-at-the-neighbour-behind"),
        (from_to("it", "tired"), "no-pattern"),
    ],
)
def test_a_head_that_is_no_pronouns_head_is_named(pattern, name: str) -> None:
    explorer = an_explorer({(0, 2): from_to("it", "animal"), (1, 1): pattern}, SENTENCE)
    explorer.selection = {"layer": 1, "head": 1}
    assert check(PRONOUN, explorer).mistake == name
    explorer.selection = {"layer": 0, "head": 2}
    assert check(PRONOUN, explorer).passed


@pytest.mark.parametrize("name", [PREVIOUS, PRONOUN])
def test_the_solutions_own_code_finds_the_head(name: str) -> None:
    patterns = {(0, 2): offset(-1), (1, 1): from_to("it", "animal")}
    explorer = an_explorer(patterns, SENTENCE)
    explorer.selection = {"layer": 1, "head": 0}
    check(name, explorer)
    exec(coach.solution(name).code, {"explorer": explorer})
    assert check(name, explorer).passed
    assert len(find_task(name).hints) >= 3


def test_wrong_things_in_place_of_the_explorer_are_said() -> None:
    assert "given a list" in check(PREVIOUS, [1, 2]).message
    explorer = an_explorer({}, SENTENCE)
    assert "No head of this model" in check(PREVIOUS, explorer).message
    other = an_explorer({}, ["a", "b", "c"])
    assert "no token 'it'" in check(PRONOUN, other).message

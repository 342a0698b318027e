"""What the explorer takes as attention, and how it names what is not."""

import numpy as np
import pytest
import torch
from attention_samples import WORDS, sample

from course_lib.errors import CourseError
from course_lib.viz.explorer.given import flags_of, tokens_of, weights_of

GOOD = sample()


@pytest.mark.parametrize(
    "given, shape",
    [
        (GOOD, (2, 4, 20, 20)),
        (GOOD[0], (1, 4, 20, 20)),
        (GOOD[0, 0], (1, 1, 20, 20)),
        (torch.tensor(GOOD, requires_grad=True), (2, 4, 20, 20)),
        (torch.tensor(GOOD).bfloat16(), (2, 4, 20, 20)),
        (tuple(torch.tensor(GOOD)[:, None]), (2, 4, 20, 20)),
        (GOOD[:, None], (2, 4, 20, 20)),
        (GOOD[0].tolist(), (1, 4, 20, 20)),
        (np.full((2, 3, 5), 0.2), (1, 2, 3, 5)),
    ],
)
def test_shapes_that_are_taken(given: object, shape: tuple[int, ...]) -> None:
    found = weights_of(given)
    assert found.shape == shape and found.dtype == np.float32


def test_a_row_that_allows_nothing_is_taken() -> None:
    masked = np.tril(np.ones((1, 3, 3))) / np.arange(1, 4)[:, None]
    masked[0, 0] = 0
    assert weights_of(masked)[0, 0, 0].sum() == 0


def wrong(change: object) -> np.ndarray:
    """The good weights with something done to them."""
    result = GOOD.copy()
    change(result)
    return result


class Output:
    """As a model's output object."""

    attentions = (GOOD,)


@pytest.mark.parametrize(
    "given, cure",
    [
        ((), "attn_implementation='eager'"),
        ((None, None), "attn_implementation='eager'"),
        ((torch.tensor(GOOD[:1]), None), r"Layers \[1\] have no weights"),
        (tuple(torch.tensor(GOOD)[:, None].expand(2, 3, 4, 20, 20)), "a batch"),
        (np.stack([GOOD, GOOD], axis=1), "2 sequences, a batch"),
        ((GOOD[0], GOOD[0, :, :5]), "differ in shape"),
        (np.zeros((2, 0, 4)), "Expected weights of shape"),
        (np.ones(4), "Expected weights of shape"),
        ("weights", "holds no weights"),
        (Output(), r"output\.attentions"),
        (wrong(lambda w: w.__setitem__((0, 0, 0, 0), np.nan)), "torch.nan_to_num"),
        (np.log(GOOD), r"scores\.softmax\(-1\)"),
        (GOOD * 30, r"softmax\(-1\)"),
        (wrong(lambda w: w.__setitem__((0, 0, 0, 0), -np.inf)), "scores, not weights"),
        (GOOD * 0.9, r"model\.eval\(\)"),
        (np.full((1, 3, 6), 1 / 3), "wrong axis"),
        (np.full((1, 1, 1025), 1 / 1025), "at most 1,024"),
    ],
)
def test_what_is_no_attention_is_named_with_its_cure(given: object, cure: str) -> None:
    with pytest.raises(CourseError, match=cure):
        weights_of(given)


def test_a_wrong_row_is_named_with_its_place() -> None:
    given = wrong(lambda w: w.__setitem__((1, 2, 5), 0.2))
    with pytest.raises(CourseError, match=r"query 5 sums to 4.*layer 1, head 2"):
        weights_of(given)


@pytest.mark.parametrize(
    "given, cure",
    [
        ("the animal", "one text"),
        ([101, 102], "ids instead of words"),
        (torch.tensor([101, 102]), "convert_ids_to_tokens"),
        ([["a", "b"]], r"tokens\[0\]"),
        (["a"], "1 tokens for weights over 2"),
    ],
)
def test_what_are_no_tokens_is_named_with_its_cure(given: object, cure: str) -> None:
    with pytest.raises(CourseError, match=cure):
        tokens_of(given, 2)


def test_tokens_and_marks_that_are_taken() -> None:
    assert tokens_of(np.array(["a", "b"]), 2) == ("a", "b")
    assert tokens_of(WORDS, 20) == tuple(WORDS)
    assert flags_of(None, 2, "segments") is None
    assert flags_of(torch.tensor([0, 1]), 2, "segments") == (0, 1)
    with pytest.raises(CourseError, match="1 segments for 2 tokens"):
        flags_of([0], 2, "segments")

"""Answers to chapter 08 as learners write them, and what they are told."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises import check

POOL = "08.mean_pool"


def expanded(hidden: Tensor, attention_mask: Tensor) -> Tensor:
    mask = attention_mask.unsqueeze(-1).expand(hidden.size()).float()
    return torch.sum(hidden * mask, 1) / torch.clamp(mask.sum(1), min=1e-9)


def with_indices(hidden: Tensor, attention_mask: Tensor) -> Tensor:
    rows = zip(hidden, attention_mask, strict=True)
    return torch.stack([words[mask == 1].mean(dim=0) for words, mask in rows])


def for_false_and_true(hidden: Tensor, attention_mask: Tensor) -> Tensor:
    gone = hidden.masked_fill(~attention_mask[..., None], 0.0)
    return gone.sum(1) / attention_mask.sum(1)[:, None]


def for_numbers(hidden: Tensor, attention_mask: Tensor) -> Tensor:
    weights = attention_mask / attention_mask.sum(1, keepdim=True)
    return (weights.unsqueeze(1) @ hidden.to(weights.dtype)).squeeze(1)


def in_numpy(hidden: Tensor, attention_mask: Tensor) -> np.ndarray:
    words, mask = np.asarray(hidden), np.asarray(attention_mask)[:, :, None]
    return (words * mask).sum(axis=1) / mask.sum(axis=1)


def in_lists(hidden: Tensor, attention_mask: Tensor) -> list[list[float]]:
    result = []
    for words, mask in zip(hidden.tolist(), attention_mask.tolist(), strict=True):
        kept = [word for word, one in zip(words, mask, strict=True) if one]
        result.append([sum(column) / len(kept) for column in zip(*kept, strict=True)])
    return result


@pytest.mark.parametrize(
    "answer",
    [expanded, with_indices, for_false_and_true, for_numbers, in_numpy, in_lists],
)
def test_right_answers_pass_whatever_mask_they_expect(answer) -> None:
    assert check(POOL, answer).passed


def zeros_in_the_maximum(hidden: Tensor, attention_mask: Tensor) -> Tensor:
    return (hidden * attention_mask[..., None]).max(1).values


def maximum_of_the_words(hidden: Tensor, attention_mask: Tensor) -> Tensor:
    low = torch.where(attention_mask[..., None] == 1, hidden, torch.tensor(-1e9))
    return low.amax(1)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda h, m: h.mean(1), "includes-padding"),
        (lambda h, m: (h * m[..., None]).mean(1), "divides-by-length"),
        (lambda h, m: h[:, 0], "takes-first-token"),
        (lambda h, m: h.max(dim=1)[0], "max-instead-of-mean"),
        (zeros_in_the_maximum, "max-instead-of-mean"),
        (maximum_of_the_words, "max-instead-of-mean"),
        (lambda h, m: (h * m[..., None]).sum(1), "sums-instead-of-mean"),
        (lambda h, m: h.mean(-1), "wrong-axis"),
        (lambda h, m: h.sum(1) / m.sum(1, keepdim=True), "padding-in-the-sum"),
        (lambda h, m: F.normalize(expanded(h, m)), "length-one"),
        (lambda h, m: F.normalize(h.mean(1)), "includes-padding+length-one"),
        (lambda h, m: expanded(h, 1 - m), "mask-inverted"),
        (lambda h, m: h[:, -1].numpy(), "takes-last-token"),
    ],
)
def test_mistakes_in_the_learners_words_are_named(answer, name: str) -> None:
    report = check(POOL, answer)
    assert report.mistake == name, report


def test_only_the_answers_own_steps_are_seen() -> None:
    report = check(POOL, lambda hidden, attention_mask: hidden.mean(1))
    assert report.reached == [] and "right up to" not in report.message
    assert check(POOL, expanded).reached == ["words that count", "pooled"]


def test_an_answer_for_no_mask_at_all_shows_its_line() -> None:
    def answer(hidden, attention_mask):
        return (hidden * attention_mask).sum(1)

    report = check(POOL, answer)
    assert report.mistake is None
    assert "(hidden * attention_mask).sum(1)" in report.message

"""Rows cut out of documents, and batches of pairs."""

import numpy as np
import pytest
import torch

from course_lib.errors import CourseError
from course_lib.pretraining.rows import PairBatches, Rows, cuts, stream


def test_a_stream_has_an_end_around_every_document() -> None:
    assert stream([[5, 6], [7]], end=0).tolist() == [0, 5, 6, 0, 7, 0]
    with pytest.raises(CourseError, match="nothing to learn from"):
        stream([], end=0)


def test_rows_leave_nothing_out_and_begin_where_they_may() -> None:
    allowed = np.array([1, 4, 9, 30])
    places = cuts(allowed, last=40, length=6).tolist()
    # From 9 nothing else may begin within a row: the next ones follow on.
    assert places == [1, 4, 9, 15, 21, 27, 30, 36]
    covered = {i for place in places for i in range(place, place + 6)}
    assert covered == set(range(1, 42))


def test_every_second_row_has_the_end_in_front() -> None:
    ids = stream([[1, 2, 3], [4, 5, 6], [7, 8, 9]], end=0)
    begins = np.array([1, 5, 9])
    rows = Rows(ids, begins, length=4, lead=True)
    assert [row.tolist() for row in rows] == [[1, 2, 3, 0], [0, 4, 5, 6], [7, 8, 9, 0]]
    with pytest.raises(CourseError, match="take more text"):
        Rows(ids, begins, length=20)


def pairs(count: int) -> list[tuple[list[int], list[int]]]:
    draw = np.random.default_rng(0)
    sizes = draw.integers(1, 12, (count, 2))
    return [([3] * a, [4] * b) for a, b in sizes.tolist()]


def test_batches_hold_every_pair_once_and_no_more_tokens_than_allowed() -> None:
    batches = PairBatches(pairs(200), tokens=64, pad=2, seed=0)
    seen = list(batches)
    assert len(seen) == len(batches)
    assert sum(len(batch["labels"]) for batch in seen) == 200
    assert max(x.numel() for batch in seen for x in batch.values()) <= 64
    for batch in seen:
        assert torch.equal(batch["input_ids"] == 3, batch["attention_mask"] == 1)
        assert set(batch["labels"].unique().tolist()) <= {4, -100}


def test_little_of_a_batch_is_padding() -> None:
    batches = list(PairBatches(pairs(2000), tokens=256, pad=2, seed=0))
    real = sum(int(batch["attention_mask"].sum()) for batch in batches)
    assert real / sum(batch["input_ids"].numel() for batch in batches) > 0.95


def test_an_epoch_has_an_order_of_its_own_and_always_the_same() -> None:
    batches = PairBatches(pairs(200), tokens=64, pad=2, seed=0)

    def order(epoch: int) -> list[tuple[int, ...]]:
        batches.set_epoch(epoch)
        return [tuple(batch["labels"].shape) for batch in batches]

    first = order(0)
    assert order(1) != first
    assert order(0) == first

"""Batches reach the loop in an order that can be taken up at any step."""

import random

import pytest
import torch
from torch.utils.data import DataLoader, IterableDataset

from course_lib.errors import CourseError
from course_lib.training.feed import make_feed
from course_lib.training.order import Share
from course_lib.training.randomness import random_states, seed_everything

from .tiny import examples, plan

ALONE = Share()
NUMBERS = [{"x": torch.tensor([i])} for i in range(11)]


def seen(feed, start, stop):
    """The numbers in each step's parts."""
    steps = feed.parts(start, stop)
    return [
        [part["x"].flatten().tolist() for part in next(steps)]
        for _ in range(start, stop)
    ]


def loader(**settings):
    return DataLoader(NUMBERS, batch_size=2, shuffle=True, **settings)


@pytest.mark.parametrize("start", [1, 4, 6, 13])
@pytest.mark.parametrize("kind", ["examples", "batches"])
def test_a_feed_goes_on_where_it_was_left(kind, start):
    # Wherever a feed begins, its steps are those of a run from the first one.
    data, size = (NUMBERS, 4) if kind == "examples" else (loader(), None)
    feed = make_feed(data, plan(batch_size=size, seed=3), ALONE, None)
    whole = seen(feed, 0, 20)
    seed_everything(99)
    assert seen(feed, start, 20) == whole[start:]
    assert whole[:6] != whole[6:12]  # shuffled anew


def test_processes_share_what_one_would_see():
    for data, size in ((NUMBERS, 6), ([{"x": torch.arange(6)}] * 3, None)):
        chosen = plan(batch_size=size)
        whole = seen(make_feed(data, chosen, ALONE, None), 0, 5)
        shares = [Share(process, 2, 2) for process in range(2)]
        pieces = [seen(make_feed(data, chosen, one, None), 0, 5) for one in shares]
        joined = [
            [[n for part in (*a, *b) for n in part]]
            for a, b in zip(*pieces, strict=True)
        ]
        assert joined == whole


@pytest.mark.parametrize("kind", ["examples", "batches"])
def test_a_feed_draws_nothing_that_the_model_draws_from(kind):
    data, size = (NUMBERS, 4) if kind == "examples" else (loader(), None)
    seed_everything(7)
    before = random_states()
    seen(make_feed(data, plan(batch_size=size), ALONE, None), 0, 3)
    assert torch.equal(random_states()["torch"], before["torch"])
    assert random.getstate() == before["python"]


def test_workers_bring_the_same_batches():
    def numbers(workers):
        feed = make_feed(NUMBERS, plan(workers=workers), ALONE, None)
        return seen(feed, 2, 5)

    assert numbers(1) == numbers(0)


def test_names_say_where_a_piece_comes_from():
    feed = make_feed(NUMBERS, plan(batch_size=4), Share(0, 2, 2), None)
    whole = feed.order.batch(3)
    assert feed.names(3, -1) == f"examples {', '.join(map(str, whole))}"
    assert feed.names(3, 2) == f"examples {whole[2]}"
    made = make_feed(loader(), plan(batch_size=None), ALONE, None)
    assert made.names(13, 0) == "batch 1 of epoch 2"


def test_a_method_set_epoch_is_told_the_epoch():
    class Told(list):
        epochs = []

        def set_epoch(self, epoch):
            self.epochs.append(epoch)

    batches = Told([{"x": torch.arange(2)}] * 2)
    seen(make_feed(batches, plan(batch_size=None), ALONE, None), 3, 6)
    assert batches.epochs == [1, 2]


class Endless(IterableDataset):
    def __iter__(self):
        return iter(NUMBERS)


class Liar(list):
    def __len__(self):
        return 5


@pytest.mark.parametrize(
    ("data", "changes", "says"),
    [
        (Endless(), {}, "Endless has no length"),
        ([], {}, "the data are empty"),
        (loader(), {}, "batch_size=None"),
        (NUMBERS, {"batch_size": 3}, "batch of 3 can't be split into 4 pieces"),
        ([{"x": torch.arange(3)}], {"batch_size": None}, "batch of 3 can't be split"),
        ([torch.arange(9)] * 9, {}, "a batch is a Tensor, expected a dict"),
        (Liar([{"x": torch.arange(4)}]), {"batch_size": None}, "gave 1 batches"),
        ([{"x": torch.arange(i)} for i in range(1, 9)], {}, "can't be stacked"),
    ],
)
def test_unfit_data_are_refused(data, changes, says):
    with pytest.raises(CourseError, match=says):
        seen(make_feed(data, plan(**changes), Share(0, 2, 2), None), 0, 3)


def test_a_collate_function_of_the_learner_is_used():
    feed = make_feed(examples(), plan(), ALONE, lambda rows: {"x": torch.ones(1)})
    assert seen(feed, 0, 2) == [[[1.0]], [[1.0]]]

"""The order of the examples: whole epochs, from any step on, for any processes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from course_lib.training.order import Order, Share


@given(st.integers(1, 40), st.integers(1, 17), st.integers(0, 5))
def test_every_epoch_holds_every_example_once(examples, batch_size, seed):
    order = Order(examples, batch_size, seed)
    flat = [n for step in range(3 * examples) for n in order.batch(step)]
    for epoch in range(3):
        piece = flat[epoch * examples : (epoch + 1) * examples]
        assert sorted(piece) == list(range(examples))


@given(st.lists(st.integers(0, 50), max_size=9))
def test_a_step_has_its_batch_whatever_was_asked_before(asked):
    order = Order(23, 7, seed=4)
    for step in asked:
        assert order.batch(step) == Order(23, 7, seed=4).batch(step)


def test_epochs_and_seeds_differ():
    # Seed 0's second epoch is not seed 1's first.
    epochs = {tuple(Order(30, 5, seed).epoch(n)) for seed in range(4) for n in range(4)}
    assert len(epochs) == 16


@given(st.integers(1, 5), st.integers(1, 4), st.integers(0, 30))
def test_pieces_cover_a_batch_in_order_and_are_even(processes, parts, more):
    size = processes * parts + more
    shares = [Share(process, processes, parts) for process in range(processes)]
    bounds = [piece for share in shares for piece in share.bounds(size)]
    assert [row for a, b in bounds for row in range(a, b)] == list(range(size))
    sizes = {b - a for a, b in bounds}
    assert min(sizes) > 0
    assert max(sizes) - min(sizes) <= 1


@given(st.integers(1, 60), st.integers(1, 9), st.integers(0, 5), st.data())
def test_grouped_epochs_hold_every_example_once(examples, batch_size, seed, data):
    lengths = data.draw(st.lists(st.integers(1, 9), min_size=examples,
                                 max_size=examples))  # fmt: skip
    order = Order(examples, batch_size, seed, lengths)
    flat = [n for step in range(3 * examples) for n in order.batch(step)]
    for epoch in range(3):
        piece = flat[epoch * examples : (epoch + 1) * examples]
        assert sorted(piece) == list(range(examples))


def test_examples_of_similar_length_come_together():
    lengths = np.random.default_rng(0).integers(3, 60, 997)
    grouped, plain = Order(997, 16, 0, lengths), Order(997, 16, 0)
    padded = [
        sum(16 * lengths[order.batch(step)].max() for step in range(180))
        for order in (grouped, plain)
    ]
    shortest = sum(lengths[grouped.batch(step)].sum() for step in range(180))
    assert padded[0] < 1.15 * shortest  # in the third epoch as in the first
    assert padded[1] > 1.6 * shortest
    batches = [{tuple(sorted(grouped.batch(e * 62 + s))) for s in range(60)}
               for e in range(2)]  # fmt: skip
    assert len(batches[0] & batches[1]) < 5
    firsts = [lengths[grouped.batch(step)].mean() for step in range(60)]
    assert np.argsort(firsts).tolist() != sorted(range(60))

"""Repeated patterns: they repeat, differ, and say what can be known."""

import pytest
import torch

from course_lib.resources.patterns import repeated_patterns


def drawn(seed: int = 0, batch: int = 50, **options: tuple[int, int]):
    generator = torch.Generator().manual_seed(seed)
    return repeated_patterns(batch, 64, 40, generator, **options)


def period_of(known: torch.Tensor) -> int:
    return int((~known).sum())


def test_shapes_types_and_range() -> None:
    tokens, known = drawn()
    assert tokens.shape == known.shape == (50, 64)
    assert tokens.dtype == torch.int64 and known.dtype == torch.bool
    assert tokens.min() >= 0 and tokens.max() < 40


def test_every_row_repeats_its_own_pattern_of_different_tokens() -> None:
    tokens, known = drawn()
    for row, mask in zip(tokens, known, strict=True):
        period = period_of(mask)
        assert len(set(row[:period].tolist())) == period
        assert torch.equal(row[period:], row[:-period])


def test_known_marks_exactly_the_tokens_that_stood_there_before() -> None:
    tokens, known = drawn()
    for row, mask in zip(tokens.tolist(), known.tolist(), strict=True):
        assert mask == [token in row[:t] for t, token in enumerate(row)]


def test_periods_vary_over_the_whole_range_and_no_further() -> None:
    _, known = drawn(batch=2000, periods=(3, 6))
    assert {period_of(mask) for mask in known} == {3, 4, 5, 6}


def test_a_fixed_period_is_possible() -> None:
    _, known = drawn(periods=(16, 16))
    assert {period_of(mask) for mask in known} == {16}


def test_the_generator_alone_decides() -> None:
    torch.manual_seed(1)
    first = drawn(seed=4)[0]
    torch.manual_seed(2)
    assert torch.equal(first, drawn(seed=4)[0])
    assert not torch.equal(first, drawn(seed=5)[0])


@pytest.mark.parametrize("periods", [(0, 4), (5, 4), (8, 41)])
def test_impossible_periods_are_refused(periods: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"40 tokens: the shortest must be"):
        drawn(periods=periods)

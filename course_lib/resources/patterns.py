"""Endless practice material for copying: short random patterns, repeated."""

import torch
from torch import Tensor


def repeated_patterns(
    batch: int,
    length: int,
    vocab: int,
    generator: torch.Generator,
    periods: tuple[int, int] = (8, 32),
) -> tuple[Tensor, Tensor]:
    """Sequences that repeat a pattern which nobody has seen before.

    Every row draws its own period and its own pattern of that many different tokens.
    Since the period changes from row to row, a position alone does not tell where to
    copy from: one has to find the earlier place where the same token stood.

    Args:
        batch: B, how many sequences.
        length: T, tokens in each.
        vocab: V, tokens to draw from: 0 to V - 1.
        generator: source of the random numbers.
        periods: the shortest and the longest period, both included.

    Returns:
        tokens (B, T), and a boolean mask (B, T): True where the token has stood in the
        row before, so that the one after it can be known.

    Raises:
        ValueError: no pattern of that many different tokens can be drawn.
    """
    shortest, longest = periods
    if not 1 <= shortest <= longest <= vocab:
        raise ValueError(
            f"periods {periods} with {vocab} tokens: the shortest must be at least 1, "
            "the longest at most the number of tokens, since a pattern repeats none"
        )
    period = torch.randint(shortest, longest + 1, (batch, 1), generator=generator)
    shuffled = torch.rand(batch, vocab, generator=generator).argsort(dim=-1)  # (B, V)
    place = torch.arange(length)  # (T,)
    return shuffled.gather(1, place % period), place >= period  # (B, T) each

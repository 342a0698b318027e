"""The best span: where an answer most probably begins and ends.

The two edges are scored apart, but chosen together: the end is not before the start,
the answer not longer than it may be, and both are in the passage.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from course_lib.tasks.answering.windows import NOWHERE


class Span(NamedTuple):
    """A piece of a window.

    Attributes:
        score: the sum of its edges' scores.
        first, last: its tokens, both inclusive.
    """

    score: float
    first: int
    last: int


def best_span(
    start: Tensor, end: Tensor, allowed: Tensor, longest: int
) -> tuple[Span, float]:
    """The best answer in a window, and the score of there being none.

    Args:
        start, end: (T,), how well each token begins and ends the answer.
        allowed: (T,), True where an answer may stand.
        longest: tokens it has at most.

    Returns:
        The span; and the score of both edges at [CLS].
    """
    scores = start[:, None] + end[None, :]  # (T, T): from each first to each last
    fits = torch.ones_like(scores, dtype=torch.bool).triu().tril(longest - 1)
    fits &= allowed[:, None] & allowed[None, :]
    best = scores.masked_fill(~fits, float("-inf")).flatten().argmax()
    first, last = divmod(int(best), len(start))
    span = Span(float(scores[first, last]), first, last)
    return span, float(start[NOWHERE] + end[NOWHERE])


def certainty(spans: list[Span], nothing: float) -> float:
    """How probable the best of all windows' spans is, beside there being no answer."""
    scores = torch.tensor([span.score for span in spans] + [nothing])
    return float(scores.softmax(dim=0).max())

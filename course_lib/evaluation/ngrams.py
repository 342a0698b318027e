"""What a table of counts can predict: n-gram models, the baseline of language models.

The next token is guessed from the n - 1 tokens before it. Where those were rarely
seen, or never, shorter contexts help out: interpolated, modified Kneser-Ney
smoothing, the best that counting has to offer.

Source: Chen and Goodman 1998, An Empirical Study of Smoothing Techniques for Language
Modeling, section 3.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor

from course_lib.errors import CourseError

Gram = tuple[int, ...]
Discounts = tuple[float, float, float]
"""What is taken off a count of 1, of 2, and of 3 or more."""

FALLBACK: Discounts = (0.5, 1.0, 1.5)
"""Where the counts are too few, or too odd, for the estimate."""


class NgramModel:
    """Probabilities of the next token, counted in texts.

    Attributes:
        order: n; 1 knows how frequent tokens are, 2 looks at one token before.
        vocab_size: V.
        discounts: of each length 1 to n.
    """

    def __init__(
        self, texts: Iterable[Sequence[int]], order: int, vocab_size: int
    ) -> None:
        """Count in texts of token ids.

        Args:
            texts: each begins with a token that is given, not predicted: the sign for
                the beginning of a text.
            order: n, 1 or more.
            vocab_size: V; tokens that never occur get a little, too.

        Raises:
            CourseError: the order is below 1, or there is nothing to count.
        """
        if order < 1:
            raise CourseError(f"order is {order}, expected 1 or more")
        self.order, self.vocab_size = order, vocab_size
        counts = _adjusted_counts(texts, order)
        if not counts[0]:
            raise CourseError("no text has two tokens or more: nothing to count")
        self.discounts = [estimated_discounts(of.values()) for of in counts]
        self._levels = [
            _level(of, discounts)
            for of, discounts in zip(counts, self.discounts, strict=True)
        ]

    def probability(self, token: int, context: Sequence[int] = ()) -> float:
        """How probable a token is behind others.

        Args:
            token: its id.
            context: what stands before it; only the last n - 1 tokens are looked at.
        """
        p = 1 / self.vocab_size
        for length, (kept, passed_on) in enumerate(self._levels):
            before = tuple(context[len(context) - length :])
            if length > len(context) or before not in passed_on:
                break  # nor was any longer context seen
            p = kept.get((*before, token), 0.0) + passed_on[before] * p
        return p

    def surprises(self, text: Sequence[int]) -> Tensor:
        """Surprise, in nats, at each token but the first: (T - 1,)."""
        begin = 1 - self.order
        logs = [
            -math.log(self.probability(text[i], text[max(0, i + begin) : i]))
            for i in range(1, len(text))
        ]
        return torch.tensor(logs)


def estimated_discounts(counts: Iterable[int]) -> Discounts:
    """The discounts that fit counts best: Chen and Goodman, equation 26."""
    of = Counter(counts)
    if not all(of[count] for count in (1, 2, 3, 4)):
        return FALLBACK
    y = of[1] / (of[1] + 2 * of[2])
    first, second, third = (j - (j + 1) * y * of[j + 1] / of[j] for j in (1, 2, 3))
    sensible = 0 < first <= 1 and 0 < second <= 2 and 0 < third <= 3
    return (first, second, third) if sensible else FALLBACK


def _adjusted_counts(texts: Iterable[Sequence[int]], order: int) -> list[Counter[Gram]]:
    """Grams of each length 1 to n: the longest by how often they occur, shorter ones by
    how many different tokens stand before them; each beginning of a text is one."""
    counts: list[Counter[Gram]] = [Counter() for _ in range(order)]
    for text in texts:
        tokens = tuple(text)
        ends = range(max(order, 2), len(tokens) + 1)
        counts[-1].update(tokens[end - order : end] for end in ends)
        for length in range(2, min(order - 1, len(tokens)) + 1):
            counts[length - 1][tokens[:length]] += 1
    for longer, shorter in zip(counts[:0:-1], counts[-2::-1], strict=True):
        shorter.update(gram[1:] for gram in longer)
    return counts


Level = tuple[Mapping[Gram, float], Mapping[Gram, float]]
"""Of each gram what its last token keeps behind the others; of each context what is
passed on to shorter ones."""


def _level(counts: Counter[Gram], discounts: Discounts) -> Level:
    """Take the discounts off, and divide by how often the context was seen."""
    totals: dict[Gram, int] = defaultdict(int)
    taken: dict[Gram, float] = defaultdict(float)
    for gram, count in counts.items():
        totals[gram[:-1]] += count
        taken[gram[:-1]] += discounts[min(count, 3) - 1]
    kept = {
        gram: (count - discounts[min(count, 3) - 1]) / totals[gram[:-1]]
        for gram, count in counts.items()
    }
    return kept, {context: off / totals[context] for context, off in taken.items()}

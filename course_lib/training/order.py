"""Which examples a step takes, and who works on them.

The order is a function of seed and step alone: nothing has to be remembered in order
to go on at step 7,312, and the number of processes does not change it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WINDOW = 50  # batches, among which examples of similar length are put together


@dataclass(frozen=True)
class Share:
    """What one process does of every step.

    Attributes:
        process: its number, from 0.
        processes: how many there are.
        parts: into how many parts it splits its share.
    """

    process: int = 0
    processes: int = 1
    parts: int = 1

    @property
    def pieces(self) -> int:
        """Into how many pieces a step falls, over all processes."""
        return self.processes * self.parts

    def bounds(self, size: int) -> list[tuple[int, int]]:
        """The pieces of `size` rows that are this process's."""
        mine = range(self.process * self.parts, (self.process + 1) * self.parts)
        return [self.piece(number, size) for number in mine]

    def piece(self, number: int, size: int) -> tuple[int, int]:
        """First row of a piece, and the one behind its last; sizes differ by 1."""
        return size * number // self.pieces, size * (number + 1) // self.pieces


class Order:
    """All examples in an order shuffled anew each epoch, cut into equal batches.

    A batch may hold the end of one epoch and the beginning of the next, so none is
    short and no example is left out.
    """

    def __init__(
        self,
        examples: int,
        batch_size: int,
        seed: int,
        lengths: Sequence[int] | None = None,
    ) -> None:
        """Make the order.

        Args:
            examples: how many there are.
            batch_size: in a step.
            seed: of the shuffling.
            lengths: of the examples; where given, those of a batch are of similar
                length, so that little is padded.
        """
        self.examples, self.batch_size, self.seed = examples, batch_size, seed
        self.lengths = None if lengths is None else np.asarray(lengths)
        self._epoch, self._shuffled = -1, np.empty(0, dtype=np.int64)

    def epoch(self, number: int) -> np.ndarray:
        """The numbers of all examples, (N,), in the order of that epoch."""
        if number != self._epoch:
            draw = np.random.default_rng([self.seed, number])
            order = draw.permutation(self.examples)
            if self.lengths is not None:
                order = self._grouped(order, -number * self.examples, draw)
            self._epoch, self._shuffled = number, order
        return self._shuffled

    def _grouped(
        self, order: np.ndarray, behind: int, draw: np.random.Generator
    ) -> np.ndarray:
        """The same numbers, in batches of similar length; the batches are shuffled.

        At least four windows, so that batches are others in each epoch. The first
        numbers, `behind` modulo the batch size, end the batch that the epoch before
        began.
        """
        size = self.batch_size
        head, rest = np.split(order, [behind % size])
        window = size * max(1, min(WINDOW, len(rest) // (4 * size)))
        batches = []
        for first in range(0, len(rest), window):
            some = rest[first : first + window]
            some = some[np.argsort(self.lengths[some], kind="stable")]
            batches += [some[i : i + size] for i in range(0, len(some), size)]
        short = batches.pop() if len(rest) % size else rest[:0]
        shuffled = [batches[i] for i in draw.permutation(len(batches))]
        return np.concatenate([head, *shuffled, short])

    def batch(self, step: int) -> list[int]:
        """The numbers of the examples that a step takes, steps counted from 0."""
        first, taken = step * self.batch_size, []
        while len(taken) < self.batch_size:
            epoch, offset = divmod(first + len(taken), self.examples)
            missing = self.batch_size - len(taken)
            taken += self.epoch(epoch)[offset : offset + missing].tolist()
        return taken

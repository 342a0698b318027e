"""Which examples a step takes, and who works on them.

The order is a function of seed and step alone: nothing has to be remembered in order
to go on at step 7,312, and the number of processes does not change it.
"""

from dataclasses import dataclass

import numpy as np


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

    def __init__(self, examples: int, batch_size: int, seed: int) -> None:
        self.examples, self.batch_size, self.seed = examples, batch_size, seed
        self._epoch, self._shuffled = -1, np.empty(0, dtype=np.int64)

    def epoch(self, number: int) -> np.ndarray:
        """The numbers of all examples, (N,), in the order of that epoch."""
        if number != self._epoch:
            draw = np.random.default_rng([self.seed, number])
            self._epoch, self._shuffled = number, draw.permutation(self.examples)
        return self._shuffled

    def batch(self, step: int) -> list[int]:
        """The numbers of the examples that a step takes, steps counted from 0."""
        first, taken = step * self.batch_size, []
        while len(taken) < self.batch_size:
            epoch, offset = divmod(first + len(taken), self.examples)
            missing = self.batch_size - len(taken)
            taken += self.epoch(epoch)[offset : offset + missing].tolist()
        return taken

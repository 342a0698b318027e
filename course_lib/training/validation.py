"""How good the model is on what it does not learn from."""

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from torch import nn

from course_lib.errors import CourseError
from course_lib.training.engine import Engine
from course_lib.training.feed import Collate, Data, require_batch, stack
from course_lib.training.randomness import seeded
from course_lib.training.terms import Batch

Measure = Callable[[nn.Module], Mapping[str, float]]


class Validation:
    """The loss on data kept aside, and what else the learner measures.

    It draws nothing from the random states: a run goes the same way with and
    without it.
    """

    def __init__(
        self,
        engine: Engine,
        data: Data | None,
        collate: Collate | None,
        measure: Measure | None,
    ) -> None:
        self.engine, self.data, self.measure = engine, data, measure
        self.collate = collate or stack

    def __bool__(self) -> bool:
        return self.data is not None or self.measure is not None

    def __call__(self) -> dict[str, float]:
        """Validate: the values by name, the same in every process."""
        values: dict[str, float] = {}
        model = self.engine.model
        model.eval()
        with seeded(self.engine.plan.seed):  # words are masked alike each time
            if self.data is not None:
                values["loss"] = self.loss()
            if self.measure is not None:
                values |= {k: float(v) for k, v in self.measure(model).items()}
        model.train()
        return self.engine.agree(values)

    def loss(self) -> float:
        """The mean over all terms of all batches, shared among the processes."""
        total, terms = 0.0, 0
        for batch in self._mine():
            count = self.engine.terms(batch)
            if count:
                total += self.engine.loss(batch) * count
                terms += count
        sums = self.engine.everyones((total, terms))
        counted = sum(terms for _, terms in sums)
        return sum(total for total, _ in sums) / counted if counted else math.nan

    def watched(self, values: Mapping[str, float]) -> float:
        """The value that decides what is best.

        Raises:
            CourseError: it is not among those measured.
        """
        name = self.engine.plan.watch
        if name not in values:
            raise CourseError(
                f"TrainingPlan(watch={name!r}), but validation gives "
                f"{', '.join(values) or 'nothing'}: watch one of these"
            )
        return values[name]

    def _mine(self) -> Iterator[Batch]:
        """Every processes-th batch, beginning with this process's number."""
        share = self.engine.share
        size = self.engine.plan.batch_size
        batches = map(require_batch, self.data) if size is None else self._collated()
        return islice(batches, share.process, None, share.processes)

    def _collated(self) -> Iterator[Batch]:
        examples: Any = self.data
        size = max(1, self.engine.plan.batch_size // self.engine.share.pieces)
        for first in range(0, len(examples), size):
            numbers = range(first, min(first + size, len(examples)))
            yield self.collate([examples[i] for i in numbers])

"""Where batches come from: examples to be collated, or batches made elsewhere.

A feed gives a process its parts of every step, from any step on.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, default_collate

from course_lib.errors import CourseError
from course_lib.training.order import Order, Share
from course_lib.training.plan import TrainingPlan
from course_lib.training.randomness import seeded
from course_lib.training.terms import Batch, rows

Data = Dataset | Sequence[Any] | Iterable[Batch]
Collate = Callable[[list[Any]], Batch]
IDS = "input_ids"
SHUFFLE = 1  # keeps a feed's draws apart from others of the same seed


class Feed(Protocol):
    """What the loop asks of its data."""

    def __len__(self) -> int:
        """The number of examples, or of batches where they are made elsewhere."""

    def steps_per_epoch(self) -> float:
        """How many steps see everything once."""

    def parts(self, start: int, stop: int) -> Iterator[list[Batch]]:
        """This process's parts of each step from `start` on."""

    def names(self, step: int, piece: int) -> str:
        """Say for people what a piece of a step consists of; -1: the whole step."""


def stack(examples: list[Any]) -> Batch:
    """Put examples of equal shapes on top of one another.

    Raises:
        CourseError: they are of different lengths.
    """
    try:
        return default_collate(examples)
    except (RuntimeError, TypeError) as error:
        raise CourseError(
            f"these examples can't be stacked to a batch ({error}). Where lengths "
            "differ, give train(..., collate=...), for instance "
            "transformers.DataCollatorWithPadding(tokenizer)"
        ) from error


class ExampleFeed:
    """Batches collated from examples, in an order that seed and step decide."""

    def __init__(
        self, examples: Any, plan: TrainingPlan, share: Share, collate: Collate | None
    ) -> None:
        self.examples, self.share, self.workers = examples, share, plan.workers
        self.collate = collate or stack
        lengths = _lengths(examples) if plan.group_by_length else None
        self.order = Order(len(examples), plan.batch_size, plan.seed, lengths)
        if plan.batch_size < share.pieces:
            raise _too_small(plan.batch_size, share)

    def __len__(self) -> int:
        return self.order.examples

    def steps_per_epoch(self) -> float:
        return self.order.examples / self.order.batch_size

    def parts(self, start: int, stop: int) -> Iterator[list[Batch]]:
        bounds = self.share.bounds(self.order.batch_size)
        batches = map(self.order.batch, range(start, stop))
        loader = DataLoader(
            self.examples,
            batch_sampler=(batch[a:b] for batch in batches for a, b in bounds),
            collate_fn=self.collate,
            num_workers=self.workers,
            pin_memory=torch.cuda.is_available(),
            # Its own: a loader would else draw from the state that dropout uses.
            generator=torch.Generator(),
        )
        each = map(require_batch, loader)
        return (list(step) for step in zip(*[each] * len(bounds), strict=True))

    def names(self, step: int, piece: int) -> str:
        numbers = self.order.batch(step)
        if piece >= 0:
            a, b = self.share.piece(piece, len(numbers))
            numbers = numbers[a:b]
        return f"examples {', '.join(map(str, numbers))}"


class BatchFeed:
    """Batches made elsewhere, for instance by a DataLoader; one is one step.

    Their order may be random if it is drawn when an iteration begins, as a
    DataLoader does; a method `set_epoch`, where there is one, is called before.
    """

    def __init__(self, batches: Any, plan: TrainingPlan, share: Share) -> None:
        self.batches, self.share, self.seed = batches, share, plan.seed

    def __len__(self) -> int:
        return len(self.batches)

    def steps_per_epoch(self) -> float:
        return len(self.batches)

    def parts(self, start: int, stop: int) -> Iterator[list[Batch]]:
        steps = self._steps(start // len(self))
        for _ in range(start % len(self)):  # done before the run that stopped
            next(steps)
        return map(self._split, steps)

    def _steps(self, epoch: int) -> Iterator[Batch]:
        while True:
            given = 0
            for batch in self._iterate(epoch):
                yield require_batch(batch)
                given += 1
            if given != len(self):
                raise CourseError(
                    f"the data gave {given} batches, and say that they are "
                    f"{len(self)}: their number has to be the same in each epoch"
                )
            epoch += 1

    def _iterate(self, epoch: int) -> Iterator[Batch]:
        if hasattr(self.batches, "set_epoch"):
            self.batches.set_epoch(epoch)
        with seeded(self.seed, epoch, SHUFFLE):
            iterator = iter(self.batches)
            first = next(iterator, None)  # a sampler draws when it is first asked
        if first is not None:
            yield first
            yield from iterator

    def _split(self, batch: Batch) -> list[Batch]:
        if self.share.pieces == 1:
            return [batch]
        size = rows(batch)
        if size < self.share.pieces:
            raise _too_small(size, self.share)
        bounds = self.share.bounds(size)
        return [{k: cut(x, a, b) for k, x in batch.items()} for a, b in bounds]

    def names(self, step: int, piece: int) -> str:
        epoch, batch = divmod(step, len(self))
        which = f", piece {piece} of {self.share.pieces}"
        shown = self.share.pieces > 1 and piece >= 0
        return f"batch {batch} of epoch {epoch}{which if shown else ''}"


def make_feed(
    data: Data, plan: TrainingPlan, share: Share, collate: Collate | None
) -> Feed:
    """The feed for data: examples if the plan has a batch size, else batches.

    Raises:
        CourseError: the data have no length, are empty, or are the other kind.
    """
    if not isinstance(data, Sized):
        raise CourseError(
            f"{type(data).__name__} has no length: a run that can be resumed needs to "
            "know where an epoch ends. Give a list, a Dataset with __len__, or a list "
            "of batches"
        )
    if len(data) == 0:
        raise CourseError("there is nothing to learn from: the data are empty")
    if plan.batch_size is None:
        return BatchFeed(data, plan, share)
    if isinstance(data, DataLoader) or not hasattr(data, "__getitem__"):
        raise CourseError(
            f"{type(data).__name__} makes batches itself: say so with "
            "TrainingPlan(batch_size=None), or give train() the examples"
        )
    return ExampleFeed(data, plan, share, collate)


def require_batch(batch: Any) -> Batch:
    """The batch, if it is a mapping of names to tensors.

    Raises:
        CourseError: it is something else.
    """
    if not isinstance(batch, Mapping):
        raise CourseError(
            f"a batch is a {type(batch).__name__}, expected a dict such as "
            '{"input_ids": ..., "labels": ...}, with which the model can be called: '
            "give train(..., collate=...) a function that makes one"
        )
    return batch


def cut(value: Any, first: int, behind: int) -> Any:
    """Some rows of a tensor; anything else as it is."""
    whole = not isinstance(value, Tensor) or value.dim() == 0
    return value if whole else value[first:behind]


def _lengths(examples: Any) -> list[int]:
    """How many tokens each example has."""
    names = getattr(examples, "column_names", ())
    if IDS in names:  # a data set gives a column at once
        return list(map(len, examples[IDS][:]))
    try:
        return [len(examples[i][IDS]) for i in range(len(examples))]
    except (KeyError, TypeError, IndexError) as error:
        raise CourseError(
            f"group_by_length needs examples with {IDS}, one list of tokens each"
        ) from error


def _too_small(size: int, share: Share) -> CourseError:
    return CourseError(
        f"a batch of {size} can't be split into {share.pieces} pieces "
        f"({share.processes} processes, gradient_accumulation = {share.parts}): take "
        "larger batches, or fewer pieces"
    )

"""The loop: step after step, validation, best weights, checkpoints, early stop."""

import math
import warnings
from collections.abc import Callable, Iterator, Sequence

from torch import Tensor, nn

from course_lib.training.checkpoints import Checkpoint, Checkpoints
from course_lib.training.engine import Engine
from course_lib.training.feed import Feed
from course_lib.training.history import NotFinite, Record, Standing, TrainingResult
from course_lib.training.optimizer import schedule
from course_lib.training.progress import Progress
from course_lib.training.readings import LateReader, Reading
from course_lib.training.snapshot import Snapshot
from course_lib.training.terms import Batch, volume
from course_lib.training.validation import Validation

Callback = Callable[[Sequence[Record], bool], None]
"""Called in the main process with the history, and whether the run has ended."""

TENTH = 10


class Loop:
    """A run of training, from where it stands to its end."""

    def __init__(
        self,
        engine: Engine,
        feed: Feed,
        validation: Validation,
        checkpoints: Checkpoints | None = None,
        callbacks: Sequence[Callback] = (),
    ) -> None:
        self.engine, self.feed, self.plan = engine, feed, engine.plan
        self.validation, self.checkpoints = validation, checkpoints
        self.callbacks = callbacks if engine.is_main else ()
        self.steps = self.plan.number_of_steps(feed.steps_per_epoch())
        self.schedules = [
            schedule(one, self.plan, self.steps) for one in engine.optimizers
        ]
        self.standing = Standing()
        self.snapshot = Snapshot(engine, self.schedules, len(feed))
        self.reader = LateReader()
        self.best_weights: dict[str, Tensor] = {}
        self.saved: int | None = None  # the step of the newest checkpoint

    def run(self, progress: bool) -> TrainingResult:
        """Go from where the run stands to its end."""
        batches = self._open()
        shown = progress and self.engine.is_main
        self.line = Progress(self.standing.step, self.steps, shown)
        self.engine.model.train()
        try:
            while self.standing.step < self.steps and not self.out_of_patience:
                self._step(next(batches))
        finally:
            self.line.close()
        self._take_best()
        self._call_back(ended=True)
        return self._result()

    @property
    def out_of_patience(self) -> bool:
        """Whether validation has not improved for too long."""
        patience = self.plan.patience
        return patience is not None and self.standing.waited >= patience

    def _open(self) -> Iterator[list[Batch]]:
        """Find where to begin, and the batches from there on."""
        newest = self._newest()
        if newest is not None:
            self.standing = self.snapshot.take_over(newest)
            self.saved = newest.step
        batches = self.feed.parts(self.standing.step, self.steps)
        # Only now: finding the place in the data may have drawn.
        self.snapshot.set_randomness()
        return batches

    def _newest(self) -> Checkpoint | None:
        if self.checkpoints is None:
            return None
        checkpoints = self.checkpoints

        def find() -> int | None:
            checkpoints.prepare()
            newest = checkpoints.newest()
            return None if newest is None else newest.step

        step = self.engine.in_main(find)
        return None if step is None else checkpoints.at(step)

    def _step(self, parts: list[Batch]) -> None:
        reading = self.engine.gradients(parts)
        rate = self.schedules[0].get_last_lr()[0]
        # On a CPU this hears of a NaN before it gets into the weights.
        self._hear(self.reader.read((self.standing.step, rate, parts), reading))
        self.engine.update()
        for one in self.schedules:
            one.step()
        self.standing.step += 1
        self._look_around()

    def _look_around(self) -> None:
        """After a step: report, validate and save where it is time."""
        validates = bool(self.validation) and self._is_time(self.plan.validate_every)
        saves = self.checkpoints is not None and self._is_time(self.checkpoints.every)
        reports = validates or self._is_time(self.plan.report_every)
        if reports or saves:
            self._hear(self.reader.rest())
        if reports:
            epoch = self.standing.step / self.feed.steps_per_epoch()
            self.standing.report(epoch, *self.latest)
        best = validates and self._validate()
        if reports:
            self._call_back(ended=False)
        if self.checkpoints is not None and (saves or best or self.out_of_patience):
            self._save(self.checkpoints)

    def _is_time(self, every: int | None) -> bool:
        step = self.standing.step
        return step % (every or max(1, self.steps // TENTH)) == 0 or step == self.steps

    def _hear(self, reading: Reading | None) -> None:
        """Take note of a step's loss.

        Raises:
            NotFinite: the loss, or its gradient, is not a number to learn from.
        """
        if reading is None:
            return
        (step, rate, parts), (*losses, norm) = reading
        fault = _fault(losses, norm, can_overflow=self.engine.scaler is not None)
        if fault:
            what, piece = fault
            names = self.feed.names(step, piece)
            raise NotFinite(what, step, names, self.saved)
        self.standing.losses.append(sum(losses))
        self.latest = rate, norm
        counted = [volume(batch) for batch in parts]
        tokens = sum(count for count, _ in counted) * self.engine.share.processes
        self.line.advance(sum(losses), tokens, counted[0][1])

    def _validate(self) -> bool:
        """Validate; True if these weights are the best so far."""
        with self.line.paused():
            values = self.validation()
        self.standing.add_validation(values)
        self.line.tell(values)
        less_is_better = self.plan.watch == "loss"
        best = self.standing.judge(self.validation.watched(values), less_is_better)
        if best and self.checkpoints is None:
            self.best_weights = _copy(self.engine.model)
        return best

    def _save(self, checkpoints: Checkpoints) -> None:
        with self.line.paused():
            state, facts = self.snapshot.of(self.standing)
            self.engine.in_main(
                lambda: checkpoints.save(self.engine.model, state, facts)
            )
        self.saved = self.standing.step

    def _take_best(self) -> None:
        """Give the model its best weights, where validation has found them."""
        best = self.standing.best_step
        if best is None or best == self.standing.step:
            return
        if self.checkpoints is None:
            self.engine.model.load_state_dict(self.best_weights)
            return
        checkpoint = self.checkpoints.at(best)
        fault = self.engine.in_main(checkpoint.fault)
        if fault is None:
            checkpoint.fill(self.engine.model)
        elif self.engine.is_main:
            warnings.warn(
                f"the best weights, {checkpoint.folder}, are damaged ({fault}): the "
                "model keeps those of the last step",
                stacklevel=2,
            )

    def _call_back(self, *, ended: bool) -> None:
        with self.line.paused():
            for callback in self.callbacks:
                callback(self.standing.history, ended)

    def _result(self) -> TrainingResult:
        standing = self.standing
        return TrainingResult(
            standing.history,
            standing.step,
            standing.best_step,
            standing.best_value,
            standing.step < self.steps,
            self.line.seconds,
            self.line.rate,
        )


def _fault(
    losses: list[float], norm: float, can_overflow: bool
) -> tuple[str, int] | None:
    """What is not finite, and in which piece of the step; None if all is well."""
    for piece, loss in enumerate(losses):
        if not math.isfinite(loss):
            return f"the loss is {loss}", piece
    # float16 tries scales until one fits: an infinite gradient is part of that.
    if math.isfinite(norm) or can_overflow:
        return None
    return f"the loss is finite, but its gradient is {norm}", -1


def _copy(model: nn.Module) -> dict[str, Tensor]:
    return {name: x.detach().cpu().clone() for name, x in model.state_dict().items()}

"""What a training run is to do, in numbers: two runs of one plan end alike."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from course_lib.errors import CourseError

DECAYS = ("cosine", "linear", "constant")
PRECISIONS = (None, "no", "bf16", "fp16")
# What may change between a run and its resumption: none of it changes the result,
# but for rounding.
FREE = {"gradient_accumulation", "report_every", "workers"}


@dataclass(frozen=True)
class TrainingPlan:
    """The settings of a run. A step is one update of the weights.

    Attributes:
        steps: how many steps; or instead
        epochs: how many times every example is seen, e.g. 2.5.
        batch_size: examples in a step, over all processes; None says that the data
            are batches already.
        group_by_length: whether examples of similar length, counted in input_ids, come
            into one batch, so that little is padded.
        gradient_accumulation: into how many parts each process splits its share of a
            step, one after the other, so that less memory is enough. It does not
            change the result.
        learning_rate: the highest, reached when the warm-up ends.
        warmup_steps: steps in which the learning rate rises from 0, in a line.
        decay: how it then falls to 0: "cosine", "linear"; "constant" keeps it.
        weight_decay: pull of matrices towards 0; norms and biases are spared.
        betas: AdamW's memory for gradients and for their squares.
        max_gradient_norm: longer gradients are shortened to this; None leaves them.
        mixed_precision: "no", "bf16" or "fp16"; None takes what the launcher was
            told, without one "no".
        seed: decides the order of the examples and every other random draw.
        validate_every: steps between validations; None makes it a tenth of the run.
        patience: validations without a new best until the run stops; None never.
        watch: what decides which weights are best: "loss", or a name in what
            `measure` returns (where more is better).
        report_every: steps between entries of the history.
        workers: processes that prepare batches ahead; 0 prepares them in between. With
            workers, random draws of data and collate are not those of a resumed run.
    """

    steps: int | None = None
    epochs: float | None = None
    batch_size: int | None = 32
    group_by_length: bool = False
    gradient_accumulation: int = 1
    learning_rate: float = 3e-4
    warmup_steps: int = 0
    decay: str = "cosine"
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.999)
    max_gradient_norm: float | None = 1.0
    mixed_precision: str | None = None
    seed: int = 0
    validate_every: int | None = None
    patience: int | None = None
    watch: str = "loss"
    report_every: int = 10
    workers: int = 0

    def __post_init__(self) -> None:
        if (self.steps is None) == (self.epochs is None):
            raise CourseError("a TrainingPlan needs steps or epochs, one of the two")
        for name in ("steps", "batch_size", "validate_every", "patience"):
            self._require(name, None, at_least=1)
        for name in ("gradient_accumulation", "report_every"):
            self._require(name, at_least=1)
        for name in ("warmup_steps", "seed", "workers"):
            self._require(name, at_least=0)
        for name in ("epochs", "max_gradient_norm"):
            if not (getattr(self, name) is None or getattr(self, name) > 0):
                raise CourseError(f"{name} = {getattr(self, name)!r} must be above 0")
        self._require_known("decay", DECAYS)
        self._require_known("mixed_precision", PRECISIONS)

    def _require(self, name: str, *others: None, at_least: int) -> None:
        value = getattr(self, name)
        if value in others:
            return
        if not isinstance(value, int) or value < at_least:
            raise CourseError(
                f"{name} = {value!r}: expected a whole number of at least {at_least}"
            )

    def _require_known(self, name: str, known: tuple[str | None, ...]) -> None:
        if getattr(self, name) not in known:
            raise CourseError(
                f"{name} = {getattr(self, name)!r}; choose one of "
                f"{', '.join(map(repr, known))}"
            )

    def number_of_steps(self, steps_per_epoch: float) -> int:
        """How many steps the run has when an epoch has that many."""
        if self.steps is not None:
            return self.steps
        return max(1, math.ceil(self.epochs * steps_per_epoch))

    def binding(self) -> dict[str, Any]:
        """The settings by name that a resumed run must share with the one before."""
        settings = asdict(self) | {"betas": list(self.betas)}
        return {name: value for name, value in settings.items() if name not in FREE}

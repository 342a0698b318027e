"""Where a run stands, and how it got there."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from course_lib.errors import CourseError


class NotFinite(CourseError, ArithmeticError):
    """A loss or a gradient is NaN or infinite; the message names step and examples."""

    def __init__(self, what: str, step: int, names: str, saved: int | None) -> None:
        """Make the error.

        Args:
            what: which number it is.
            step: in which step, counted from 0.
            names: the examples, or the batch, that it came from.
            saved: the step of the newest checkpoint.
        """
        kept = "" if saved is None else f" The checkpoint of step {saved} is sound."
        super().__init__(
            f"{what} in step {step}, for {names}. Look at these for empty or huge "
            "values; where they are in order, lower the learning rate or lengthen the "
            f"warm-up.{kept}"
        )
        self.step, self.names = step, names
        self._made_of = what, step, names, saved

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), self._made_of  # so that it passes between processes


@dataclass(frozen=True)
class Record:
    """An entry of a run's history.

    Attributes:
        step: how many steps had been made.
        epoch: how often everything had been seen, e.g. 1.25.
        loss: mean over the steps since the entry before.
        learning_rate: of the last of these steps.
        gradient_norm: of the last of these steps, before clipping.
        validation: "loss" on the validation data and what `measure` returned; empty
            where nothing was validated.
    """

    step: int
    epoch: float
    loss: float
    learning_rate: float
    gradient_norm: float
    validation: Mapping[str, float] = field(default_factory=dict)


@dataclass
class Standing:
    """All that a run has to remember besides weights, optimiser and random states.

    Attributes:
        step: steps made.
        best_step: the step whose weights are best so far, and
        best_value: what the watched value was there.
        waited: validations since.
        history: the entries so far.
        losses: of the steps that no entry tells of yet.
    """

    step: int = 0
    best_step: int | None = None
    best_value: float | None = None
    waited: int = 0
    history: list[Record] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)

    def as_numbers(self) -> dict[str, Any]:
        """This as numbers, texts, lists and dicts."""
        return asdict(self)

    @classmethod
    def from_numbers(cls, numbers: Mapping[str, Any]) -> Self:
        """The standing that `as_numbers` wrote down."""
        history = [Record(**entry) for entry in numbers["history"]]
        return cls(**{**numbers, "history": history})

    def report(self, epoch: float, rate: float, norm: float) -> None:
        """Enter the losses that no entry tells of yet as one Record."""
        mean = sum(self.losses) / len(self.losses)
        self.history.append(Record(self.step, epoch, mean, rate, norm))
        self.losses = []

    def add_validation(self, values: Mapping[str, float]) -> None:
        """Add a validation's results to the newest entry."""
        self.history[-1] = replace(self.history[-1], validation=dict(values))

    def judge(self, value: float, less_is_better: bool) -> bool:
        """Take note of a validation; True if it is the best so far."""
        best = self.best_value
        if best is None:
            better = value == value  # NaN is never the best
        else:
            better = value < best if less_is_better else value > best
        if better:
            self.best_step, self.best_value, self.waited = self.step, value, 0
        else:
            self.waited += 1
        return better


@dataclass(frozen=True)
class TrainingResult:
    """What came of a run.

    Attributes:
        history: its entries, from the first step on, however often it was resumed.
        steps: how many steps were made.
        best_step: the step whose weights the model now has; None without validation:
            it has the last ones.
        best_value: the watched value there.
        stopped_early: whether patience ended it.
        seconds: how long it took, since it was last resumed.
        tokens_per_second: how many tokens went through in a second; examples where
            there are no `input_ids`.
    """

    history: list[Record]
    steps: int
    best_step: int | None
    best_value: float | None
    stopped_early: bool
    seconds: float
    tokens_per_second: float

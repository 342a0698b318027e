"""How a pretrained model is fine-tuned: few choices, sensible where none is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from course_lib.errors import CourseError
from course_lib.training import TrainingPlan

VALIDATIONS = 10  # in a run, evenly spread
FEWEST_STEPS = 250  # below that, little is learned from a few hundred examples
FEWEST_EPOCHS, MOST_EPOCHS = 3, 15
MANY = 50  # batches
LOOKS = 20  # examples to learn from for each one that is looked at to choose by
FEWEST_LOOKED = 100
WARM_UP = 0.1  # of the run
# What suits BERT at its width of 768. Narrower models bear, and need, higher rates.
RATE, WIDTH = 5e-5, 768
MOST = 16.0  # times that rate
LONGEST = 256  # tokens; attention's cost grows with the square


@dataclass(frozen=True)
class FineTuning:
    """The settings of a fine-tuning. None leaves a choice to the data and the model.

    Attributes:
        epochs: how often every example is seen at most; None takes enough for 250
            steps, at least 3 and at most 15.
        learning_rate: the highest; None takes 5e-5 for a model of width 768 and more
            for narrower ones, four times as much at half the width and at
            most 16 times.
        batch_size: examples in a step.
        max_length: tokens that are read of a text, the rest is cut off; None takes
            what the model can read, 256 at most.
        patience: validations, of ten in a run, without a new best until it stops;
            None never stops early.
        mixed_precision: "no", "bf16" or "fp16"; None takes what the launcher was told.
        seed: decides the new layers' first weights, the order of the examples, dropout.
    """

    epochs: float | None = None
    learning_rate: float | None = None
    batch_size: int = 16
    max_length: int | None = None
    patience: int | None = 5
    mixed_precision: str | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.batch_size, int) or self.batch_size < 1:
            raise CourseError(
                f"batch_size = {self.batch_size!r}: expected a whole number of at "
                "least 1"
            )
        self.plan(1, WIDTH, "loss")  # a TrainingPlan says what is wrong with its part
        if self.learning_rate is not None and not self.learning_rate > 0:
            raise CourseError(f"learning_rate = {self.learning_rate!r} must be above 0")
        length = self.max_length
        if length is not None and not (isinstance(length, int) and length >= 3):
            raise CourseError(
                f"max_length = {length!r}: expected a whole number of at least 3, "
                "room for [CLS], a token and [SEP]"
            )

    @classmethod
    def of(cls, settings: dict[str, Any]) -> Self:
        """Make it of settings by name.

        Raises:
            CourseError: a name or a value is none.
        """
        known = [field.name for field in fields(cls)]
        strange = [name for name in settings if name not in known]
        if strange:
            raise CourseError(
                f"fine-tuning has no setting {', '.join(strange)}; choose from "
                f"{', '.join(known)}"
            )
        return cls(**settings)

    def plan(self, examples: int, width: int, watch: str) -> TrainingPlan:
        """The training plan.

        Args:
            examples: how many there are to learn from.
            width: D, of the model.
            watch: the figure on validation by which the best weights are chosen.
        """
        epochs = self.epochs
        if epochs is None:
            enough = FEWEST_STEPS * self.batch_size / examples
            epochs = min(MOST_EPOCHS, max(FEWEST_EPOCHS, enough))
        plan = TrainingPlan(
            epochs=epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate or RATE * _faster(width),
            decay="linear",
            patience=self.patience,
            # A batch is as wide as its longest: a third of the work on mixed ones would
            # go into padding. Few examples would meet the same others again and again.
            group_by_length=examples >= MANY * self.batch_size,
            watch=watch,
            mixed_precision=self.mixed_precision,
            seed=self.seed,
        )
        steps = plan.number_of_steps(examples / self.batch_size)
        return replace(
            plan,
            epochs=None,
            steps=steps,
            warmup_steps=int(WARM_UP * steps),
            validate_every=max(1, steps // VALIDATIONS),
        )

    def length(self, limit: int) -> int:
        """How many tokens of a text a model is given that can read `limit`.

        Raises:
            CourseError: more are asked for than that.
        """
        if self.max_length is not None and self.max_length > limit:
            raise CourseError(
                f"max_length = {self.max_length}, but the model reads at most {limit} "
                "tokens: ask for fewer, or split long texts"
            )
        return self.max_length or min(limit, LONGEST)


def _faster(width: int) -> float:
    """How many times the rate for BERT's width suits a narrower model."""
    return min(MOST, max(1.0, WIDTH / width) ** 2)


def looked_at(plan: TrainingPlan, kept: int) -> range:
    """Which of so many examples of validation are enough to choose by.

    Looking costs a third of learning, and is done ten times: of more than a twentieth
    of what is learned from it would take longer than it tells.
    """
    enough = max(FEWEST_LOOKED, plan.steps * plan.batch_size // LOOKS)
    return range(0, kept, max(1, -(-kept // enough)))


def apart(plan: TrainingPlan, looked: int) -> TrainingPlan:
    """The plan, its looks so far apart that all take at most a sixth of the learning.

    Ten looks at a hundred examples would cost a run of a few hundred nearly as much as
    what it learns.

    Args:
        plan: what to do, in steps.
        looked: how many examples of validation are looked at each time.
    """
    learned = 2 * looked  # examples between two looks; a look costs a third of learning
    every = max(plan.validate_every or 1, learned // plan.batch_size)
    return replace(plan, validate_every=min(plan.steps, every))


@contextmanager
def memory_advice(recipe: FineTuning) -> Iterator[None]:
    """Where memory runs out inside, say what needs less of it.

    Raises:
        CourseError: it did.
    """
    from torch import OutOfMemoryError

    try:
        yield
    except (MemoryError, OutOfMemoryError, RuntimeError) as error:
        of_memory = isinstance(error, MemoryError | OutOfMemoryError)
        if not of_memory and "allocate memory" not in str(error):
            raise
        smaller = max(1, recipe.batch_size // 4)
        raise CourseError(
            f"the memory was not enough for {recipe.batch_size} texts at a time. Try "
            f"batch_size={smaller}; or max_length=64, which cuts long texts; or a "
            "smaller model. Restart the kernel first, so that nothing is left over"
        ) from error

"""The settings of a tagger's fine-tuning: the usual ones, and how sentences are met."""

from dataclasses import dataclass, replace

from course_lib.tasks.recipe import (
    FEWEST_STEPS,
    MOST_EPOCHS,
    RATE,
    WIDTH,
    FineTuning,
)
from course_lib.training import TrainingPlan

HIGHEST = 3e-4  # rate


@dataclass(frozen=True)
class TaggerTuning(FineTuning):
    """The settings of a fine-tuning, as for every task, with defaults of its own.

    Attributes:
        epochs: None takes enough for 250 steps, at least 1 and at most 15: a sentence
            asks about each of its words, so it teaches more than a text with one label.
        learning_rate: None takes 5e-5 for a model of width 768, and for narrower ones
            more by the square of the proportion, up to 3e-4: 2e-4 at 384. In a single
            epoch there is no time for less.
        patience: None, since F1 stays at 0 until the first entities come out right:
            too long, on few or hard sentences, to be waited for. A short run has fewer
            than ten validations.
    """

    patience: int | None = None

    def plan(self, examples: int, width: int, watch: str) -> TrainingPlan:
        """The training plan, as for every task, of fewer epochs at higher rates."""
        if self.epochs is None:
            enough = FEWEST_STEPS * self.batch_size / examples
            chosen = replace(self, epochs=min(MOST_EPOCHS, max(1.0, enough)))
            return chosen.plan(examples, width, watch)
        plan = super().plan(examples, width, watch)
        narrow = max(1.0, WIDTH / width)
        rate = self.learning_rate or min(HIGHEST, RATE * narrow**2)
        return replace(plan, learning_rate=rate)

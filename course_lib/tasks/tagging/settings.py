"""The settings of a tagger's fine-tuning: the usual ones, and how sentences are met."""

from dataclasses import dataclass, replace

from course_lib.tasks.recipe import FEWEST_STEPS, MOST_EPOCHS, FineTuning
from course_lib.training import TrainingPlan

LOOKS = 20  # sentences to learn from for each one that is looked at to choose by
FEWEST_LOOKED = 100


@dataclass(frozen=True)
class TaggerTuning(FineTuning):
    """The settings of a fine-tuning, as for every task, with defaults of its own.

    Attributes:
        epochs: None takes enough for 250 steps, at least 1 and at most 15: a sentence
            asks about each of its words, so it teaches more than a text with one label.
        patience: None, since F1 stays at 0 until the first entities come out right:
            too long, on few or hard sentences, to be waited for.
    """

    patience: int | None = None

    def plan(self, examples: int, width: int, watch: str) -> TrainingPlan:
        """The training plan, as for every task; sentences meet others as long as they.

        A batch of sentences is as wide as its longest: a third of the work on mixed
        ones would go into padding.
        """
        if self.epochs is None:
            enough = FEWEST_STEPS * self.batch_size / examples
            chosen = replace(self, epochs=min(MOST_EPOCHS, max(1.0, enough)))
            return chosen.plan(examples, width, watch)
        return replace(super().plan(examples, width, watch), group_by_length=True)


def looked_at(plan: TrainingPlan, kept: int) -> range:
    """Which of so many sentences of validation are enough to choose by.

    Looking costs a third of learning, and is done ten times: of more than a twentieth
    of what is learned from it would take longer than it tells.
    """
    enough = max(FEWEST_LOOKED, plan.steps * plan.batch_size // LOOKS)
    return range(0, kept, max(1, -(-kept // enough)))

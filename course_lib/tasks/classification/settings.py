"""The settings of a classifier's fine-tuning: the usual ones, and uneven labels."""

from collections.abc import Sequence
from dataclasses import dataclass

from course_lib.tasks.recipe import FineTuning

UNEVEN = 3.0  # from here on the rarest label would hardly be learned


@dataclass(frozen=True)
class ClassifierTuning(FineTuning):
    """The settings of a fine-tuning, as for every task, and one of its own.

    Attributes:
        balanced: whether rare labels count more, each label as much as any other;
            None says yes where the commonest label is 3 times as common as the rarest.
    """

    balanced: bool | None = None

    def balances(self, counts: Sequence[int]) -> bool:
        """Whether rare labels count more where labels are so common."""
        if self.balanced is not None:
            return self.balanced
        return max(counts) >= UNEVEN * min(counts)

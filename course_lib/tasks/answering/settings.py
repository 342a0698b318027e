"""The settings of an answerer's fine-tuning: the usual ones, and how it reads."""

from dataclasses import dataclass

from course_lib.errors import CourseError
from course_lib.tasks.recipe import FineTuning


@dataclass(frozen=True)
class AnswererTuning(FineTuning):
    """The settings of a fine-tuning, as for every task, and two of its own.

    Attributes:
        stride: tokens that two windows of a long passage share, so that an answer on
            the edge of one stands whole in the other.
        longest_answer: tokens that an answer has at most.
    """

    patience: int | None = None
    stride: int = 64
    longest_answer: int = 30

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, least in (("stride", 0), ("longest_answer", 1)):
            value = getattr(self, name)
            if not isinstance(value, int) or value < least:
                raise CourseError(
                    f"{name} = {value!r}: expected a whole number of at least {least}"
                )

"""The settings of an encoder-decoder's fine-tuning, and of how it writes."""

from dataclasses import dataclass

from course_lib.errors import CourseError
from course_lib.tasks.recipe import FineTuning


@dataclass(frozen=True)
class RewriterTuning(FineTuning):
    """The settings of a fine-tuning, as for every task, and some of its own.

    Attributes:
        label_smoothing: share of the certainty that is spread over all words: 0.1 in
            the paper of 2017. It guards against being too sure of what was read.
        longest_written: tokens that are written at most, and read of a target.
        num_beams: texts that are kept in mind while one is written; 1 is greedy.
        prefix: put in front of every text, as T5 wants it ("summarize: ").
    """

    patience: int | None = 3
    label_smoothing: float = 0.0
    longest_written: int = 64
    num_beams: int = 1
    prefix: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.label_smoothing < 1:
            raise CourseError(
                f"label_smoothing = {self.label_smoothing!r}: expected a share from 0 "
                "to below 1, such as 0.1"
            )
        for name in ("longest_written", "num_beams"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise CourseError(
                    f"{name} = {value!r}: expected a whole number of at least 1"
                )

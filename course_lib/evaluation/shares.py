"""How many were right, and how sure one can be of it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Self

from course_lib.errors import CourseError


@dataclass(frozen=True)
class Share:
    """So many right of so many asked; prints as "81.2 % (74.5 to 86.5)".

    Attributes:
        right: how many were right.
        count: how many were asked.
    """

    right: int
    count: int

    def __post_init__(self) -> None:
        if not 0 <= self.right <= self.count or self.count == 0:
            raise CourseError(
                f"{self.right} right of {self.count}: expected at least one question, "
                "and no more right than asked"
            )

    @classmethod
    def of(cls, answers: Iterable[bool]) -> Self:
        """Count answers that are right or not."""
        each = [bool(answer) for answer in answers]
        return cls(sum(each), len(each))

    @property
    def value(self) -> float:
        """From 0 to 1."""
        return self.right / self.count

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Where the true share lies, if these were drawn by chance: (low, high).

        Source: Wilson 1927, Probable Inference, the Law of Succession, and
        Statistical Inference. Unlike the usual plus and minus it stays between 0 and
        1, and says something sensible even where all were right.
        """
        z = NormalDist().inv_cdf((1 + confidence) / 2)
        n, p = self.count, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + (z / (2 * n)) ** 2) / (1 + z * z / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval()
        return f"{self.value * 100:.1f} % ({low * 100:.1f} to {high * 100:.1f})"

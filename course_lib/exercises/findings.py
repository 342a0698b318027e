"""What is seen of an answer that draws at random: shares, and plain facts.

Two right answers that draw in another order return other numbers, so they are not
compared entry by entry. Each is looked at in the same way, and what is seen of it is
compared: shares by their standard errors, facts word for word.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor

# In standard errors of the difference. Two samples of one kind lie farther apart once
# in 150,000 times; where one of them lies at its expected value, the other reaches
# this distance once in 5 thousand million.
FAR = 4.5


@dataclass(frozen=True)
class Share:
    """How much of a sample has a property.

    Attributes:
        value: the share, 0 where the sample is empty.
        size: of the sample.
        error: standard error of the share.
        by_rule: True where a right answer's share is 0 or 1 by rule, not by luck: one
            exception is too many.
    """

    value: float
    size: int
    error: float
    by_rule: bool = False

    def agrees(self, other: "Share") -> bool:
        """True if both may be samples of the same kind; an empty one says nothing."""
        if not self.size or not other.size:
            return True
        if self.by_rule and (self.value in (0, 1) or other.value in (0, 1)):
            return self.value == other.value
        far = FAR * math.hypot(self.error, other.error)
        return abs(self.value - other.value) <= far

    def __str__(self) -> str:
        if not self.size:
            return "none there"
        exact = self.value in (0, 1)
        return f"{self.value:.0%}" if exact else f"{self.value:.1%}"


def share(property: Tensor, sample: Tensor, by_rule: bool = False) -> Share:
    """The share of a sample that has a property, with its standard error.

    Entries of one row, one column or one batch may have been drawn together, and
    batches may be alike. The error is then larger than that of as many single draws;
    it is read off the spread of such groups.

    Args:
        property, sample: boolean (batches, B, T); entries outside the sample do not
            count.
        by_rule: as in `Share`.
    """
    hits = (property & sample).double()
    size = int(sample.sum())
    if not size:
        return Share(0.0, 0, 0.0, by_rule)
    value = float(hits.sum()) / size
    smooth = (value * size + 0.5) / (size + 1)  # 0 of 10 is not yet never
    variances = [smooth * (1 - smooth) / size]
    for axes in (0, 1, 2, (1, 2)):
        apart = hits.sum(axes) - value * sample.sum(axes)
        variances.append(float(apart.square().sum()) / size**2)
    return Share(value, size, math.sqrt(max(variances)), by_rule)


@dataclass(frozen=True)
class Findings:
    """What is seen of an answer, by name.

    Attributes:
        seen: name of a finding to what was found; the same names for every answer.
        remarks: what was forgiven, in sentences.
        problem: how the answer breaks the contract, so that nothing could be seen.
    """

    seen: Mapping[str, Share | str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    problem: str = ""

    def differing(self, other: "Findings") -> list[str]:
        """Names of the findings in which two answers differ for certain."""
        return [name for name in self.seen if not _agree(self.seen[name], other, name)]


def _agree(mine: Share | str, other: Findings, name: str) -> bool:
    theirs = other.seen.get(name)
    if isinstance(mine, Share) and isinstance(theirs, Share):
        return mine.agrees(theirs)
    return mine == theirs

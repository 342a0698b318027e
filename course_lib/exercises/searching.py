"""Exercises whose answer is a head, pointed out in an explorer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.errors import CourseError
from course_lib.exercises.compare import describe
from course_lib.exercises.report import Report

Targets = Callable[[tuple[str, ...]], np.ndarray]
"""From the tokens to the keys (T, T) that a head of this kind looks at; rows without
any are not judged."""
NAMED = 0.4  # of its weight makes a head one of another kind


@dataclass(frozen=True)
class Confusion:
    """A kind of head that is taken for the wanted one.

    Attributes:
        name: as the learner reads it, e.g. "next-instead-of-previous".
        says: what this head does, and what the wanted one would do.
        targets: where such a head looks.
    """

    name: str
    says: str
    targets: Targets


@dataclass(frozen=True)
class Search:
    """A head to be found in an explorer.

    Attributes:
        id, title: as of other exercises.
        targets: where the wanted head looks.
        least: the share of its weight that has to lie there.
        confusions: heads of other kinds, by name.
        does: what the wanted head does, after "looks at".
        read: where the chapter speaks of it.
        hints, explanation: as of other exercises.
        source: how to find it in Python, with the explorer as `explorer`.
    """

    id: str
    title: str
    targets: Targets
    least: float
    confusions: tuple[Confusion, ...]
    does: str
    read: str
    hints: tuple[str, ...]
    explanation: str
    source: str
    stub_name: str = "explorer"

    def judge(self, explorer: Any) -> Report:
        """Say whether the selected head is the wanted one, and if not, what it does."""
        if not (hasattr(explorer, "selection") and hasattr(explorer, "part")):
            return Report(
                self.id,
                message="check needs the explorer in which you chose a head, but was "
                f"given {describe(explorer)}.",
            )
        part, chosen = explorer.part, explorer.selection
        place = (chosen["layer"], chosen["head"])
        try:
            shares = share(part.weights, self.targets(part.query_tokens))
        except CourseError as error:
            return Report(self.id, message=str(error))
        if shares.max() < self.least:
            return Report(self.id, message=self._nowhere(shares))
        if shares[place] >= self.least:
            return self._found(shares, place)
        if _untouched(chosen):
            return self._unattempted()
        return self._missed(part, shares, place)

    def _unattempted(self) -> Report:
        return Report(
            self.id,
            attempted=False,
            message="Choose a head in the explorer above, then run this cell again. "
            f'`hint("{self.id}")` gives a first push.',
        )

    def _nowhere(self, shares: np.ndarray) -> str:
        best = np.unravel_index(shares.argmax(), shares.shape)
        return (
            f"No head of this model looks at {self.does} in this text: the closest, "
            f"{_named(best)}, puts {shares.max():.0%} of its weight there. Take the "
            "model and the text of the chapter."
        )

    def _found(self, shares: np.ndarray, place: tuple[int, int]) -> Report:
        text = (
            f"{_named(place).capitalize()} looks at {self.does}: "
            f"{shares[place]:.0%} of its weight lies there."
        )
        better = int((shares > shares[place]).sum())
        remarks = (f"{better} other heads do so more strongly.",) if better else ()
        return Report(self.id, True, message=text, remarks=remarks)

    def _missed(self, part: Any, shares: np.ndarray, place: tuple[int, int]) -> Report:
        name, says = self._mistake(part, shares, place)
        message = (
            f"{name}: {says}\n{_named(place).capitalize()} puts "
            f"{shares[place]:.0%} of its weight on {self.does}; at least "
            f"{self.least:.0%} is wanted.\nRead again: {self.read}."
        )
        return Report(self.id, mistake=name, message=message)

    def _mistake(
        self, part: Any, shares: np.ndarray, place: tuple[int, int]
    ) -> tuple[str, str]:
        """The name of what went wrong, and what it means."""
        layer, head = place
        layers, heads = shares.shape
        if head < layers and layer < heads and shares[head, layer] >= self.least:
            return "layer-and-head-swapped", (
                f"{_named((head, layer)).capitalize()} does it. You may have taken "
                "the head's number for the layer's: the layer is named first."
            )
        if layer and head and shares[layer - 1, head - 1] >= self.least:
            return "counted-from-one", (
                f"{_named((layer - 1, head - 1)).capitalize()} does it. Layers and "
                "heads count from 0."
            )
        for confusion in self._confusions_by_share(part, place):
            return confusion.name, confusion.says
        if shares[place] >= self.least / 2:
            return "too-weak", "It looks there, but elsewhere as much. Look for more."
        return "no-pattern", (
            "Its weight is spread, or lies on keys that change from query to query. "
            "Sort the heads, or look at all layers at once."
        )

    def _confusions_by_share(
        self, part: Any, place: tuple[int, int]
    ) -> list[Confusion]:
        """Kinds that this head is of, the clearest first."""
        found: dict[str, float] = {}
        for confusion in self.confusions:
            targets = confusion.targets(part.query_tokens)
            if targets.any():
                found[confusion.name] = float(share(part.weights, targets)[place])
        clear = [one for one in self.confusions if found.get(one.name, 0) >= NAMED]
        return sorted(clear, key=lambda one: -found[one.name])


def share(weights: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Mean share of the weight that lies on the targets, (L, H).

    Args:
        weights: (L, H, T, T)
        targets: boolean (T, T); rows without any are left out.
    """
    rows = targets.any(-1)
    return (weights * targets).sum(-1)[..., rows].mean(-1)


def _untouched(selection: Mapping[str, Any]) -> bool:
    """Whether the explorer still shows what it opened with."""
    return (
        not selection["layer"]
        and not selection["head"]
        and selection.get("token") is None
        and selection.get("view") == "head"
    )


def _named(place: Any) -> str:
    return f"layer {int(place[0])}, head {int(place[1])}"

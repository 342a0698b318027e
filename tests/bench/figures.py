"""Figures of a model beside those of others: as a table, in a card, as JSON."""

import math
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from course_lib.evaluation import Share

Value = float | Share

HEAD = ("figure", "trained", "untrained", "to compare with")
WIDTHS = (50, 24, 10, 26)


@dataclass(frozen=True)
class Figure:
    """One thing that was measured.

    Attributes:
        what: the measure, and on which texts.
        trained: what the model reached; a share shows its interval of 95 %.
        untrained: the same of a model of its size with random weights.
        beside: what else it is to be compared with, by name.
    """

    what: str
    trained: Value
    untrained: Value | None = None
    beside: Mapping[str, Value] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For a JSON file."""
        beside = {name: plain(value) for name, value in self.beside.items()}
        untrained = None if self.untrained is None else plain(self.untrained)
        trained = plain(self.trained)
        return {"what": self.what, "trained": trained, "untrained": untrained} | {
            "beside": beside
        }


@dataclass(frozen=True)
class Report:
    """Everything that was measured of one model.

    Attributes:
        name: the model's.
        about: its size, and what the figures rest on: sentences.
        figures: in the order in which they are shown.
    """

    name: str
    about: tuple[str, ...]
    figures: tuple[Figure, ...]

    def as_dict(self) -> dict[str, Any]:
        """For a JSON file."""
        figures = [figure.as_dict() for figure in self.figures]
        return {"name": self.name, "about": list(self.about), "figures": figures}

    def table(self) -> str:
        """For a terminal: what there is to compare with has lines of its own."""
        lines = [self.name, *textwrap.wrap(" ".join(self.about), sum(WIDTHS))]
        lines += ["", _line(HEAD), _line(["-" * (width - 1) for width in WIDTHS])]
        for figure in self.figures:
            beside = [f"{name} {short(v)}" for name, v in figure.beside.items()]
            names = textwrap.wrap(figure.what, WIDTHS[0] - 2, subsequent_indent="  ")
            for row in range(max(len(names), len(beside), 1)):
                cells = [names[row] if row < len(names) else ""]
                cells += [] if row else [shown(figure.trained), short(figure.untrained)]
                cells += ["", ""] if row else []
                lines.append(_line([*cells, beside[row] if row < len(beside) else ""]))
        return "\n".join(lines)

    def markdown(self) -> str:
        """For a card."""
        lines = [" ".join(self.about), "", f"| {' | '.join(HEAD)} |", "|---" * 4 + "|"]
        for figure in self.figures:
            beside = "; ".join(f"{n} {short(v)}" for n, v in figure.beside.items())
            cells = [figure.what, shown(figure.trained), short(figure.untrained)]
            lines.append(f"| {' | '.join([*cells, beside])} |")
        return "\n".join(lines)


def shown(value: Value) -> str:
    """With the interval of a share."""
    return str(value) if isinstance(value, Share) else short(value)


def short(value: Value | None) -> str:
    """Without it: "81.2 %", "0.98", "3.21", "4,102"; "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, Share):
        return f"{value.value * 100:.1f} %"
    if math.isnan(value):
        return "none"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:,.{value < 100:d}f}"


def plain(value: Value) -> Any:
    """For JSON."""
    if not isinstance(value, Share):
        return None if math.isnan(value) else round(value, 4)
    low, high = value.interval()
    interval = [round(low, 4), round(high, 4)]
    each = {"share": round(value.value, 4), "interval": interval}
    return each | {"right": value.right, "count": value.count}


def _line(cells: Iterable[str]) -> str:
    padded = (f"{c:<{width}}" for c, width in zip(cells, WIDTHS, strict=True))
    return "".join(padded).rstrip()

"""The table of the explorer beside bertviz, and its place in RESULTS.md."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HEADING = "# The explorer beside bertviz: `python -m course_lib bench explorer`"
HERE, STRANGER, ALL_HEADS = "explorer", "bertviz", "bertviz, model view"
Figures = Mapping[str, Mapping[int, Mapping[str, Any]]]
"""By view, tokens and name; times are [median, p95, count] in milliseconds."""


@dataclass(frozen=True)
class Row:
    """A row of the table.

    Attributes:
        says: what was measured, with its unit.
        view: whose.
        name: under which it stands among the figures.
        asked: the most that it may be, for all lengths or by length.
        late: whether that is asked of the 95th percentile instead of the median.
        scale: what the figure is multiplied by.
        digits: behind the point.
    """

    says: str
    view: str
    name: str
    asked: float | Mapping[int, float] = field(default_factory=dict)
    late: bool = False
    scale: float = 1.0
    digits: int = 0

    def most(self, length: int) -> float | None:
        """What is asked at this length, if anything."""
        if isinstance(self.asked, Mapping):
            return self.asked.get(length)
        return self.asked

    def cell(self, found: Any) -> str:
        """A figure as the table shows it; words stay words."""
        if found is None or isinstance(found, str):
            return (found or "").removesuffix(" lines drawn.")
        if isinstance(found, list):
            median, late, count = found
            return f"{median:,.0f} ({late:,.0f})" if count > 1 else f"{median:,.0f}"
        value = round(found * self.scale, self.digits)
        return f"{value + 0.0:,.{self.digits}f}"  # -0.0 reads as 0.0

    def missed(self, length: int, found: Any) -> bool:
        """Whether a figure is above what is asked."""
        most = self.most(length)
        if most is None or found is None:
            return False
        if isinstance(found, list):
            return found[1 if self.late else 0] > most
        if isinstance(found, str):
            return int(re.match(r"[\d,]+", found)[0].replace(",", "")) > most
        return found * self.scale > most


def _both(says: str, name: str, asked: Any = None, **options: Any) -> tuple[Row, Row]:
    return (
        Row(says, HERE, name, {} if asked is None else asked, **options),
        Row(says, STRANGER, name, **options),
    )


MB = {"scale": 1e-6, "digits": 1}
LOCAL, LAYER = {128: 50, 512: 100}, {128: 200, 512: 350}
ROWS = (
    *_both("to open, MB", "open_bytes", {128: 0.6, 512: 3.6}, **MB),
    *_both("all layers seen, MB", "session_bytes", **MB),
    Row("as one file, MB", HERE, "file_bytes", **MB),
    *_both("made in Python, s", "generate_s", digits=1),
    *_both("Python grows by, MB", "python_mb"),
    Row("built and drawn, data there, ms", HERE, "open_ms", {128: 150, 512: 300}),
    *_both("file to painted, ms", "file_ms"),
    Row("all heads, from the click, ms", HERE, "all_heads"),
    Row("all heads, file to painted, ms", ALL_HEADS, "file_ms"),
    Row("layer, first time, Lab, ms", HERE, "lab_layer_first", LAYER),
    Row("layer, first time, ms", HERE, "layer_first", LAYER),
    Row("layer, first time, ms", STRANGER, "layer_first"),
    *_both("layer, again, ms", "layer_again"),
    *_both("head, ms", "head", LOCAL, late=True),
    *_both("hover, ms", "hover", LOCAL, late=True),
    Row("threshold, ms", HERE, "threshold", LOCAL, late=True),
    Row("head, Lab, ms", HERE, "lab_head", LOCAL, late=True),
    Row("hover, Lab, ms", HERE, "lab_hover", LOCAL, late=True),
    Row("threshold, Lab, ms", HERE, "lab_threshold", LOCAL, late=True),
    *_both("page's memory, opened, MB", "heap_mb", digits=1),
    *_both("the same, all layers seen, MB", "heap_seen_mb", digits=1),
    Row("50 layer changes add, MB", HERE, "heap_growth_mb", digits=2),
    Row("opened and closed 50 times, adds, MB", HERE, "heap_reopened_mb", digits=2),
    Row("lines drawn", HERE, "lines", 4000),
    *_both("requests to other hosts", "strangers", 0),
    Row("the same, Lab and its kernel", HERE, "lab_strangers", 0),
    Row("JavaScript and CSS, KB", HERE, "code_bytes", 60, scale=1e-3, digits=1),
    Row("Lab, cell to painted, ms", HERE, "lab_open_ms"),
    Row("Lab, through the socket to open, MB", HERE, "lab_open_bytes", **MB),
    Row("saved notebook grows by, KB", HERE, "lab_added_bytes", 100, scale=1e-3),
)


def missed(figures: Figures) -> list[str]:
    """What is above the figures that were asked, in words."""
    return [
        f"{row.says} at {length} tokens: {row.cell(found[row.name])}, "
        f"asked {row.most(length):g}"
        for row in ROWS
        for length, found in figures.get(row.view, {}).items()
        if row.missed(length, found.get(row.name))
    ]


def table(figures: Figures, lengths: Sequence[int]) -> str:
    """The table in Markdown; bold is above what was asked."""
    head = ["tokens", "", *map(str, lengths), "asked"]
    lines = [head, ["---"] * len(head)]
    said = ""
    for row in ROWS:
        found = [figures.get(row.view, {}).get(n, {}).get(row.name) for n in lengths]
        if all(value is None for value in found):
            continue
        cells = [row.cell(value) for value in found]
        for place, (length, value) in enumerate(zip(lengths, found, strict=True)):
            if row.missed(length, value):
                cells[place] = f"**{cells[place]}**"
        says = "" if row.says == said else row.says
        said = row.says
        lines.append([says, row.view, *cells, _asked(row)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _asked(row: Row) -> str:
    late = "p95 " if row.late else ""
    if isinstance(row.asked, Mapping):
        return "; ".join(f"{late}{most:g} at {n}" for n, most in row.asked.items())
    return f"{late}{row.asked:,g}"


def put_in(path: Path, section: str) -> None:
    """Replace the section under this benchmark's heading; the others stay."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    start = text.find(HEADING)
    if start < 0:
        before, after = text.rstrip("\n"), ""
    else:
        before = text[:start].rstrip("\n")
        following = re.search(r"^# ", text[start + 1 :], re.M)
        after = text[start + 1 + following.start() :] if following else ""
    parts = [before, f"{HEADING}\n\n{section.strip()}", after.rstrip("\n")]
    path.write_text("\n\n".join(filter(None, parts)) + "\n", encoding="utf-8")

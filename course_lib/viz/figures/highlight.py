"""Entities in a text: coloured, bracketed and named, so that no sign stands alone.

Words are drawn as they are. Nothing in them is ever read as HTML or as a formula.
"""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_lib.viz.figures.pieces import LETTER_WIDTH, TINTS, shown
from course_lib.viz.style import BLACK, RULES, new_figure

Spans = Sequence[tuple[str, int, int]]
"""Entities as (type, start, end), in words, the end exclusive."""

MORE_TINTS = ("#d9d2f0", "#f5c6b8", "#dfe6a8", "#d5d5d5")
STEP, GAP = 2.2, 0.7  # heights of a line of words, and of the space between rows


def in_brackets(words: Sequence[str], entities: Spans) -> str:
    """The same as a text: [Ada Nwosu]PER lives in [Andermatt]LOC ."""
    parts = list(words)
    for type_, start, end in entities:
        parts[start] = f"[{parts[start]}"
        parts[end - 1] = f"{parts[end - 1]}]{type_}"
    return " ".join(parts)


def highlight(
    words: Sequence[str],
    rows: Mapping[str, Spans],
    *,
    width: float = 9.0,
    letters: int = 84,
) -> Figure:
    """Draw a sentence once for each row, with the entities of that row.

    Args:
        words: of the sentence.
        rows: entities by the name of the row: {"true": ..., "found": ...}.
        width: of the figure, in inches.
        letters: in a line.
    """
    types = sorted({one[0] for entities in rows.values() for one in entities})
    tints = dict(zip(types, (TINTS + MORE_TINTS) * (len(types) // 8 + 1), strict=False))
    margin = max(map(len, rows), default=0) + 2
    texts = [_marked(words, entities) for entities in rows.values()]
    lines = [_broken(text, letters - margin) for text in texts]
    heights = [STEP * (max(line for line, _ in places) + 1) + GAP for places in lines]
    figure = new_figure(width, 0.2 + 0.27 * sum(heights) / STEP * 2)
    with mpl.rc_context(RULES):
        axes = figure.subplots()
    axes.set_axis_off()
    axes.set(xlim=(0, letters), ylim=(sum(heights), 0))
    size = min(12.0, width * 0.95 * 72 / letters / LETTER_WIDTH)
    top = 0.0
    for name, entities, text, places, height in zip(
        rows, rows.values(), texts, lines, heights, strict=True
    ):
        _letters(axes, 0, top, name, size, weight="bold")
        moved = [(margin + x, top + STEP * line) for line, x in places]
        _draw_row(axes, text, entities, moved, tints, size)
        top += height
    return figure


def _marked(words: Sequence[str], entities: Spans) -> list[str]:
    """The words, an entity's first one behind a bracket, its last one before one."""
    marked = [shown(word) or "�" for word in words]
    for _, start, end in entities:
        marked[start] = f"[{marked[start]}"
        marked[end - 1] = f"{marked[end - 1]}]"
    return marked


def _broken(words: Sequence[str], width: int) -> list[tuple[int, int]]:
    """Of each word its line and its place in the line, in letters."""
    places, line, x = [], 0, 0
    for word in words:
        if x and x + len(word) > width:
            line, x = line + 1, 0
        places.append((line, x))
        x += len(word) + 1
    return places


def _draw_row(
    axes: Axes,
    words: Sequence[str],
    entities: Spans,
    places: Sequence[tuple[float, float]],
    tints: Mapping[str, str],
    size: float,
) -> None:
    for type_, start, end in entities:
        for place in range(start, end):
            x, y = places[place]
            goes_on = place + 1 < end and places[place + 1][1] == y
            room = len(words[place]) + goes_on
            box = Rectangle((x, y + 0.05), room, 1.1, facecolor=tints[type_], lw=0)
            axes.add_patch(box)
        _letters(axes, *_shift(places[start], 1.25), type_, 0.75 * size)
    for word, (x, y) in zip(words, places, strict=True):
        _letters(axes, x, y, word, size)


def _shift(place: tuple[float, float], down: float) -> tuple[float, float]:
    return place[0], place[1] + down


def _letters(
    axes: Axes, x: float, y: float, text: str, size: float, weight: str = "normal"
) -> None:
    """A text from its upper left corner; a dollar is a dollar."""
    style = {"ha": "left", "va": "top", "parse_math": False, "family": "monospace"}
    axes.text(x, y + 0.12, text, size=size, color=BLACK, weight=weight, **style)

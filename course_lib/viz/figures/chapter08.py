"""Drawings of chapter 08: what a model's folder holds, and how alike sentences are."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from course_lib.viz.figures.heat_map import heat_map
from course_lib.viz.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, new_figure

GREY = "#e4e4e4"
# A file of the folder, the class that opens it, and a colour.
FILES = (
    ("tokenizer.json", "AutoTokenizer", ORANGE),
    ("config.json", "AutoConfig", SKY),
    ("model.safetensors", "AutoModel", BLUE),
    ("README.md, the card", "you", GREEN),
)
STAGES = (
    ("text", GREY),
    ("tokenizer", ORANGE),
    ("body", BLUE),
    ("head", PURPLE),
    ("answer", GREY),
)
BETWEEN = ("", "ids (B, T)", "states (B, T, D)", "logits")


def from_name_to_answer() -> Figure:
    """Above, a name becomes a folder, and its files models; below, what these do."""
    figure = new_figure(9.6, 4.4)
    axes = figure.subplots()
    axes.set(xlim=(0, 19.2), ylim=(-2.6, 5.6))
    axes.set_axis_off()
    _box(axes, 1.5, 3, "a name", GREY, 2.4)
    _arrow(axes, (2.9, 3), (3.8, 3))
    _box(axes, 5.4, 3, "resolve: yours,\nshipped, cache, Hub", GREY, 3.0)
    for number, (file, opener, colour) in enumerate(FILES):
        height = 5 - 4 * number / 3
        _arrow(axes, (7.1, 3), (8.3, height))
        _box(axes, 10.5, height, file, colour, 4.0)
        _arrow(axes, (12.7, height), (14.2, height))
        axes.text(14.4, height, opener, va="center", fontsize=11)
    _flow(axes, -1.4)
    return figure


def _flow(axes: Axes, height: float) -> None:
    """A text on its way to an answer, with the tensors between the parts."""
    for number, (name, colour) in enumerate(STAGES):
        x = 1.5 + 4.0 * number
        _box(axes, x, height, name, colour, 2.2)
        if number:
            _arrow(axes, (x - 2.7, height), (x - 1.3, height))
            axes.text(
                x - 2.0, height + 0.75, BETWEEN[number - 1], ha="center", fontsize=9
            )


def likeness(table: Any, sentences: Sequence[str], title: str) -> Figure:
    """How alike every two sentences are.

    Args:
        table: (N, N) cosines.
        sentences: N of them.
        title: which model, and how it was pooled.
    """
    figure = new_figure(7.6, 3.7)
    axes = figure.subplots()
    numbers = [str(n) for n in range(1, len(sentences) + 1)]
    rows = [f"{text}  {n}" for n, text in zip(numbers, sentences, strict=True)]
    heat_map(
        axes, table, rows, numbers, title=title, row_title="", column_title="", high=1
    )
    return figure


def _box(axes: Axes, x: float, y: float, label: str, colour: str, width: float) -> None:
    corner, shape = (x - width / 2, y - 0.42), {"boxstyle": "round,pad=0.08"}
    fill = {"facecolor": colour, "edgecolor": "none", "zorder": 3}
    axes.add_patch(FancyBboxPatch(corner, width, 0.84, **shape, **fill))
    ink = "white" if colour == BLUE else BLACK
    size = 9 if "\n" in label else 10
    centre = {"ha": "center", "va": "center", "zorder": 4}
    axes.text(x, y, label, color=ink, fontsize=size, **centre)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    style = {"arrowstyle": "-|>", "lw": 1.5, "color": BLACK, "shrinkA": 0}
    axes.annotate("", xy=end, xytext=start, arrowprops={**style, "shrinkB": 0})

"""What heads are for, in a still picture: the answer before and after, below it."""

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib.viz.explorer.sight import visible
from course_lib.viz.explorer.view_data import Comparison
from course_lib.viz.style import BLACK, BLUE, RULES

SHOWN = 6
ROW_INCHES = 0.36
LEAST_WIDTH = 5.0
HATCHED = {"hatch": "////", "fill": False, "edgecolor": "#808080"}
FULL = {"color": BLUE}


def add_effect(drawn: Figure, found: Comparison, count: int) -> None:
    """Put the answer with all heads and without some below what is drawn.

    Args:
        drawn: one of `still.figure`; it grows.
        found: the likeliest answers, before and after.
        count: how many heads are off.
    """
    labels = found.labels[:SHOWN]
    width, height = drawn.get_size_inches()
    bars = len(labels) * ROW_INCHES
    whole = height + bars + 0.9
    drawn.set_size_inches(max(width, LEAST_WIDTH), whole)
    drawn.get_layout_engine().set(rect=(0, 1 - height / whole, 1, height / whole))
    with mpl.rc_context(RULES):
        axes = drawn.add_axes((0.28, 0.15 / whole, 0.6, bars / whole))
        axes.set_in_layout(False)
        _bars(axes, found.before[:SHOWN], -0.18, HATCHED)
        _bars(axes, found.after[:SHOWN], 0.18, FULL)
        for row, label in enumerate(labels):
            style = {"ha": "right", "va": "center", "fontsize": 9, "color": BLACK}
            axes.text(-0.02, row, visible(label), parse_math=False, **style)
        heads = "1 head" if count == 1 else f"{count} heads"
        says = f"{found.question}: all heads on (hatched), {heads} off (full)"
        axes.set_title(says, fontsize=9, loc="left", x=-0.38)
        axes.set(xlim=(0, 1.1), ylim=(len(labels) - 0.5, -0.5))
        axes.axis("off")


def _bars(axes: Axes, values: tuple[float, ...], offset: float, look: dict) -> None:
    rows = [row + offset for row in range(len(values))]
    axes.barh(rows, values, 0.32, **look)
    for row, value in zip(rows, values, strict=True):
        axes.text(value + 0.01, row, f"{value:.0%}", va="center", fontsize=8)

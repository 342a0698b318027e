"""One look for every figure: colour-blind-safe, readable on a projector."""

import base64
import html
import io

import matplotlib as mpl
from IPython.display import display
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from PIL import Image

from course_lib.viz.palette import few_colours

# Okabe and Ito's palette (2008): tells its colours apart for every common eye.
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, YELLOW, BLACK = "#CC79A7", "#56B4E9", "#F0E442", "#1a1a1a"
CYCLE = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, BLACK)
SEQUENTIAL, DIVERGING = "cividis", "PuOr"

RULES = {
    "figure.facecolor": "#fcfcfc",  # opaque: readable on a dark page as well
    "axes.facecolor": "#fcfcfc",
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": mpl.cycler(color=CYCLE),
    "image.cmap": SEQUENTIAL,
    "lines.linewidth": 2,
    "legend.frameon": False,
}


def new_figure(width: float = 7.0, height: float = 3.2) -> Figure:
    """An empty figure in the course's style; width and height in inches."""
    with mpl.rc_context(RULES):
        return Figure(figsize=(width, height), layout="constrained")


def png(figure: Figure) -> bytes:
    """The figure as PNG, the same bytes for the same picture."""
    with mpl.rc_context(RULES):
        moves = isinstance(figure.get_layout_engine(), ConstrainedLayoutEngine)
        if moves and any(axes.get_aspect() != "auto" for axes in figure.axes):
            figure.draw_without_rendering()  # square cells settle in a second layout
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", pil_kwargs={"compress_level": 1})
    small = io.BytesIO()
    with Image.open(buffer) as picture:
        few_colours(picture).save(small, format="PNG", optimize=True)
    return small.getvalue()


def show(figure: Figure, alt: str) -> None:
    """Display a figure with a text that says what it shows.

    Args:
        figure: what to draw.
        alt: one or two sentences for readers who do not see the picture. Numbers
            in it are compared by the tests: round them.
    """
    picture = base64.b64encode(png(figure)).decode()
    display(
        {"image/png": picture, "text/plain": alt},
        metadata={"image/png": {"alt": alt}},
        raw=True,
    )
    # JupyterLab draws a PNG without its alt text: the words follow, folded.
    words = html.escape(alt)
    folded = f"<details><summary>The picture in words</summary>{words}</details>"
    display({"text/html": folded}, raw=True)

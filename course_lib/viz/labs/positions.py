"""The sinusoidal table as a picture, and how alike two of its rows are."""

import ipywidgets as widgets
import numpy as np
import torch
from matplotlib.figure import Figure

from course_lib.positions import sinusoidal_positions
from course_lib.viz.labs.lab import Lab, Preset
from course_lib.viz.style import BLACK, BLUE, DIVERGING, RED

FAINT = "#9a9a9a"


class PositionsLab(Lab):
    """Width, length and base of the table; one row is compared with all others."""

    title = "The encoding and its distance curve"
    look_for = (
        "Move the position: the dots slide along the grey curve and never leave it. "
        "Then make the table narrow: with few pairs, a far row can look like yours."
    )
    size = (9.0, 3.8)
    presets = {
        "Narrow": Preset(
            "Four pairs only: which row, two or more steps away, looks most like "
            "yours?",
            d_model=8,
            length=64,
            position=20,
            base=10000,
        ),
        "Wide": Preset(
            "With 64 pairs the ripples cancel: the curve falls smoothly on both sides.",
            d_model=128,
            length=64,
            position=20,
            base=10000,
        ),
        "Late position": Preset(
            "Position 120 in a longer table: the dots lie on the same curve as those "
            "of position 20.",
            d_model=32,
            length=128,
            position=120,
            base=10000,
        ),
        "Base 10": Preset(
            "No pair turns slowly any more: after some steps the rows are alike again.",
            d_model=32,
            length=64,
            position=20,
            base=10,
        ),
    }
    room_for = {"d_model": 128, "length": 128}

    def controls(self) -> dict[str, widgets.Widget]:
        """Width, length, chosen position and base."""
        length = widgets.IntSlider(64, 8, 128, 8, description="length T")
        position = widgets.IntSlider(20, 0, 63, description="position")
        length.observe(lambda change: _limit(position, change["new"] - 1), "value")
        return {
            "d_model": widgets.SelectionSlider(
                options=(4, 8, 16, 32, 64, 128),
                value=32,
                description="width D",
            ),
            "length": length,
            "position": position,
            "base": widgets.SelectionSlider(
                options=(10, 100, 1000, 10000),
                value=10000,
                description="base",
            ),
        }

    def build(self, figure: Figure) -> None:
        """Heat map on the left, distance curve on the right."""
        self.map, self.curve = figure.subplots(1, 2, width_ratios=(1.15, 1))
        self.heat = self.map.imshow(
            np.zeros((2, 2)),
            cmap=DIVERGING,
            vmin=-1,
            vmax=1,
            aspect="auto",
            interpolation="nearest",
        )
        figure.colorbar(self.heat, ax=self.map, label="entry", ticks=(-1, 0, 1))
        self.map.set(title="Encoding", xlabel="column", ylabel="position")
        self.row = self.map.axhline(0, color=BLACK, linewidth=1.5)
        (self.theory,) = self.curve.plot([], [], color=FAINT, linewidth=1.5)
        (self.dots,) = self.curve.plot([], [], ".", color=BLUE, markersize=5)
        (self.own,) = self.curve.plot([0], [0], "o", color=RED, markersize=8)
        self.curve.set(
            xlabel="distance t − p", ylabel="row t · row p, divided by D / 2"
        )

    def update(self, d_model: int, length: int, position: int, base: int) -> str:
        """Redraw both halves; the text gives three products."""
        position = min(position, length - 1)
        rows = sinusoidal_positions(length, d_model, float(base))  # (T, D)
        self.heat.set_data(rows.numpy())
        self.heat.set_extent((-0.5, d_model - 0.5, length - 0.5, -0.5))
        self.row.set_ydata([position, position])
        products = (rows @ rows[position] / (d_model / 2)).tolist()  # T numbers
        self.dots.set_data([t - position for t in range(length)], products)
        self._draw_theory(d_model, length, base)
        self.own.set_data([0], [1.0])
        self.curve.set_title(f"Position p = {position} against all")
        return _words(d_model, length, position, products)

    def _draw_theory(self, d_model: int, length: int, base: int) -> None:
        """The mean of cos(speed * distance) over the pairs: no position in it."""
        distances = torch.arange(-length + 1, length)
        speeds = base ** (-torch.arange(0, d_model, 2) / d_model)
        mean = torch.cos(distances[:, None] * speeds).mean(-1)  # (2 T - 1,)
        self.theory.set_data(distances.tolist(), mean.tolist())
        self.curve.set(xlim=(-length, length), ylim=(-1.1, 1.1))


def _limit(slider: widgets.IntSlider, largest: int) -> None:
    slider.max = largest


def _words(d_model: int, length: int, position: int, products: list[float]) -> str:
    """What the picture shows, for readers who do not see it."""
    others = [t for t in range(length) if abs(t - position) >= 2]
    near = position + 1 if position + 1 < length else position - 1
    closest = max(others, key=lambda t: round(products[t], 4))
    return (
        f"Rows 0 to {length - 1}, {d_model // 2} pairs of columns. Divided by D / 2, "
        f"row {position} times itself is 1.00, times its neighbour "
        f"{products[near]:.2f}, times the first row {products[0]:.2f}. Of the rows two "
        f"or more steps away, row {closest} is most like it: {products[closest]:.2f}."
    )

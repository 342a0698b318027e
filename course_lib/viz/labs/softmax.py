"""Softmax under the hand: width, scale and temperature against a few scores."""

import math

import ipywidgets as widgets
import torch
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from torch import Tensor

from course_lib.viz.labs.lab import Lab, Preset
from course_lib.viz.style import BLUE, ORANGE

KEYS = ("key 0", "key 1", "key 2", "key 3", "key 4")
# Products of one query with five keys for d = 1; they spread with the root of d.
PRODUCTS = torch.tensor([1.4, 0.5, -0.1, -0.6, -1.2])
WIDTHS = (1, 4, 16, 64, 256, 1024)


class SoftmaxLab(Lab):
    """The width d, the division by its root, and a temperature."""

    title = "Softmax, scale and temperature"
    look_for = (
        "Take the division away and widen d: one key takes everything, and the slope "
        "that training needs goes to 0. Which temperature undoes it?"
    )
    size = (9.0, 3.4)
    presets = {
        "Not divided": Preset(
            "Scores of 11 and 4 give weights of 1.00 and 0.00. Now move the width.",
            width=64,
            divided=False,
            temperature=1.0,
        ),
        "Cold": Preset(
            "A temperature of 0.1 multiplies every score by 10: how far is this from "
            "simply taking the largest?",
            width=64,
            divided=True,
            temperature=0.1,
        ),
        "Hot": Preset(
            "All keys count nearly the same, whatever their scores. Compare the "
            "entropy with its largest value.",
            width=64,
            divided=True,
            temperature=10.0,
        ),
    }
    room_for = {"width": 1024, "divided": False, "temperature": 0.1}

    def controls(self) -> dict[str, widgets.Widget]:
        """Width, whether to divide, temperature."""
        return {
            "width": widgets.SelectionSlider(
                options=WIDTHS, value=64, description="width d"
            ),
            "divided": widgets.Checkbox(True, description="divide by the root of d"),
            "temperature": widgets.FloatLogSlider(
                1.0,
                min=-1,
                max=1,
                step=0.05,
                readout_format=".2f",
                description="temperature",
            ),
        }

    def build(self, figure: Figure) -> None:
        """Scores on the left, weights on the right."""
        self.left, self.right = figure.subplots(1, 2)
        self.score_bars, self.score_texts = _bars(self.left, BLUE)
        self.weight_bars, self.weight_texts = _bars(self.right, ORANGE)
        self.left.axhline(0, color="#9a9a9a", linewidth=1)
        self.left.set_title("What softmax receives")
        self.right.set(title="What it returns: weights", ylim=(0, 1.12))

    def update(self, width: int, divided: bool, temperature: float) -> str:
        """Set both rows of bars; the text gives spread, entropy and slope."""
        root = math.sqrt(width)
        scores = PRODUCTS * root / (root if divided else 1) / temperature
        weights = scores.softmax(-1)
        _set(self.score_bars, self.score_texts, scores, "{:.1f}")
        _set(self.weight_bars, self.weight_texts, weights, "{:.2f}")
        reach = max(3.0, 1.25 * float(scores.abs().max()))
        self.left.set_ylim(-reach, reach)
        entropy = float(torch.special.entr(weights).sum())
        largest = float(weights.max())
        how = f"divided by {root:.0f}" if divided else "not divided"
        return (
            f"d = {width}, {how}, temperature {temperature:.2f}: scores from "
            f"{float(scores.min()):.1f} to {float(scores.max()):.1f}. The largest "
            f"weight is {largest:.2f}. Entropy {entropy:.2f} nats of at most "
            f"{math.log(len(KEYS)):.2f}, as if {math.exp(entropy):.1f} keys shared "
            f"alike. Slope of the largest weight: {largest * (1 - largest):.3f}."
        )


def _bars(axes: Axes, colour: str) -> tuple[BarContainer, list]:
    bars = axes.bar(KEYS, [0.0] * len(KEYS), color=colour, width=0.7)
    return bars, [axes.text(n, 0, "", ha="center") for n in range(len(KEYS))]


def _set(bars: BarContainer, texts: list, heights: Tensor, form: str) -> None:
    for bar, text, height in zip(bars, texts, heights.tolist(), strict=True):
        bar.set_height(height)
        text.set_text(form.format(height).replace("-", "−"))
        text.set_y(height)
        text.set_va("bottom" if height >= 0 else "top")

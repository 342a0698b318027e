"""Lab: how much of a word is left in a recurrent state, so many steps later."""

from typing import Any

import ipywidgets as widgets
import numpy as np
from matplotlib.figure import Figure

from course_lib.viz.labs.lab import Lab, Preset
from course_lib.viz.style import BLUE, ORANGE

WIDTH, LONGEST = 16, 60
FLOOR, CEILING = 1e-12, 1e6  # what the picture still shows


def influence(scale: float, squash: bool, seed: int = 0) -> np.ndarray:
    """How strongly the input d steps back moves the state of a recurrent network.

    Args:
        scale: factor of the recurrent weights; at 1 they only turn the state.
        squash: the state passes through tanh, as in an RNN.
        seed: of the weights and inputs.

    Returns:
        (LONGEST,): norm of d state / d input for the distances 1, 2, ..., relative to
        the distance 0.
    """
    random = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(random.normal(size=(WIDTH, WIDTH)))
    weights = scale * turn
    state = np.zeros(WIDTH)
    factors = []  # d state / d previous state, step by step
    for _ in range(LONGEST + 1):
        before = weights @ state + 0.5 * random.normal(size=WIDTH)
        state = np.tanh(before) if squash else before
        slope = 1 - state**2 if squash else np.ones(WIDTH)
        factors.append(slope[:, None] * weights)
    product, norms = np.eye(WIDTH), []
    for factor in reversed(factors[1:]):
        product = product @ factor
        norms.append(np.linalg.norm(product, 2))
    return np.array(norms)


class MemoryLab(Lab):
    """What is left of a word in the state of an RNN, by distance."""

    title = "How long does a recurrent state remember?"
    look_for = (
        "Below 1 the past fades, above 1 it explodes; attention has no such curve."
    )
    size = (8.0, 3.4)
    presets = {
        "fades": Preset(
            "Each step takes a fifth away, and tanh takes more. At which distance is "
            "less than a thousandth left?",
            scale=0.8,
            squash=True,
        ),
        "on the edge": Preset(
            "Weights that only turn the state keep everything. Move the weights by "
            "one step of the slider to either side.",
            scale=1.0,
            squash=False,
        ),
        "explodes": Preset(
            "The oldest word now counts most. Switch tanh on: it holds the state, and "
            "the past fades after all.",
            scale=1.2,
            squash=False,
        ),
    }

    def controls(self) -> dict[str, widgets.Widget]:
        return {
            "scale": widgets.FloatSlider(
                0.9, min=0.5, max=1.3, step=0.05, description="weights"
            ),
            "squash": widgets.Checkbox(True, description="tanh"),
            "distance": widgets.IntSlider(20, 1, LONGEST, description="distance"),
        }

    def build(self, figure: Figure) -> None:
        axes = figure.subplots()
        axes.set(
            yscale="log",
            ylim=(FLOOR, CEILING),
            xlabel="distance in words",
            ylabel="influence",
        )
        (self.curve,) = axes.plot([], [], color=BLUE, label="recurrent state")
        axes.axhline(1, color=ORANGE, linestyle="--", label="attention: one step")
        (self.point,) = axes.plot([], [], "o", color=BLUE, markersize=9)
        axes.set_xlim(0, LONGEST + 1)
        figure.legend(loc="outside right upper")

    def update(self, scale: float, squash: bool, distance: int, **_: Any) -> str:
        values = influence(scale, squash)
        self.curve.set_data(range(1, LONGEST + 1), np.clip(values, FLOOR, CEILING))
        shown = float(np.clip(values[distance - 1], FLOOR, CEILING))
        self.point.set_data([distance], [shown])
        return (
            f"With weights scaled by {scale:.2f}, a word {distance} steps back moves "
            f"the state {values[distance - 1]:.1e} times as much as the newest word."
        )

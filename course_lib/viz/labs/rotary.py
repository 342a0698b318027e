"""Rotary angles: a query and a key turn with their positions."""

import math
from functools import cache

import ipywidgets as widgets
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Arc, Circle

from course_lib.positions import rotate
from course_lib.viz.labs.lab import Lab, Preset
from course_lib.viz.style import BLUE, ORANGE, RED

WIDTH, FARTHEST = 8, 30  # d, and the last position of the sliders
QUERY_ANGLE, KEY_ANGLE = math.radians(70), math.radians(20)  # before any turning
FAINT = "#9a9a9a"


class RotaryLab(Lab):
    """Positions of a query and a key, and the pair of dimensions to look at."""

    title = "Rotary angles"
    look_for = (
        "Move both positions by the same number of steps: both arrows turn, the angle "
        "between them stays, and so does the score."
    )
    size = (9.0, 3.8)
    presets = {
        "6 and 4": Preset(
            "Note the score and the angle, then press 26 and 24.",
            query_position=6,
            key_position=4,
            pair=0,
        ),
        "26 and 24": Preset(
            "Both arrows point elsewhere than at 6 and 4. What has stayed?",
            query_position=26,
            key_position=24,
            pair=0,
        ),
        "Same place": Preset(
            "At distance 0 the angle is the one before turning, between the dotted "
            "arrows. Is it so at every position?",
            query_position=6,
            key_position=6,
            pair=0,
        ),
        "Slow pair": Preset(
            "22 steps apart, and the arrows have hardly turned: this pair tells far "
            "from near, not one step from two.",
            query_position=26,
            key_position=4,
            pair=2,
        ),
    }

    def controls(self) -> dict[str, widgets.Widget]:
        """Both positions and the pair."""
        return {
            "query_position": widgets.IntSlider(
                6, 0, FARTHEST, description="query's position"
            ),
            "key_position": widgets.IntSlider(
                4, 0, FARTHEST, description="key's position"
            ),
            "pair": widgets.IntSlider(0, 0, WIDTH // 2 - 1, description="pair i"),
        }

    def build(self, figure: Figure) -> None:
        """The circle on the left, the score against distance on the right."""
        self.circle, self.curve = figure.subplots(1, 2, width_ratios=(1, 1.25))
        self.circle.add_patch(Circle((0, 0), 1, fill=False, color=FAINT))
        self.circle.set(xlim=(-1.45, 1.45), ylim=(-1.45, 1.45), aspect="equal")
        self.circle.set(xticks=(), yticks=(), ylabel="$x_{i+d/2}$")
        self.circle.set_xlabel("$x_i$    (dotted: before turning)")
        self.circle.spines[:].set_visible(False)
        for angle, colour in ((QUERY_ANGLE, BLUE), (KEY_ANGLE, RED)):
            _hand(self.circle, angle, colour, dashed=True)
        self.query = _hand(self.circle, QUERY_ANGLE, BLUE)
        self.key = _hand(self.circle, KEY_ANGLE, RED)
        self.names = [
            self.circle.text(0, 0, name, color=colour, ha="center", va="center")
            for name, colour in (("query", BLUE), ("key", RED))
        ]
        self.arc = self.circle.add_patch(Arc((0, 0), 0.6, 0.6, color=ORANGE, lw=3))
        (self.line,) = self.curve.plot([], [], color=FAINT, linewidth=1.5)
        (self.now,) = self.curve.plot([], [], "o", color=ORANGE, markersize=10)
        self.curve.set(
            xlabel="query's position − key's position",
            ylabel="score of this pair",
            xlim=(-FARTHEST, FARTHEST),
            ylim=(-1.15, 1.15),
        )

    def update(self, query_position: int, key_position: int, pair: int) -> str:
        """Turn both arrows; the text gives angles and score."""
        query = _turned(QUERY_ANGLE, query_position, pair)
        key = _turned(KEY_ANGLE, key_position, pair)
        for hand, name, (x, y) in zip(
            (self.query, self.key), self.names, (query, key), strict=True
        ):
            hand.set_data([0, x], [0, y])
            name.set_position((1.22 * x, 1.22 * y))
        self._draw_arc(query, key)
        speed = 10000 ** (-2 * pair / WIDTH)
        self.circle.set_title(f"Pair {pair} turns {speed:.3g} rad per step")
        distance = query_position - key_position
        score = query[0] * key[0] + query[1] * key[1]
        self._draw_curve(pair, distance, score)
        return (
            f"Pair {pair}. The query at position {query_position} is turned by "
            f"{query_position * speed:.2f} rad, the key at position {key_position} by "
            f"{key_position * speed:.2f} rad. At distance {distance} their score is "
            f"{score:.3f}, wherever the two stand."
        )

    def _draw_arc(self, query: tuple[float, float], key: tuple[float, float]) -> None:
        """Mark the smaller angle between the two."""
        start, end = (math.degrees(math.atan2(y, x)) for x, y in (key, query))
        if (end - start) % 360 > 180:
            start, end = end, start
        self.arc.theta1, self.arc.theta2 = start, end

    def _draw_curve(self, pair: int, distance: int, score: float) -> None:
        self.line.set_data(range(-FARTHEST, FARTHEST + 1), _scores(pair))
        self.now.set_data([distance], [score])
        self.curve.set_title(f"Score {score:.3f} at distance {distance}")


def _hand(axes: Axes, angle: float, colour: str, dashed: bool = False) -> Line2D:
    style = {"linestyle": ":", "alpha": 0.6} if dashed else {"linewidth": 3}
    x, y = math.cos(angle), math.sin(angle)
    (line,) = axes.plot([0, x], [0, y], color=colour, **style)
    return line


@cache
def _scores(pair: int) -> list[float]:
    """At every distance, once: the query moves, then the key does."""
    still = _turned(QUERY_ANGLE, 0, pair), _turned(KEY_ANGLE, 0, pair)
    scores = []
    for step in range(-FARTHEST, FARTHEST + 1):
        a = _turned(QUERY_ANGLE, step, pair) if step > 0 else still[0]
        b = _turned(KEY_ANGLE, -step, pair) if step < 0 else still[1]
        scores.append(a[0] * b[0] + a[1] * b[1])
    return scores


def _turned(angle: float, position: int, pair: int) -> tuple[float, float]:
    """Where the hand of one pair points after `rotate` at this position."""
    x = torch.zeros(1, WIDTH)  # (T = 1, d)
    x[0, pair], x[0, pair + WIDTH // 2] = math.cos(angle), math.sin(angle)
    turned = rotate(x, start=position)[0]
    return float(turned[pair]), float(turned[pair + WIDTH // 2])

"""Where one word of a sentence looks: lines as wide as its weights."""

from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from course_lib.viz.style import BLACK, BLUE, ORANGE

SMALLEST = 0.02  # weights below this are not drawn


class Gaze:
    """A sentence in a row, and the arcs of one word; `show` turns to another word."""

    def __init__(self, axes: Axes, tokens: Sequence[str]) -> None:
        axes.clear()
        self.axes, self.tokens, self.places = axes, tokens, _places(tokens)
        middle = {"ha": "center", "va": "top"}
        self.names = [
            axes.text(place, 0, token, parse_math=False, **middle)
            for place, token in zip(self.places, tokens, strict=True)
        ]
        self.numbers = [
            axes.text(place, -0.55, "", fontsize=9, **middle) for place in self.places
        ]
        self.arcs: list[Artist] = []
        last = max(len(tokens[-1]), 3) / 2  # half of its width
        axes.set(xlim=(-0.5, self.places[-1] + last + 1), ylim=(-1.0, 3.0))
        axes.axis("off")

    def show(self, weights: Any, word: int, title: str = "") -> None:
        """Draw an arc for each weight of one word; arguments as of `draw_gaze`."""
        self.axes.set_title(title)
        for arc in self.arcs:
            arc.remove()
        self.arcs = []
        for place, weight in enumerate(map(float, weights)):
            drawn = weight >= SMALLEST
            self.numbers[place].set_text(f"{weight:.2f}" if drawn else "")
            self.names[place].set_weight("bold" if place == word else "normal")
            self.names[place].set_color(BLUE if place == word else BLACK)
            if drawn:
                ends = self.places[word], self.places[place]
                self.arcs.append(_arc(self.axes, *ends, weight))


def draw_gaze(
    axes: Axes, tokens: Sequence[str], weights: Any, word: int, title: str = ""
) -> None:
    """Draw a sentence in a row and one arc for each weight of one word.

    Args:
        axes: cleared, then drawn on.
        tokens: T strings.
        weights: (T,), the row of the attention weights that belongs to `word`.
        word: place of the word that looks.
        title: above the picture.
    """
    Gaze(axes, tokens).show(weights, word, title)


def in_words(tokens: Sequence[str], weights: Any, word: int, count: int = 3) -> str:
    """The strongest weights of one word as a sentence, for readers and for tests."""
    ranked = sorted(range(len(tokens)), key=lambda place: -float(weights[place]))
    parts = [f"{tokens[p]} {float(weights[p]):.2f}" for p in ranked[:count]]
    return f'"{tokens[word]}" looks at: {", ".join(parts)}.'


def _places(tokens: Sequence[str]) -> list[float]:
    """Middles of the words, set with a space between them; one unit is a letter."""
    places, right = [], 0.0
    for token in tokens:
        width = max(len(token), 3) + 1.0  # room for the number below
        places.append(right + width / 2)
        right += width
    return places


def _arc(axes: Axes, start: float, end: float, weight: float) -> Artist:
    if start == end:
        size = 3 + 12 * weight
        (dot,) = axes.plot([start], [0.25], marker="o", markersize=size, color=ORANGE)
        return dot
    # Flat for neighbours, high for far words: the arcs stay apart.
    bend = 0.35 if start < end else -0.35
    arrow = FancyArrowPatch(
        (start, 0.15),
        (end, 0.15),
        connectionstyle=f"arc3,rad={-bend}",
        arrowstyle="-|>",
        mutation_scale=10,
        linewidth=0.5 + 7 * weight,
        color=ORANGE,
        alpha=0.9,
        shrinkA=0,
        shrinkB=0,
    )
    return axes.add_patch(arrow)

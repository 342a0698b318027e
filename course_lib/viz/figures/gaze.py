"""Where one word of a sentence looks: lines as wide as its weights."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from course_lib.viz.style import BLACK, BLUE, ORANGE

SMALLEST = 0.02  # weights below this are not drawn


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
    axes.clear()
    axes.set_title(title)
    places = _places(tokens)
    for place, weight in enumerate(map(float, weights)):
        if weight >= SMALLEST:
            _arc(axes, places[word], places[place], weight)
        name = tokens[place]
        axes.text(
            places[place],
            0,
            name,
            ha="center",
            va="top",
            parse_math=False,
            weight="bold" if place == word else "normal",
            color=BLUE if place == word else BLACK,
        )
        shown = f"{float(weight):.2f}" if weight >= SMALLEST else ""
        axes.text(places[place], -0.55, shown, ha="center", va="top", fontsize=9)
    axes.set(xlim=(-1, places[-1] + 1), ylim=(-1.0, 3.0))
    axes.axis("off")


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


def _arc(axes: Axes, start: float, end: float, weight: float) -> None:
    if start == end:
        axes.plot([start], [0.25], marker="o", markersize=3 + 12 * weight, color=ORANGE)
        return
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
    axes.add_patch(arrow)

"""Scenes of one or two coloured shapes, and the captions that describe them.

Everything is drawn by dice, so that every caption is true, and so that some pairs of
colour and shape can be kept out of training altogether.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from course_lib.errors import CourseError

SIZE = 24
"""Pixels on each side of a picture."""

COLOURS = {
    "red": (0.84, 0.15, 0.16),
    "green": (0.17, 0.60, 0.25),
    "blue": (0.12, 0.35, 0.80),
    "yellow": (0.93, 0.78, 0.10),
    "purple": (0.55, 0.25, 0.65),
}
SHAPES = ("circle", "square", "triangle", "cross")
HELD_OUT = frozenset(
    {
        ("red", "square"),
        ("green", "triangle"),
        ("blue", "cross"),
        ("yellow", "circle"),
    }
)
"""Pairs that no training scene holds; each word of them does occur in other pairs."""

ALL = frozenset((colour, shape) for colour in COLOURS for shape in SHAPES)
SPLITS = {"train": ALL - HELD_OUT, "new pairs": HELD_OUT, "all": ALL}
COLOURLESS = 0.2  # of the captions of one shape leave its colour out
ALONE = 0.4  # of the scenes hold one shape
LEAST, MOST = 3.8, 5.2  # half the width of a shape, in pixels
DRIFT = 2.0  # away from the middle line, in pixels


@dataclass(frozen=True)
class Thing:
    """A shape in a picture.

    Attributes:
        colour: one of COLOURS.
        shape: one of SHAPES.
        x, y: its middle, in pixels from the left and from the top.
        radius: half its width.
    """

    colour: str
    shape: str
    x: float
    y: float
    radius: float

    @property
    def words(self) -> str:
        """E.g. "a red circle"."""
        return f"a {self.colour} {self.shape}"


@dataclass(frozen=True)
class Scene:
    """What a picture shows, and what is said of it."""

    things: tuple[Thing, ...]
    caption: str


def random_scenes(
    count: int, seed: int = 0, split: str = "train", alone: float = ALONE
) -> list[Scene]:
    """Scenes by dice.

    Args:
        count: how many.
        seed: other seeds, other scenes.
        split: "train" without the pairs of HELD_OUT; "new pairs", each scene with at
            least one of them; "all".
        alone: share of the scenes that hold one shape.

    Raises:
        CourseError: there is no such split.
    """
    if split not in SPLITS:
        raise CourseError(f"no split {split!r}; choose one of {', '.join(SPLITS)}")
    dice, asked = random.Random(f"{seed} {split}"), sorted(SPLITS[split])
    others = sorted(SPLITS["train"] if split == "train" else ALL)
    return [
        _one(dice, asked) if dice.random() < alone else _two(dice, asked, others)
        for _ in range(count)
    ]


def describe(things: Sequence[Thing]) -> str:
    """The whole caption: every shape with its colour, the left or upper one first."""
    if len(things) == 1:
        return things[0].words
    first, other = things
    across, down = other.x - first.x, other.y - first.y
    beside = abs(across) > abs(down)
    if (across if beside else down) < 0:
        first, other = other, first
    return f"{first.words} {'left of' if beside else 'above'} {other.words}"


def _one(dice: random.Random, pairs: list[tuple[str, str]]) -> Scene:
    """One shape, where one of two might stand."""
    (thing,) = _place(dice, [dice.choice(pairs)])
    short = dice.random() < COLOURLESS
    return Scene((thing,), f"a {thing.shape}" if short else thing.words)


def _two(
    dice: random.Random, asked: list[tuple[str, str]], others: list[tuple[str, str]]
) -> Scene:
    """Two shapes that differ, side by side or one above the other."""
    first = dice.choice(asked)
    second = dice.choice([pair for pair in others if pair != first])
    things = _place(dice, [first, second])
    return Scene(things, describe(things))


def _place(dice: random.Random, pairs: list[tuple[str, str]]) -> tuple[Thing, ...]:
    """One or two shapes on the line from left to right, or from top to bottom."""
    beside, ends = dice.random() < 0.5, [SIZE / 4, 3 * SIZE / 4]
    dice.shuffle(ends)
    things = []
    for pair, end in zip(pairs, ends, strict=False):
        radius = dice.uniform(LEAST, MOST)
        room = SIZE / 4 - radius  # so that it stays in its half
        along = end + dice.uniform(-room, room)
        across = SIZE / 2 + dice.uniform(-DRIFT, DRIFT)
        x, y = (along, across) if beside else (across, along)
        things.append(Thing(*pair, x, y, radius))
    return tuple(things)

"""Lab: the heads of a layer side by side, each with the pattern that it shows most."""

from collections.abc import Mapping, Sequence

import ipywidgets as widgets
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from torch import Tensor

from course_lib.resources import recorded
from course_lib.viz.labs.lab import Lab, Preset
from course_lib.viz.style import SEQUENTIAL

CLEAR = 0.5  # a share from here on counts as a pattern
GROUP = 4  # heads that are shown large
EVERY = "all, small"
AT = {"previous": "the previous token", "next": "the next token", "itself": "itself"}


def head_shares(weights: Tensor) -> dict[str, Tensor]:
    """How much of its attention each head gives to simple places.

    Args:
        weights: (..., T, T); the first token is [CLS], the last one [SEP].

    Returns:
        name to share (...,) between 0 and 1: the mean over the queries that have such
        a key. The first token has no previous one, the last no next one.
    """
    return {
        "previous": weights.diagonal(-1, dim1=-2, dim2=-1).mean(-1),
        "next": weights.diagonal(1, dim1=-2, dim2=-1).mean(-1),
        "itself": weights.diagonal(0, dim1=-2, dim2=-1).mean(-1),
        "[CLS]": weights[..., 0].mean(-1),
        "[SEP]": weights[..., -1].mean(-1),
    }


def pattern_of(shares: Mapping[str, Tensor], *place: int) -> str:
    """The largest share of one head in words: "previous 1.00", or "mixed"."""
    name = max(shares, key=lambda one: float(shares[one][place]))
    share = float(shares[name][place])
    return f"{name} {share:.2f}" if share >= CLEAR else "mixed"


class HeadsLab(Lab):
    """A layer of a real encoder: its heads, all at once or a few in detail."""

    title = "Heads side by side"
    look_for = (
        "A diagonal line is a head that looks a fixed step away, a bright first column "
        "one that looks at [CLS]. In which layers is the previous token of use?"
    )
    size = (9.4, 3.7)
    presets = {
        "Previous token": Preset(
            "A line one step below the diagonal: every token looks one back.",
            layer=0,
            heads="0 to 3",
        ),
        "Next token": Preset(
            "A line one step above the diagonal. Take another sentence: does it stay?",
            layer=1,
            heads="8 to 11",
        ),
        "it → animal": Preset(
            "Find the row of the pronoun: in which head is its brightest cell a noun?",
            layer=3,
            heads="0 to 3",
        ),
        "[CLS] everywhere": Preset(
            "Bright first columns: heads that find nothing to do rest on [CLS]. "
            "Compare with layer 0.",
            layer=4,
            heads=EVERY,
        ),
    }

    def __init__(self, names: Sequence[str] = ("animal", "wide", "children")) -> None:
        self.recordings = {name: recorded(name) for name in names}
        super().__init__()

    def controls(self) -> dict[str, widgets.Widget]:
        """Sentence, layer, and which of its heads."""
        first = next(iter(self.recordings.values()))
        layers, heads = first["weights"].shape[:2]
        groups = [f"{h} to {h + GROUP - 1}" for h in range(0, heads, GROUP)]
        return {
            "sentence": widgets.Dropdown(
                options=[(r["sentence"], name) for name, r in self.recordings.items()],
                description="sentence",
            ),
            "layer": widgets.IntSlider(0, 0, layers - 1, description="layer"),
            "heads": widgets.SelectionSlider(
                options=[EVERY, *groups], value=EVERY, description="heads"
            ),
        }

    def build(self, figure: Figure) -> None:
        """Twelve small squares and four large ones; one kind is shown at a time.

        They are placed by hand: a layout engine would take longer than the drawing.
        """
        figure.set_layout_engine("none")
        self.small = [
            _square(
                figure, (0.015 + 0.165 * (n % 6), 0.53 - 0.5 * (n // 6), 0.145, 0.368)
            )
            for n in range(12)
        ]
        for image in self.small:
            for axis in (image.axes.xaxis, image.axes.yaxis):
                axis.set_visible(False)  # no labels: nothing to lay out
        self.large = [
            _square(figure, (0.085 + 0.231 * n, 0.26, 0.215, 0.65))
            for n in range(GROUP)
        ]
        self.labelled: Sequence[str] = ()

    def update(self, sentence: str, layer: int, heads: str) -> str:
        """Draw the chosen heads; the text counts the patterns of the whole layer."""
        data = self.recordings[sentence]
        weights, tokens = data["weights"][layer], data["tokens"]  # (H, T, T)
        shares = head_shares(weights)
        every = heads == EVERY
        start = 0 if every else int(heads.split()[0])
        for image in (*self.small, *self.large):
            image.axes.set_visible((image in self.small) == every)
        for head, image in enumerate(self.small if every else self.large, start):
            _fill(image, weights[head], f"{head}: {pattern_of(shares, head)}")
        if not every and tokens != self.labelled:
            self.labelled = tokens
            for place, image in enumerate(self.large):
                _label(image.axes, tokens, rows=place == 0)
        return _words(layer, shares)


def _square(figure: Figure, place: tuple[float, float, float, float]) -> AxesImage:
    """An empty map at this place, to be filled."""
    axes = figure.add_axes(place)
    axes.set(xticks=[], yticks=[])
    return axes.imshow(
        np.zeros((1, 1)),
        cmap=SEQUENTIAL,
        vmin=0,
        vmax=1,
        aspect="auto",
        interpolation="nearest",
    )


def _fill(image: AxesImage, weights: Tensor, title: str) -> None:
    edge = len(weights) - 0.5
    image.set_data(np.asarray(weights))
    image.set_extent((-0.5, edge, edge, -0.5))
    image.axes.set_title(title, loc="left", fontsize=10)


def _label(axes: Axes, tokens: Sequence[str], rows: bool) -> None:
    places = range(len(tokens))
    axes.set_xticks(places, tokens, rotation=90, fontsize=9)
    axes.set_yticks(places, tokens if rows else [""] * len(tokens), fontsize=9)
    axes.tick_params(length=0)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_parse_math(False)  # a token may hold a dollar sign


def _words(layer: int, shares: Mapping[str, Tensor]) -> str:
    """The layer's patterns, counted, and the clearest head of each kind."""
    heads = len(next(iter(shares.values())))
    kinds = [pattern_of(shares, head).split()[0] for head in range(heads)]
    found = []
    for name, share in shares.items():
        if name in kinds:
            best = int(share.argmax())
            found.append(
                f"{kinds.count(name)} mostly at {AT.get(name, name)} "
                f"(clearest: head {best}, {float(share[best]):.2f})"
            )
    if "mixed" in kinds:
        found.append(f"{kinds.count('mixed')} at nothing so simple")
    return f"Layer {layer}, where its {heads} heads look: {', '.join(found)}."

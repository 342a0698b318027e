"""Which words have rows like a word's own row in a real table of embeddings."""

from functools import cache

import ipywidgets as widgets
import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import Tensor

from course_lib.resources import recorded
from course_lib.viz.labs.lab import Lab, Preset
from course_lib.viz.style import BLUE, RED

FAINT = "#b5b5b5"
MOST = 12


@cache
def similarities() -> tuple[list[str], list[str], Tensor]:
    """The recorded words, their kinds, and the cosine of every two rows (N, N)."""
    table = recorded("words")
    rows = F.normalize(table["vectors"], dim=-1)  # (N, D), each of length 1
    return table["words"], table["groups"], rows @ rows.T


def neighbours(word: str, count: int) -> list[tuple[str, str, float]]:
    """The words nearest to a word: word, kind, cosine; the word itself left out."""
    words, kinds, table = similarities()
    cosines = table[words.index(word)]  # (N,)
    best = cosines.topk(count + 1).indices[1:].tolist()
    return [(words[i], kinds[i], float(cosines[i])) for i in best]


class NeighboursLab(Lab):
    """One of the recorded words; its neighbours, and how far the others are."""

    title = "Neighbours in a table of embeddings"
    look_for = (
        "Try a day, a number, a colour; then words with two meanings: bank, second, "
        "orange, fall. Grey bars are words of another kind than yours."
    )
    size = (9.0, 3.9)
    presets = {
        "monday": Preset(
            "All the other days come first: a closed kind.", word="monday"
        ),
        "bank": Preset(
            "One row for the bank of a river and the bank with money: which of the two "
            "has shaped it?",
            word="bank",
        ),
        "orange": Preset("Colours or fruits? Count the grey bars.", word="orange"),
        "second": Preset(
            "A number, or a piece of time? Read the names.", word="second"
        ),
    }

    def controls(self) -> dict[str, widgets.Widget]:
        """The word and the number of neighbours."""
        words, _, _ = similarities()
        return {
            "word": widgets.Dropdown(
                options=sorted(words), value="king", description="word"
            ),
            "count": widgets.IntSlider(8, 3, MOST, description="neighbours"),
        }

    def build(self, figure: Figure) -> None:
        """Bars on the left, all words on the right."""
        self.bars, self.all = figure.subplots(1, 2, width_ratios=(1.2, 1))
        self.bars.set(xlim=(0, 1), xlabel="cosine")
        self.drawn: list = []
        _, edges, bins = self.all.hist([], bins=30, range=(-0.3, 1), color=FAINT)
        self.edges, self.bins = edges, bins
        self.border = self.all.axvline(0, color=RED, linewidth=1.5)
        self.all.set(xlabel="cosine", ylabel="words")
        # The places of the axes stay: leave room for the longest name.
        longest = max(similarities()[0], key=len)
        self.room_for = {"word": neighbours(longest, 1)[0][0], "count": MOST}

    def update(self, word: str, count: int) -> str:
        """Draw the neighbours of a word; the text names them."""
        words, kinds, table = similarities()
        own = words.index(word)
        near = neighbours(word, count)
        self._draw_bars(near, kinds[own], word)
        others = torch.cat([table[own, :own], table[own, own + 1 :]])  # (N - 1,)
        self._draw_all(others, near[-1][2])
        named = ", ".join(f"{w} {cosine:.2f}" for w, _, cosine in near)
        same = sum(kind == kinds[own] for _, kind, _ in near)
        return (
            f"Nearest to {word}: {named}. {same} of these {count} are of the same "
            f"kind. The mean over all {len(others)} other words is {others.mean():.2f}."
        )

    def _draw_bars(self, near: list, kind: str, word: str) -> None:
        for artist in self.drawn:
            artist.remove()
        places = range(len(near))
        colours = [BLUE if other == kind else FAINT for _, other, _ in near]
        bars = self.bars.barh(places, [c for _, _, c in near], color=colours)
        numbers = self.bars.bar_label(bars, fmt="%.2f", padding=3, fontsize=9)
        self.drawn = [bars, *numbers]
        self.bars.set_yticks(places, [name for name, _, _ in near])
        self.bars.set(ylim=(len(near) - 0.4, -0.6), title=f"Most like “{word}”")

    def _draw_all(self, others: Tensor, border: float) -> None:
        counts, _ = np.histogram(others.numpy(), bins=self.edges)
        for one, count in zip(self.bins, counts, strict=True):
            one.set_height(count)
        self.border.set_xdata([border, border])
        title = f"All {len(others)} other words"
        self.all.set(ylim=(0, 1.05 * counts.max()), title=title)

"""Which words have rows like a word's own row in a real table of embeddings."""

from functools import cache

import ipywidgets as widgets
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import Tensor

from course_lib.resources import recorded
from course_lib.viz.labs.lab import Lab
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
    presets = {word: {"word": word} for word in ("monday", "bank", "orange", "second")}

    def controls(self) -> dict[str, widgets.Widget]:
        """The word and the number of neighbours."""
        words, _, _ = similarities()
        wide = {"layout": {"width": "420px"}, "style": {"description_width": "90px"}}
        return {
            "word": widgets.Dropdown(
                options=sorted(words), value="king", description="word", **wide
            ),
            "count": widgets.IntSlider(8, 3, MOST, description="neighbours", **wide),
        }

    def build(self, figure: Figure) -> None:
        """Bars on the left, all words on the right."""
        self.bars, self.all = figure.subplots(1, 2, width_ratios=(1.2, 1))

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
        self.bars.clear()
        names = [name for name, _, _ in near]
        colours = [BLUE if other == kind else FAINT for _, other, _ in near]
        drawn = self.bars.barh(names, [c for _, _, c in near], color=colours)
        self.bars.bar_label(drawn, fmt="%.2f", padding=3, fontsize=9)
        self.bars.invert_yaxis()
        self.bars.set(xlim=(0, 1), xlabel="cosine", title=f"Most like “{word}”")

    def _draw_all(self, others: Tensor, border: float) -> None:
        self.all.clear()
        self.all.hist(others.tolist(), bins=30, range=(-0.3, 1), color=FAINT)
        self.all.axvline(border, color=RED, linewidth=1.5)
        self.all.set(
            xlabel="cosine",
            ylabel="words",
            title=f"All {len(others)} other words",
        )

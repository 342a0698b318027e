"""The mask painter: click cells, see where the attention goes."""

from typing import Any

import ipywidgets as widgets
import torch
from matplotlib.figure import Figure
from torch import Tensor

from course_lib.attention import attention_weights
from course_lib.viz.figures.heat_map import heat_map, refill
from course_lib.viz.labs.lab import Lab, Preset

TOKENS = ("the", "dog", "barked", ".", "pad", "pad")
LENGTH = len(TOKENS)
# Scores of 6 queries with 6 keys: anything does, as long as it stays the same.
SCORES = torch.tensor(
    [
        [0.5, 1.5, 0.0, -0.5, 0.5, -1.0],
        [1.0, 0.0, 2.0, 0.5, -0.5, 1.0],
        [-0.5, 2.5, 0.5, 1.0, 0.0, 0.5],
        [0.0, 0.5, 1.5, 0.5, 1.0, -0.5],
        [0.5, 1.0, -1.0, 0.0, 1.5, 0.5],
        [-1.0, 0.5, 1.0, 0.0, 0.5, 1.5],
    ]
)
ON, OFF = "see", "–"
LOOK_FOR = {
    "Full": "Every query may attend to every key, also to the padding.",
    "Causal": "The first query has one key left: its weight is 1, whatever its score.",
    "Padding": "The last two columns are empty, but the rows of the padding are not.",
    "Causal + pad": "A cell stays when both masks allow it. Count them row by row.",
    "Window": "Each row has three cells, at the edges two. How would a word reach the "
    "other end of a text?",
    "Empty row": "Nothing is left for query 2: weights of 0, not NaN.",
}


def knob_name(query: int, key: int) -> str:
    """Name of the button of one cell: "q2k0"."""
    return f"q{query}k{key}"


def _values(mask: Tensor) -> dict[str, bool]:
    return {
        knob_name(i, j): bool(mask[i, j]) for i in range(LENGTH) for j in range(LENGTH)
    }


def _presets() -> dict[str, Tensor]:
    everything = torch.ones(LENGTH, LENGTH, dtype=torch.bool)
    token = torch.tensor([token != "pad" for token in TOKENS])
    empty_row = everything.clone()
    empty_row[2] = False
    return {
        "Full": everything,
        "Causal": everything.tril(),
        "Padding": everything & token,
        "Causal + pad": everything.tril() & token,
        "Window": everything.tril(1).triu(-1),
        "Empty row": empty_row,
    }


class MaskPainter(Lab):
    """A button for each pair of query and key; scores and weights beside them."""

    title = "The mask painter"
    look_for = (
        "Rows are queries, columns are keys. Take a key away from a row: where does "
        "its weight go? Empty a whole row: what is left?"
    )
    size = (9.6, 4.4)
    named = _presets()
    presets = {
        name: Preset(LOOK_FOR[name], **_values(mask)) for name, mask in named.items()
    }

    def controls(self) -> dict[str, widgets.Widget]:
        """One toggle button a cell; all on."""
        buttons = {}
        for i, query in enumerate(TOKENS):
            for j, key in enumerate(TOKENS):
                button = widgets.ToggleButton(
                    True,
                    description=ON,
                    button_style="info",
                    tooltip=f"query {i} ({query}), key {j} ({key})",
                    layout={"width": "52px", "margin": "1px"},
                )
                button.observe(_write_state, names="value")
                buttons[knob_name(i, j)] = button
        return buttons

    def build(self, figure: Figure) -> None:
        """Masked scores on the left, weights on the right."""
        self.left, self.right = figure.subplots(1, 2)
        low, high = float(SCORES.min()), float(SCORES.max())
        both: Any = {"row_labels": TOKENS, "column_labels": TOKENS}
        left = {"title": "scores, masked", "decimals": 1, "low": low, "high": high}
        self.scores = heat_map(self.left, SCORES, **both, **left)
        right = {"title": "weights", "low": 0.0, "high": 1.0}
        self.shares = heat_map(self.right, SCORES.softmax(-1), **both, **right)

    def update(self, **cells: bool) -> str:
        """Draw both maps; the text counts cells and names empty rows."""
        self.mask = torch.tensor(list(cells.values())).reshape(LENGTH, LENGTH)
        self.weights = attention_weights(SCORES, self.mask)
        hidden = SCORES.masked_fill(~self.mask, -torch.inf)
        refill(self.scores, hidden, decimals=1)
        refill(self.shares, self.weights)
        return f"{self._shape()} {self._strongest()}{self._empty()}"

    def _shape(self) -> str:
        known = [n for n, mask in self.named.items() if torch.equal(mask, self.mask)]
        name = f" ({known[0].lower()})" if known else ""
        allowed = int(self.mask.sum())
        return f"{allowed} of {self.mask.numel()} cells may attend{name}."

    def _strongest(self) -> str:
        if not self.mask.any():
            return "Nothing is left to attend to."
        place = int(self.weights.argmax())
        i, j = divmod(place, LENGTH)
        return (
            f"The largest weight, {float(self.weights[i, j]):.2f}, is of query {i} "
            f"({TOKENS[i]}) on key {j} ({TOKENS[j]})."
        )

    def _empty(self) -> str:
        rows = [f"{i} ({TOKENS[i]})" for i in range(LENGTH) if not self.mask[i].any()]
        if not rows:
            return " Every row of weights sums to 1."
        return f" Queries that see nothing and have weights of 0: {', '.join(rows)}."

    def _assemble(self) -> widgets.VBox:
        box = super()._assemble()
        parts = [c for c in box.children if not isinstance(c, widgets.ToggleButton)]
        box.children = (parts[0], self._grid(), *parts[1:])
        return box

    def _grid(self) -> widgets.GridBox:
        """The buttons in rows and columns, with the tokens around them."""
        cells: list[widgets.Widget] = [widgets.HTML("query \\ key"), *_heads()]
        for i in range(LENGTH):
            cells.append(widgets.HTML(f"<b>{TOKENS[i]}</b>"))
            cells += [self.knobs[knob_name(i, j)] for j in range(LENGTH)]
        columns = f"90px repeat({LENGTH}, 56px)"
        return widgets.GridBox(
            cells, layout={"grid_template_columns": columns, "align_items": "center"}
        )


def _heads() -> list[widgets.HTML]:
    return [
        widgets.HTML(f'<div style="text-align:center"><b>{token}</b></div>')
        for token in TOKENS
    ]


def _write_state(change: dict) -> None:
    """Words, not colour alone, say whether a cell is on."""
    button, on = change["owner"], change["new"]
    button.description, button.button_style = (ON, "info") if on else (OFF, "")

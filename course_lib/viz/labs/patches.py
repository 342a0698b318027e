"""Lab: where a model that writes captions looks, word by word."""

from collections.abc import Sequence

import ipywidgets as widgets
import torch
from matplotlib.figure import Figure
from torch import Tensor

from course_lib.errors import CourseError
from course_lib.multimodal import Captioner, Scene, as_ids, as_text, draw
from course_lib.viz.figures.chapter16 import shade, veil
from course_lib.viz.figures.heat_map import heat_map, refill
from course_lib.viz.labs.lab import Lab, Preset
from course_lib.viz.style import BLACK, RED

MOST = 8  # words of the longest caption
LETTER = 0.0103  # the width of one in the caption, as a share of the figure
ALL_HEADS = "mean of all"


class PatchesLab(Lab):
    """A picture, the caption that a model writes, and the patches behind each word."""

    title = "Where the model looks before it writes a word"
    look_for = (
        "Move through the words. Which patches are bright before a colour, before a "
        "shape, before “of”? Does the second half look at the second shape?"
    )
    size = (9.0, 4.3)
    presets = {
        "First colour": Preset(
            "The bright patches lie on the shape that is named first.",
            picture=1,
            word=2,
            head=ALL_HEADS,
        ),
        "Second colour": Preset(
            "The same word order, the other shape: the place in the sentence decides "
            "which of the two is looked at.",
            picture=1,
            word=7,
            head=ALL_HEADS,
        ),
        "A little word": Preset(
            "“of” follows from the words alone: the weights may lie anywhere.",
            picture=1,
            word=5,
            head=ALL_HEADS,
        ),
        "One head": Preset(
            "Heads share the work. Compare the four of them on this word.",
            picture=2,
            word=3,
            head="1",
        ),
    }

    def __init__(self, model: Captioner, scenes: Sequence[Scene]) -> None:
        """Open the lab on a model and some scenes.

        Args:
            model: writes captions.
            scenes: at least two, what its pictures show.

        Raises:
            CourseError: there are fewer scenes.
        """
        if len(scenes) < 2:
            raise CourseError(f"{len(scenes)} scenes: give two at least")
        self.model, self.scenes = model.eval(), scenes
        self.pictures = draw(scenes, seed=1)
        self.written = [as_text(ids) for ids in model.write(self.pictures)]
        self._weights: dict[int, Tensor] = {}
        super().__init__()

    def controls(self) -> dict[str, widgets.Widget]:
        """The picture, the word, and the head."""
        heads = self.model.blocks[-1].cross_attention.num_heads
        options = [ALL_HEADS, *(str(n) for n in range(1, heads + 1))]
        return {
            "picture": widgets.IntSlider(1, 1, len(self.scenes), description="picture"),
            "word": widgets.IntSlider(2, 1, MOST, description="word"),
            "head": widgets.Dropdown(options=options, description="head"),
        }

    def build(self, figure: Figure) -> None:
        """The picture under its veil on the left, the weights as numbers right."""
        figure.set_layout_engine("none")
        self.left = figure.add_axes((0.03, 0.06, 0.36, 0.72))
        self.right = figure.add_axes((0.56, 0.06, 0.36, 0.72))
        self.left.set_axis_off()
        even = torch.full((self._patches(),), 1 / self._patches())
        self.below, self.over = veil(self.left, self.pictures[0], even)
        self.cells = heat_map(
            self.right,
            _square(even),
            low=0.0,
            high=1.0,
            row_title="",
            column_title="",
        )
        self.right.set_axis_off()
        self.truth = figure.text(0.03, 0.93, "", fontsize=11, color=BLACK)
        self.said = [
            figure.text(0.03, 0.84, "", fontsize=11, family="monospace")
            for _ in range(MOST)
        ]
        self.right.set_title("weight of each patch", loc="left")

    def update(self, picture: int, word: int, head: str) -> str:
        """Show where the model looked before it wrote this word."""
        words = self.written[picture - 1].split() or ["(nothing)"]
        place = min(word, len(words)) - 1
        weights = self.weights(picture - 1)[:, place]  # (H, P)
        row = weights.mean(0) if head == ALL_HEADS else weights[int(head) - 1]
        self.below.set_data(self.pictures[picture - 1].permute(1, 2, 0).numpy())
        self.over.set_data(shade(row))
        refill(self.cells, _square(row))
        caption = self.scenes[picture - 1].caption
        self.truth.set_text(f"picture {picture}: {caption}")
        self._write(words, place)
        best = int(row.argmax())
        across = round(len(row) ** 0.5)
        return (
            f"Picture {picture}, {caption}. Written: {' '.join(words)}. Before "
            f"“{words[place]}” the largest weight, {row[best].item():.2f}, is on the "
            f"patch in row {best // across + 1}, column {best % across + 1}; even "
            f"weights would be {1 / len(row):.2f}."
        )

    @torch.no_grad()
    def weights(self, picture: int) -> Tensor:
        """Weights over the patches before each word, (H, T, P)."""
        if picture not in self._weights:
            ids = as_ids([self.written[picture]])
            answer = self.model(
                self.pictures[picture : picture + 1], ids, output_attentions=True
            )
            self._weights[picture] = answer.looks[0]
        return self._weights[picture]

    def _write(self, words: list[str], chosen: int) -> None:
        """The caption, a word after the other, the chosen one in red and bold."""
        place = 0.03
        for number, text in enumerate(self.said):
            word = words[number] if number < len(words) else ""
            text.set(text=word, x=place, color=RED if number == chosen else BLACK)
            text.set_fontweight("bold" if number == chosen else "normal")
            place += LETTER * (len(word) + 1)

    def _patches(self) -> int:
        return self.weights(0).shape[-1]


def _square(row: Tensor) -> Tensor:
    """Weights (P,) as they lie in the picture."""
    across = round(len(row) ** 0.5)
    return row.reshape(across, across)

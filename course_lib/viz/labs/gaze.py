"""Lab: pick a layer, a head and a word, and see where the word looks."""

from typing import Any

import ipywidgets as widgets
from matplotlib.figure import Figure

from course_lib.resources import recorded
from course_lib.viz.figures.gaze import Gaze, in_words
from course_lib.viz.labs.lab import Lab, Preset


class GazeLab(Lab):
    """Attention of a real encoder in a sentence, one word at a time."""

    title = "Where does a word look?"
    look_for = "Heads differ: some look one word back, some at [CLS], few at a meaning."
    size = (9.0, 2.4)
    presets = {
        "it → animal": Preset(
            "The pronoun looks at the noun it stands for. Move the word: what do the "
            "others look at in this head?",
            layer=3,
            head=1,
            word="10 it",
        ),
        "previous word": Preset(
            "Move the word along the sentence: the arc stays one step long.",
            layer=0,
            head=2,
            word="8 street",
        ),
        "next word": Preset(
            "To the other side, where it does not rest on [CLS]. Which head of layer 0 "
            "does the opposite?",
            layer=1,
            head=8,
            word="8 street",
        ),
    }

    def __init__(self, recording: str = "animal") -> None:
        data = recorded(recording)
        self.tokens, self.weights = data["tokens"], data["weights"]
        super().__init__()

    def controls(self) -> dict[str, widgets.Widget]:
        layers, heads = self.weights.shape[:2]
        words = [f"{place} {token}" for place, token in enumerate(self.tokens)]
        return {
            "layer": widgets.IntSlider(3, 0, layers - 1, description="layer"),
            "head": widgets.IntSlider(1, 0, heads - 1, description="head"),
            "word": widgets.SelectionSlider(
                options=words, value=words[10], description="word"
            ),
        }

    def build(self, figure: Figure) -> None:
        figure.set_layout_engine("none")  # there are no labels to make room for
        axes = figure.add_axes((0.01, 0.0, 0.98, 0.88))
        self.gaze = Gaze(axes, self.tokens)

    def update(self, layer: int, head: int, word: str, **_: Any) -> str:
        place = int(word.split()[0])
        row = self.weights[layer, head, place]  # (T,)
        self.gaze.show(row, place, f"layer {layer}, head {head}")
        return f"Layer {layer}, head {head}: {in_words(self.tokens, row, place)}"

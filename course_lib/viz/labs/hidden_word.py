"""Lab: hide a word, and see what a model of masked words puts in its place."""

from typing import Any

import ipywidgets as widgets
import torch
from matplotlib.figure import Figure

from course_lib.viz.labs.lab import Lab, Preset
from course_lib.viz.style import BLUE

MASK = "[MASK]"
MOST, LETTERS, TOKENS = 10, 300, 128


class HiddenWordLab(Lab):
    """A sentence with a gap; the words that a model thinks likeliest there."""

    title = "A word in place of [MASK]"
    look_for = (
        "Write [MASK] for a word. Which kind of word is expected, and what in the "
        "sentence decides it? Leave a hint out, and see the bars change."
    )
    size = (7.4, 3.7)
    presets = {
        "Metal": Preset(
            "One adjective decides which kind of thing comes next. Say “grey”, or "
            "nothing, in its place.",
            text="Clara lost her silver [MASK].",
        ),
        "Whose": Preset(
            "The answer hangs on one name. Write Clara for Sam.",
            text="Sam lost [MASK] cat.",
        ),
        "Grammar": Preset(
            "One dog or many? Take the s away, and see whether the verb follows.",
            text="The dogs [MASK] tired.",
        ),
        "Misled": Preset(
            "One dog was tired. The nearer noun, houses, pulls the verb to its side: "
            "small models make this mistake, and people do.",
            text="The dog near the houses [MASK] tired.",
        ),
        "The real world": Preset(
            "course-bert has never read of a real place, and it shows. Larger models "
            "have; try one where there is a network.",
            text="Paris is the capital of [MASK].",
        ),
    }

    def __init__(self, model: Any = None, tokenizer: Any = None) -> None:
        """Open the lab on a model.

        Args:
            model: gives `logits` (B, T, V), as `AutoModelForMaskedLM` or `Bert` with
                head="masked-words" do; None takes course-bert.
            tokenizer: the model's own.
        """
        if model is None:
            model, tokenizer = _usual()
        self.model, self.tokenizer = model.eval(), tokenizer
        super().__init__()

    def controls(self) -> dict[str, widgets.Widget]:
        """The sentence and the number of words."""
        return {
            "text": widgets.Text(
                "Clara owned a grey [MASK].",
                description="text",
                continuous_update=False,
            ),
            "count": widgets.IntSlider(6, 2, MOST, description="words"),
        }

    def build(self, figure: Figure) -> None:
        """One bar for each word; they are drawn again for every sentence."""
        figure.set_layout_engine("none")  # room for the longest label, always
        self.axes = figure.add_axes((0.2, 0.16, 0.75, 0.8))
        self.axes.set(xlim=(0, 1), xlabel="probability", ylim=(MOST - 0.4, -0.6))
        self.drawn: list[Any] = []

    def update(self, text: str, count: int) -> str:
        """Draw the likeliest words for the first gap; the text names them."""
        for artist in self.drawn:
            artist.remove()
        self.drawn = []
        found = self.likeliest(text, count)
        self.axes.set_yticks(range(len(found)), [_label(word) for word, _ in found])
        self.axes.set_ylim(max(len(found), 1) - 0.4, -0.6)
        if not found:
            return f"Write {MASK} where a word is to be found."
        bars = self.axes.barh(range(len(found)), [p for _, p in found], color=BLUE)
        numbers = self.axes.bar_label(bars, fmt="%.2f", padding=3, fontsize=9)
        self.drawn = [bars, *numbers]
        named = ", ".join(f"{word} {share:.2f}" for word, share in found)
        together = sum(share for _, share in found)
        return f"“{text}” Likeliest: {named}; together {together:.2f}."

    def likeliest(self, text: str, count: int) -> list[tuple[str, float]]:
        """The likeliest words in the first gap of a text, with their probabilities."""
        text = text[:LETTERS].replace(MASK, self.tokenizer.mask_token)
        batch = self.tokenizer(
            text, return_tensors="pt", truncation=True, max_length=TOKENS
        )
        gaps = (batch.input_ids[0] == self.tokenizer.mask_token_id).nonzero()
        if not len(gaps):
            return []
        with torch.no_grad():
            logits = self.model(**batch).logits[0, gaps[0, 0]]  # (V,)
        best = logits.softmax(-1).topk(count)
        words = self.tokenizer.convert_ids_to_tokens(best.indices.tolist())
        return list(zip(words, best.values.tolist(), strict=True))


def _usual() -> tuple[Any, Any]:
    """course-bert in the course's own class, and its tokenizer."""
    from course_lib.models import Bert
    from course_lib.resources import load_tokenizer, resolve

    folder = resolve("course-bert")
    return Bert.from_pretrained(folder, head="masked-words"), load_tokenizer(folder)


def _label(word: str) -> str:
    """A word as matplotlib may show it: no formula, not too long."""
    return word[:16].replace("$", r"\$")

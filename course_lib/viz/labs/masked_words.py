"""Lab: what a model expected in a gap, at several moments of its training."""

from collections.abc import Mapping
from typing import Any

import ipywidgets as widgets
import torch
from matplotlib.figure import Figure
from torch import Tensor, nn

from course_lib.errors import CourseError
from course_lib.viz.labs.hidden_word import LETTERS, MASK
from course_lib.viz.labs.lab import Lab, Preset
from course_lib.viz.style import BLUE, CYCLE, RED

WORDS = 6  # bars, and lines over the steps
MARKS = ("o", "s", "^", "D", "v", "P")  # colours alone are not enough


class MaskedWordsLab(Lab):
    """A sentence with a gap, and a model's guesses as it learned."""

    title = "What the model expects in the gap, step by step"
    look_for = (
        "Move the slider from the first step to the last. When does the right kind of "
        "word come, and when the right form?"
    )
    size = (9.4, 3.7)
    presets = {
        "One or many": Preset(
            "“were” is right. The slider shows when the model has seen that: first it "
            "says “was”, simply because that is the more frequent word.",
            text="The dogs near the flower [MASK] sleeping.",
        ),
        "Kind of word": Preset(
            "Something to be bought. No single word is right: what have the likely "
            "ones in common?",
            text="She bought a [MASK] at the market.",
        ),
        "Small words": Preset(
            "Little words come first: they are the most frequent ones.",
            text="She went [MASK] the station.",
        ),
        "A fact": Preset(
            "Mira lives in Port Aven, in every story. Does this model ever know it? It "
            "knows what a place is.",
            text="Mira lived in [MASK].",
        ),
        "Whose": Preset(
            "“his” is right. The model must know that Boris is a man's name.",
            text="Boris cleaned [MASK] boat.",
        ),
    }

    def __init__(self, models: Mapping[int, nn.Module], tokenizer: Any) -> None:
        """Open the lab.

        Args:
            models: by step the model as it was then; each gives `logits` (B, T, V), as
                `Bert` with head="masked-words" does.
            tokenizer: theirs; all share it.

        Raises:
            CourseError: there is no model.
        """
        if not models:
            raise CourseError("no models: give at least one, {step: model}")
        self.models = {step: models[step].eval() for step in sorted(models)}
        self.tokenizer = tokenizer
        self._last: tuple[str, Tensor | None] = ("", None)
        super().__init__()

    def controls(self) -> dict[str, widgets.Widget]:
        """The sentence and the step."""
        steps = list(self.models)
        return {
            "text": widgets.Text(
                self.presets["One or many"]["text"],
                description="text",
                continuous_update=False,
            ),
            "step": widgets.SelectionSlider(
                options=steps, value=steps[-1], description="step"
            ),
        }

    def build(self, figure: Figure) -> None:
        """The guesses at one step on the left, their way there on the right."""
        figure.set_layout_engine("none")  # room for the longest label, always
        self.now = figure.add_axes((0.16, 0.16, 0.29, 0.74))
        self.way = figure.add_axes((0.55, 0.16, 0.42, 0.74))
        self.now.set(xlim=(0, 1.12), xlabel="probability")
        self.way.set(ylim=(-0.03, 1.03), xlabel="step", ylabel="probability")
        self.way.set_title("The same words over all steps")
        self.line = self.way.axvline(0, color=RED, linestyle="--", linewidth=1)
        self.drawn: list[Any] = []

    def update(self, text: str, step: int) -> str:
        """Draw the likeliest words of a step; the text names them."""
        for artist in self.drawn:
            artist.remove()
        self.drawn = []
        chances = self.chances(text)
        steps = list(self.models)
        self.now.set_title(f"Step {step}")
        self.line.set_xdata([step, step])
        if chances is None:
            return f"Write {MASK} where a word is to be found."
        best = chances[steps.index(step)].topk(WORDS)
        words = self.tokenizer.convert_ids_to_tokens(best.indices.tolist())
        self._draw(words, best.values.tolist(), chances[:, best.indices])
        named = ", ".join(
            f"{word} {share:.2f}"
            for word, share in zip(words, best.values.tolist(), strict=True)
        )
        before = chances[0, best.indices[0]].item()
        return (
            f"“{text}” At step {step}: {named}. At step {steps[0]} {words[0]} had "
            f"{before:.2f}."
        )

    def _draw(self, words: list[str], shares: list[float], ways: Tensor) -> None:
        """Bars of the words, and their lines (steps, words)."""
        labels = [word[:16].replace("$", r"\$") for word in words]
        self.now.set_yticks(range(WORDS), labels)
        self.now.set_ylim(WORDS - 0.4, -0.6)
        bars = self.now.barh(range(WORDS), shares, color=BLUE)
        numbers = self.now.bar_label(bars, fmt="%.2f", padding=3, fontsize=9)
        steps = list(self.models)
        lines = [
            self.way.plot(steps, way, color=colour, marker=mark, label=label)[0]
            for label, way, colour, mark in zip(
                labels, ways.T.tolist(), CYCLE, MARKS, strict=False
            )
        ]
        legend = self.way.legend(fontsize=9, loc="upper left", ncols=2, frameon=False)
        self.drawn = [bars, *numbers, *lines, legend]

    def chances(self, text: str) -> Tensor | None:
        """Probability of every word in the first gap of a text, at each step.

        Returns:
            (steps, V); None where the text has no gap within the models' reach.
        """
        if self._last[0] != text:  # moving the slider asks for nothing new
            self._last = text, self._ask(text)
        return self._last[1]

    @torch.no_grad()
    def _ask(self, text: str) -> Tensor | None:
        shown = text[:LETTERS].replace(MASK, self.tokenizer.mask_token)
        longest = min(m.config.max_position_embeddings for m in self.models.values())
        ids = self.tokenizer(
            shown, return_tensors="pt", truncation=True, max_length=longest
        ).input_ids
        gaps = (ids[0] == self.tokenizer.mask_token_id).nonzero()
        if not len(gaps):
            return None
        rows = [model(ids).logits[0, gaps[0, 0]] for model in self.models.values()]
        return torch.stack(rows).softmax(-1)

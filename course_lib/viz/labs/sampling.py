"""Lab: which tokens may come next, and how temperature and filters change that."""

from typing import Any

import ipywidgets as widgets
import torch
from matplotlib.figure import Figure
from torch import Tensor

from course_lib.generation import Options
from course_lib.viz.explorer.texts import labels_of
from course_lib.viz.labs.lab import Lab, Preset
from course_lib.viz.style import ORANGE

MOST, LETTERS, TOKENS = 12, 300, 128
GREY = "#b9b9b9"
SCALES = (0.25, 0.5, 1.01)  # where the axis may end, with room for rounding
OFF = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0}
UNSURE = "Sam was hungry. He went to the"
SURE = "Clara owned a grey"


class SamplingLab(Lab):
    """A prompt, and the distribution from which its next token is drawn."""

    title = "The next token, before it is drawn"
    look_for = (
        "Raise the temperature: where does the probability of the first bars go? Then "
        "cut the tail off again, with one filter at a time."
    )
    size = (8.6, 4.6)
    presets = {
        "Cold": Preset(
            "At 0.2 the first token takes nearly all: greedy, but for rare slips.",
            **OFF | {"prompt": UNSURE, "temperature": 0.2},
        ),
        "Hot": Preset(
            "At 2 the twelve bars hold less than half. The rest lies with tokens that "
            "nobody would miss: read how many there are.",
            **OFF | {"prompt": UNSURE, "temperature": 2.0},
        ),
        "Top-k, unsure": Preset(
            "Here five tokens are too few: good places to go to are ruled out.",
            **OFF | {"prompt": UNSURE, "top_k": 5},
        ),
        "Top-k, sure": Preset(
            "The same five, where the model is sure: four of them it holds for next to "
            "impossible. Heat it up, and they will be drawn.",
            **OFF | {"prompt": SURE, "top_k": 5},
        ),
        "Hot, min-p": Preset(
            "Hot, but nothing below a tenth of the best: flatter among the good ones, "
            "and the tail is gone.",
            **OFF | {"prompt": UNSURE, "temperature": 2.0, "min_p": 0.1},
        ),
    }

    def __init__(self, model: Any = None, tokenizer: Any = None) -> None:
        """Open the lab on a model.

        Args:
            model: gives `logits` (B, T, V), as `GPT` or `AutoModelForCausalLM` do;
                None takes course-gpt.
            tokenizer: the model's own.
        """
        if model is None:
            model, tokenizer = _usual()
        self.model, self.tokenizer = model.eval(), tokenizer
        self._last: tuple[str | None, Tensor | None] = (None, None)
        super().__init__()

    def controls(self) -> dict[str, widgets.Widget]:
        """The prompt, and a slider for everything that changes the logits."""
        return {
            "prompt": widgets.Text(
                UNSURE, description="prompt", continuous_update=False
            ),
            "temperature": _slider("temperature", 1.0, 0.1, 3.0, 0.1),
            "top_k": widgets.IntSlider(0, 0, 50, description="top-k, 0 is off"),
            "top_p": _slider("top-p, 1 is off", 1.0, 0.05, 1.0, 0.05),
            "min_p": _slider("min-p, 0 is off", 0.0, 0.0, 0.5, 0.02),
        }

    def build(self, figure: Figure) -> None:
        """Two bars for each token: what the model says, and what is drawn from."""
        figure.set_layout_engine("none")  # room for the longest label, always
        self.axes = figure.add_axes((0.19, 0.12, 0.76, 0.76))
        self.axes.set(xlim=(0, 1.1), ylim=(MOST - 0.4, -0.6), xlabel="probability")
        rows = range(MOST)
        self.given = self.axes.barh(rows, [0.0] * MOST, color=GREY, height=0.84)
        self.drawn = self.axes.barh(rows, [0.0] * MOST, color=ORANGE, height=0.42)
        self.given.set_label("the model's own")
        self.drawn.set_label("drawn from")
        self.numbers = [
            self.axes.text(0, row, "", va="center", fontsize=9) for row in rows
        ]
        places = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0)}
        self.axes.legend(ncols=2, frameon=False, **places)

    def update(self, prompt: str, **settings: float) -> str:
        """Set the bars; the text counts what is left."""
        own = self.logits(prompt)
        if own is None:
            self._set([""] * MOST, torch.zeros(MOST), torch.zeros(MOST))
            return "Write a beginning, one word at least."
        after = filtered(own, **settings).softmax(-1)  # (V,)
        before = own.softmax(-1)
        best = before.topk(MOST).indices
        labels = labels_of(self.tokenizer, best.tolist())
        self._set([_label(one) for one in labels], before[best], after[best])
        left = int((after > 0).sum())
        choices = torch.special.entr(after).sum().exp().item()
        lost = before[after == 0].sum().item()
        return (
            f"“{prompt}” {left:,} of {len(own):,} tokens can be drawn, as if "
            f"{choices:.1f} shared alike. The best, “{labels[0].strip()}”, has "
            f"{after[best[0]]:.2f}; the model gave it {before[best[0]]:.2f}. "
            f"Ruled out: {lost:.2f} of the model's probability."
        )

    def _set(self, labels: list[str], given: Tensor, drawn: Tensor) -> None:
        """Move bars and numbers; a token that is ruled out has no number."""
        self.axes.set_yticks(range(MOST), labels)
        longest = max(given.max().item(), drawn.max().item())
        self.axes.set_xlim(0, 1.12 * next(x for x in SCALES if x >= longest))
        for row, (own, new) in enumerate(
            zip(given.tolist(), drawn.tolist(), strict=True)
        ):
            self.given[row].set_width(own)
            self.drawn[row].set_width(new)
            self.numbers[row].set_x(max(own, new) + 0.01 * self.axes.get_xlim()[1])
            out = "ruled out" if labels[row] else ""
            self.numbers[row].set_text(f"{new:.2f}" if new > 0 else out)

    def logits(self, prompt: str) -> Tensor | None:
        """What the model says of the token behind a prompt, (V,); None without one."""
        if self._last[0] != prompt:  # moving a slider asks the model nothing
            self._last = prompt, self._ask(prompt)
        return self._last[1]

    @torch.no_grad()
    def _ask(self, prompt: str) -> Tensor | None:
        ids = self.tokenizer(prompt[-LETTERS:]).input_ids[-TOKENS:]
        if not ids:
            return None
        return self.model(torch.tensor([ids])).logits[0, -1].float()


def filtered(
    logits: Tensor, temperature: float, top_k: int, top_p: float, min_p: float
) -> Tensor:
    """Logits (V,) as `generate` would draw from them; 0 or 1 switches a filter off."""
    options = Options(
        do_sample=True,
        temperature=temperature,
        top_k=top_k or None,
        top_p=top_p if top_p < 1 else None,
        min_p=min_p or None,
    )
    return options.filtered(logits[None])[0]


def _usual() -> tuple[Any, Any]:
    """course-gpt in the course's own class, and its tokenizer."""
    from course_lib.models import GPT
    from course_lib.resources import load_tokenizer, resolve

    folder = resolve("course-gpt")
    return GPT.from_pretrained(folder), load_tokenizer(folder)


def _slider(
    says: str, value: float, low: float, high: float, step: float
) -> widgets.FloatSlider:
    return widgets.FloatSlider(
        value=value, min=low, max=high, step=step, description=says
    )


def _label(token: str) -> str:
    """A token as matplotlib may show it: no formula, not too long."""
    shown = token.strip(" ").replace("\n", "line break")[:16] or "space"
    return shown.replace("$", r"\$")

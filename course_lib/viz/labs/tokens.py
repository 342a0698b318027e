"""How a text falls into pieces as the vocabulary grows."""

import warnings
from functools import cache

import ipywidgets as widgets
from matplotlib.figure import Figure

from course_lib.resources import course_text
from course_lib.tokens import BytePairEncoder
from course_lib.viz.figures.pieces import Pieces
from course_lib.viz.labs.lab import Lab, Preset
from course_lib.viz.style import BLUE, RED

MERGES = (0, 5, 10, 20, 50, 100, 200, 400, 700, 1000, 1400, 1800, 2300)
SENTENCE = "The baker was unpacking the warmest loaves while the harbour woke up."


@cache
def learned() -> BytePairEncoder:
    """Byte-pair encoding with every merge that the course's text yields."""
    return BytePairEncoder.train(course_text(), MERGES[-1])


@cache
def with_merges(number: int) -> BytePairEncoder:
    """The same encoder when it had learned only so many merges."""
    full = learned()
    alphabet = [piece for piece in full.vocabulary if len(piece) == 1]
    return BytePairEncoder(alphabet, full.merges[:number])


@cache
def tokens_per_word(number: int) -> float:
    """Pieces that the course's text takes, for each of its words."""
    text = course_text()
    return len(with_merges(number).tokenize(text)) / len(text.split())


class TokensLab(Lab):
    """The number of merges, and a text of your own to cut into pieces."""

    title = "From letters to words, merge by merge"
    look_for = (
        "Move the slider from left to right: frequent words become whole first. "
        "Then type a word that the texts never use, a number, or another language."
    )
    size = (9.0, 4.4)
    presets = {
        "Letters": Preset(
            "Without merges every letter is a token. Move the slider: which word is "
            "whole first?",
            merges=0,
            text=SENTENCE,
        ),
        "All merges": Preset(
            "Words of the course's texts are whole. Which are not, and why?",
            merges=MERGES[-1],
            text=SENTENCE,
        ),
        "Numbers": Preset(
            "Two numbers of the same length are cut at different places: arithmetic "
            "is hard for a model that sees this.",
            merges=1000,
            text="In 1493 and 2019: 3.14159, 40 per cent.",
        ),
        "Polish": Preset(
            "Another language costs more tokens for each word. Do more merges help?",
            merges=1000,
            text="Dzień dobry, gdzie jest biblioteka?",
        ),
        "Unknown letters": Preset(
            "A framed box is a letter that training never saw: what it was is lost.",
            merges=1000,
            text="QUICK: a PIZZA for Zoë!",
        ),
    }

    def controls(self) -> dict[str, widgets.Widget]:
        """The number of merges and the text."""
        return {
            "merges": widgets.SelectionSlider(
                options=MERGES, value=200, description="merges"
            ),
            "text": widgets.Text(SENTENCE, description="text", continuous_update=False),
        }

    def build(self, figure: Figure) -> None:
        """Pieces above, the price of a small vocabulary below."""
        self.boxes, self.curve = figure.subplots(2, 1, height_ratios=(1.15, 1))
        unknown = with_merges(0).unknown
        self.pieces = Pieces(self.boxes, width=84, lines=3, unknown=unknown)
        letters = len(with_merges(0).vocabulary)
        sizes = [letters + number for number in MERGES]
        rates = [tokens_per_word(number) for number in MERGES]
        self.curve.plot(sizes, rates, ".-", color=BLUE)
        (self.now,) = self.curve.plot([0], [0], "o", color=RED, markersize=10)
        self.curve.set(
            ylim=(0, None),
            xlabel="pieces in the vocabulary V",
            ylabel="tokens per word",
            title="The course's texts, by size of the vocabulary",
        )

    def update(self, merges: int, text: str) -> str:
        """Cut the text anew; the text gives its pieces and three numbers."""
        encoder = with_merges(merges)
        text = text[:300]
        pieces = encoder.tokenize(text)
        size, rate = len(encoder.vocabulary), tokens_per_word(merges)
        self.pieces.show(pieces)
        self.now.set_data([size], [rate])
        lost = pieces.count(encoder.unknown)
        return (
            f"{merges} merges, V = {size}. Your text: {len(pieces)} tokens for "
            f"{len(text.split())} words, {lost} of them unknown: {'|'.join(pieces)} "
            f"The course's texts: {rate:.2f} tokens per word."
        )

    def _paint(self) -> bytes:
        """A letter that no font has is drawn as a box, without a word about it."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph")
            return super()._paint()

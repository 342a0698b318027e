"""Entities are seen without colour, and words stay words."""

import pytest
from matplotlib.patches import Rectangle

from course_lib.viz.figures.highlight import highlight, in_brackets
from course_lib.viz.style import png

WORDS = ["Ada", "Nwosu", "left", "Andermatt", "."]
TRUE = [("PER", 0, 2), ("LOC", 3, 4)]


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_brackets_and_types_say_the_same_as_the_colours():
    assert in_brackets(WORDS, TRUE) == "[Ada Nwosu]PER left [Andermatt]LOC ."
    assert in_brackets(["Ada"], [("PER", 0, 1)]) == "[Ada]PER"
    assert in_brackets([], []) == ""
    shown = texts(highlight(WORDS, {"true": TRUE, "found": []}))
    assert shown == ["true", "PER", "LOC", "[Ada", "Nwosu]", "left", "[Andermatt]",
                     ".", "found", *WORDS]  # fmt: skip


def test_a_type_has_one_colour_in_all_rows():
    figure = highlight(WORDS, {"a": TRUE, "b": [("LOC", 0, 1)]})
    boxes = [p for p in figure.axes[0].patches if isinstance(p, Rectangle)]
    ada, nwosu, place, other = (box.get_facecolor() for box in boxes)
    assert ada == nwosu != place
    assert place == other


@pytest.mark.parametrize("word", ["<b>", "$x$", "a\nb", "\x00", "漢字", "[", ""])
def test_whatever_a_word_is_it_is_drawn(word):
    assert png(highlight([word, "x"], {"": [("T", 0, 1)]})).startswith(b"\x89PNG")


def test_long_sentences_go_on_in_the_next_line():
    words = ["word"] * 60
    long = highlight(words, {"true": [("X", 10, 40)]}, letters=50)
    short = highlight(words[:5], {"true": []}, letters=50)
    assert long.get_figheight() > 3 * short.get_figheight()
    axes = long.axes[0]
    assert max(text.get_position()[0] for text in axes.texts) < 50
    heights = {text.get_position()[1] for text in axes.texts}
    assert max(heights) < axes.get_ylim()[0]

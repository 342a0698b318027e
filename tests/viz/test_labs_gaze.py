"""The first lab: where a word looks; and its drawing."""

import pytest
import torch

from course_lib.viz.figures.gaze import draw_gaze, in_words
from course_lib.viz.labs.gaze import GazeLab
from course_lib.viz.style import new_figure, png


def test_the_start_shows_the_animal() -> None:
    assert '"it" looks at: animal 0.64' in GazeLab().text


@pytest.mark.parametrize("preset", list(GazeLab.presets))
def test_presets_change_picture_and_text(preset: str) -> None:
    lab = GazeLab()
    lab.set(layer=5, head=3, word="2 animal")
    before = lab.image, lab.text
    lab.set(**GazeLab.presets[preset])
    assert lab.image != before[0] and lab.text != before[1]


def test_the_previous_word_head_does_what_its_preset_says() -> None:
    lab = GazeLab()
    lab.set(**GazeLab.presets["previous word"])
    assert '"street" looks at: the 1.00' in lab.text


def test_reset_returns_to_the_start() -> None:
    lab = GazeLab()
    start = lab.image
    lab.set(layer=0)
    lab.reset()
    assert lab.image == start


def test_another_sentence_can_be_shown() -> None:
    assert "wide" in GazeLab("wide").tokens


def test_tokens_are_no_formulas_and_weak_weights_no_arcs() -> None:
    tokens = ["$x$", "_y_", "<b>"]
    axes = new_figure().subplots()
    draw_gaze(axes, tokens, torch.tensor([0.99, 0.01, 0.0]), 1)
    assert len(axes.patches) == 1
    shown = [text.get_text() for text in axes.texts]
    assert "$x$" in shown and "0.99" in shown and "0.01" not in shown
    assert png(axes.figure)  # nothing is read as mathematics while drawing


def test_a_word_that_looks_at_itself_gets_a_dot() -> None:
    axes = new_figure().subplots()
    draw_gaze(axes, ["a", "b"], [0.0, 1.0], 1)
    assert len(axes.lines) == 1 and not axes.patches


def test_words_name_the_strongest_first() -> None:
    assert in_words(["a", "b", "c"], [0.2, 0.1, 0.7], 0, 2) == (
        '"a" looks at: c 0.70, a 0.20.'
    )

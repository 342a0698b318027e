"""Drawings of chapter 07 show what they are given."""

import pytest

from course_lib.viz.figures import chapter07 as figures
from course_lib.viz.style import png

WORDS = ["The", "dogs", "were", "tired", "."]


def texts(axes) -> list[str]:
    """The words on an axes."""
    return [text.get_text() for text in axes.texts if text.get_text()]


def test_the_text_asks_for_the_hidden_word_and_for_each_next_one() -> None:
    left, right = figures.two_questions(WORDS, 2).axes
    assert texts(left).count("[MASK]") == texts(left).count("were") == 1
    assert texts(right) == ["The", "dogs", "dogs", "were", "were", "tired", "tired"] + [
        ".",
        "given",
        "asked",
    ]
    # The masked word sees all five, the last answer the four words before it.
    rays = [[t for t in axes.texts if not t.get_text()] for axes in (left, right)]
    assert [len(each) for each in rays] == [5, 4]


def test_learned_when_draws_each_ability_over_the_steps() -> None:
    shares = {"agreement": [0.5, 0.8, 0.9], "facts": [0.5, 0.5, 0.7]}
    (axes,) = figures.learned_when([10, 20, 30], shares).axes
    lines = {line.get_label(): line for line in axes.lines}
    for name, values in shares.items():
        assert list(lines[name].get_xdata()) == [10, 20, 30]
        assert list(lines[name].get_ydata()) == values
    assert len({lines[name].get_marker() for name in shares}) == 2
    assert "a coin" in texts(axes)


def test_labels_needed_shows_the_mean_and_the_spread() -> None:
    scores = {"with": [[0.4, 0.6], [0.8, 0.9]], "without": [[0.3, 0.3], [0.5, 0.7]]}
    (axes,) = figures.labels_needed([20, 200], scores, chance=0.25).axes
    first, second = axes.containers
    assert list(first.lines[0].get_ydata()) == pytest.approx([0.5, 0.85])
    assert list(second.lines[0].get_ydata()) == pytest.approx([0.3, 0.6])
    ends = first.lines[2][0].get_segments()[0][:, 1]
    assert ends == pytest.approx([0.4, 0.6])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["20", "200"]


@pytest.mark.parametrize("draw", [figures.two_questions])
def test_a_picture_is_the_same_bytes_each_time(draw) -> None:
    assert png(draw(WORDS, 2)) == png(draw(WORDS, 2))

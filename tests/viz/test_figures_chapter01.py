"""Figures of chapter 01: what they draw is what they were given."""

from course_lib.viz.figures.chapter01 import (
    accuracy_by_distance,
    time_by_length,
    two_ways,
)


def test_the_chain_has_one_arrow_less_than_words_and_so_has_the_fan() -> None:
    upper, lower = two_ways(["the", "keys", "are", "here"]).axes
    assert len(upper.patches) == len(lower.patches) == 3
    assert "3 steps" in upper.get_title()


def test_every_model_has_its_line_and_its_mark() -> None:
    table = {"RNN": [0.3, 0.2], "LSTM": [0.4, 0.4], "attention": [1.0, 1.0]}
    (axes,) = accuracy_by_distance([1, 16], table, chance=0.125).axes
    lines = {line.get_label(): line for line in axes.lines}
    for name, values in table.items():
        assert list(lines[name].get_ydata()) == values
    assert len({lines[name].get_marker() for name in table}) == 3
    assert any(set(line.get_ydata()) == {0.125} for line in axes.lines)


def test_times_stand_at_their_lengths() -> None:
    (axes,) = time_by_length([32, 64], {"LSTM": [1.0, 2.0]}).axes
    assert list(axes.lines[0].get_xdata()) == [32, 64]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["32", "64"]

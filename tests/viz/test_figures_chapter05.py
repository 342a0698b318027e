"""The pictures of chapter 05 draw the numbers that they are given."""

import math

import pytest
import torch
from matplotlib.colors import to_hex

from course_lib.positions import alibi_bias, sinusoidal_positions
from course_lib.viz.figures import chapter05 as figures
from course_lib.viz.style import BLUE, RULES, png


def test_hands_start_at_twelve_and_turn_clockwise() -> None:
    figure = figures.clocks([0, 1, 10], d_model=4)
    hands = [axes.lines[0].get_xydata()[1] for axes in figure.axes]
    assert len(hands) == 3 * 2
    for t, fast, slow in zip((0, 1, 10), hands[0::2], hands[1::2], strict=True):
        assert fast == pytest.approx([math.sin(t), math.cos(t)], abs=1e-5)
        assert slow == pytest.approx([math.sin(t / 100), math.cos(t / 100)], abs=1e-5)


def test_the_encoding_shows_the_table_and_the_chosen_columns() -> None:
    table = sinusoidal_positions(20, 8)
    heat, waves = figures.encoding(table, columns=(0, 5)).axes[:2]
    assert heat.images[0].get_array().tolist() == table.tolist()
    labels = [line.get_label() for line in waves.lines]
    assert labels == ["column 0", "column 5"]
    assert waves.lines[1].get_ydata().tolist() == table[:, 5].tolist()


def test_all_rows_lie_on_one_curve() -> None:
    (axes,) = figures.distance_curve(sinusoidal_positions(30, 8), (0, 9, 25)).axes
    height: dict[int, float] = {}
    for line in axes.lines:
        for distance, product in line.get_xydata():
            assert product == pytest.approx(
                height.setdefault(abs(int(distance)), product), abs=1e-3
            )
    assert len(height) == 30


def test_biases_share_one_scale() -> None:
    figure = figures.bias_maps(alibi_bias(4, 5), heads=(0, 3))
    assert [axes.get_title("left") for axes in figure.axes] == ["head 1", "head 4"]
    lowest = [axes.images[0].norm.vmin for axes in figure.axes]
    assert lowest == [-1.0, -1.0]


def test_reach_counts_distance_from_the_last_query() -> None:
    weights = torch.tensor([[0.1, 0.2, 0.7]])
    (axes,) = figures.reach(weights).axes
    points = axes.lines[0].get_xydata().tolist()
    assert points == [
        [2, pytest.approx(0.1)],
        [1, pytest.approx(0.2)],
        [0, pytest.approx(0.7)],
    ]


def test_accuracies_stand_in_the_middle_of_their_blocks() -> None:
    results = {"a_task": {"none": [0.5, 0.25], "rotary": [1.0, 0.75]}}
    figure = figures.beyond(results, trained=4, step=4)
    (axes,) = figure.axes
    assert axes.get_title("left") == "a task"
    none, rotary, edge = axes.lines
    assert none.get_xydata().tolist() == [[2, 0.5], [6, 0.25]]
    assert rotary.get_label() == "rotary"
    assert list(edge.get_xdata()) == [4, 4]


def test_learned_rows_are_drawn_against_distance_in_the_courses_style() -> None:
    similarity = torch.eye(6)
    figure = figures.learned_neighbours(similarity, places=(1, 4))
    (axes,) = figure.axes
    first = axes.lines[0]
    assert first.get_xydata().tolist()[1] == [0, 1]
    assert to_hex(first.get_color()) == BLUE.lower()
    assert not axes.spines["top"].get_visible()
    assert figure.get_facecolor()[:3] != (1, 1, 1) and RULES["figure.facecolor"]
    assert png(figure).startswith(b"\x89PNG")

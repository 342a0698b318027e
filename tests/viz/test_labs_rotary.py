"""The rotary lab: scores follow the distance, angles follow the positions."""

import math
import re

import numpy as np
import pytest

from course_lib.viz.labs.rotary import KEY_ANGLE, QUERY_ANGLE, RotaryLab


@pytest.fixture(scope="module")
def lab() -> RotaryLab:
    return RotaryLab()


@pytest.fixture(autouse=True)
def back_to_the_start(lab: RotaryLab) -> None:
    lab.reset()


def score(lab: RotaryLab) -> float:
    return float(lab.now.get_ydata()[0])


@pytest.mark.parametrize("pair", range(4))
def test_moving_both_by_the_same_steps_keeps_the_score(
    lab: RotaryLab, pair: int
) -> None:
    lab.set(query_position=5, key_position=2, pair=pair)
    before = score(lab)
    lab.set(query_position=28, key_position=25)
    assert score(lab) == pytest.approx(before, abs=1e-4)
    assert "At distance 3 " in lab.text


@pytest.mark.parametrize("pair", range(4))
@pytest.mark.parametrize(("query", "key"), [(0, 0), (6, 4), (4, 6), (30, 0)])
def test_the_score_is_the_cosine_of_the_angle_between(
    lab: RotaryLab, pair: int, query: int, key: int
) -> None:
    lab.set(query_position=query, key_position=key, pair=pair)
    turned = (query - key) * 10000 ** (-pair / 4)
    expected = math.cos(QUERY_ANGLE - KEY_ANGLE + turned)
    assert score(lab) == pytest.approx(expected, abs=1e-4)
    distances, curve = lab.line.get_data()
    at = list(distances).index(query - key)
    assert curve[at] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("query", "key"), [(6, 4), (4, 6), (17, 0), (0, 30)])
def test_the_arc_spans_the_angle_between_the_arrows(
    lab: RotaryLab, query: int, key: int
) -> None:
    lab.set(query_position=query, key_position=key)
    spanned = (lab.arc.theta2 - lab.arc.theta1) % 360
    assert spanned <= 180
    assert math.cos(math.radians(spanned)) == pytest.approx(score(lab), abs=1e-4)


def test_arrows_keep_their_length(lab: RotaryLab) -> None:
    lab.set(query_position=29, key_position=12, pair=1)
    for hand in (lab.query, lab.key):
        xs, ys = hand.get_data()
        assert np.hypot(xs[1], ys[1]) == pytest.approx(1, abs=1e-5)


def test_at_position_0_the_arrows_stand_on_the_dotted_ones(lab: RotaryLab) -> None:
    lab.set(query_position=0, key_position=0)
    x, y = (values[1] for values in lab.query.get_data())
    assert math.atan2(y, x) == pytest.approx(QUERY_ANGLE, abs=1e-6)


def test_the_text_says_angles_and_score(lab: RotaryLab) -> None:
    lab.set(query_position=26, key_position=4, pair=2)
    numbers = [float(n) for n in re.findall(r"-?\d+\.\d+", lab.text)]
    assert numbers == [0.26, 0.04, pytest.approx(score(lab), abs=1e-3)]


def test_every_preset_sets_the_sliders_and_draws(lab: RotaryLab) -> None:
    pictures = set()
    for values in lab.presets.values():
        lab.set(**values)
        assert {name: knob.value for name, knob in lab.knobs.items()} == values
        pictures.add(lab.image)
    assert len(pictures) == len(lab.presets)


def test_without_a_kernel_there_is_a_still_picture_and_a_text(lab: RotaryLab) -> None:
    data, metadata = lab._repr_mimebundle_()
    assert data["image/png"] and lab.text in data["text/plain"]
    assert lab.text in metadata["image/png"]["alt"]

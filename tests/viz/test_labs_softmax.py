"""The softmax lab: its bars are a softmax, its text says how sharp it is."""

import math
import re

import pytest
import torch

from course_lib.viz.labs.softmax import KEYS, PRODUCTS, WIDTHS, SoftmaxLab


@pytest.fixture(scope="module")
def lab() -> SoftmaxLab:
    return SoftmaxLab()


@pytest.fixture(autouse=True)
def back_to_the_start(lab: SoftmaxLab) -> None:
    lab.reset()


def heights(bars) -> torch.Tensor:
    return torch.tensor([bar.get_height() for bar in bars])


@pytest.mark.parametrize("temperature", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("divided", [True, False])
@pytest.mark.parametrize("width", [1, 64, 1024])
def test_the_right_bars_are_the_softmax_of_the_left(
    lab: SoftmaxLab, width: int, divided: bool, temperature: float
) -> None:
    lab.set(width=width, divided=divided, temperature=temperature)
    scores, weights = heights(lab.score_bars), heights(lab.weight_bars)
    assert torch.allclose(weights, scores.softmax(-1), atol=1e-6)
    assert float(weights.sum()) == pytest.approx(1, abs=1e-5)
    root = 1 if divided else math.sqrt(width)
    assert torch.allclose(scores, PRODUCTS * root / temperature, atol=1e-4)


def test_divided_scores_do_not_depend_on_the_width(lab: SoftmaxLab) -> None:
    pictures = set()
    for width in WIDTHS:
        lab.set(width=width, divided=True)
        pictures.add(lab.image)
    assert len(pictures) == 1


def test_a_temperature_of_root_d_stands_for_the_division(lab: SoftmaxLab) -> None:
    lab.set(width=64, divided=True, temperature=1.0)
    divided = heights(lab.weight_bars)
    lab.set(width=64, divided=False, temperature=8.0)
    assert torch.allclose(heights(lab.weight_bars), divided, atol=1e-5)


def test_the_text_gives_entropy_and_slope(lab: SoftmaxLab) -> None:
    lab.set(width=4, divided=False, temperature=1.0)
    weights = heights(lab.weight_bars).double()
    entropy = float(-(weights * weights.log()).sum())
    slope = float(weights.max() * (1 - weights.max()))
    assert (
        f"Entropy {entropy:.2f} nats of at most {math.log(len(KEYS)):.2f}" in lab.text
    )
    assert lab.text.endswith(f"{slope:.3f}.")
    assert re.search(r"scores from -2\.4 to 2\.8", lab.text)


def test_without_the_division_the_slope_dies_with_the_width(lab: SoftmaxLab) -> None:
    slopes = []
    for width in WIDTHS:
        lab.set(width=width, divided=False)
        slopes.append(float(lab.text.rsplit(" ", 1)[1].rstrip(".")))
    assert slopes[0] > 0.2 and slopes[-1] == 0.0


def test_every_bar_carries_its_number(lab: SoftmaxLab) -> None:
    lab.set(width=16, divided=False)
    shown = [text.get_text() for text in lab.score_texts]
    assert shown == ["5.6", "2.0", "−0.4", "−2.4", "−4.8"]
    low, high = lab.left.get_ylim()
    assert low < -4.8 and high > 5.6


@pytest.mark.parametrize("name", list(SoftmaxLab.presets))
def test_presets_set_the_controls(lab: SoftmaxLab, name: str) -> None:
    lab.set(**lab.presets[name])
    now = {knob: widget.value for knob, widget in lab.knobs.items()}
    assert now == pytest.approx(lab.presets[name])


def test_without_a_kernel_there_is_a_still_picture_and_a_text(lab: SoftmaxLab) -> None:
    data, metadata = lab._repr_mimebundle_()
    assert data["image/png"] and lab.text in data["text/plain"]
    assert lab.text in metadata["image/png"]["alt"]

"""The lab of chapter 01: what is left of a word in a recurrent state."""

import numpy as np
import pytest

from course_lib.viz.labs.memory import LONGEST, MemoryLab, influence


def test_without_tanh_the_influence_is_a_power_of_the_scale() -> None:
    distances = np.arange(1, LONGEST + 1)
    for scale in (0.8, 1.0, 1.2):
        assert np.allclose(influence(scale, squash=False), scale**distances)


def test_tanh_only_makes_it_smaller() -> None:
    assert np.all(influence(1.0, squash=True) <= influence(1.0, squash=False) + 1e-12)


def test_the_text_gives_the_number_of_the_point() -> None:
    lab = MemoryLab()
    lab.set(scale=0.5, squash=False, distance=10)
    assert f"{0.5**10:.1e}" in lab.text


@pytest.mark.parametrize("preset", list(MemoryLab.presets))
def test_presets_change_the_picture(preset: str) -> None:
    lab = MemoryLab()
    lab.set(scale=0.55, distance=3)
    before = lab.image
    lab.set(**MemoryLab.presets[preset])
    assert lab.image != before

"""The lab of chapter 10: where to draw the line."""

import pytest

from course_lib.viz.labs.threshold import ThresholdLab


@pytest.mark.parametrize(
    ("preset", "says"),
    [
        ("miss nothing", "16 of 16 urgent letters found, 10 false alarms"),
        ("be sure", "5 of 16 urgent letters found, 0 false alarms"),
    ],
)
def test_presets_show_what_they_promise(preset, says):
    lab = ThresholdLab()
    before = lab.image
    lab.choose(preset)
    assert says in lab.text
    assert lab.image != before


def test_the_ends_are_all_and_nothing():
    lab = ThresholdLab()
    lab.set(threshold=0.0)
    assert "16 of 16 urgent letters found, 24 false alarms" in lab.text
    assert "precision 40%, recall 100%, F1 57%" in lab.text
    lab.set(threshold=1.0)
    assert "0 of 16" in lab.text and "precision 0%, recall 0%, F1 0%" in lab.text

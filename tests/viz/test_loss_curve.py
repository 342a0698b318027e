"""The loss curve follows a run in one output."""

import pytest

from course_lib.training import Record
from course_lib.viz import loss_curve as module
from course_lib.viz.loss_curve import LossCurve

HISTORY = [
    Record(10, 0.1, 3.0, 1e-3, 1.0),
    Record(20, 0.2, 2.0, 1e-3, 1.0, {"loss": 2.5}),
    Record(30, 0.3, 1.0, 1e-3, 1.0, {"loss": 2.75}),
]


@pytest.fixture
def shown(monkeypatch):
    """What was displayed: (whether it replaced what was there, what)."""
    found = []

    class Handle:
        def update(self, data, metadata, raw):
            found.append((True, data, metadata))

    def display(data, metadata, raw, display_id):
        found.append((False, data, metadata))
        return Handle()

    monkeypatch.setattr(module, "display", display)
    return found


def test_the_curve_holds_the_history():
    curve = LossCurve()
    curve.draw(HISTORY)
    assert curve.training.get_xydata().tolist() == [[10, 3], [20, 2], [30, 1]]
    assert curve.validation.get_xydata().tolist() == [[20, 2.5], [30, 2.75]]
    low, high = curve.axes.get_ylim()
    assert low < 1
    assert high > 3
    assert curve.text == (
        "The training loss goes from 3.00 at step 10 to 1.00 at step 30. "
        "The validation loss is lowest at step 20: 2.50."
    )


def test_without_validation_there_is_no_legend():
    curve = LossCurve()
    curve.draw(HISTORY[:1])
    assert curve.axes.get_legend() is None
    assert "validation" not in curve.text


def test_it_is_drawn_in_one_place_now_and_then_and_at_the_end(shown, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    curve = LossCurve()
    curve([], False)
    assert shown == []
    for now[0], count in ((0.0, 1), (0.5, 2), (1.5, 2), (1.6, 3)):
        curve(HISTORY[:count], False)
    curve(HISTORY, True)
    assert [again for again, _, _ in shown] == [False, True, True]
    for _, data, metadata in shown:
        assert data["image/png"].startswith(b"\x89PNG")
        assert metadata["image/png"]["alt"] == data["text/plain"]
    assert "step 30" in shown[-1][1]["text/plain"]


def test_drawing_takes_a_tenth_of_the_time_at_most(shown, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])

    def slow_png(figure):
        now[0] += 0.5
        return b""

    monkeypatch.setattr(module, "png", slow_png)
    curve = LossCurve()
    for count in range(1, 8):  # a second apart
        curve(HISTORY[:1], False)
        now[0] = float(count)
    assert len(shown) == 2  # at 0 s and, 5 s after that had been drawn, at 6 s

"""What all labs share: controls, presets, pictures, words."""

import base64

import ipywidgets as widgets
from matplotlib.figure import Figure

from course_lib.viz.labs.lab import Lab


class Counting(Lab):
    """Draws n points; counts how often it was asked to."""

    title = "Points"
    look_for = "How many?"
    presets = {"many": {"n": 9, "label": "<b>nine</b>"}}

    def controls(self) -> dict[str, widgets.Widget]:
        return {"n": widgets.IntSlider(3, 0, 9), "label": widgets.Text("three")}

    def build(self, figure: Figure) -> None:
        self.drawn = 0
        (self.points,) = figure.subplots().plot([], [], "o")

    def update(self, n: int, label: str) -> str:
        self.drawn += 1
        self.points.set_data(range(n), range(n))
        return f"{n} points, {label}"


def test_moving_a_control_redraws_once() -> None:
    lab = Counting()
    before = lab.image
    lab.knobs["n"].value = 5
    assert lab.drawn == 2 and lab.text == "5 points, three"
    assert lab.image != before


def test_a_preset_sets_all_and_redraws_once() -> None:
    lab = Counting()
    button = next(b for b in _buttons(lab) if b.description == "many")
    button.click()
    assert lab.drawn == 2 and lab.knobs["n"].value == 9


def test_reset_is_the_last_button() -> None:
    lab = Counting()
    lab.set(n=7)
    _buttons(lab)[-1].click()
    assert lab.text == "3 points, three"


def test_texts_are_words_for_readers_and_never_html() -> None:
    lab = Counting()
    lab.set(label="<script>alert(1)</script>")
    assert "<script>" not in lab.picture.value
    assert lab.picture.value.count("&lt;script&gt;") == 2  # alt text and caption
    assert 'aria-live="polite"' in lab.picture.value


def test_the_output_holds_a_live_and_a_still_picture() -> None:
    lab = Counting()
    data, metadata = lab._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert base64.b64decode(data["image/png"]) == lab.image
    assert data["text/plain"] == repr(lab) == "Points: 3 points, three"
    assert metadata["image/png"]["alt"] == repr(lab)


def _buttons(lab: Lab) -> list[widgets.Button]:
    row = next(child for child in lab.box.children if isinstance(child, widgets.HBox))
    return list(row.children)

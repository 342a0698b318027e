"""What all labs share: controls, presets, pictures, words."""

import base64
import io

import ipywidgets as widgets
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from course_lib.viz.labs.compression import CompressionLab
from course_lib.viz.labs.gaze import GazeLab
from course_lib.viz.labs.heads import HeadsLab
from course_lib.viz.labs.hidden_word import HiddenWordLab
from course_lib.viz.labs.lab import NAME_WIDTH, VIEW, WIDTH, Lab, Preset
from course_lib.viz.labs.mask import MaskPainter
from course_lib.viz.labs.memory import MemoryLab
from course_lib.viz.labs.neighbours import NeighboursLab
from course_lib.viz.labs.positions import PositionsLab
from course_lib.viz.labs.residual import ResidualLab
from course_lib.viz.labs.rotary import RotaryLab
from course_lib.viz.labs.sampling import SamplingLab
from course_lib.viz.labs.softmax import SoftmaxLab
from course_lib.viz.labs.tokens import TokensLab
from course_lib.viz.style import png

ALL = (
    GazeLab,
    MemoryLab,
    TokensLab,
    NeighboursLab,
    SoftmaxLab,
    MaskPainter,
    HeadsLab,
    PositionsLab,
    RotaryLab,
    ResidualLab,
    HiddenWordLab,
    CompressionLab,
    SamplingLab,
)


class Counting(Lab):
    """Draws n points; counts how often it was asked to."""

    title = "Points"
    look_for = "How many?"
    presets = {"many": Preset("Are they <b>in line</b>?", n=9, label="<b>nine</b>")}

    def controls(self) -> dict[str, widgets.Widget]:
        return {"n": widgets.IntSlider(3, 0, 9), "label": widgets.Text("three")}

    def build(self, figure: Figure) -> None:
        self.drawn = 0
        axes = figure.subplots()
        axes.set(xlim=(-1, 9), ylim=(-1, 9))
        (self.points,) = axes.plot([], [], "o")

    def update(self, n: int, label: str) -> str:
        self.drawn += 1
        self.points.set_data(range(n), range(n))
        return f"{n} points, {label}"


def test_moving_a_control_redraws_once() -> None:
    lab = Counting()
    before, start = lab.image, lab.drawn
    lab.knobs["n"].value = 5
    assert lab.drawn == start + 1 and lab.text == "5 points, three"
    assert lab.image != before


def test_a_preset_sets_all_and_redraws_once() -> None:
    lab = Counting()
    start = lab.drawn
    button = next(b for b in _buttons(lab) if b.description == "many")
    button.click()
    assert lab.drawn == start + 1 and lab.knobs["n"].value == 9


def test_reset_is_the_last_button() -> None:
    lab = Counting()
    lab.set(n=7)
    _buttons(lab)[-1].click()
    assert lab.text == "3 points, three"


def test_the_browser_is_handed_picture_and_words_as_they_are() -> None:
    lab = Counting()
    lab.set(label="<script>alert(1)</script>")
    assert lab.picture.words == lab.text == "3 points, <script>alert(1)</script>"
    assert base64.b64decode(lab.picture.image) == lab.image
    seen = Image.open(io.BytesIO(lab.image))
    assert (lab.picture.width, lab.picture.height) == seen.size


def test_the_output_holds_a_live_and_a_still_picture() -> None:
    lab = Counting()
    data, metadata = lab._repr_mimebundle_()
    assert data[VIEW]["model_id"] == lab.box.model_id
    assert base64.b64decode(data["image/png"]) == png(lab.figure)
    assert data["text/plain"] == repr(lab) == "Points: 3 points, three"
    assert metadata["image/png"]["alt"] == repr(lab)


def test_what_anywidget_tells_colab_stands_beside_the_lab(monkeypatch) -> None:
    lab = Counting()
    shown, _ = lab.picture._repr_mimebundle_()
    told = {VIEW: {"colab": {"custom_widget_manager": {"url": "x"}}}}
    # As with ipywidgets 7: a box can't say how it is shown.
    monkeypatch.delattr(widgets.Widget, "_repr_mimebundle_", raising=False)
    monkeypatch.setattr(type(lab.picture), "_repr_mimebundle_", lambda _: (shown, told))
    data, metadata = lab._repr_mimebundle_()
    assert data[VIEW]["model_id"] == lab.box.model_id
    assert metadata[VIEW] == told[VIEW] and "image/png" in metadata


def test_the_quick_picture_has_the_pixels_of_the_figure() -> None:
    lab = Counting()
    lab.set(n=6)
    buffer = io.BytesIO()
    lab.figure.savefig(buffer, format="png")
    slow = Image.open(buffer).convert("RGB")
    assert np.array_equal(Image.open(io.BytesIO(lab.image)), slow)


def test_what_is_shown_already_is_not_drawn_again() -> None:
    lab = Counting()
    start = lab.drawn
    lab.reset()
    lab.set(n=3)
    assert lab.drawn == start


def test_a_preset_says_what_to_look_for_and_is_ticked_while_it_holds() -> None:
    lab = Counting()
    many, reset = _buttons(lab)
    assert lab.picture.look_for == "How many?" and not many.icon
    many.click()
    assert lab.picture.look_for == "Are they <b>in line</b>?"
    assert (many.icon, many.button_style) == ("check", "info")
    lab.knobs["n"].value = 8
    assert not many.icon and not many.button_style
    reset.click()
    assert lab.picture.look_for == "How many?"


@pytest.fixture(scope="module", params=ALL, ids=lambda kind: kind.__name__)
def lab(request: pytest.FixtureRequest) -> Lab:
    return request.param()


def test_every_lab_has_presets_each_with_a_line_of_its_own(lab: Lab) -> None:
    lines = [preset.look_for for preset in lab.presets.values()]
    assert 2 <= len(lines) == len(set(lines)) and lab.look_for not in lines
    for name, preset in lab.presets.items():
        lab.choose(name)
        assert lab._buttons[name].icon == "check", name
        assert set(preset) <= set(lab.knobs)
    lab.reset()


def test_presets_move_artists_and_rebuild_no_axes(lab: Lab) -> None:
    axes = list(lab.figure.axes)
    places = [one.get_position().bounds for one in axes]
    for name in lab.presets:
        lab.choose(name)
        assert all(a is b for a, b in zip(axes, lab.figure.axes, strict=True))
        assert places == [one.get_position().bounds for one in axes]
    lab.reset()


def test_nothing_is_cut_off_at_the_edge_of_any_preset(lab: Lab) -> None:
    for name in lab.presets:
        lab.choose(name)
        pixels = np.asarray(Image.open(io.BytesIO(lab.image)).convert("RGB"))
        border = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
        assert all((edge == pixels[0, 0]).all() for edge in border), name
    lab.reset()


def test_all_labs_have_one_look(lab: Lab) -> None:
    for knob in lab.knobs.values():
        assert knob.description
        if not isinstance(knob, widgets.ToggleButton):
            assert knob.layout.width == WIDTH
            assert knob.style.description_width == NAME_WIDTH
    assert lab.title in lab.box.children[0].value
    assert lab.box.children[-1] is lab.picture
    assert [b.description for b in _buttons(lab)] == [*lab.presets, "Reset"]


def _buttons(lab: Lab) -> list[widgets.Button]:
    row = next(child for child in lab.box.children if isinstance(child, widgets.HBox))
    return list(row.children)

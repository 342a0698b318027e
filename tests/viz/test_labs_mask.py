"""The mask painter: buttons, mask and weights say the same."""

import ipywidgets as widgets
import pytest
import torch

from course_lib.attention import causal_mask
from course_lib.viz.labs.mask import (
    LENGTH,
    OFF,
    ON,
    SCORES,
    TOKENS,
    MaskPainter,
    knob_name,
)


@pytest.fixture(scope="module")
def lab() -> MaskPainter:
    return MaskPainter()


@pytest.fixture(autouse=True)
def back_to_the_start(lab: MaskPainter) -> None:
    lab.reset()


def test_a_click_takes_a_key_away_and_the_others_share_its_weight(
    lab: MaskPainter,
) -> None:
    before, image = lab.weights.clone(), lab.image
    lab.knobs[knob_name(1, 2)].value = False
    assert not lab.mask[1, 2] and lab.mask.sum() == LENGTH**2 - 1
    assert lab.weights[1, 2] == 0
    rest = [0, 1, 3, 4, 5]
    assert (lab.weights[1, rest] > before[1, rest]).all()
    assert torch.equal(lab.weights[2:], before[2:])
    assert lab.image != image
    assert lab.text.startswith("35 of 36 cells may attend.")


def test_buttons_say_their_state_in_words(lab: MaskPainter) -> None:
    button = lab.knobs[knob_name(3, 0)]
    assert button.description == ON
    button.value = False
    assert button.description == OFF
    assert button.tooltip == "query 3 (.), key 0 (the)"


def test_the_weights_are_attention(lab: MaskPainter) -> None:
    lab.set(**lab.presets["Causal"])
    hidden = SCORES.masked_fill(~causal_mask(LENGTH), -torch.inf)
    assert torch.allclose(lab.weights, hidden.softmax(-1))
    assert "21 of 36 cells may attend (causal)." in lab.text


def test_padding_hides_the_keys_of_the_pad_tokens(lab: MaskPainter) -> None:
    lab.set(**lab.presets["Padding"])
    pads = [n for n, token in enumerate(TOKENS) if token == "pad"]
    assert not lab.mask[:, pads].any() and lab.mask[pads, 0].all()
    assert "Every row of weights sums to 1." in lab.text


def test_a_window_sees_itself_and_its_neighbours(lab: MaskPainter) -> None:
    lab.set(**lab.presets["Window"])
    at = torch.arange(LENGTH)
    assert torch.equal(lab.mask, (at[:, None] - at[None, :]).abs() <= 1)


def test_an_empty_row_has_weights_of_0_and_is_named(lab: MaskPainter) -> None:
    lab.set(**lab.presets["Empty row"])
    assert not lab.weights[2].any() and not lab.weights.isnan().any()
    assert "see nothing and have weights of 0: 2 (barked)." in lab.text


def test_nothing_at_all_is_survived(lab: MaskPainter) -> None:
    lab.set(**dict.fromkeys(lab.knobs, False))
    assert not lab.weights.any()
    assert "Nothing is left to attend to." in lab.text


def test_every_preset_draws_its_own_picture(lab: MaskPainter) -> None:
    pictures = set()
    for values in lab.presets.values():
        lab.set(**values)
        pictures.add(lab.image)
    assert len(pictures) == len(lab.presets) == 6


def test_the_picture_does_not_jump_between_clicks(lab: MaskPainter) -> None:
    places = set()
    for values in lab.presets.values():
        lab.set(**values)
        places.add(lab.left.get_position().bounds)
    assert len(places) == 1


def test_the_buttons_stand_in_a_grid_that_tab_walks_row_by_row(
    lab: MaskPainter,
) -> None:
    (grid,) = (c for c in lab.box.children if isinstance(c, widgets.GridBox))
    buttons = [c for c in grid.children if isinstance(c, widgets.ToggleButton)]
    assert buttons == list(lab.knobs.values())
    assert len(grid.children) == (LENGTH + 1) ** 2


def test_without_a_kernel_there_is_a_still_picture_and_a_text(
    lab: MaskPainter,
) -> None:
    data, metadata = lab._repr_mimebundle_()
    assert data["image/png"] and lab.text in data["text/plain"]
    assert lab.text in metadata["image/png"]["alt"]

"""The heads lab: shares are what their names say, and the text counts them."""

import numpy as np
import pytest
import torch

from course_lib.resources import recorded
from course_lib.viz.figures.chapter04 import owners
from course_lib.viz.labs.heads import EVERY, HeadsLab, head_shares, pattern_of


@pytest.fixture(scope="module")
def lab() -> HeadsLab:
    return HeadsLab()


@pytest.fixture(autouse=True)
def back_to_the_start(lab: HeadsLab) -> None:
    lab.reset()


def test_a_head_that_looks_one_step_back_has_that_share() -> None:
    weights = torch.zeros(1, 4, 4)
    weights[0, 0, 0] = 1.0  # the first token has no previous one
    weights[0, [1, 2, 3], [0, 1, 2]] = 1.0
    shares = head_shares(weights)
    assert {name: share.item() for name, share in shares.items()} == {
        "previous": 1.0,
        "next": 0.0,
        "itself": 0.25,
        "[CLS]": 0.5,
        "[SEP]": 0.0,
    }
    assert pattern_of(shares, 0) == "previous 1.00"


def test_equal_weights_are_no_pattern() -> None:
    shares = head_shares(torch.full((2, 6, 6), 1 / 6))
    assert all(torch.allclose(s, torch.tensor(1 / 6)) for s in shares.values())
    assert pattern_of(shares, 1) == "mixed"


def test_shares_are_the_sums_of_a_loop() -> None:
    weights = recorded("children")["weights"][1]  # (H, T, T)
    shares, length = head_shares(weights), weights.shape[-1]
    for head in (0, 8):
        rows = weights[head].tolist()
        previous = sum(rows[i][i - 1] for i in range(1, length)) / (length - 1)
        following = sum(rows[i][i + 1] for i in range(length - 1)) / (length - 1)
        assert shares["previous"][head] == pytest.approx(previous, abs=1e-5)
        assert shares["next"][head] == pytest.approx(following, abs=1e-5)


def test_twelve_heads_or_four_are_drawn(lab: HeadsLab) -> None:
    assert lab.knobs["heads"].value == EVERY
    assert sum(axes.get_visible() for axes in lab.figure.axes) == 12
    lab.set(layer=1, heads="8 to 11")
    seen = [axes for axes in lab.figure.axes if axes.get_visible()]
    assert len(seen) == 4
    drawn = np.asarray(seen[0].images[0].get_array())
    assert np.allclose(drawn, recorded("animal")["weights"][1, 8].numpy())
    assert seen[0].get_title(loc="left") == "8: next 0.55"
    assert [t.get_text() for t in seen[0].get_yticklabels()][2] == "animal"


def test_the_text_counts_the_heads_of_the_layer(lab: HeadsLab) -> None:
    assert "1 mostly at the previous token (clearest: head 2, 1.00)" in lab.text
    lab.set(layer=4)
    shares = head_shares(recorded("animal")["weights"][4])
    clear = int((shares["[CLS]"] >= 0.5).sum())
    assert f"{clear} mostly at [CLS]" in lab.text


def test_another_sentence_brings_its_own_tokens(lab: HeadsLab) -> None:
    lab.set(sentence="children", heads="0 to 3")
    first = next(axes for axes in lab.figure.axes if axes.get_visible())
    assert "cake" in [label.get_text() for label in first.get_xticklabels()]


def test_every_preset_draws_a_picture_of_its_own(lab: HeadsLab) -> None:
    pictures = {lab.image}
    for values in lab.presets.values():
        lab.set(**values)
        assert {name: lab.knobs[name].value for name in values} == values
        pictures.add(lab.image)
    assert len(pictures) == 1 + len(lab.presets)


def test_without_a_kernel_there_is_a_still_picture_and_a_text(lab: HeadsLab) -> None:
    data, metadata = lab._repr_mimebundle_()
    assert data["image/png"] and lab.text in data["text/plain"]
    assert lab.text in metadata["image/png"]["alt"]


def test_a_number_has_the_colour_of_the_head_that_owns_its_column() -> None:
    numbers = 10 * torch.arange(2)[:, None] + torch.arange(4)
    figure = owners({"x": numbers, "cut": numbers[:, 2:]}, d_head=2)
    whole, cut = (
        [patch.get_facecolor() for patch in axes.patches] for axes in figure.axes
    )
    assert whole[0] == whole[1] != whole[2] == whole[3]
    assert set(cut) == {whole[2]}

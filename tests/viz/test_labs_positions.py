"""The positions lab: what it draws is what `sinusoidal_positions` says."""

import numpy as np
import pytest

from course_lib.positions import sinusoidal_positions
from course_lib.viz.labs.positions import PositionsLab


@pytest.fixture(scope="module")
def lab() -> PositionsLab:
    return PositionsLab()


@pytest.fixture(autouse=True)
def back_to_the_start(lab: PositionsLab) -> None:
    lab.reset()


def test_the_heat_map_holds_the_table(lab: PositionsLab) -> None:
    lab.set(d_model=16, length=40)
    drawn = np.asarray(lab.heat.get_array())
    assert drawn.shape == (40, 16)
    assert np.allclose(drawn, sinusoidal_positions(40, 16).numpy())


@pytest.mark.parametrize("position", [0, 7, 31, 63])
@pytest.mark.parametrize("d_model", [4, 32, 128])
def test_the_dots_lie_on_one_curve_wherever_the_position_is(
    lab: PositionsLab, d_model: int, position: int
) -> None:
    lab.set(d_model=d_model, position=position)
    curve = dict(zip(*lab.theory.get_data(), strict=True))
    distances, products = lab.dots.get_data()
    assert list(distances) == [t - position for t in range(64)]
    for distance, product in zip(distances, products, strict=True):
        assert product == pytest.approx(curve[distance], abs=1e-4)


def test_the_text_gives_the_products_in_numbers(lab: PositionsLab) -> None:
    lab.set(d_model=8, length=64, position=20, base=10000)
    rows = sinusoidal_positions(64, 8)
    products = rows @ rows[20] / 4
    assert f"its neighbour {products[21]:.2f}" in lab.text
    assert f"the first row {products[0]:.2f}" in lab.text
    assert f"row 14 is most like it: {products[14]:.2f}" in lab.text


def test_the_last_position_has_a_neighbour_too(lab: PositionsLab) -> None:
    lab.set(length=8, position=7)
    assert "row 7 times itself is 1.00, times its neighbour 0.9" in lab.text


def test_the_position_stays_inside_the_table(lab: PositionsLab) -> None:
    lab.set(position=63)
    lab.set(length=16)
    assert lab.knobs["position"].max == 15 == lab.knobs["position"].value
    assert list(lab.row.get_ydata()) == [15, 15]


def test_a_smaller_base_changes_the_numbers(lab: PositionsLab) -> None:
    before = lab.text
    lab.set(base=10)
    assert lab.text != before


def test_every_preset_draws_a_picture_of_its_own(lab: PositionsLab) -> None:
    pictures = {lab.image}
    for values in lab.presets.values():
        lab.set(**values)
        assert {name: lab.knobs[name].value for name in values} == values
        pictures.add(lab.image)
    assert len(pictures) == 1 + len(lab.presets)


def test_without_a_kernel_there_is_a_still_picture_and_a_text(
    lab: PositionsLab,
) -> None:
    data, metadata = lab._repr_mimebundle_()
    assert data["image/png"] and lab.text in data["text/plain"]
    assert lab.text in metadata["image/png"]["alt"]

"""The lab of chapter 15: one matrix with fewer numbers, zeros, fewer bits."""

import numpy as np
import pytest

from course_lib.errors import ShapeError
from course_lib.viz.labs.compression import CompressionLab, made_up, squeeze


@pytest.fixture(scope="module")
def weight():
    return made_up()


def wrong(weight, **how):
    now, _ = squeeze(weight, **{"bits": 32, "sparsity": 0.0, "rank": 64} | how)
    return np.linalg.norm(now - weight) / np.linalg.norm(weight)


def test_nothing_asked_for_changes_nothing(weight):
    same, total = squeeze(weight, 32, 0.0, 64)
    assert np.array_equal(same, weight) and total == 64 * 64 * 32


def test_sizes_are_counted_exactly(weight):
    assert squeeze(weight, 8, 0.0, 64)[1] == 64 * 64 * 8 + 64 * 32
    assert squeeze(weight, 32, 0.5, 64)[1] == 64 * 64 * (16 + 1)
    assert squeeze(weight, 32, 0.0, 4)[1] == 2 * 64 * 4 * 32
    assert squeeze(weight, 4, 0.0, 4)[1] == 2 * 64 * 4 * 4 + (64 + 4) * 32


def test_each_slider_costs_more_the_further_it_goes(weight):
    for how in (
        [{"bits": b} for b in (16, 8, 4, 2)],
        [{"sparsity": s} for s in (0.1, 0.5, 0.9)],
        [{"rank": r} for r in (48, 16, 4)],
    ):
        errors = [wrong(weight, **one) for one in how]
        assert errors == sorted(errors) and errors[0] > 0


def test_it_does_what_it_says(weight):
    eight, _ = squeeze(weight, 8, 0.0, 64)
    steps = np.abs(weight).max(axis=1, keepdims=True) / 127
    assert np.abs(eight - weight).max() <= (steps / 2).max() + 1e-12
    assert np.allclose(eight / steps, np.round(eight / steps))
    half, _ = squeeze(weight, 32, 0.5, 64)
    assert (half == 0).mean() == 0.5
    assert np.abs(weight[half == 0]).max() <= np.abs(half[half != 0]).min()
    thin, _ = squeeze(weight, 32, 0.0, 4)
    assert np.linalg.matrix_rank(thin) == 4


def test_a_row_of_zeros_stays_one(weight):
    silent = weight.copy()
    silent[5] = 0
    assert np.isfinite(squeeze(silent, 4, 0.5, 64)[0]).all()


@pytest.mark.parametrize(
    ("preset", "says"),
    [
        ("8 bits", "Size 27% (4.2 of 16 KiB), error 0.6%"),
        ("half at zero", "Size 53% (8.5 of 16 KiB)"),
        ("rank 4", "Size 12% (2.0 of 16 KiB)"),
        ("all at once", "Size 17% (2.7 of 16 KiB)"),
    ],
)
def test_presets_show_what_they_promise(preset, says):
    lab = CompressionLab()
    before = lab.image
    lab.choose(preset)
    assert says in lab.text
    assert lab.image != before


def test_the_drawing_keeps_its_axes_and_shows_the_corner():
    lab = CompressionLab()
    places = [axes.get_position().bounds for axes in lab.figure.axes]
    lab.set(bits=2, sparsity=0.95, rank=2)
    assert [axes.get_position().bounds for axes in lab.figure.axes] == places
    assert lab.images[1].get_array().shape == (24, 24)
    lab.reset()
    assert "Size 11% (1.8 of 16 KiB)" in lab.text
    lab.set(bits=32)
    assert "Size 100% (16.0 of 16 KiB), error 0.0%" in lab.text


def test_a_matrix_of_ones_own_is_taken_or_refused():
    lab = CompressionLab(np.ones((70, 90)))
    assert lab.matrix.shape == (64, 64)
    with pytest.raises(ShapeError, match=r"got \(8, 8\)"):
        CompressionLab(np.ones((8, 8)))

"""The drawings of chapter 06 show the numbers and names that they are given."""

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from course_lib.viz.figures import chapter06
from course_lib.viz.style import png


def words(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_the_block_diagram_has_two_norms_in_either_order() -> None:
    before, after = chapter06.block_diagram().axes
    for axes in (before, after):
        boxes = [text.get_text() for text in axes.texts]
        assert boxes.count("norm") == 2
        assert boxes.count("attention") == boxes.count("feed-forward") == 1
    assert norm_heights(before) == {1.5}, "pre-norm: in the branches"
    assert norm_heights(after) == {0.0}, "post-norm: on the stream"


def norm_heights(axes) -> set[float]:
    return {text.get_position()[1] for text in axes.texts if text.get_text() == "norm"}


def test_only_the_encoder_decoder_has_cross_attention() -> None:
    encoder, decoder, both = chapter06.stacks().axes
    names = [[text.get_text() for text in axes.texts] for axes in (encoder, decoder)]
    assert "causal attention" not in names[0] and "causal attention" in names[1]
    assert all("cross attention" not in part for part in names)
    drawn = [text.get_text() for text in both.texts]
    assert {"attention", "causal attention", "cross attention", "memory"} <= set(drawn)


def test_the_bends_are_gelu_and_relu() -> None:
    gelu, relu = chapter06.bends().axes[0].get_lines()
    z = torch.as_tensor(np.array(gelu.get_xdata()))
    assert np.allclose(gelu.get_ydata(), torch.nn.functional.gelu(z))
    assert np.allclose(relu.get_ydata(), z.clamp(min=0))


def test_a_gradient_curve_for_every_depth_ends_in_its_dot() -> None:
    given = {"pre-norm": {1: [0.5], 3: [0.4, 0.3, 0.2]}, "post-norm": {2: [0.1, 0.6]}}
    left, right = chapter06.gradient_curves(given).axes
    assert left.get_title(loc="left") == "pre-norm"
    line, dot = left.get_lines()[2:]
    assert list(line.get_xdata()) == [1, 2, 3] and list(dot.get_ydata()) == [0.2]
    assert len(right.get_lines()) == 2
    assert left.get_ylim()[0] == 0


def test_learning_curves_are_told_apart_without_colour() -> None:
    runs = {"one": [(1, 0.1), (2, 0.2)], "two": [(1, 0.3), (2, 0.9)]}
    axes = chapter06.learning_curves(runs, chance=0.05, quantity="right").axes[0]
    first, second, chance = axes.get_lines()
    assert list(second.get_ydata()) == [0.3, 0.9]
    assert first.get_linestyle() != second.get_linestyle()
    assert set(chance.get_ydata()) == {0.05} and axes.get_ylabel() == "right"


@pytest.mark.parametrize("count", [1, 2])
def test_a_map_for_every_head_on_one_scale(count: int) -> None:
    maps = {f"head {n}": torch.eye(3) / (n + 1) for n in range(count)}
    figure = chapter06.attention_maps(maps, ["a", "$b$", "c"])
    assert [axes.get_title(loc="left") for axes in figure.axes] == list(maps)
    assert all(axes.images[0].get_clim() == (0, 1) for axes in figure.axes)
    assert png(figure).startswith(b"\x89PNG")


def test_head_scores_are_written_into_the_cells() -> None:
    scores = {"previous": torch.tensor([[0.44, 0.51], [0.04, 0.0]])}
    assert words(chapter06.head_scores(scores)) == ["0.44", "0.51", "0.04", "0.00"]

"""The residual lab: its curves are what untrained blocks really do."""

import math

import pytest
import torch
from torch import nn

from course_lib.viz.labs.residual import ARRANGEMENTS, DEEPEST, ResidualLab


@pytest.fixture(scope="module")
def lab() -> ResidualLab:
    return ResidualLab()


@pytest.fixture(autouse=True)
def back_to_the_start(lab: ResidualLab) -> None:
    lab.reset()


def curves(lab: ResidualLab, **values: object) -> tuple[list[float], list[float]]:
    lab.set(**values)
    return list(lab.stream_line.get_ydata()), list(lab.gradient_line.get_ydata())


@pytest.mark.parametrize("pre_norm", [True, False])
def test_the_stream_is_that_of_the_course_blocks(
    lab: ResidualLab, pre_norm: bool
) -> None:
    sizes, _ = curves(lab, norm="pre-norm" if pre_norm else "post-norm", depth=4)
    x, expected = lab.stack.x, []
    with torch.no_grad():
        for block in lab.stack.blocks[:4]:
            block.pre_norm = pre_norm
            x, _ = block(x)
            expected.append(float(x.square().mean().sqrt()))
            block.pre_norm = True
    assert sizes[1:] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
@pytest.mark.parametrize("depth", [2, 10, DEEPEST])
def test_there_is_a_point_for_every_block(
    lab: ResidualLab, arrangement: str, depth: int
) -> None:
    sizes, gradients = curves(lab, norm=arrangement, depth=depth)
    assert len(sizes) == depth + 1 and len(gradients) == depth
    assert all(map(math.isfinite, [*sizes, *gradients]))
    assert f"{arrangement}, {depth} blocks" in lab.text


def test_pre_norm_lets_the_stream_grow_and_post_norm_holds_it(lab: ResidualLab) -> None:
    before, _ = curves(lab, norm="pre-norm", depth=32)
    after, _ = curves(lab, norm="post-norm", depth=32)
    assert before[-1] > 3 * before[0]
    assert after[-1] == pytest.approx(1, abs=0.01)


def test_only_under_pre_norm_the_last_gradient_falls_with_depth(
    lab: ResidualLab,
) -> None:
    def last(arrangement: str, depth: int) -> float:
        return curves(lab, norm=arrangement, depth=depth)[1][-1]

    assert last("pre-norm", 32) < 0.5 * last("pre-norm", 4)
    assert last("post-norm", 32) > 0.8 * last("post-norm", 4)


def test_without_a_residual_the_first_block_gets_no_gradient(lab: ResidualLab) -> None:
    _, gradients = curves(lab, norm="neither", depth=32)
    assert gradients[0] < 1e-12 < 1e-3 < gradients[-1]


def test_a_small_branch_leaves_the_stream_as_it_is(lab: ResidualLab) -> None:
    sizes, _ = curves(lab, norm="pre-norm", depth=32, scale=0.1)
    assert sizes[-1] == pytest.approx(sizes[0], rel=0.15)


def test_numbers_beyond_float32_are_said_and_not_drawn(lab: ResidualLab) -> None:
    curves(lab, norm="residual, no norm", depth=32, scale=2.0)
    assert "first block's weights: beyond what float32 holds" in lab.text
    curves(lab, norm="neither", depth=32, scale=0.1)
    assert "first block's weights: less than float32 holds" in lab.text
    assert lab.image.startswith(b"\x89PNG")


def test_every_preset_draws_a_picture_of_its_own(lab: ResidualLab) -> None:
    pictures = {lab.image}
    for values in lab.presets.values():
        lab.set(**values)
        pictures.add(lab.image)
    assert len(pictures) == 1 + len(lab.presets)


def test_it_leaves_the_seed_of_the_notebook_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    ResidualLab()
    assert torch.equal(torch.rand(3), expected)


def test_it_leaves_no_gradients_behind(lab: ResidualLab) -> None:
    lab.set(depth=4)
    modules = nn.ModuleList(lab.stack.blocks)
    assert all(weight.grad is None for weight in modules.parameters())

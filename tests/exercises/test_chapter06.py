"""Answers to chapter 06 as people write them: what the checker makes of each."""

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import find
from course_lib.exercises.chapter06 import EXERCISES
from course_lib.exercises.checker import check

Answer = Callable[..., Tensor]
CHAPTER = Path(__file__).parents[2] / "chapters" / "06_transformer_block.ipynb"


@pytest.mark.parametrize("name", [exercise.id for exercise in EXERCISES])
def test_every_mistake_sends_the_reader_to_a_heading_that_exists(name: str) -> None:
    cells = nbformat.read(CHAPTER, as_version=4).cells
    text = "\n".join(c.source for c in cells if c.cell_type == "markdown")
    headings = set(re.findall(r"^#+ (.+)$", text, re.MULTILINE))
    places = {mistake.read.removeprefix("06, ") for mistake in find(name).mistakes}
    assert places <= headings


def rms_norm(x, gain, bias, eps=1e-5):
    return F.rms_norm(x, x.shape[-1:], gain, eps) + bias


def mean_left_in_numerator(x, gain, bias, eps=1e-5):
    return x / torch.sqrt(x.var(-1, correction=0, keepdim=True) + eps) * gain + bias


def over_positions(x, gain, bias, eps=1e-5):
    variance, mean = torch.var_mean(x, 1, correction=0, keepdim=True)
    return (x - mean) / torch.sqrt(variance + eps) * gain + bias


def torch_std(x, gain, bias, eps=1e-5):
    deviation = x.std(-1, keepdim=True) + eps
    return gain * (x - x.mean(-1, keepdim=True)) / deviation + bias


def norm_without_keepdim(x, gain, bias, eps=1e-5):
    variance, mean = torch.var_mean(x, -1, correction=0)
    return (x - mean) / torch.sqrt(variance + eps) * gain + bias


def whole_tensor(x, gain, bias, eps=1e-5):
    return F.layer_norm(x, x.shape) * gain + bias


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (rms_norm, "no-mean-subtracted"),
        (mean_left_in_numerator, "no-mean-subtracted"),
        (over_positions, "over-wrong-axis"),
        (torch_std, "unbiased-variance+eps-outside-root"),
        (norm_without_keepdim, "keepdim-missing"),
        (whole_tensor, "eps-fixed+over-several-axes"),
    ],
)
def test_layer_norm_as_people_write_it(answer: Answer, name: str) -> None:
    assert check("06.layer_norm", answer).mistake == name


def test_an_unusual_layer_norm_is_described_but_not_named() -> None:
    def by_the_largest(x, gain, bias, eps=1e-5):
        centred = x - x.mean(-1, keepdim=True)
        return centred / centred.abs().amax(-1, keepdim=True) * gain + bias

    report = check("06.layer_norm", by_the_largest)
    assert not report.passed and report.mistake is None
    assert report.reached == ["mean", "centred"]
    assert "variance" in report.message


def relu_at_the_end(x, w1, b1, w2, b2):
    return F.relu(F.linear(F.linear(x, w1, b1), w2, b2))


def relu_between(x, w1, b1, w2, b2):
    return torch.clamp(x @ w1.mT + b1, min=0) @ w2.mT + b2


def swish(x, w1, b1, w2, b2):
    hidden = F.linear(x, w1, b1)
    return F.linear(hidden * torch.sigmoid(hidden), w2, b2)


def stored_weights(x, w1, b1, w2, b2):
    return F.gelu(x @ w1 + b1) @ w2 + b2


def no_activation_no_bias(x, w1, b1, w2, b2):
    return x @ w1.T @ w2.T


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (relu_at_the_end, "relu-instead+activation-after-second"),
        (relu_between, "relu-instead"),
        (swish, "silu-instead"),
        (stored_weights, "weight-not-transposed"),
        (no_activation_no_bias, "activation-missing+bias-missing"),
    ],
)
def test_feed_forward_as_people_write_it(answer: Answer, name: str) -> None:
    assert check("06.feed_forward", answer).mistake == name


def test_the_tanh_form_of_gelu_stays_within_the_tolerance() -> None:
    exercise = find("06.feed_forward")
    for case in exercise.cases(torch.float64):
        given = exercise.variants["tanh form of GELU"](*case.inputs.values())
        assert (given - exercise.compute(case.inputs, {})).abs().max() < 1e-3


def no_first_residual(x, attention, feed_forward, norm1, norm2):
    x = attention(norm1(x))
    return x + feed_forward(norm2(x))


def no_second_residual(x, attention, feed_forward, norm1, norm2):
    x = x + attention(norm1(x))
    return feed_forward(norm2(x))


def no_residual(x, attention, feed_forward, norm1, norm2):
    return feed_forward(norm2(attention(norm1(x))))


def paper_of_2017(x, attention, feed_forward, norm1, norm2):
    x = norm1(x + attention(x))
    return norm2(x + feed_forward(x))


def paper_with_one_norm(x, attention, feed_forward, norm1, norm2):
    x = norm1(x + attention(x))
    return norm1(x + feed_forward(x))


def stream_overwritten(x, attention, feed_forward, norm1, norm2):
    x = norm1(x)
    x = x + attention(x)
    x = norm2(x)
    return x + feed_forward(x)


def side_by_side(x, attention, feed_forward, norm1, norm2):
    return x + attention(norm1(x)) + feed_forward(norm2(x))


def input_added_at_the_end(x, attention, feed_forward, norm1, norm2):
    middle = x + attention(norm1(x))
    return x + feed_forward(norm1(middle))


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (no_first_residual, "residual-missing"),
        (no_second_residual, "residual-missing"),
        (no_residual, "residual-missing"),
        (paper_of_2017, "post-norm"),
        (paper_with_one_norm, "post-norm+norm-shared"),
        (stream_overwritten, "residual-from-normed"),
        (side_by_side, "feed-forward-reads-input"),
        (input_added_at_the_end, "norm-shared+second-residual-from-input"),
    ],
)
def test_encoder_block_as_people_write_it(answer: Answer, name: str) -> None:
    assert check("06.encoder_block", answer).mistake == name


def test_a_block_that_adds_in_place_passes_with_a_remark() -> None:
    def in_place(x, attention, feed_forward, norm1, norm2):
        x += attention(norm1(x))
        x += feed_forward(norm2(x))
        return x

    report = check("06.encoder_block", in_place)
    assert report.passed
    assert any("in place" in remark for remark in report.remarks)


def test_a_block_with_layers_that_return_zeros_changes_nothing() -> None:
    exercise = find("06.encoder_block")
    case = exercise.cases(torch.float32)[-1]
    assert torch.equal(exercise.reference(*case.inputs.values()), case.inputs["x"])

"""Answers to chapter 05 as people write them: what the checker makes of each."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from course_lib import positions
from course_lib.exercises.catalogue import find
from course_lib.exercises.checker import check

Answer = Callable[..., Tensor]


def blog_loop(length, d_model):
    """Steps of two, doubled once more, and i + 1 in the cosine's exponent."""
    encoding = torch.zeros(length, d_model)
    for t in range(length):
        for i in range(0, d_model, 2):
            encoding[t, i] = math.sin(t / 10000 ** (2 * i / d_model))
            encoding[t, i + 1] = math.cos(t / 10000 ** (2 * (i + 1) / d_model))
    return encoding


def sines_then_cosines(length, d_model):
    speed = 1 / 10000 ** (torch.arange(0, d_model, 2).float() / d_model)
    angle = torch.outer(torch.arange(length).float(), speed)
    return torch.cat((angle.sin(), angle.cos()), dim=1)


def column_as_index(length, d_model):
    """np.where over columns: column j takes base ** (j / D)."""
    position, column = np.arange(length)[:, None], np.arange(d_model)
    angle = position / 10000 ** (column / d_model)
    return torch.tensor(np.where(column % 2, np.cos(angle), np.sin(angle))).float()


def minus_forgotten(length, d_model):
    speed = torch.exp(torch.arange(0, d_model, 2) * math.log(10000.0) / d_model)
    angle = torch.arange(length)[:, None] * speed
    return torch.stack((angle.sin(), angle.cos()), -1).flatten(1)


def second_line_forgotten(length, d_model):
    encoding = torch.zeros(length, d_model)
    speed = 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    encoding[:, 0::2] = torch.sin(torch.arange(length)[:, None] * speed)
    return encoding


def base_hundred(length, d_model):
    return positions.sinusoidal_positions(length, d_model, base=100.0)


def starts_at_one(length, d_model):
    return positions.sinusoidal_positions(length, d_model, start=1)


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (blog_loop, "two-counted-twice+exponent-per-column"),
        (sines_then_cosines, "halves-instead-of-interleaved"),
        (column_as_index, "exponent-per-column"),
        (minus_forgotten, "exponent-sign"),
        (second_line_forgotten, "half-left-at-zero"),
        (base_hundred, "exponent-without-two"),
        (starts_at_one, "positions-from-one"),
    ],
)
def test_sinusoidal_answers_of_beginners(answer: Answer, mistake: str) -> None:
    assert check("05.sinusoidal_positions", answer).mistake == mistake


BASES = (1.5, 3, 50, 101, 512, 5000, 9800, 10_200, 50_000, 123_456, 5e5, 1e7)


@pytest.mark.parametrize("base", BASES)
def test_any_other_base_is_named(base: float) -> None:
    def answer(length, d_model):
        return positions.sinusoidal_positions(length, d_model, base=base)

    report = check("05.sinusoidal_positions", answer)
    assert report.mistake == "wrong-base"


@pytest.mark.parametrize("base", [7, 20_000])
def test_any_other_base_is_named_beside_every_other_mistake(base: float) -> None:
    exercise = find("05.sinusoidal_positions")
    for other in exercise.mistakes:
        if other.group != "frequency":
            wrong = {other.name: True, "wrong-base": base}
            report = check(exercise.id, exercise.with_mistakes(wrong))
            assert set((report.mistake or "").split("+")) == set(wrong)


def test_random_numbers_have_no_name() -> None:
    def answer(length, d_model):
        torch.manual_seed(0)
        return torch.rand(length, d_model)

    report = check("05.sinusoidal_positions", answer)
    assert report.mistake is None and not report.passed


def neighbours(x, base=10000.0):
    """The layout of the RoFormer paper and of GPT-J."""
    turned = torch.view_as_complex(x.float().reshape(*x.shape[:-1], -1, 2).contiguous())
    speed = base ** (-torch.arange(0, x.shape[-1], 2) / x.shape[-1])
    angle = torch.outer(torch.arange(x.shape[-2]).float(), speed)
    turned = turned * torch.polar(torch.ones_like(angle), angle)
    return torch.view_as_real(turned).flatten(-2).to(x.dtype)


def in_place(x, base=10000.0):
    """The first half is overwritten before the second half reads it."""
    half = x.shape[-1] // 2
    speed = base ** (-2 * torch.arange(half) / x.shape[-1])
    angle = torch.arange(x.shape[-2])[:, None] * speed
    a, b = x[..., :half], x[..., half:]
    a[:] = a * angle.cos() - b * angle.sin()
    b[:] = b * angle.cos() + a * angle.sin()
    return x


def mixed_layouts(x, base=10000.0):
    """Angles for neighbours (0, 0, 1, 1, ...), pairs as two halves."""
    width = x.shape[-1]
    speed = base ** (-torch.arange(0, width, 2) / width)
    angle = (torch.arange(x.shape[-2])[:, None] * speed).repeat_interleave(2, dim=-1)
    swapped = torch.cat((-x[..., width // 2 :], x[..., : width // 2]), dim=-1)
    return x * angle.cos() + swapped * angle.sin()


def one_angle_each(x, base=10000.0):
    width = x.shape[-1]
    angle = torch.arange(x.shape[-2])[:, None] * base ** (-torch.arange(width) / width)
    swapped = torch.cat((-x[..., width // 2 :], x[..., : width // 2]), dim=-1)
    return x * angle.cos() + swapped * angle.sin()


def backwards(x, base=10000.0):
    first, second = x.chunk(2, dim=-1)
    swapped = positions.rotate(torch.cat((second, first), dim=-1), base)
    second, first = swapped.chunk(2, dim=-1)
    return torch.cat((first, second), dim=-1)


def from_one(x, base=10000.0):
    return positions.rotate(x, base, start=1)


def always_ten_thousand(x, base=10000.0):
    return positions.rotate(x)


def along_heads(x, base=10000.0):
    if x.ndim < 3:
        return positions.rotate(x, base)
    return positions.rotate(x.transpose(-2, -3), base).transpose(-2, -3)


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (neighbours, "interleaved-pairs"),
        (in_place, "uses-rotated-half"),
        (mixed_layouts, "angles-in-other-order"),
        (one_angle_each, "angle-per-dimension-not-pair"),
        (backwards, "wrong-direction"),
        (from_one, "positions-from-one"),
        (always_ten_thousand, "base-ignored"),
        (along_heads, "positions-along-wrong-axis"),
    ],
)
def test_rotary_answers_of_beginners(answer: Answer, mistake: str) -> None:
    assert check("05.rotate", answer).mistake == mistake


SLOPES = {
    "h / (H + 1)": lambda h, heads: h / (heads + 1),
    "2 ** -2h": lambda h, heads: 4.0**-h,
    "steeper": lambda h, heads: 2.0 ** (-4 * h / heads),
    "larger than 1": lambda h, heads: 8.0 * h,
    "first head flat": lambda h, heads: (h - 1) / heads,
    "irregular": lambda h, heads: 0.3 + math.sin(h) ** 2,
}


@pytest.mark.parametrize("slope", SLOPES.values(), ids=SLOPES.keys())
def test_any_other_slopes_are_named(slope: Callable[[int, int], float]) -> None:
    def answer(num_heads, length):
        slopes = torch.tensor([slope(h, num_heads) for h in range(1, num_heads + 1)])
        distance = torch.arange(length)[:, None] - torch.arange(length)
        return -slopes[:, None, None] * distance.clamp(min=0)

    assert check("05.alibi_bias", answer).mistake == "slopes-not-geometric"


def test_any_other_slopes_are_named_beside_every_other_mistake() -> None:
    slopes = {
        heads: [SLOPES["irregular"](h, heads) for h in range(1, heads + 1)]
        for heads in (2, 4, 8)
    }
    exercise = find("05.alibi_bias")
    for other in exercise.mistakes:
        if other.name != "slopes-not-geometric":
            wrong = {other.name: other.forms[0], "slopes-not-geometric": slopes}
            report = check(exercise.id, exercise.with_mistakes(wrong))
            assert set((report.mistake or "").split("+")) == set(wrong)


def as_bloom_does(num_heads, length):
    """One row for all queries: the weights are right, the entries are not."""
    slopes = positions.alibi_slopes(num_heads)
    return slopes[:, None, None] * torch.arange(length).expand(length, length)


def both_directions(num_heads, length):
    place = torch.arange(length)
    distance = (place[:, None] - place).abs()
    return -positions.alibi_slopes(num_heads)[:, None, None] * distance


def with_causal_mask(num_heads, length):
    future = torch.ones(length, length, dtype=torch.bool).triu(1)
    bias = positions.alibi_bias(num_heads, length)
    return bias.masked_fill(future, -math.inf)


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (as_bloom_does, "key-position-only"),
        (both_directions, "distance-absolute"),
        (with_causal_mask, "future-masked"),
        (lambda h, t: -positions.alibi_bias(h, t), "slope-sign"),
        (lambda h, t: positions.alibi_bias(h, t).mT, "distance-transposed"),
    ],
)
def test_alibi_answers_of_beginners(answer: Answer, mistake: str) -> None:
    assert check("05.alibi_bias", answer).mistake == mistake


RIGHT: dict[str, Answer] = {
    "05.sinusoidal_positions": positions.sinusoidal_positions,
    "05.rotate": positions.rotate,
    "05.alibi_bias": positions.alibi_bias,
}


@pytest.mark.parametrize("name", list(RIGHT))
@pytest.mark.parametrize(
    "turn",
    [Tensor.numpy, Tensor.tolist, Tensor.double, Tensor.half, Tensor.requires_grad_],
)
def test_the_course_library_passes_in_every_form(name: str, turn: Callable) -> None:
    report = check(name, lambda *inputs: turn(RIGHT[name](*inputs)))
    assert report.passed, report.message


@pytest.mark.parametrize("name", list(RIGHT))
def test_each_case_is_told_apart_by_its_name(name: str) -> None:
    cases = find(name).cases(torch.float32)
    assert len({case.name for case in cases}) == len(cases) >= 3

"""Positions: the formulas, and what they were made for."""

import torch

from course_lib.positions import Rotary, alibi_bias, rotate, sinusoidal_positions


def test_sinusoidal_positions_by_the_formula():
    table = sinusoidal_positions(3, 4)
    t = torch.arange(3.0)
    expected = [t.sin(), t.cos(), (t / 100).sin(), (t / 100).cos()]
    torch.testing.assert_close(table, torch.stack(expected, dim=1))


def test_rotate_by_the_formula():
    x = torch.randn(2, 5, 6)
    for t in range(5):
        for i in range(3):
            angle = torch.tensor(t * 10000.0 ** (-2 * i / 6))
            a, b = x[:, t, i], x[:, t, i + 3]
            turned = rotate(x)[:, t]
            torch.testing.assert_close(turned[:, i], a * angle.cos() - b * angle.sin())
            torch.testing.assert_close(
                turned[:, i + 3], b * angle.cos() + a * angle.sin()
            )


def test_rotary_module_equals_the_function():
    rotary = Rotary(6)
    for length, start in ((4, 0), (2, 3), (9, 1)):
        x = torch.randn(2, 3, length, 6)
        torch.testing.assert_close(rotary(x, start), rotate(x, start=start))


def test_alibi_by_the_formula():
    bias = alibi_bias(4, 3)
    for h in range(4):
        for i in range(3):
            for j in range(3):
                expected = -(2 ** (-8 * (h + 1) / 4)) * (i - j) if j <= i else 0
                assert abs(bias[h, i, j].item() - expected) < 1e-6

"""Positions: the formulas, and the properties they were made for."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib.attention import full_attention
from course_lib.errors import ShapeError
from course_lib.positions import (
    LearnedPositions,
    Rotary,
    SinusoidalPositions,
    alibi_bias,
    alibi_slopes,
    rotate,
    sinusoidal_positions,
)

# --- sinusoidal -------------------------------------------------------------------


@pytest.mark.parametrize("base", [10000.0, 50.0])
def test_sinusoidal_positions_by_the_formula(base):
    table = sinusoidal_positions(7, 6, base)
    for t in range(7):
        for i in range(3):
            angle = t / base ** (2 * i / 6)
            assert math.isclose(table[t, 2 * i], math.sin(angle), abs_tol=1e-6)
            assert math.isclose(table[t, 2 * i + 1], math.cos(angle), abs_tol=1e-6)


def test_sinusoidal_positions_follow_device_and_dtype(device, dtype):
    table = sinusoidal_positions(600, 8, device=device, dtype=dtype)
    assert table.dtype == dtype and table.device.type == device
    exact = sinusoidal_positions(600, 8, dtype=torch.float64)
    # The angles are computed finely even where the result is coarse.
    step = max(torch.finfo(dtype).eps, 1e-4 if dtype == torch.float32 else 0)
    assert (table.cpu().double() - exact).abs().max() <= step


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_sinusoidal_products_depend_on_distance_alone(one, other, shift):
    table = sinusoidal_positions(100, 8, dtype=torch.float64)
    here = table[one] @ table[other]
    there = table[one + shift] @ table[other + shift]
    torch.testing.assert_close(here, there)


def test_sinusoidal_layer_adds_the_rows_of_its_positions(device, dtype):
    x = torch.randn(2, 5, 8).to(device, dtype)
    layer = SinusoidalPositions(8)
    table = sinusoidal_positions(9, 8, device=device, dtype=dtype)
    torch.testing.assert_close(layer(x), x + table[:5])
    torch.testing.assert_close(layer(x, start=4), x + table[4:])
    assert not list(layer.parameters())


def test_pairs_need_an_even_width():
    for use in (lambda: sinusoidal_positions(4, 5), lambda: rotate(torch.ones(4, 5))):
        with pytest.raises(ShapeError, match="the width is 5.*such as 6"):
            use()


# --- learned ----------------------------------------------------------------------


def test_learned_positions_are_rows_of_a_table():
    layer, x = LearnedPositions(6, 8), torch.randn(2, 4, 8)
    rows = layer.table.weight
    torch.testing.assert_close(layer(x), x + rows[:4])
    torch.testing.assert_close(layer(x, start=2), x + rows[2:])
    padded = torch.tensor([[0, 0, 0, 1], [0, 1, 2, 3]])
    torch.testing.assert_close(layer(x, positions=padded), x + rows[padded])


def test_learned_positions_end_somewhere():
    layer = LearnedPositions(6, 8)
    for length, start in ((7, 0), (1, 6)):
        with pytest.raises(ShapeError, match="7 tokens.*positions for 6: cut the text"):
            layer(torch.zeros(2, length, 8), start=start)


# --- rotary -----------------------------------------------------------------------


@pytest.mark.parametrize("base", [10000.0, 50.0])
def test_rotate_by_the_formula(base):
    x = torch.randn(2, 5, 6, dtype=torch.float64)
    turned = rotate(x, base)
    for t in range(5):
        for i in range(3):
            angle = t * base ** (-2 * i / 6)
            cosine, sine = math.cos(angle), math.sin(angle)
            a, b = x[:, t, i], x[:, t, i + 3]
            torch.testing.assert_close(turned[:, t, i], a * cosine - b * sine)
            torch.testing.assert_close(turned[:, t, i + 3], b * cosine + a * sine)


def test_rotate_equals_transformers():
    llama = pytest.importorskip("transformers.models.llama.modeling_llama")
    config = llama.LlamaConfig(hidden_size=24, num_attention_heads=3)
    query, key = torch.randn(2, 3, 7, 8), torch.randn(2, 3, 7, 8)
    tables = llama.LlamaRotaryEmbedding(config)(query, torch.arange(7)[None])
    expected = llama.apply_rotary_pos_emb(query, key, *tables)
    torch.testing.assert_close((rotate(query), rotate(key)), expected)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 500), st.integers(0, 99))
def test_rotary_scores_depend_on_distance_alone(one, other, shift, seed):
    torch.manual_seed(seed)
    query, key = torch.randn(2, 1, 8, dtype=torch.float64)
    here = rotate(query, start=one) @ rotate(key, start=other).T
    there = rotate(query, start=one + shift) @ rotate(key, start=other + shift).T
    torch.testing.assert_close(here, there)


@given(st.integers(0, 1000), st.integers(0, 99))
def test_rotation_keeps_lengths(start, seed):
    torch.manual_seed(seed)
    x = torch.randn(3, 4, 8, dtype=torch.float64)
    turned = rotate(x, start=start)
    torch.testing.assert_close(turned.norm(dim=-1), x.norm(dim=-1))
    torch.testing.assert_close(rotate(x)[:, 0], x[:, 0])  # position 0: angle 0


def test_rotary_module_equals_the_function(device, dtype):
    rotary = Rotary(6)
    rotary(torch.randn(8, 6))  # tables of another type and device must not stay
    for length, start in ((4, 0), (2, 3), (9, 1), (1, 300)):
        x = torch.randn(2, 3, length, 6).to(device, dtype)
        turned = rotary(x, start)
        assert turned.dtype == dtype and turned.device.type == device
        assert torch.equal(turned, rotate(x, start=start))


def test_rotary_module_serves_training_after_inference():
    rotary, x = Rotary(6), torch.randn(2, 3, 4, 6, requires_grad=True)
    with torch.inference_mode():
        rotary(x)
    rotary(x).sum().backward()
    assert x.grad.isfinite().all()
    assert not rotary.state_dict()  # the tables are computed, not saved


# --- ALiBi ------------------------------------------------------------------------


def test_alibi_by_the_formula():
    bias = alibi_bias(4, 3)
    for h in range(4):
        for i in range(3):
            for j in range(3):
                expected = -(2 ** (-8 * (h + 1) / 4)) * (i - j) if j <= i else 0
                assert math.isclose(bias[h, i, j], expected, abs_tol=1e-6)
    # No -0.0: it would look like an error in a printed table.
    assert not torch.signbit(bias[bias == 0]).any()


def test_alibi_of_eight_heads_halves_from_head_to_head(device):
    slopes = alibi_slopes(8, device)
    assert slopes.tolist() == [2.0**-h for h in range(1, 9)]
    assert alibi_bias(8, 3, device=device).device.type == device


def test_alibi_prefers_the_near():
    same = torch.ones(8, 6, 4)  # all tokens alike: only distance tells them apart
    bias = alibi_bias(8, 6)
    _, weights = full_attention(same, same, same, bias=bias, is_causal=True)
    steps = weights[:, -1].diff(dim=-1)
    assert (steps > 0).all()
    short, far = weights[0, -1, -1], weights[-1, -1, -1]
    assert short > far  # the first head is the most short-sighted


@pytest.mark.parametrize("heads", [0, 3, 12])
def test_alibi_wants_a_power_of_two(heads):
    with pytest.raises(ShapeError, match=f"not for {heads}: choose a power of two"):
        alibi_bias(heads, 4)

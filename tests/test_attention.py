"""Attention: equal to PyTorch's, exact about masks, clear about shapes."""

import pytest
import torch
import torch.nn.functional as F

from course_lib.attention import (
    KeyValueCache,
    MultiHeadAttention,
    causal_mask,
    fast_attention,
    full_attention,
    padding_mask,
    scaled_dot_product_attention,
)


def heads(*shape, **options):
    return (torch.randn(shape, **options) for _ in range(3))


def test_taught_attention_equals_pytorchs():
    query, key, value = heads(2, 3, 5, 4)
    for mask in (None, causal_mask(5), torch.rand(2, 1, 5, 5) > 0.3):
        context, _ = scaled_dot_product_attention(query, key, value, mask)
        expected = F.scaled_dot_product_attention(query, key, value, mask)
        torch.testing.assert_close(context, expected)


def test_fast_attention_equals_full_attention():
    query, key, value = heads(2, 4, 5, 6)
    bias = torch.randn(4, 5, 5)
    for causal in (False, True):
        for given in ({}, {"bias": bias}, {"mask": torch.rand(2, 1, 5, 5) > 0.5}):
            context, _ = full_attention(query, key, value, is_causal=causal, **given)
            fast = fast_attention(query, key, value, is_causal=causal, **given)
            torch.testing.assert_close(fast, context)


def test_cached_generation_equals_the_whole_text_at_once():
    layer = MultiHeadAttention(12, 3).eval()
    x = torch.randn(2, 7, 12)
    with torch.no_grad():
        whole, _ = layer(x, is_causal=True)
        cache = KeyValueCache(capacity=2)
        parts = [
            layer(x[:, a:b], is_causal=True, cache=cache)[0]
            for a, b in ((0, 3), (3, 5), (5, 6), (6, 7))
        ]
    torch.testing.assert_close(torch.cat(parts, dim=1), whole)


def test_padding_mask_is_for_keys():
    mask = padding_mask(torch.tensor([[1, 1, 0]]))
    assert mask.tolist() == [[[True, True, False]]]


@pytest.mark.parametrize("return_weights", [False, True])
def test_a_padding_mask_serves_all_heads(return_weights):
    layer, x = MultiHeadAttention(12, 3), torch.randn(2, 4, 12)
    mask = padding_mask(torch.tensor([[1, 1, 1, 0], [1, 1, 1, 1]]))
    whole, _ = layer(x, mask=mask, return_weights=return_weights)
    short, _ = layer(x[:1, :3])
    torch.testing.assert_close(whole[:1, :3], short)

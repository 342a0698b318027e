"""Attention: equal to PyTorch's, exact about masks, clear about shapes."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from course_lib import attention as module
from course_lib.attention import (
    KeyValueCache,
    MultiHeadAttention,
    causal_mask,
    fast_attention,
    full_attention,
    padding_mask,
    scaled_dot_product_attention,
)
from course_lib.errors import ShapeError
from course_lib.positions import Rotary

TOLERANCE = {
    torch.float64: 1e-12,
    torch.float32: 1e-5,
    torch.float16: 4e-3,
    torch.bfloat16: 3e-2,
}


def assert_same(found, expected):
    """Equal up to what the type can hold; type and device must agree, too."""
    tolerance = TOLERANCE[found.dtype]
    torch.testing.assert_close(found, expected, rtol=tolerance, atol=tolerance)


def random_heads(*front, queries=4, keys=5, width=6, values=6, seed=0, **options):
    """A query, a key and a value."""
    generator = torch.Generator().manual_seed(seed)
    sizes = (queries, width), (keys, width), (keys, values)
    return [torch.randn(*front, *s, generator=generator).to(**options) for s in sizes]


def random_mask(*shape, seed=0):
    """A mask whose second row allows nothing."""
    mask = torch.rand(*shape, generator=torch.Generator().manual_seed(seed)) > 0.4
    mask[..., 1, :] = False
    return mask


# --- the taught version ---------------------------------------------------------


@pytest.mark.parametrize("front", [(), (3,), (2, 3)], ids=str)
@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "mask"])
def test_equals_pytorchs(front, masked, device, dtype):
    inputs = random_heads(*front, values=7, device=device, dtype=dtype)
    mask = random_mask(*front, 4, 5).to(device) if masked else None
    context, weights = scaled_dot_product_attention(*inputs, mask)
    wide = [x.double().cpu() for x in inputs]
    expected = F.scaled_dot_product_attention(
        *wide, None if mask is None else mask.cpu()
    )
    if masked:
        expected[..., 1, :] = 0
    assert_same(context, expected.to(device, dtype))
    assert weights.shape == (*front, 4, 5)
    assert_same(weights @ inputs[2], context)


def test_a_row_that_allows_nothing_is_zero_and_keeps_gradients_finite():
    mask = random_mask(4, 5)
    for attend in (scaled_dot_product_attention, fast_attention):
        inputs = [x.requires_grad_() for x in random_heads(2, 3)]
        answer = attend(*inputs, mask)
        context, *weights = answer if isinstance(answer, tuple) else (answer,)
        assert (context[..., 1, :] == 0).all()
        assert all((w[..., 1, :] == 0).all() for w in weights)
        context.sum().backward()
        assert all(x.grad.isfinite().all() for x in inputs)
        assert (inputs[0].grad[..., 1, :] == 0).all()


def test_large_scores_do_not_overflow():
    query, key, value = random_heads(2)
    context, weights = scaled_dot_product_attention(1e4 * query, 1e4 * key, value)
    assert context.isfinite().all()
    best = (query @ key.transpose(-2, -1)).argmax(dim=-1)
    torch.testing.assert_close(weights, F.one_hot(best, 5).float())
    # The product is 64 * 40 * 40 = 102,400: beyond float16, unless divided before.
    wide = torch.full((1, 64), 40.0, dtype=torch.float16)
    assert scaled_dot_product_attention(wide, wide, wide)[0].isfinite().all()


SIZES = st.integers(1, 6)


@given(SIZES, SIZES, SIZES, st.integers(0, 99), st.booleans())
def test_rows_of_weights_sum_to_one_or_allow_nothing(
    queries, keys, width, seed, masked
):
    inputs = random_heads(2, queries=queries, keys=keys, width=width, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    mask = torch.rand(2, queries, keys, generator=generator) > (0.5 if masked else -1)
    context, weights = scaled_dot_product_attention(*inputs, mask)
    assert (weights >= 0).all()
    assert (weights[~mask] == 0).all()
    torch.testing.assert_close(weights.sum(-1), mask.any(-1).float())
    torch.testing.assert_close(fast_attention(*inputs, mask), context)


@given(st.permutations(range(5)), st.integers(0, 99))
def test_without_positions_order_does_not_matter(order, seed):
    torch.manual_seed(seed)
    layer, x = MultiHeadAttention(12, 3), torch.randn(2, 5, 12)
    shuffled, weights = layer(x[:, order], return_weights=True)
    plain, plain_weights = layer(x, return_weights=True)
    torch.testing.assert_close(shuffled, plain[:, order], rtol=1e-5, atol=1e-5)
    expected = plain_weights[:, :, order][..., order]
    torch.testing.assert_close(weights, expected, rtol=1e-5, atol=1e-5)


@given(st.integers(1, 5), st.integers(0, 99), st.booleans())
def test_a_later_token_never_changes_an_earlier_output(place, seed, return_weights):
    torch.manual_seed(seed)
    layer, x = MultiHeadAttention(12, 3), torch.randn(2, 6, 12)
    changed = x.clone()
    changed[:, place:] = torch.randn(2, 6 - place, 12)
    for options in ({"is_causal": True}, {"mask": causal_mask(6)}):
        before, _ = layer(x, return_weights=return_weights, **options)
        after, _ = layer(changed, return_weights=return_weights, **options)
        torch.testing.assert_close(before[:, :place], after[:, :place])
        assert not torch.allclose(before[:, place:], after[:, place:])


# --- the fast version ------------------------------------------------------------


CASES = {
    "plain": {},
    "causal": {"is_causal": True},
    "mask": {"mask": random_mask(2, 1, 4, 4)},
    "mask, causal": {"mask": random_mask(2, 1, 4, 4), "is_causal": True},
    "padding": {"mask": padding_mask(torch.tensor([[1, 0, 0, 0], [0] * 4]))[:, None]},
    "bias": {"bias": torch.randn(3, 4, 4)},
    "bias, causal": {"bias": torch.randn(3, 4, 4), "is_causal": True},
    "all": {
        "bias": torch.randn(3, 4, 4),
        "mask": random_mask(2, 3, 4, 4),
        "is_causal": True,
    },
}


@pytest.mark.parametrize("options", CASES.values(), ids=CASES.keys())
def test_fast_equals_full(options, device, dtype):
    inputs = random_heads(2, 3, keys=4, device=device, dtype=dtype)
    there = {
        name: x.to(device) if isinstance(x, torch.Tensor) else x
        for name, x in options.items()
    }
    context, _ = full_attention(*inputs, **there)
    assert_same(fast_attention(*inputs, **there), context)


@pytest.mark.parametrize("front", [(), (3,), (2, 3)], ids=str)
def test_full_without_extras_is_the_taught_one(front):
    inputs, mask = random_heads(*front), random_mask(4, 5)
    for found, expected in zip(
        full_attention(*inputs, mask),
        scaled_dot_product_attention(*inputs, mask),
        strict=True,
    ):
        assert torch.equal(found, expected)
    assert_same(fast_attention(*inputs, mask), full_attention(*inputs, mask)[0])


@pytest.mark.parametrize("queries", [1, 2])
def test_causal_queries_are_the_last_of_the_keys(queries):
    query, key, value = random_heads(2, 3, queries=5)
    whole = fast_attention(query, key, value, is_causal=True)
    for attend in (fast_attention, lambda *a, **o: full_attention(*a, **o)[0]):
        last = attend(query[..., -queries:, :], key, value, is_causal=True)
        torch.testing.assert_close(last, whole[..., -queries:, :])


def test_gradients_of_both_versions_agree():
    inputs = [x.requires_grad_() for x in random_heads(2, 3, dtype=torch.float64)]
    mask, pull = random_mask(4, 5), torch.randn(2, 3, 4, 6, dtype=torch.float64)
    slow, _ = scaled_dot_product_attention(*inputs, mask)
    expected = torch.autograd.grad(slow, inputs, pull)
    found = torch.autograd.grad(fast_attention(*inputs, mask), inputs, pull)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)


def test_causality_reaches_the_kernel_as_a_flag_where_it_can(monkeypatch):
    seen = []
    kernel = F.scaled_dot_product_attention

    def watched(query, key, value, mask=None, **options):
        seen.append((mask is None, options["is_causal"]))
        return kernel(query, key, value, mask, **options)

    monkeypatch.setattr(F, "scaled_dot_product_attention", watched)
    inputs = random_heads(2, 3, keys=4)
    fast_attention(*inputs, is_causal=True)
    fast_attention(*inputs, random_mask(4, 4), is_causal=True)
    newest = inputs[0][..., -1:, :]
    fast_attention(newest, *inputs[1:], is_causal=True)
    assert seen == [(True, True), (False, False), (True, False)]


def test_off_the_cpu_no_kernel_sees_an_empty_row():
    mask = random_mask(2, 4, 5)
    opened, empty = module._open_empty_rows(mask, torch.device("cuda"))
    assert opened.any(dim=-1).all()
    assert torch.equal(empty.squeeze(-1), ~mask.any(dim=-1))
    assert torch.equal(opened & ~empty, mask)


# --- masks ------------------------------------------------------------------------


def test_causal_mask_is_a_lower_triangle(device):
    mask = causal_mask(3, device=device)
    assert mask.dtype == torch.bool and mask.device.type == device
    assert mask.int().tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    assert causal_mask(2, past=1).int().tolist() == [[1, 1, 0], [1, 1, 1]]


def test_padding_mask_is_for_keys(device):
    given_masks = torch.tensor([[1, 1, 0], [1, 0, 0]], device=device)
    for attention_mask in (given_masks, given_masks.float(), given_masks.bool()):
        mask = padding_mask(attention_mask)
        assert mask.dtype == torch.bool and mask.device.type == device
        assert mask.int().tolist() == [[[1, 1, 0]], [[1, 0, 0]]]


# --- messages ---------------------------------------------------------------------


def zeros(*shape):
    return torch.zeros(shape)


WRONG = {
    "widths": (
        (zeros(2, 4, 8), zeros(2, 5, 6), zeros(2, 5, 6)),
        ["query (2, 4, 8)", "key (2, 5, 6)", "project both to the same d"],
    ),
    "lengths": (
        (zeros(4, 6), zeros(5, 6), zeros(3, 6)),
        ["key (5, 6)", "value (3, 6)", "same tokens"],
    ),
    "batches": (
        (zeros(2, 4, 6), zeros(3, 5, 6), zeros(3, 5, 6)),
        ["(2, 4, 6)", "(3, 5, 6)", "same batch and heads"],
    ),
    "a vector": (
        (zeros(6), zeros(5, 6), zeros(5, 6)),
        ["query", "(6,)", "unsqueeze(0)"],
    ),
    "mask of another length": (
        (zeros(2, 4, 6), zeros(2, 5, 6), zeros(2, 5, 6), zeros(2, 4, 4).bool()),
        ["mask (2, 4, 4)", "(2, 4, 5)"],
    ),
    "mask without an axis for heads": (
        (*random_heads(2, 3), zeros(2, 4, 5).bool()),
        ["mask (2, 4, 5)", "(2, 3, 4, 5)", "mask.unsqueeze(1)"],
    ),
    "mask with too many axes": (
        (*random_heads(), zeros(1, 4, 5).bool()),
        ["mask (1, 4, 5)", "(4, 5)"],
    ),
    "mask of numbers": (
        (*random_heads(), torch.ones(4, 5).long()),
        ["torch.int64", "torch.bool", "True = may attend", "padding_mask()"],
    ),
}


@pytest.mark.parametrize("attend", [scaled_dot_product_attention, fast_attention])
@pytest.mark.parametrize("arguments, parts", WRONG.values(), ids=WRONG.keys())
def test_what_does_not_fit_is_named_with_its_cure(attend, arguments, parts):
    with pytest.raises(ShapeError) as caught:
        attend(*arguments)
    assert [part for part in parts if part not in str(caught.value)] == []


def test_other_shapes_that_do_not_fit():
    query, key, value = random_heads(queries=6)
    with pytest.raises(ShapeError, match="6 queries but only 5 keys"):
        fast_attention(query, key, value, is_causal=True)
    with pytest.raises(ShapeError, match=r"shape \(3,\), expected \(B, T\)"):
        padding_mask(torch.ones(3))
    with pytest.raises(ShapeError, match="d_model 12 can't be cut into 5 heads"):
        MultiHeadAttention(12, 5)
    layer = MultiHeadAttention(12, 3)
    with pytest.raises(ShapeError, match=r"x \(2, 4, 8\) has width 8.* D = 12"):
        layer(torch.zeros(2, 4, 8))
    with pytest.raises(ShapeError, match=r"memory \(2, 4, 8\) has width 8"):
        layer(torch.zeros(2, 4, 12), torch.zeros(2, 4, 8))


# --- many heads -------------------------------------------------------------------


def like(theirs, ours):
    """Give our layer the weights of PyTorch's."""
    ours.qkv.weight.data.copy_(theirs.in_proj_weight)
    ours.output.weight.data.copy_(theirs.out_proj.weight)
    if theirs.in_proj_bias is not None:
        ours.qkv.bias.data.copy_(theirs.in_proj_bias)
        ours.output.bias.data.copy_(theirs.out_proj.bias)
    return ours


@pytest.mark.parametrize("across", [False, True], ids=["self", "cross"])
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
def test_equals_pytorchs_multi_head_attention(across, bias, device, dtype):
    torch.manual_seed(0)
    options = {"device": device, "dtype": dtype}
    theirs = nn.MultiheadAttention(12, 3, bias=bias, batch_first=True, **options)
    if bias:  # they start at 0, where a mistake would not show
        nn.init.normal_(theirs.in_proj_bias)
        nn.init.normal_(theirs.out_proj.bias)
    ours = like(theirs, MultiHeadAttention(12, 3, bias=bias).to(**options))
    x = torch.randn(2, 4, 12).to(**options)
    memory = torch.randn(2, 5, 12).to(**options) if across else None
    source = x if memory is None else memory
    tokens = torch.ones(source.shape[:2], device=device)
    tokens[0, 3:] = 0
    context, expected = theirs(
        x, source, source, key_padding_mask=tokens == 0, average_attn_weights=False
    )
    found, weights = ours(x, memory, padding_mask(tokens), return_weights=True)
    assert_same(found, context)
    assert_same(weights, expected)
    fast, nothing = ours(x, memory, padding_mask(tokens))
    assert_same(fast, context)
    assert nothing is None


def test_weights_that_nobody_asked_for_are_not_computed(monkeypatch):
    def forbidden(*_arguments):
        raise AssertionError("the weights were computed")

    monkeypatch.setattr(module, "attention_weights", forbidden)
    MultiHeadAttention(12, 3)(torch.randn(2, 4, 12), is_causal=True)


def test_masks_may_have_two_three_or_four_axes():
    layer, x = MultiHeadAttention(12, 3), torch.randn(2, 4, 12)
    for return_weights in (False, True):
        expected, _ = layer(x, is_causal=True, return_weights=return_weights)
        for mask in (
            causal_mask(4),
            causal_mask(4).expand(2, 4, 4),
            causal_mask(4).expand(2, 3, 4, 4),
        ):
            found, _ = layer(x, mask=mask, return_weights=return_weights)
            torch.testing.assert_close(found, expected)


def test_one_text_needs_no_batch():
    layer, x = MultiHeadAttention(12, 3), torch.randn(2, 4, 12)
    whole, weights = layer(x, mask=causal_mask(4), return_weights=True)
    for return_weights in (False, True):
        one, own = layer(x[1], mask=causal_mask(4), return_weights=return_weights)
        torch.testing.assert_close(one, whole[1])
    torch.testing.assert_close(own, weights[1])


def test_bias_is_added_to_the_scores():
    layer, x = MultiHeadAttention(12, 3), torch.randn(2, 4, 12)
    hide = torch.zeros(3, 4, 4).masked_fill(~causal_mask(4), -1e9)
    for return_weights in (False, True):
        found, _ = layer(x, bias=hide, return_weights=return_weights)
        expected, _ = layer(x, mask=causal_mask(4))
        torch.testing.assert_close(found, expected)


def test_dropout_acts_in_training_alone():
    layer = MultiHeadAttention(12, 3, dropout=0.5)
    plain = MultiHeadAttention(12, 3)
    plain.load_state_dict(layer.state_dict())
    x = torch.randn(2, 4, 12)
    for return_weights in (False, True):
        layer.train()
        noisy, weights = layer(x, return_weights=return_weights)
        assert not torch.allclose(noisy, plain(x)[0])
        torch.testing.assert_close(layer.eval()(x)[0], plain(x)[0])
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 3, 4))


# --- the cache --------------------------------------------------------------------


PARTS = ((0, 3), (3, 5), (5, 6), (6, 7))


@pytest.mark.parametrize("rotary", [None, Rotary(4)], ids=["plain", "rotary"])
@pytest.mark.parametrize("return_weights", [False, True])
@torch.no_grad()
def test_text_in_parts_equals_the_whole_text(rotary, return_weights, device, dtype):
    torch.manual_seed(0)
    layer = MultiHeadAttention(12, 3, rotary=rotary).to(device, dtype)
    x = torch.randn(2, 7, 12).to(device, dtype)
    mask = padding_mask(torch.tensor([[0, 0, 1, 1, 1, 1, 1], [1] * 7])).to(device)
    for options in ({}, {"mask": mask}):
        whole, _ = layer(x, is_causal=True, **options)
        cache = KeyValueCache(capacity=2)
        for start, end in PARTS:
            if options:
                options = {"mask": mask[..., :end]}
            part, _ = layer(
                x[:, start:end],
                is_causal=True,
                cache=cache,
                return_weights=return_weights,
                **options,
            )
            assert_same(part, whole[:, start:end])
            assert cache.length == end


@torch.no_grad()
def test_the_memory_is_projected_once():
    layer = MultiHeadAttention(12, 3)
    x, memory = torch.randn(2, 4, 12), torch.randn(2, 5, 12)
    cache = KeyValueCache()
    first, _ = layer(x, memory, cache=cache)
    torch.testing.assert_close(first, layer(x, memory)[0])
    again, _ = layer(x, torch.full_like(memory, torch.nan), cache=cache)
    torch.testing.assert_close(again, first)
    assert cache.length == 5


def test_the_cache_moves_seldom_and_keeps_everything():
    cache, moves, before = KeyValueCache(capacity=4), 0, None
    kept = torch.randn(1, 2, 200, 3)
    for t in range(200):
        new = kept[..., t : t + 1, :]
        keys, values = cache.append(new, -new)
        moves += keys.data_ptr() != before
        before = keys.data_ptr()
    assert torch.equal(keys, kept) and torch.equal(values, -kept)
    assert moves < 15


def test_a_new_batch_needs_a_new_cache():
    cache = KeyValueCache()
    cache.append(torch.zeros(2, 3, 4, 5), torch.zeros(2, 3, 4, 5))
    with pytest.raises(ShapeError, match=r"\(2, 3, 4, 5\).*\(1, 3, 1, 5\).*new, empty"):
        cache.append(torch.zeros(1, 3, 1, 5), torch.zeros(1, 3, 1, 5))
    assert cache.length == 4


def test_the_cache_agrees_with_gradients():
    layer, x = MultiHeadAttention(12, 3), torch.randn(2, 4, 12, requires_grad=True)
    with_cache, _ = layer(x, is_causal=True, cache=KeyValueCache())
    without, _ = layer(x, is_causal=True)
    (found,) = torch.autograd.grad(with_cache.sum(), x)
    (expected,) = torch.autograd.grad(without.sum(), x)
    torch.testing.assert_close(found, expected)

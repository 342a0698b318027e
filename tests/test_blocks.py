"""Blocks: equal to PyTorch's layers once they hold the same weights."""

from functools import partial

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from course_lib.attention import causal_mask, padding_mask
from course_lib.blocks import ACTIVATIONS, DecoderBlock, EncoderBlock, FeedForward
from course_lib.cache import KeyValueCache
from course_lib.errors import CourseError, ShapeError
from course_lib.positions import Rotary, alibi_bias

PLACES = pytest.mark.parametrize("pre_norm", [True, False], ids=["pre", "post"])
TOLERANCE = {
    torch.float64: 1e-10,
    torch.float32: 1e-5,
    torch.float16: 1e-2,
    torch.bfloat16: 1e-1,
}


def assert_same(found, expected):
    tolerance = TOLERANCE[found.dtype]
    torch.testing.assert_close(found, expected, rtol=tolerance, atol=tolerance)


def unlike_fresh(layer):
    """Norms start at 1 and biases at 0, where a mistake would not show."""
    torch.manual_seed(0)
    for parameter in layer.parameters():
        nn.init.normal_(parameter, std=0.5)
    return layer.eval()


def copied(ours, theirs):
    """Our block with the weights of PyTorch's."""
    pairs = {"attention": "self_attn", "cross_attention": "multihead_attn"}
    for name, their_name in pairs.items():
        if hasattr(ours, name):
            one, other = getattr(ours, name), getattr(theirs, their_name)
            one.qkv.weight.data.copy_(other.in_proj_weight)
            one.qkv.bias.data.copy_(other.in_proj_bias)
            one.output.load_state_dict(other.out_proj.state_dict())
    ours.feed_forward.inner.load_state_dict(theirs.linear1.state_dict())
    ours.feed_forward.outer.load_state_dict(theirs.linear2.state_dict())
    for name in ("norm1", "norm2", "norm3"):
        if hasattr(ours, name):
            getattr(ours, name).load_state_dict(getattr(theirs, name).state_dict())
    return ours.to(theirs.linear1.weight.device, theirs.linear1.weight.dtype).eval()


def test_equals_pytorchs_encoder_layer(device, dtype):
    tokens = torch.tensor([[1, 1, 1, 0, 0], [1] * 5], device=device)
    for pre_norm in (True, False):
        for activation in ("gelu", "relu"):
            theirs = unlike_fresh(
                nn.TransformerEncoderLayer(
                    12, 3, 20, 0.0, activation, batch_first=True, norm_first=pre_norm
                )
            ).to(device, dtype)
            ours = copied(
                EncoderBlock(12, 3, 20, pre_norm=pre_norm, activation=activation),
                theirs,
            )
            x = torch.randn(2, 5, 12).to(device, dtype)
            found, weights = ours(x, padding_mask(tokens))
            expected = theirs(x, src_key_padding_mask=tokens == 0)
            # PyTorch's fast path leaves rows of padding undefined.
            assert_same(found[tokens == 1], expected[tokens == 1])
            assert weights is None
            assert_same(
                ours(x, is_causal=True)[0], theirs(x, ~causal_mask(5, device=device))
            )


def test_equals_pytorchs_decoder_layer(device, dtype):
    tokens = torch.tensor([[1, 1, 0, 0], [1] * 4], device=device)
    for pre_norm in (True, False):
        theirs = unlike_fresh(
            nn.TransformerDecoderLayer(
                12, 3, 20, 0.0, "gelu", batch_first=True, norm_first=pre_norm
            )
        ).to(device, dtype)
        ours = copied(DecoderBlock(12, 3, 20, pre_norm=pre_norm), theirs)
        x = torch.randn(2, 5, 12).to(device, dtype)
        memory = torch.randn(2, 4, 12).to(device, dtype)
        expected = theirs(
            x,
            memory,
            tgt_mask=~causal_mask(5, device=device),
            memory_key_padding_mask=tokens == 0,
        )
        for return_weights in (False, True):
            found, own, across = ours(
                x,
                memory,
                memory_mask=padding_mask(tokens),
                return_weights=return_weights,
            )
            assert_same(found, expected)
        assert own.shape == (2, 3, 5, 5) and across.shape == (2, 3, 5, 4)
        assert (across[0, :, :, 2:] == 0).all()


@PLACES
@given(st.integers(1, 5), st.integers(0, 99))
def test_a_later_token_never_changes_an_earlier_output(pre_norm, place, seed):
    torch.manual_seed(seed)
    x, memory = torch.randn(2, 6, 12), torch.randn(2, 4, 12)
    changed = x.clone()
    changed[:, place:] = torch.randn(2, 6 - place, 12)
    encoder = EncoderBlock(12, 3, 20, pre_norm=pre_norm, rotary=Rotary(4))
    decoder = DecoderBlock(12, 3, 20, pre_norm=pre_norm)
    for use in (
        lambda x: encoder(x, is_causal=True)[0],
        lambda x: decoder(x, memory)[0],
    ):
        torch.testing.assert_close(use(x)[:, :place], use(changed)[:, :place])
        assert not torch.allclose(use(x)[:, place:], use(changed)[:, place:])


@PLACES
@given(st.permutations(range(5)))
def test_without_positions_order_does_not_matter(pre_norm, order):
    torch.manual_seed(0)
    block, x = EncoderBlock(12, 3, 20, pre_norm=pre_norm), torch.randn(2, 5, 12)
    found, expected = block(x[:, order])[0], block(x)[0][:, order]
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    turning = EncoderBlock(12, 3, 20, pre_norm=pre_norm, rotary=Rotary(4))
    if list(order) != sorted(order):
        assert not torch.allclose(turning(x[:, order])[0], turning(x)[0][:, order])


@PLACES
@torch.no_grad()
def test_text_in_parts_equals_the_whole_text(pre_norm):
    options = {"pre_norm": pre_norm, "rotary": Rotary(4)}
    encoder = unlike_fresh(EncoderBlock(12, 3, 20, **options))
    decoder = unlike_fresh(DecoderBlock(12, 3, 20, **options))
    x, memory = torch.randn(2, 6, 12), torch.randn(2, 4, 12)
    own, pair = KeyValueCache(2), (KeyValueCache(2), KeyValueCache(2))
    for start, end in ((0, 3), (3, 4), (4, 6)):
        part = x[:, start:end]
        assert_same(
            encoder(part, is_causal=True, cache=own)[0],
            encoder(x, is_causal=True)[0][:, start:end],
        )
        assert_same(
            decoder(part, memory, cache=pair)[0], decoder(x, memory)[0][:, start:end]
        )


def test_bias_and_weights_pass_through_the_block():
    block, x = EncoderBlock(8, 4, 16), torch.randn(2, 5, 8)
    options = {"bias": 500 * alibi_bias(4, 5), "is_causal": True}
    slow, weights = block(x, return_weights=True, **options)
    torch.testing.assert_close(slow, block(x, **options)[0])
    # A penalty this steep leaves the first head nothing but the token itself.
    torch.testing.assert_close(weights[:, 0], torch.eye(5).expand(2, 5, 5))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_feed_forward_by_the_formula(name):
    layer, x = FeedForward(6, 10, name), torch.randn(2, 3, 6)
    hidden = x @ layer.inner.weight.T + layer.inner.bias
    expected = ACTIVATIONS[name](hidden) @ layer.outer.weight.T + layer.outer.bias
    torch.testing.assert_close(layer(x), expected)
    torch.testing.assert_close(layer(x)[:, 1:2], layer(x[:, 1:2]))  # each by itself


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_those_of_transformers(name):
    theirs = pytest.importorskip("transformers.activations").ACT2FN[name]
    x = torch.linspace(-4, 4, 50)
    torch.testing.assert_close(ACTIVATIONS[name](x), theirs(x))


def test_other_norms_can_be_chosen():
    norm = partial(nn.RMSNorm, eps=1e-3)
    block = EncoderBlock(12, 3, 20, norm=norm)
    assert isinstance(block.norm1, nn.RMSNorm) and block.norm2.eps == 1e-3
    x = torch.randn(2, 4, 12)
    x1 = x + block.attention(F.rms_norm(x, (12,), eps=1e-3))[0]
    expected = x1 + block.feed_forward(F.rms_norm(x1, (12,), eps=1e-3))
    torch.testing.assert_close(block(x)[0], expected)


def test_dropout_acts_in_training_alone():
    x, memory = torch.randn(2, 4, 12), torch.randn(2, 3, 12)
    torch.manual_seed(0)
    for block, inputs in (
        (EncoderBlock(12, 3, 20, dropout=0.5), (x,)),
        (DecoderBlock(12, 3, 20, dropout=0.5), (x, memory)),
    ):
        assert block.attention.dropout == 0.5
        assert not torch.allclose(block(*inputs)[0], block(*inputs)[0])
        block.eval()
        assert torch.equal(block(*inputs)[0], block(*inputs)[0])
    deaf = EncoderBlock(12, 3, 20, dropout=1.0, attention_dropout=0.1)
    assert deaf.attention.dropout == 0.1
    assert torch.equal(deaf(x)[0], x)  # every update is dropped, the stream is not


def test_what_can_not_be_made_or_used_says_why():
    with pytest.raises(CourseError, match="no activation 'gleu'.*gelu, gelu_new, relu"):
        EncoderBlock(12, 3, 20, activation="gleu")
    with pytest.raises(ShapeError, match="12 can't be cut into 5 heads"):
        DecoderBlock(12, 5, 20)
    with pytest.raises(ShapeError, match=r"x \(2, 4, 8\) has width 8.* D = 12"):
        FeedForward(12, 20)(torch.zeros(2, 4, 8))

"""Blocks: equal to PyTorch's layers once they hold the same weights."""

import torch
from torch import nn

from course_lib.blocks import DecoderBlock, EncoderBlock
from course_lib.cache import KeyValueCache


def copy_attention(ours, theirs):
    ours.qkv.weight.data.copy_(theirs.in_proj_weight)
    ours.qkv.bias.data.copy_(theirs.in_proj_bias)
    ours.output.load_state_dict(theirs.out_proj.state_dict())


def test_encoder_block_equals_pytorchs():
    for pre_norm in (True, False):
        theirs = nn.TransformerEncoderLayer(
            12, 3, 24, 0.0, "gelu", batch_first=True, norm_first=pre_norm
        )
        ours = EncoderBlock(12, 3, 24, pre_norm=pre_norm)
        copy_attention(ours.attention, theirs.self_attn)
        ours.feed_forward.inner.load_state_dict(theirs.linear1.state_dict())
        ours.feed_forward.outer.load_state_dict(theirs.linear2.state_dict())
        x = torch.randn(2, 5, 12)
        torch.testing.assert_close(ours(x)[0], theirs(x))


def test_decoder_block_with_caches_equals_the_whole_text():
    block = DecoderBlock(12, 3, 24).eval()
    x, memory = torch.randn(2, 6, 12), torch.randn(2, 4, 12)
    with torch.no_grad():
        whole, _, _ = block(x, memory)
        cache = KeyValueCache(), KeyValueCache()
        parts = [block(x[:, t : t + 1], memory, cache=cache)[0] for t in range(6)]
    torch.testing.assert_close(torch.cat(parts, dim=1), whole)

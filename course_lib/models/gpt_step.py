"""The fast way to read one more token: what `GPT` computes, without its ceremony.

With a small model, most of a token's time goes into calling modules and checking
shapes. Here every layer is a bare function of two axes. Equal to `GPT`, by tests.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.blocks import ACTIVATIONS, EncoderBlock
from course_lib.cache import KeyValueCache, ModelCache

if TYPE_CHECKING:
    from course_lib.models.gpt import GPT

Layer = Callable[[Tensor], Tensor]


class GPTStep:
    """A GPT that reads one token for each text of a batch.

    >>> step = GPTStep(model, cache)
    >>> logits = step(tokens)  # (B, V), for what follows
    """

    def __init__(self, model: "GPT", cache: ModelCache) -> None:
        """Collect the layers.

        Args:
            model: in evaluation mode when it is used.
            cache: with the positions before; every step adds one.
        """
        self.words, self.positions = model.words.weight, model.positions.table.weight
        self.blocks = [bare_block(block) for block in model.blocks]
        self.norm, self.output = bare(model.norm), bare(model.output)
        self.cache = cache

    @torch.inference_mode()  # views and writes in place cost less than in no_grad
    def __call__(
        self,
        tokens: Tensor,
        positions: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Read tokens (B,).

        Args:
            tokens: (B,)
            positions: (B,), where they do not follow on from the cache.
            mask: (B, T_k), 0 for padding, the new position included.

        Returns:
            (B, V), the scores for what follows.
        """
        if positions is None:
            position = self.positions[self.cache.get_seq_length()]
        else:
            position = self.positions[positions]
        x = self.words[tokens] + position  # (B, D)
        if mask is not None:
            mask = mask.bool()[:, None, None, :]  # (B, 1, 1, T_k)
        for block, cache in zip(self.blocks, self.cache.own, strict=True):
            x = block(x, cache, mask)
        return self.output(self.norm(x))


def bare(layer: nn.Module) -> Layer:
    """A layer as a function; one that is not PyTorch's own stays as it is."""
    if type(layer) is nn.Linear:
        weight, bias = layer.weight, layer.bias
        return lambda x: F.linear(x, weight, bias)
    if type(layer) is nn.LayerNorm:
        weight, bias = layer.weight, layer.bias
        shape, eps = layer.normalized_shape, layer.eps
        return lambda x: torch.layer_norm(x, shape, weight, bias, eps)
    return layer


def bare_block(
    block: EncoderBlock,
) -> Callable[[Tensor, KeyValueCache, Tensor | None], Tensor]:
    """A causal pre-norm block as a function of x (B, D), its cache and a mask."""
    norm1, norm2 = bare(block.norm1), bare(block.norm2)
    qkv, output = bare(block.attention.qkv), bare(block.attention.output)
    inner, outer = bare(block.feed_forward.inner), bare(block.feed_forward.outer)
    bend = ACTIVATIONS[block.feed_forward.activation]
    heads = block.attention.num_heads
    shape = -1, 3, heads, 1, block.attention.d_model // heads
    attend = F.scaled_dot_product_attention

    def read(x: Tensor, cache: KeyValueCache, mask: Tensor | None) -> Tensor:
        query, key, value = qkv(norm1(x)).view(shape).unbind(1)  # (B, H, 1, d) each
        keys, values = cache.append(key, value)
        context = attend(query, keys, values, mask)  # (B, H, 1, d)
        x = x + output(context.flatten(1))
        return x + outer(bend(inner(norm2(x))))

    return read

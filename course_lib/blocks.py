"""The blocks that Transformers are stacked from.

A block adds two things to each token's vector: what attention gathers from other
tokens, and what a feed-forward network makes of the result. The vectors run through
all blocks unbroken, as sums: the residual stream.
"""

from collections.abc import Callable
from functools import partial

import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.attention import MultiHeadAttention
from course_lib.cache import KeyValueCache
from course_lib.errors import CourseError
from course_lib.fit import require_width
from course_lib.positions import Rotary

# By the names that Hugging Face's config.json uses.
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "gelu": F.gelu,
    "gelu_new": partial(F.gelu, approximate="tanh"),
    "relu": F.relu,
    "silu": F.silu,
    "swish": F.silu,
    "tanh": F.tanh,
}


class FeedForward(nn.Module):
    """Two linear layers with a bend between them, the same for every position.

    Source: Vaswani et al. 2017, section 3.3; GELU: Hendrycks and Gimpel 2016.
    """

    def __init__(self, d_model: int, d_hidden: int, activation: str = "gelu") -> None:
        """Make the layers.

        Args:
            d_model: D, width of input and output.
            d_hidden: D_ff, width between the layers, usually 4 D.
            activation: one of ACTIVATIONS.

        Raises:
            CourseError: the activation is not known; the message lists those that are.
        """
        super().__init__()
        if activation not in ACTIVATIONS:
            raise CourseError(
                f"no activation {activation!r}; choose one of {', '.join(ACTIVATIONS)}"
            )
        self.inner = nn.Linear(d_model, d_hidden)
        self.outer = nn.Linear(d_hidden, d_model)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        """Transform each position of x (..., D) by itself."""
        require_width("x", x, self.inner.in_features)
        bend = ACTIVATIONS[self.activation]
        return self.outer(bend(self.inner(x)))


class Block(nn.Module):
    """What encoder and decoder block share: where norms and residual sums stand.

    Pre-norm:  x + f(norm(x)). The stream is never touched; trains without warm-up.
    Post-norm: norm(x + f(x)). The form of 2017, and BERT's.

    Source: Xiong et al. 2020, On Layer Normalization in the Transformer Architecture.
    """

    def __init__(self, pre_norm: bool, dropout: float) -> None:
        super().__init__()
        self.pre_norm = pre_norm
        self.dropout = nn.Dropout(dropout)

    def before(self, norm: nn.Module, x: Tensor) -> Tensor:
        """What a sublayer reads."""
        return norm(x) if self.pre_norm else x

    def after(self, norm: nn.Module, x: Tensor, update: Tensor) -> Tensor:
        """The stream once a sublayer's update has been added."""
        x = x + (self.dropout(update) if self.training else update)
        return x if self.pre_norm else norm(x)


class EncoderBlock(Block):
    """Self attention, then feed-forward.

    With `is_causal` this is the block of GPT as well: a decoder that has no encoder
    to look at.
    """

    def __init__(
        self,
        d_model: int,
        num_heads: int,
        d_hidden: int,
        *,
        pre_norm: bool = True,
        activation: str = "gelu",
        dropout: float = 0.0,
        attention_dropout: float | None = None,
        norm: Callable[[int], nn.Module] = nn.LayerNorm,
        rotary: Rotary | None = None,
    ) -> None:
        """Make the layers.

        Args:
            d_model: D.
            num_heads: H, a divisor of D.
            d_hidden: width inside the feed-forward network.
            pre_norm: norms before the sublayers; False puts them behind the sums.
            activation: one of ACTIVATIONS.
            dropout: share of each update that training drops.
            attention_dropout: share of the weights; None takes `dropout`.
            norm: makes a norm for a width, e.g. `partial(nn.LayerNorm, eps=1e-12)`.
            rotary: turns queries and keys by their positions.
        """
        super().__init__(pre_norm, dropout)
        share = dropout if attention_dropout is None else attention_dropout
        self.norm1, self.norm2 = norm(d_model), norm(d_model)
        self.attention = MultiHeadAttention(
            d_model, num_heads, dropout=share, rotary=rotary
        )
        self.feed_forward = FeedForward(d_model, d_hidden, activation)

    def forward(
        self,
        x: Tensor,
        mask: Tensor | None = None,
        *,
        bias: Tensor | None = None,
        is_causal: bool = False,
        cache: KeyValueCache | None = None,
        return_weights: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """Add to each token what it gathers and what is made of it.

        Args:
            x: (B, T, D)
            mask: as for MultiHeadAttention; True = may attend.
            bias: added to the scores.
            is_causal: hide later tokens.
            cache: this layer's earlier keys and values; those of x join them.
            return_weights: return the attention weights, too.

        Returns:
            (B, T, D), and weights (B, H, T, T_k) or None.
        """
        gathered, weights = self.attention(
            self.before(self.norm1, x),
            mask=mask,
            bias=bias,
            is_causal=is_causal,
            cache=cache,
            return_weights=return_weights,
        )
        x = self.after(self.norm1, x, gathered)
        x = self.after(self.norm2, x, self.feed_forward(self.before(self.norm2, x)))
        return x, weights


class DecoderBlock(Block):
    """Causal self attention, cross attention to the encoder's output, feed-forward.

    Source: Vaswani et al. 2017, section 3.1.
    """

    def __init__(
        self,
        d_model: int,
        num_heads: int,
        d_hidden: int,
        *,
        pre_norm: bool = True,
        activation: str = "gelu",
        dropout: float = 0.0,
        attention_dropout: float | None = None,
        norm: Callable[[int], nn.Module] = nn.LayerNorm,
        rotary: Rotary | None = None,
    ) -> None:
        """Make the layers; the arguments are those of EncoderBlock."""
        super().__init__(pre_norm, dropout)
        share = dropout if attention_dropout is None else attention_dropout
        self.norm1, self.norm2, self.norm3 = (norm(d_model) for _ in range(3))
        self.attention = MultiHeadAttention(
            d_model, num_heads, dropout=share, rotary=rotary
        )
        self.cross_attention = MultiHeadAttention(d_model, num_heads, dropout=share)
        self.feed_forward = FeedForward(d_model, d_hidden, activation)

    def forward(
        self,
        x: Tensor,
        memory: Tensor,
        mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        *,
        cache: tuple[KeyValueCache, KeyValueCache] | None = None,
        return_weights: bool = False,
    ) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """Add what each token gathers from earlier ones and from memory.

        Args:
            x: (B, T_q, D), the text being written.
            memory: (B, T_k, D), the encoder's output.
            mask: for x, as for MultiHeadAttention; causality comes on top.
            memory_mask: for the memory, usually its padding mask (B, 1, T_k).
            cache: two, for x and for the memory.
            return_weights: return the weights of both attentions, too.

        Returns:
            (B, T_q, D); weights (B, H, T_q, T) and (B, H, T_q, T_k), or None twice.
        """
        own, across = cache or (None, None)
        read = self.before(self.norm1, x)
        gathered, weights = self.attention(
            read, mask=mask, is_causal=True, cache=own, return_weights=return_weights
        )
        x = self.after(self.norm1, x, gathered)
        read = self.before(self.norm2, x)
        gathered, cross_weights = self.cross_attention(
            read, memory, memory_mask, cache=across, return_weights=return_weights
        )
        x = self.after(self.norm2, x, gathered)
        x = self.after(self.norm3, x, self.feed_forward(self.before(self.norm3, x)))
        return x, weights, cross_weights

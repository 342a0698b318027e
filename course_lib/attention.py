"""Attention: every query gathers the values whose keys match it.

`scaled_dot_product_attention` writes the computation out and returns the weights, to
be looked at. `fast_attention` gives the same context from PyTorch's fused kernel, which
never stores the weights. `MultiHeadAttention` takes the fast one unless you ask for
weights.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.cache import KeyValueCache
from course_lib.errors import ShapeError
from course_lib.fit import require_fit, require_width
from course_lib.positions import Rotary


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Let every query gather the values whose keys match it.

    Args:
        query: (..., T_q, d)
        key: (..., T_k, d)
        value: (..., T_k, d_value)
        mask: boolean, broadcastable to (..., T_q, T_k); True where a query may attend.

    Returns:
        context (..., T_q, d_value) and weights (..., T_q, T_k). A query that may attend
        to nothing gets weights and context of 0.

    Raises:
        ShapeError: a width or a length does not fit; the message names both shapes and
            the cure.

    Source: Vaswani et al. 2017, equation 1.
    """
    require_fit(query, key, value, mask)
    scores = attention_scores(query, key)  # (..., T_q, T_k)
    weights = attention_weights(scores, mask)  # (..., T_q, T_k)
    return weights @ value, weights  # (..., T_q, d_value)


def attention_scores(query: Tensor, key: Tensor) -> Tensor:
    """How well each query (..., T_q, d) matches each key (..., T_k, d).

    Returns:
        (..., T_q, T_k), with a spread that does not grow with d.
    """
    # Divided before the product, which might be too large for float16 otherwise.
    return (query / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)


def attention_weights(scores: Tensor, mask: Tensor | None = None) -> Tensor:
    """Turn each row of scores (..., T_q, T_k) into weights that sum to 1.

    Where `mask` is False the weight is 0; a row without any True is all 0.
    """
    if mask is None:
        return scores.softmax(dim=-1)
    weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1)
    # The softmax of an empty row is 0 / 0 = NaN; everything in that row is masked.
    return weights.masked_fill(~mask, 0.0)


def full_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
    *,
    bias: Tensor | None = None,
    is_causal: bool = False,
    dropout: float = 0.0,
) -> tuple[Tensor, Tensor]:
    """`scaled_dot_product_attention` with what a whole model needs besides.

    Args:
        query, key, value, mask: as there.
        bias: added to the scores, broadcastable to (..., T_q, T_k): ALiBi's, for one.
        is_causal: hide later keys. The queries are the last T_q of the T_k positions.
        dropout: share of the weights set to 0, for training.

    Returns:
        context (..., T_q, d_value) and weights (..., T_q, T_k), before dropout.
    """
    require_fit(query, key, value, mask)
    if is_causal:
        mask = _also_causal(mask, query, key)
    scores = attention_scores(query, key)
    if bias is not None:
        scores = scores + bias.to(scores.dtype)
    weights = attention_weights(scores, mask)
    return F.dropout(weights, dropout) @ value, weights


def fast_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
    *,
    bias: Tensor | None = None,
    is_causal: bool = False,
    dropout: float = 0.0,
) -> Tensor:
    """The context of `full_attention` from PyTorch's fused kernel; arguments as there.

    The weights never exist as a whole: memory grows with T, not with T * T. Causality
    is faster as `is_causal` than as a mask, which the kernel would have to read.
    """
    require_fit(query, key, value, mask)
    plain = mask is None and bias is None and query.shape[-2] == key.shape[-2]
    if is_causal and not plain:
        mask, is_causal = _also_causal(mask, query, key), False
    mask, empty = _open_empty_rows(mask, query.device)
    if bias is not None:
        bias = bias.to(query.dtype)
        mask = bias if mask is None else bias.masked_fill(~mask, -math.inf)
    context = F.scaled_dot_product_attention(
        query, key, value, mask, dropout_p=dropout, is_causal=is_causal
    )
    return context if empty is None else context.masked_fill(empty, 0.0)


def _also_causal(mask: Tensor | None, query: Tensor, key: Tensor) -> Tensor | None:
    """Add causality to a mask; a single newest query needs none, it sees all keys."""
    length, past = query.shape[-2], key.shape[-2] - query.shape[-2]
    if length == 1:
        return mask
    causal = causal_mask(length, past, device=query.device)
    return causal if mask is None else mask & causal


def _open_empty_rows(
    mask: Tensor | None, device: torch.device
) -> tuple[Tensor | None, Tensor | None]:
    """Let rows that allow nothing see everything, and say which they are.

    PyTorch's CPU kernels return 0 for such a row by themselves; others may return NaN.
    """
    if mask is None or device.type == "cpu":
        return mask, None
    empty = ~mask.any(dim=-1, keepdim=True)  # (..., T_q, 1)
    return mask | empty, empty


def causal_mask(
    length: int, past: int = 0, *, device: torch.device | str | None = None
) -> Tensor:
    """A position sees itself and what came before it.

    Args:
        length: T, positions that ask.
        past: positions before them that are kept in a cache, seen by all.
        device: where the mask is made.

    Returns:
        boolean (T, T), or (T, past + T); True = may attend.
    """
    if past < 0:
        raise ShapeError(
            f"{length} queries but only {length + past} keys: in causal attention each "
            "query has a key of its own; pass the keys of all positions"
        )
    everything = torch.ones(length, past + length, dtype=torch.bool, device=device)
    return everything.tril(diagonal=past)


def padding_mask(attention_mask: Tensor) -> Tensor:
    """Hide the padding that makes the texts of a batch equally long.

    Args:
        attention_mask: (B, T), 1 for a token and 0 for padding, as tokenizers give it.

    Returns:
        boolean (B, 1, T): for every query the same keys; True = may attend.

    Raises:
        ShapeError: the mask is not (B, T).
    """
    if attention_mask.dim() != 2:
        raise ShapeError(
            f"attention_mask has shape {tuple(attention_mask.shape)}, expected (B, T): "
            "pass the tokenizer's attention_mask as it is, one row per text"
        )
    return attention_mask.bool()[:, None, :]


def split_heads(x: Tensor, num_heads: int) -> Tensor:
    """Cut the width into heads: (..., T, D) -> (..., H, T, d)."""
    return x.unflatten(-1, (num_heads, -1)).transpose(-3, -2)


def merge_heads(x: Tensor) -> Tensor:
    """Lay the heads side by side again: (..., H, T, d) -> (..., T, D)."""
    return x.transpose(-3, -2).flatten(-2)


class MultiHeadAttention(nn.Module):
    """H attentions side by side, each on its own projection of the input.

    With `memory` the keys and values come from there (cross attention), else from the
    input itself (self attention). The three projections are rows of one matrix `qkv`,
    multiplied at once.

    Source: Vaswani et al. 2017, section 3.2.2.
    """

    def __init__(
        self,
        d_model: int,
        num_heads: int,
        *,
        bias: bool = True,
        dropout: float = 0.0,
        rotary: Rotary | None = None,
    ) -> None:
        """Make the projections.

        Args:
            d_model: D.
            num_heads: H, a divisor of D.
            bias: whether the projections add one.
            dropout: share of the weights that training drops.
            rotary: turns queries and keys of self attention by their positions.

        Raises:
            ShapeError: H does not divide D.
        """
        super().__init__()
        if d_model % num_heads:
            raise ShapeError(
                f"d_model {d_model} can't be cut into {num_heads} heads of equal "
                "width: choose a number of heads that divides it"
            )
        self.d_model, self.num_heads = d_model, num_heads
        self.qkv = nn.Linear(d_model, 3 * d_model, bias=bias)
        self.output = nn.Linear(d_model, d_model, bias=bias)
        self.dropout = dropout
        self.rotary = rotary

    def forward(
        self,
        x: Tensor,
        memory: Tensor | None = None,
        mask: Tensor | None = None,
        *,
        bias: Tensor | None = None,
        is_causal: bool = False,
        cache: KeyValueCache | None = None,
        return_weights: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """Let every position of x gather from x, or from memory.

        Args:
            x: (B, T_q, D)
            memory: (B, T_k, D); None means x itself.
            mask: boolean (T_q, T_k), (B, 1 or T_q, T_k) for all heads, or
                (B, H, T_q, T_k); True = may attend.
            bias: added to the scores, broadcastable to (B, H, T_q, T_k).
            is_causal: hide later positions.
            cache: what x joins; in cross attention filled once, by the memory.
            return_weights: the weights cost time and memory: asked for, not given.

        Returns:
            (B, T_q, D), and the weights (B, H, T_q, T_k) or None.
        """
        require_width("x", x, self.d_model)
        if memory is not None:
            require_width("memory", memory, self.d_model)
        query, key, value = self._project(x, memory, cache)
        if mask is not None and mask.dim() == 3 and query.dim() == 4:
            mask = mask.unsqueeze(1)  # the same for all heads: (B, 1, T_q, T_k)
        dropout = self.dropout if self.training else 0.0
        options = {"bias": bias, "is_causal": is_causal, "dropout": dropout}
        if return_weights:
            context, weights = full_attention(query, key, value, mask, **options)
        else:
            context, weights = fast_attention(query, key, value, mask, **options), None
        del query, key, value  # their memory is free for the output
        return self.output(merge_heads(context)), weights

    def _project(
        self, x: Tensor, memory: Tensor | None, cache: KeyValueCache | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values by head: (B, H, T, d) each."""
        if memory is not None:
            return self._project_across(x, memory, cache)
        parts = self.qkv(x).chunk(3, dim=-1)  # (B, T, D) each
        query, key, value = (split_heads(part, self.num_heads) for part in parts)
        if self.rotary is not None:
            start = 0 if cache is None else cache.length
            query, key = self.rotary(query, start), self.rotary(key, start)
        if cache is not None:
            key, value = cache.append(key, value)
        return query, key, value

    def _project_across(
        self, x: Tensor, memory: Tensor, cache: KeyValueCache | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Queries from x; keys and values from memory, computed once with a cache."""
        query = split_heads(self._rows(x, 0, 1), self.num_heads)
        if cache is not None and cache.length:
            return query, cache.keys, cache.values
        parts = self._rows(memory, 1, 3).chunk(2, dim=-1)  # (B, T_k, D) each
        key, value = (split_heads(part, self.num_heads) for part in parts)
        if cache is not None:
            key, value = cache.append(key, value)
        return query, key, value

    def _rows(self, x: Tensor, first: int, last: int) -> Tensor:
        """Apply thirds `first` to `last` of the fused projection alone."""
        part = slice(first * self.d_model, last * self.d_model)
        bias = None if self.qkv.bias is None else self.qkv.bias[part]
        return F.linear(x, self.qkv.weight[part], bias)

"""Where a token stands: four ways to tell a model about order.

Attention by itself does not see order: shuffle the tokens and it returns the same
vectors, shuffled. Sinusoidal and learned positions are added to the embeddings once,
rotary positions turn queries and keys inside every head, ALiBi lowers the scores of
keys that are far away.
"""

import torch
from torch import Tensor, nn

from course_lib.errors import ShapeError


def sinusoidal_positions(
    length: int,
    d_model: int,
    base: float = 10000.0,
    *,
    start: int = 0,
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
) -> Tensor:
    """One row of sines and cosines for each position.

    Dimension 2i holds the sine and 2i + 1 the cosine of t / base ** (2i / D), so each
    pair of dimensions is the hand of a clock, and every clock is slower than the last.

    Args:
        length: T, how many positions.
        d_model: D, even.
        base: the larger it is, the slower the slowest clock.
        start: position of the first row.
        device: where the table is made.
        dtype: of the result; the angles themselves are computed in float32 or finer.

    Returns:
        (T, D), all values between -1 and 1.

    Raises:
        ShapeError: d_model is odd.

    Source: Vaswani et al. 2017, section 3.5.
    """
    positions = torch.arange(start, start + length, device=device)
    angles = rotation_angles(positions, d_model, base, precision(dtype))  # (T, D / 2)
    pairs = torch.stack([angles.sin(), angles.cos()], dim=-1)  # (T, D / 2, 2)
    return pairs.flatten(-2).to(dtype or torch.get_default_dtype())  # (T, D)


def rotation_angles(
    positions: Tensor, width: int, base: float, dtype: torch.dtype = torch.float32
) -> Tensor:
    """How far the hand of each clock has turned at each position, in radians.

    Args:
        positions: (..., T), whole numbers.
        width: D or d, even; there are width / 2 clocks.
        base: clock i turns by base ** (-2i / width) per position.
        dtype: of the angles; float32 or finer, since bfloat16 can't hold 257.

    Returns:
        (..., T, width / 2)

    Raises:
        ShapeError: width is odd.
    """
    if width % 2:
        raise ShapeError(
            f"the width is {width}, but positions are told by pairs of dimensions: "
            f"use an even width, such as {width + 1}"
        )
    even = torch.arange(0, width, 2, device=positions.device, dtype=dtype)
    return positions.to(dtype)[..., None] * base ** (-even / width)


def precision(dtype: torch.dtype | None) -> torch.dtype:
    """The type in which angles for tensors of this type are computed."""
    return torch.float64 if dtype == torch.float64 else torch.float32


class SinusoidalPositions(nn.Module):
    """Adds sines and cosines to embeddings; has nothing to learn and no longest text.

    Source: Vaswani et al. 2017, section 3.5.
    """

    def __init__(self, d_model: int, base: float = 10000.0) -> None:
        super().__init__()
        self.d_model, self.base = d_model, base

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """Add to x (B, T, D) the rows of positions start to start + T - 1."""
        return x + sinusoidal_positions(
            x.shape[-2],
            self.d_model,
            self.base,
            start=start,
            device=x.device,
            dtype=x.dtype,
        )


class LearnedPositions(nn.Module):
    """Adds one learned vector per position, as BERT and GPT-2 do.

    The table ends somewhere: a longer text than `max_length` has no positions.
    """

    def __init__(self, max_length: int, d_model: int) -> None:
        super().__init__()
        self.table = nn.Embedding(max_length, d_model)

    def forward(
        self, x: Tensor, start: int = 0, positions: Tensor | None = None
    ) -> Tensor:
        """Add a position's vector to each token's.

        Args:
            x: (B, T, D)
            start: position of the first token; not 0 when earlier ones are cached.
            positions: (T,) or (B, T), where they are not start, start + 1, ...

        Returns:
            (B, T, D)

        Raises:
            ShapeError: the text is longer than the table.
        """
        if positions is not None:
            return x + self._rows(positions)
        end = start + x.shape[-2]
        if end > self.table.num_embeddings:
            raise ShapeError(
                f"the text has {end} tokens, the model has learned positions for "
                f"{self.table.num_embeddings}: cut the text, or split it into parts"
            )
        return x + self.table.weight[start:end]

    def _rows(self, positions: Tensor) -> Tensor:
        try:
            return self.table(positions)
        except IndexError:  # CUDA does not tell in time
            raise ShapeError(
                f"positions {positions.min().item()} to {positions.max().item()} are "
                f"asked for, the model has learned 0 to {self.table.num_embeddings - 1}"
                ": cut the text, or split it into parts"
            ) from None


def rotate(x: Tensor, base: float = 10000.0, start: int = 0) -> Tensor:
    """Turn each pair of dimensions by an angle that grows with the position.

    Pair i is (x_i, x_{i + d/2}); at position t it turns by t * base ** (-2i / d). After
    that a query and a key meet under the difference of their angles: the score depends
    on how far apart they are, not on where they are.

    Args:
        x: (..., T, d), queries or keys, d even.
        base: the larger it is, the slower the slowest pair turns.
        start: position of the first row.

    Returns:
        (..., T, d), every vector as long as before.

    Raises:
        ShapeError: d is odd.

    Source: Su et al. 2021 (RoFormer), with the pairs laid out as GPT-NeoX does.
    """
    positions = torch.arange(start, start + x.shape[-2], device=x.device)
    angles = rotation_angles(positions, x.shape[-1], base, precision(x.dtype))
    return turn(x, angles.cos().to(x.dtype), angles.sin().to(x.dtype))


def turn(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Turn pair (i, i + d/2) of x (..., T, d) by the angle with this cosine and sine.

    `cosine` and `sine` are (..., T, d / 2).
    """
    first, second = x.chunk(2, dim=-1)  # (..., T, d / 2) each
    return torch.cat(
        [first * cosine - second * sine, second * cosine + first * sine], dim=-1
    )


class Rotary(nn.Module):
    """`rotate` with its cosines and sines kept; one object serves all layers.

    Give it to `MultiHeadAttention(rotary=...)`, which turns queries and keys by it.
    """

    def __init__(self, d_head: int, base: float = 10000.0) -> None:
        super().__init__()
        self.d_head, self.base = d_head, base
        self._cosine = self._sine = torch.empty(0, 0)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """Turn x (..., T, d), whose first row stands at position `start`."""
        end = start + x.shape[-2]
        kept = self._cosine
        if len(kept) < end or kept.device != x.device or kept.dtype != x.dtype:
            self._keep(max(2 * len(kept), end), x)
        return turn(x, self._cosine[start:end], self._sine[start:end])

    @torch.inference_mode(False)  # the tables outlive the mode they were made in
    def _keep(self, length: int, like: Tensor) -> None:
        """Compute the tables for `length` positions on the device of `like`."""
        positions = torch.arange(length, device=like.device)
        dtype = precision(like.dtype)
        angles = rotation_angles(positions, self.d_head, self.base, dtype)
        self._cosine = angles.cos().to(like.dtype)  # (T, d / 2)
        self._sine = angles.sin().to(like.dtype)


def alibi_slopes(num_heads: int, device: torch.device | str | None = None) -> Tensor:
    """How much each head dislikes distance: 2 ** (-8 h / H) for h = 1..H.

    Returns:
        (H,), the first head the most short-sighted.

    Raises:
        ShapeError: H is not a power of two.
    """
    if num_heads < 1 or num_heads & (num_heads - 1):
        raise ShapeError(
            f"ALiBi's slopes are defined for 1, 2, 4, 8, 16, ... heads, not for "
            f"{num_heads}: choose a power of two"
        )
    heads = torch.arange(1, num_heads + 1, device=device)
    return 2.0 ** (-8 * heads / num_heads)


def alibi_bias(
    num_heads: int, length: int, *, device: torch.device | str | None = None
) -> Tensor:
    """What ALiBi adds to the scores: a penalty that grows with distance.

    Entry (h, i, j) is -slope_h * (i - j) for j <= i. Later keys get 0: a causal mask
    hides them anyway.

    Returns:
        (H, T, T), to be added to scores (B, H, T, T).

    Raises:
        ShapeError: num_heads is not a power of two.

    Source: Press et al. 2022, Train Short, Test Long.
    """
    places = torch.arange(length, device=device)
    distance = (places[:, None] - places).clamp(min=0)  # (T, T): query i minus key j
    return alibi_slopes(num_heads, device)[:, None, None] * -distance

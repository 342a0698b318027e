"""A picture and a caption read by the same blocks: only what goes in is different.

A caption is a row of words. A picture is a row of patches: little squares of pixels,
each made a vector by one linear layer. From there on both are vectors with positions.
What a whole picture or caption says is the mean of its vectors.

Source: Dosovitskiy et al. 2021, An Image is Worth 16x16 Words.
"""

from torch import Tensor, nn

from course_lib.blocks import EncoderBlock
from course_lib.errors import ShapeError
from course_lib.models.inputs import look_up
from course_lib.multimodal.captions import LENGTH, WORDS
from course_lib.multimodal.shapes import SIZE
from course_lib.positions import LearnedPositions

PATCH = 6
"""Pixels on each side of a patch: 4 rows of 4 patches make a picture."""


def patches(pictures: Tensor, size: int = PATCH) -> Tensor:
    """Cut pictures into squares, row after row.

    Args:
        pictures: (B, C, height, width), both multiples of `size`.
        size: pixels on each side of a square.

    Returns:
        (B, P, C * size * size), P = height * width / size².

    Raises:
        ShapeError: the squares do not fit.
    """
    if pictures.dim() != 4 or pictures.shape[2] % size or pictures.shape[3] % size:
        raise ShapeError(
            f"pictures are {tuple(pictures.shape)}, expected (B, C, height, width) "
            f"with height and width multiples of {size}"
        )
    B, C, height, width = pictures.shape
    cut = pictures.reshape(B, C, height // size, size, width // size, size)
    return cut.permute(0, 2, 4, 1, 3, 5).reshape(B, -1, C * size * size)


class Stack(nn.Module):
    """Encoder blocks and a last norm: (B, T, D) to (B, T, D)."""

    def __init__(self, d_model: int, num_heads: int, num_layers: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            EncoderBlock(d_model, num_heads, 4 * d_model) for _ in range(num_layers)
        )
        self.norm = nn.LayerNorm(d_model)
        for block in self.blocks:  # a new block changes nothing: it learns sooner
            nn.init.zeros_(block.attention.output.weight)
            nn.init.zeros_(block.feed_forward.outer.weight)

    def forward(
        self, x: Tensor, mask: Tensor | None = None, return_weights: bool = False
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The vectors (B, T, D); on request each block's weights (B, H, T, T)."""
        seen = []
        for block in self.blocks:
            x, weights = block(x, mask, return_weights=return_weights)
            seen.append(weights)
        return self.norm(x), tuple(seen) if return_weights else ()


class PictureEncoder(nn.Module):
    """A small Vision Transformer: patches in, a vector for each out."""

    def __init__(
        self, d_model: int = 48, num_heads: int = 4, num_layers: int = 2
    ) -> None:
        """Make an encoder for pictures (3, SIZE, SIZE) with random weights.

        Args:
            d_model: D.
            num_heads: H.
            num_layers: how many blocks.
        """
        super().__init__()
        self.patches = nn.Linear(3 * PATCH * PATCH, d_model)
        self.positions = LearnedPositions((SIZE // PATCH) ** 2, d_model)
        nn.init.normal_(self.positions.table.weight, std=0.5)
        self.stack = Stack(d_model, num_heads, num_layers)

    def forward(
        self, pictures: Tensor, return_weights: bool = False
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Read pictures (B, 3, SIZE, SIZE).

        Returns:
            (B, P, D); on request each block's weights (B, H, P, P).
        """
        x = self.patches(patches(pictures, PATCH) - 0.5)  # (B, P, D)
        return self.stack(self.positions(x), return_weights=return_weights)


class CaptionEncoder(nn.Module):
    """A small encoder of words: ids in, a vector for each out."""

    def __init__(
        self, d_model: int = 48, num_heads: int = 4, num_layers: int = 1
    ) -> None:
        """Make an encoder for captions with random weights; sizes as above."""
        super().__init__()
        self.words = nn.Embedding(len(WORDS), d_model)
        self.positions = LearnedPositions(LENGTH, d_model)
        for table in (self.words, self.positions.table):
            nn.init.normal_(table.weight, std=d_model**-0.5)
        self.stack = Stack(d_model, num_heads, num_layers)

    def forward(
        self, input_ids: Tensor, return_weights: bool = False
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Read captions (B, T), 0 behind their ends.

        Returns:
            (B, T, D); on request each block's weights (B, H, T, T).
        """
        x = self.positions(look_up(self.words, input_ids, "input_ids"))
        mask = (input_ids != 0)[:, None, :]  # (B, 1, T)
        return self.stack(x, mask, return_weights)

"""One space for pictures and texts: two encoders, and a loss that brings them together.

Source: Radford et al. 2021, Learning Transferable Visual Models From Natural Language
Supervision (CLIP).
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from course_lib.models.answer import Answer
from course_lib.multimodal.contrastive import contrastive_loss
from course_lib.multimodal.encoders import CaptionEncoder, PictureEncoder

COLDEST = 0.01  # colder, and single pairs decide everything


@dataclass
class PictureTextAnswer(Answer):
    """What `PictureText` returns.

    Attributes:
        loss: of telling which caption belongs to which picture.
        pictures: (B, D), a vector for each picture.
        texts: (B, D), a vector for each caption.
    """

    loss: Tensor | None = None
    pictures: Tensor | None = None
    texts: Tensor | None = None


class PictureText(nn.Module):
    """A picture encoder and a caption encoder whose vectors can be compared."""

    def __init__(
        self, d_model: int = 48, num_heads: int = 4, layers: tuple[int, int] = (2, 1)
    ) -> None:
        """Make both encoders with random weights.

        Args:
            d_model: D of both, and of the space that they share.
            num_heads: H of both.
            layers: blocks for pictures, and for captions.
        """
        super().__init__()
        self.seeing = PictureEncoder(d_model, num_heads, layers[0])
        self.reading = CaptionEncoder(d_model, num_heads, layers[1])
        self.from_picture = nn.Linear(d_model, d_model, bias=False)
        self.from_text = nn.Linear(d_model, d_model, bias=False)
        self.log_temperature = nn.Parameter(torch.tensor(math.log(0.1)))

    @property
    def temperature(self) -> Tensor:
        """What similarities are divided by; it is learned, too."""
        return self.log_temperature.exp().clamp_min(COLDEST)

    def patch_vectors(self, pictures: Tensor) -> Tensor:
        """Pictures (B, 3, SIZE, SIZE) as a vector for each patch (B, P, D)."""
        return self.from_picture(self.seeing(pictures)[0])

    def picture_vectors(self, pictures: Tensor) -> Tensor:
        """Pictures as vectors (B, D): the mean of their patches' vectors."""
        return self.patch_vectors(pictures).mean(1)

    def text_vectors(self, input_ids: Tensor) -> Tensor:
        """Captions (B, T) as vectors (B, D): the mean of their words' vectors."""
        words = self.from_text(self.reading(input_ids)[0])  # (B, T, D)
        there = (input_ids != 0)[..., None]
        return (words * there).sum(1) / there.sum(1)

    def forward(self, pictures: Tensor, input_ids: Tensor) -> PictureTextAnswer:
        """Compare pictures (B, 3, SIZE, SIZE) with captions (B, T), row with row."""
        seen, read = self.picture_vectors(pictures), self.text_vectors(input_ids)
        loss = contrastive_loss(seen, read, self.temperature)
        return PictureTextAnswer(loss, seen, read)

"""A model that says what a picture shows: a decoder whose memory is patches.

It is the encoder-decoder of translation, with a picture in place of the French.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from course_lib.blocks import DecoderBlock
from course_lib.models.answer import Answer
from course_lib.models.heads import word_loss
from course_lib.models.inputs import look_up
from course_lib.multimodal.captions import BEGIN, END, LENGTH, WORDS
from course_lib.multimodal.encoders import PictureEncoder
from course_lib.positions import LearnedPositions


@dataclass
class CaptionAnswer(Answer):
    """What `Captioner` returns.

    Attributes:
        loss: mean surprise at each next word, in nats.
        logits: (B, T, V), a score for every word to come next.
        looks: on request (B, H, T, P): the last block's weights over the patches.
    """

    loss: Tensor | None = None
    logits: Tensor | None = None
    looks: Tensor | None = None


class Captioner(nn.Module):
    """A picture encoder, and decoder blocks that look at its patches word by word."""

    def __init__(
        self,
        seeing: PictureEncoder | None = None,
        d_model: int = 48,
        num_heads: int = 4,
        num_layers: int = 1,
    ) -> None:
        """Make a decoder with random weights.

        Args:
            seeing: an encoder of width D that has learned already; None makes one.
            d_model: D.
            num_heads: H.
            num_layers: how many decoder blocks.
        """
        super().__init__()
        self.seeing = seeing or PictureEncoder(d_model, num_heads)
        self.words = nn.Embedding(len(WORDS), d_model)
        self.positions = LearnedPositions(LENGTH, d_model)
        for table in (self.words, self.positions.table):
            nn.init.normal_(table.weight, std=d_model**-0.5)
        self.blocks = nn.ModuleList(
            DecoderBlock(d_model, num_heads, 4 * d_model) for _ in range(num_layers)
        )
        for block in self.blocks:
            for layer in (block.attention, block.cross_attention):
                nn.init.zeros_(layer.output.weight)
            nn.init.zeros_(block.feed_forward.outer.weight)
        self.norm = nn.LayerNorm(d_model)
        self.output = nn.Linear(d_model, len(WORDS), bias=False)

    def forward(
        self, pictures: Tensor, input_ids: Tensor, output_attentions: bool = False
    ) -> CaptionAnswer:
        """Read captions (B, T) beside their pictures (B, 3, SIZE, SIZE).

        The loss asks for each next word; behind [SEP] nothing is asked.
        """
        memory, _ = self.seeing(pictures)  # (B, P, D)
        x = self.positions(look_up(self.words, input_ids, "input_ids"))
        looks = None
        for block in self.blocks:
            x, _, looks = block(x, memory, return_weights=output_attentions)
        logits = self.output(self.norm(x))
        following = input_ids[:, 1:].masked_fill(input_ids[:, 1:] == 0, -100)
        loss = word_loss(logits[:, :-1], following) if following.numel() else None
        return CaptionAnswer(loss, logits, looks)

    @torch.no_grad()
    def write(self, pictures: Tensor) -> Tensor:
        """The likeliest words, one after the other: ids (B, T), 0 behind [SEP]."""
        begin, end = WORDS.index(BEGIN), WORDS.index(END)
        ids = torch.full((len(pictures), 1), begin, device=pictures.device)
        for _ in range(LENGTH - 1):
            following = self(pictures, ids).logits[:, -1].argmax(-1)
            ended = (ids == end).any(-1)
            ids = torch.cat([ids, following.masked_fill(ended, 0)[:, None]], dim=1)
        return ids

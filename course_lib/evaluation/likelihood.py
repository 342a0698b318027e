"""How well a model foresees texts: surprise at each token, and perplexity."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.errors import CourseError
from course_lib.generation.writers import evaluating


@dataclass(frozen=True)
class Perplexity:
    """How surprised a model was by texts.

    Perplexity per token depends on how a tokenizer cuts: fewer, longer tokens are
    harder to guess. Per word, models with different tokenizers can be compared.

    Attributes:
        nats: surprise at all tokens together.
        tokens: how many were predicted.
        words: how many words they are, as white space separates them.
    """

    nats: float
    tokens: int
    words: int

    @classmethod
    def of(cls, surprises: Sequence[Tensor], texts: Sequence[str]) -> Self:
        """Add up surprises at the tokens of texts.

        Args:
            surprises: for each text (T - 1,), in nats.
            texts: the same ones, to count their words.

        Raises:
            CourseError: not as many texts as surprises.
        """
        if len(surprises) != len(texts):
            raise CourseError(
                f"{len(surprises)} rows of surprises for {len(texts)} texts: expected "
                "one for each"
            )
        nats = sum(x.double().sum().item() for x in surprises)
        tokens = sum(len(x) for x in surprises)
        return cls(nats, tokens, sum(len(text.split()) for text in texts))

    @property
    def per_token(self) -> float:
        """As if the model had to choose among so many tokens each time."""
        return math.exp(self.nats / self.tokens)

    @property
    def per_word(self) -> float:
        """As if it had to choose among so many words each time."""
        return math.exp(self.nats / self.words)


class Piece(NamedTuple):
    """A part of a long text that a model reads at once.

    Attributes:
        text: which one.
        start: its first token.
        end: behind its last token.
        counted: the first token whose surprise is taken from this piece.
    """

    text: int
    start: int
    end: int
    counted: int


def pieces(texts: Sequence[Sequence[int]], window: int) -> Iterator[Piece]:
    """Cut texts so that each token but the first is predicted once.

    Pieces overlap by half a window: a token in a later piece has at least that much
    context, as it would have had in the middle of a text that fits.
    """
    for text, ids in enumerate(texts):
        end = min(window, len(ids))
        yield Piece(text, 0, end, 1)
        while end < len(ids):
            counted, end = end, min(end + window // 2, len(ids))
            yield Piece(text, end - window, end, counted)


@torch.inference_mode()
def surprises(
    model: nn.Module,
    texts: Sequence[Sequence[int]],
    *,
    window: int | None = None,
    batch_size: int = 16,
) -> list[Tensor]:
    """Surprise, in nats, of a model that writes, at each token but the first.

    Args:
        model: gives logits (B, T, V) for token ids (B, T), as GPT does.
        texts: token ids; the first one is given, not predicted.
        window: so many tokens are read at once; None takes the model's positions.
        batch_size: so many pieces of texts are read at once.

    Returns:
        For each text (T - 1,), on the CPU.

    Raises:
        CourseError: a text has fewer than two tokens, or the window is too short.
    """
    _require_tokens(texts)
    window = window or model.config.n_positions
    if window < 2:
        raise CourseError(f"window is {window}, expected 2 or more")
    found = [torch.zeros(len(ids) - 1) for ids in texts]
    # Pieces of similar length stand together: little is padded.
    cut = sorted(pieces(texts, window), key=lambda piece: piece.start - piece.end)
    with evaluating(model):
        for i in range(0, len(cut), batch_size):
            batch = cut[i : i + batch_size]
            rows = [texts[piece.text][piece.start : piece.end] for piece in batch]
            for piece, row in zip(batch, _read(model, rows), strict=True):
                values = row[piece.counted - piece.start - 1 :]
                found[piece.text][piece.counted - 1 : piece.end - 1] = values
    return found


def _read(model: nn.Module, rows: Sequence[Sequence[int]]) -> list[Tensor]:
    """Surprises at rows of different lengths, read as one batch."""
    device = next(model.parameters()).device
    lengths = [len(row) for row in rows]
    # Padding stands behind: causal positions before it do not see it.
    ids = torch.zeros(len(rows), max(lengths), dtype=torch.long)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = torch.tensor(row)
    ids = ids.to(device)
    logits = model(ids).logits[:, :-1].float()
    nats = F.cross_entropy(logits.transpose(1, 2), ids[:, 1:], reduction="none").cpu()
    return [row[: length - 1] for row, length in zip(nats, lengths, strict=True)]


def _require_tokens(texts: Sequence[Sequence[int]]) -> None:
    short = [i for i, ids in enumerate(texts) if len(ids) < 2]
    if short:
        raise CourseError(
            f"text {short[0]} has {len(texts[short[0]])} tokens, expected 2 or more: "
            "the first one is given, the others are predicted"
        )

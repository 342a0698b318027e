"""How well a model restores hidden tokens."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from course_lib.errors import CourseError
from course_lib.evaluation.shares import Share
from course_lib.generation.writers import evaluating


@dataclass(frozen=True)
class MaskedTokens:
    """What a model made of hidden tokens.

    Attributes:
        hidden: the hidden tokens' ids, (N,).
        ranks: how many tokens the model held to be more probable, (N,).
        nats: surprise at each of them, (N,).
    """

    hidden: Tensor
    ranks: Tensor
    nats: Tensor

    def among(self, best: int = 1) -> Share:
        """How often the hidden token was among the model's best guesses."""
        return Share.of((self.ranks < best).tolist())

    @property
    def perplexity(self) -> float:
        """As if the model had to choose among so many tokens each time."""
        return math.exp(self.nats.double().mean().item())


def chosen_places(
    ids: Sequence[int],
    share: float,
    generator: torch.Generator,
    never: Collection[int] = (),
) -> Tensor:
    """Places of a text to be hidden, drawn by chance.

    Args:
        ids: T token ids.
        share: of the tokens that may be hidden; at least one is.
        generator: source of the random numbers.
        never: tokens that stay, such as `[CLS]` and `[SEP]`.

    Returns:
        Boolean (T,), True where a token is to be hidden.

    Raises:
        CourseError: there is nothing to hide.
    """
    free = torch.tensor([i for i, token in enumerate(ids) if token not in never])
    if not len(free):
        raise CourseError(f"none of these {len(ids)} tokens may be hidden: give a text")
    count = max(1, round(share * len(free)))
    order = torch.randperm(len(free), generator=generator)
    places = torch.zeros(len(ids), dtype=torch.bool)
    places[free[order[:count]]] = True
    return places


@torch.inference_mode()
def restored(
    model: nn.Module,
    texts: Sequence[Sequence[int]],
    places: Sequence[Tensor],
    mask_id: int,
    *,
    batch_size: int = 16,
) -> MaskedTokens:
    """Hide tokens behind the mask token and let a model guess them.

    Args:
        model: gives logits (B, T, V) for token ids (B, T), as BERT does with its head
            for masked words.
        texts: token ids, as the model was trained to read them.
        places: for each text boolean (T,), True where its token is hidden.
        mask_id: the mask token.
        batch_size: so many texts are read at once.

    Returns:
        The hidden tokens in the order of the texts, and how the model ranked them.
    """
    order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
    found: dict[int, tuple[Tensor, Tensor, Tensor]] = {}
    with evaluating(model):
        for i in range(0, len(order), batch_size):
            batch = order[i : i + batch_size]
            logs, true = _read(
                model, [texts[j] for j in batch], [places[j] for j in batch], mask_id
            )
            counts = [int(places[j].sum()) for j in batch]
            parts = (x.split(counts) for x in (true, *_ranked(logs, true)))
            found |= dict(zip(batch, zip(*parts, strict=True), strict=True))
    tokens, ranks, nats = zip(*(found[i] for i in range(len(texts))), strict=True)
    return MaskedTokens(torch.cat(tokens), torch.cat(ranks), torch.cat(nats))


def _read(
    model: nn.Module,
    texts: Sequence[Sequence[int]],
    places: Sequence[Tensor],
    mask_id: int,
) -> tuple[Tensor, Tensor]:
    """Log-probabilities (N, V) at all hidden tokens of a batch, and their ids (N,)."""
    longest = max(map(len, texts))
    ids = torch.zeros(len(texts), longest, dtype=torch.long)
    hidden, there = torch.zeros_like(ids).bool(), torch.zeros_like(ids)
    for row, (text, where) in enumerate(zip(texts, places, strict=True)):
        ids[row, : len(text)] = torch.tensor(text)
        hidden[row, : len(text)] = where
        there[row, : len(text)] = 1
    device = next(model.parameters()).device
    given = ids.masked_fill(hidden, mask_id).to(device)
    logits = model(given, attention_mask=there.to(device)).logits
    return logits[hidden.to(device)].float().log_softmax(-1).cpu(), ids[hidden]


def _ranked(logs: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
    """Of log-probabilities (N, V): how many are above the true ones, and surprises."""
    true = logs.gather(-1, ids[:, None])  # (N, 1)
    return (logs > true).sum(-1), -true[:, 0]

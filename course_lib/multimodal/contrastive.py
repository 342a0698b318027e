"""Which caption belongs to which picture: the loss, and how often it is found.

Source: Radford et al. 2021, Learning Transferable Visual Models From Natural Language
Supervision, section 2.3.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.errors import ShapeError


def contrastive_loss(
    images: Tensor, texts: Tensor, temperature: float | Tensor
) -> Tensor:
    """Surprise at the right partner, among all partners of the batch; both ways.

    Args:
        images: (N, D), a vector for each picture.
        texts: (N, D), row n belongs to picture n.
        temperature: what similarities are divided by; small is strict.

    Returns:
        A scalar: the mean of pictures asking for texts and texts asking for pictures.

    Raises:
        ShapeError: the two do not have the same shape (N, D).
    """
    if images.dim() != 2 or images.shape != texts.shape:
        raise ShapeError(
            f"images are {tuple(images.shape)}, texts {tuple(texts.shape)}: expected "
            "(N, D) both, row n of one belonging to row n of the other"
        )
    scores = similarity(images, texts) / temperature  # (N, N)
    partner = torch.arange(len(scores), device=scores.device)
    asked = F.cross_entropy(scores, partner), F.cross_entropy(scores.T, partner)
    return sum(asked) / 2


def similarity(images: Tensor, texts: Tensor) -> Tensor:
    """Cosine of each image (N, D) and each text (M, D): (N, M), from -1 to 1."""
    return F.normalize(images, dim=-1) @ F.normalize(texts, dim=-1).T


def retrieved(images: Tensor, texts: Tensor) -> tuple[float, float]:
    """How often the partner comes first: a picture's text, and a text's picture.

    Args:
        images: (N, D)
        texts: (N, D), row n belongs to picture n.
    """
    scores = similarity(images, texts)
    partner = torch.arange(len(scores), device=scores.device)
    first = (scores.argmax(-1) == partner, scores.argmax(0) == partner)
    return tuple(found.float().mean().item() for found in first)

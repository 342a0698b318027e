"""Captions as ids: the vocabulary is small enough to be written down."""

from collections.abc import Sequence

import torch
from torch import Tensor

from course_lib.errors import CourseError
from course_lib.multimodal.shapes import COLOURS, SHAPES

PAD, BEGIN, END = "[PAD]", "[CLS]", "[SEP]"
WORDS = (
    *(PAD, BEGIN, END, "a"),
    *COLOURS,
    *SHAPES,
    *("left", "of", "above"),
)
"""The vocabulary, V words; a word's id is its place."""

LENGTH = 10
"""T of the longest caption: [CLS] a red circle left of a blue square [SEP]."""

_IDS = {word: place for place, word in enumerate(WORDS)}


def as_ids(captions: Sequence[str]) -> Tensor:
    """Captions as ids (B, T), [CLS] in front and [SEP] behind, 0 filled up to LENGTH.

    Raises:
        CourseError: a word is not in the vocabulary, or there are too many.
    """
    return torch.tensor([_row(caption) for caption in captions])


def as_text(ids: Tensor) -> str:
    """The words of one row of ids (T,), up to [SEP]."""
    words = [WORDS[place] for place in ids.tolist()]
    words = words[: words.index(END)] if END in words else words
    return " ".join(word for word in words if word not in (PAD, BEGIN))


def _row(caption: str) -> list[int]:
    words = caption.split()
    unknown = [word for word in words if word not in WORDS[3:]]
    if unknown or len(words) > LENGTH - 2:
        raise CourseError(
            f"{caption!r}: expected up to {LENGTH - 2} words of "
            f"{', '.join(WORDS[3:])}, as in 'a red circle left of a blue square'"
        )
    ids = [_IDS[word] for word in (BEGIN, *words, END)]
    return ids + [_IDS[PAD]] * (LENGTH - len(ids))

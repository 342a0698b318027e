"""Labels of words on pieces of words, and the way back.

A tokenizer cuts Andermatt into and ##er ##mat ##t. The first piece stands for the word:
it alone is labelled, and what is found there is said of the whole word.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from course_lib.errors import CourseError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

IGNORED = -100  # a label that counts for nothing, as everywhere in Hugging Face

WordIds = Sequence[int | None]
"""Of each piece the number of its word; None for [CLS], [SEP] and padding."""


def first_pieces(word_ids: WordIds) -> dict[int, int]:
    """From each word that was read to the place of its first piece."""
    places: dict[int, int] = {}
    for place, word in enumerate(word_ids):
        if word is not None:
            places.setdefault(word, place)
    return places


def align_labels(word_labels: Sequence[int], word_ids: WordIds) -> list[int]:
    """Labels of pieces: a word's own on its first piece, -100 elsewhere."""
    labels = [IGNORED] * len(word_ids)
    for word, place in first_pieces(word_ids).items():
        labels[place] = word_labels[word]
    return labels


def for_words(tokenizer: "PreTrainedTokenizerBase") -> "PreTrainedTokenizerBase":
    """Make a tokenizer ready for sentences that are words already.

    Raises:
        CourseError: it can't tell to which word a piece belongs.
    """
    if not tokenizer.is_fast:
        raise CourseError(
            f"{type(tokenizer).__name__} does not tell to which word a piece belongs: "
            "take a model whose folder holds a tokenizer.json"
        )
    before = tokenizer.backend_tokenizer.pre_tokenizer
    if getattr(before, "add_prefix_space", None) is False:
        before.add_prefix_space = True  # RoBERTa: each word is one behind a space
        tokenizer.add_prefix_space = True
    return tokenizer

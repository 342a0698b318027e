"""A text as a tokenizer cuts it: ids for the model, words for the reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from course_lib.errors import CourseError

BYTE_MARKS = ("Ġ", "Ċ", "ĉ")  # how byte-level vocabularies write blanks


@dataclass(frozen=True)
class Words:
    """Tokens of one text.

    Attributes:
        ids: T numbers.
        tokens: T words as a reader sees them.
        special: True for [CLS] and the like.
        segments: 0 for the first and 1 for the second text; None for one text.
    """

    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    special: tuple[bool, ...]
    segments: tuple[int, ...] | None = None

    def tensor(self) -> Tensor:
        """The ids as a batch of one, (1, T)."""
        return torch.tensor([self.ids])


def cut(
    tokenizer: Any, text: str, text_pair: str | None = None
) -> tuple[dict[str, Tensor], Words]:
    """A text, or a pair, as the model's inputs and as words.

    Raises:
        CourseError: not one text, or not a tokenizer.
    """
    for given, name in ((text, "text"), (text_pair, "text_pair")):
        if given is not None and not isinstance(given, str):
            raise CourseError(
                f"{name} is {type(given).__name__}: give one text at a time, as a str."
            )
    if not callable(tokenizer) or not hasattr(tokenizer, "convert_ids_to_tokens"):
        raise CourseError(
            f"{type(tokenizer).__name__} is no tokenizer of Transformers: "
            "AutoTokenizer.from_pretrained(folder) opens the one of your model."
        )
    encoded = tokenizer(text, text_pair, return_tensors="pt")
    ids = encoded["input_ids"][0].tolist()
    inputs = {name: encoded[name] for name in encoded}
    words = words_of(tokenizer, ids)
    if text_pair is not None:
        segments = _segments(encoded, words.special)
        words = Words(words.ids, words.tokens, words.special, segments)
    return inputs, words


def words_of(tokenizer: Any, ids: Sequence[int]) -> Words:
    """Token ids as words."""
    special = set(tokenizer.all_special_ids)
    ids = tuple(int(one) for one in ids)
    return Words(ids, labels_of(tokenizer, ids), tuple(one in special for one in ids))


def labels_of(tokenizer: Any, ids: Sequence[int]) -> tuple[str, ...]:
    """Tokens as words: pieces of bytes are put together where they form letters."""
    ids = [int(one) for one in ids]
    tokens = tokenizer.convert_ids_to_tokens(ids)
    vocabulary = tokenizer.get_vocab()
    if any(mark in vocabulary for mark in BYTE_MARKS):
        pairs = zip(ids, tokens, strict=True)
        tokens = [_decoded(tokenizer, one, token) for one, token in pairs]
    # The model may know more ids than the tokenizer has words.
    return tuple(
        f"<{one}>" if token is None else token
        for one, token in zip(ids, tokens, strict=True)
    )


def _decoded(tokenizer: Any, one: int, token: str | None) -> str | None:
    """Bytes as the letters that they stand for, where they are whole letters."""
    if token is None:
        return None
    text = tokenizer.decode([one], clean_up_tokenization_spaces=False)
    return token if "\ufffd" in text or not text else text


def _segments(encoded: Any, special: Sequence[bool]) -> tuple[int, ...]:
    """0 or 1 for each token; a special token belongs to the text before it."""
    if "token_type_ids" in encoded and encoded["token_type_ids"].any():
        return tuple(encoded["token_type_ids"][0].tolist())
    result, current = [], 0
    for owner in encoded.sequence_ids(0):
        current = current if owner is None else owner
        result.append(current)
    return tuple(result)

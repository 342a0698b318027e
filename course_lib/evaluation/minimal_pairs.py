"""Two sentences that differ in one word, one of them right: which does a model take?

"The keys are ..." or "The keys is ...": what a model knows of grammar shows in the
probabilities, without training it to answer. A coin gets half of the pairs.

Sources: Linzen et al. 2016, Assessing the Ability of LSTMs to Learn Syntax-Sensitive
Dependencies; Salazar et al. 2020, Masked Language Model Scoring.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from course_lib.errors import CourseError
from course_lib.evaluation.likelihood import surprises
from course_lib.evaluation.masked import restored

BATCH = 32  # sentences are short


class Pair(Protocol):
    """What is compared.

    Attributes:
        context: what stands before, or "".
        right: a sentence.
        wrong: the same sentence with one word spoilt.
    """

    context: str
    right: str
    wrong: str


def differing_words(right: str, wrong: str) -> tuple[slice, slice]:
    """Where two texts differ, as characters of each; whole words without their marks.

    >>> differing_words("The keys are here.", "The keys is here.")
    (slice(9, 12, None), slice(9, 11, None))

    Raises:
        CourseError: they do not differ in words that both have.
    """
    ours, theirs = right.split(" "), wrong.split(" ")
    least = min(len(ours), len(theirs))
    start = next((i for i in range(least) if ours[i] != theirs[i]), least)
    rest = least - start
    same = next((i for i in range(rest) if ours[-1 - i] != theirs[-1 - i]), rest)
    if start == least or same == rest:
        raise CourseError(
            f"{right!r} and {wrong!r} do not differ in a word that stands in both: "
            "give two sentences of which one word is changed"
        )
    begin = len(" ".join([*ours[:start], ""]))
    ends = [len(" ".join(each[: len(each) - same])) for each in (ours, theirs)]
    marks = _marks_behind(right[begin : ends[0]], wrong[begin : ends[1]])
    return slice(begin, ends[0] - marks), slice(begin, ends[1] - marks)


def _marks_behind(right: str, wrong: str) -> int:
    """How many of the same full stops, commas and the like end both."""
    pairs = zip(reversed(right), reversed(wrong), strict=False)
    alike = (mine == theirs and not mine.isalnum() for mine, theirs in pairs)
    return next((i for i, same in enumerate(alike) if not same), 0)


def with_beginning(tokenizer: Any, text: str) -> list[int]:
    """Token ids of a text as a model that writes reads it: its first token in front.

    Raises:
        CourseError: the tokenizer has no token for the beginning.
    """
    if tokenizer.bos_token_id is None:
        raise CourseError(
            "the tokenizer has no bos_token, so nothing stands before the first word "
            "from which it could be predicted: set one that the model was trained with"
        )
    ids = tokenizer(text, add_special_tokens=False, verbose=False).input_ids
    return [tokenizer.bos_token_id, *ids]


def writing_margins(model: nn.Module, tokenizer: Any, pairs: Sequence[Pair]) -> Tensor:
    """By how much a model that writes holds the right sentences to be more probable.

    Args:
        model: a GPT.
        tokenizer: its own, of Transformers.
        pairs: N of them.

    Returns:
        (N,): log-probability of the right sentence behind its context less that of the
        wrong one, in nats. Above 0 the model is right.
    """
    rows = [with_beginning(tokenizer, text) for pair in pairs for text in _texts(pair)]
    found = surprises(model, rows, batch_size=BATCH)
    totals = torch.stack([x.double().sum() for x in found])
    # The context is the same on both sides: what it costs cancels out.
    right, wrong = totals.view(-1, 2).unbind(-1)
    return wrong - right


def masked_margins(model: nn.Module, tokenizer: Any, pairs: Sequence[Pair]) -> Tensor:
    """By how much a model that restores words prefers the right one in its place.

    Args:
        model: a BERT with its head for masked words.
        tokenizer: its own, of Transformers; it must tell where tokens stand.
        pairs: N of them.

    Returns:
        (N,): log-probability of the right word less that of the wrong one, in nats.
        All tokens of the word are hidden at once and their log-probabilities added;
        words of fewer tokens have an advantage therefore.
    """
    texts = [text for pair in pairs for text in _texts(pair)]
    spans = [span for pair in pairs for span in differing_words(*_texts(pair))]
    read = tokenizer(texts, return_offsets_mapping=True, verbose=False)
    places = list(map(_within, read["offset_mapping"], spans))
    mask = tokenizer.mask_token_id
    found = restored(model, read["input_ids"], places, mask, batch_size=BATCH)
    each = found.nats.double().split([int(where.sum()) for where in places])
    right, wrong = torch.stack([x.sum() for x in each]).view(-1, 2).unbind(-1)
    return wrong - right


def _texts(pair: Pair) -> tuple[str, str]:
    """The right text and the wrong one, each with what stands before."""
    before = f"{pair.context} " if pair.context else ""
    return before + pair.right, before + pair.wrong


def _within(offsets: Sequence[tuple[int, int]], span: slice) -> Tensor:
    """True for those of T tokens that lie in a span of letters: (T,)."""
    return torch.tensor(
        [
            start < span.stop and end > span.start and end > start
            for start, end in offsets
        ]
    )

"""What people get wrong when they hide words, and what they are told."""

from collections.abc import Mapping
from typing import Any

from course_lib.exercises.catalogue import Mistake
from course_lib.exercises.chapter07.draws import (
    AS_MASK,
    AS_WORD,
    LABELLED,
)
from course_lib.exercises.findings import Findings, Share

HIDE = "07, Hide one word in seven"
RULE = "07, Hidden, replaced, kept"
REPEAT = "07, The same words again"


def fit_share(_inputs: Mapping[str, Any], output: Findings) -> float | None:
    """The share of words that were chosen, if it is not 15 %."""
    seen = output.seen[LABELLED]
    assert isinstance(seen, Share)
    return seen.value if abs(seen.value - 0.15) > 6 * seen.error else None


def fit_split(
    inputs: Mapping[str, Any], output: Findings
) -> tuple[float, float] | None:
    """Shares of [MASK] and of random words, counting those that cannot be seen."""
    masked, words = output.seen[AS_MASK], output.seen[AS_WORD]
    assert isinstance(masked, Share) and isinstance(words, Share)
    if not words.size:
        return None
    size = inputs["vocab_size"]
    random = words.value * size / (size - 2)  # neither [MASK] nor the word itself
    return max(masked.value - random / size, 0.0), random


MISTAKES = (
    Mistake(
        "masks-special-tokens",
        "You also choose positions where `maskable` is False. [CLS], [SEP] and padding "
        "are the same in every text, there is nothing to learn: combine with `& "
        "maskable`.",
        HIDE,
        group="where",
    ),
    Mistake(
        "labels-everywhere",
        "You give a label to positions that were not chosen. The loss would count "
        "words that stand in the input: set -100 there.",
        HIDE,
        forms=("all", "maskable"),
        group="labels",
    ),
    Mistake(
        "always-mask",
        "Every chosen word becomes [MASK]. Only 80 % of them do; 10 % become a random "
        "word and 10 % stay, since no text later holds a [MASK].",
        RULE,
        group="split",
    ),
    Mistake(
        "never-keeps",
        "Every chosen word is changed: hidden, or replaced by another. One in ten has "
        "to stay as it is, with its label.",
        RULE,
        forms=(0.8, 0.9),
        group="split",
    ),
    Mistake(
        "changes-inputs-in-place",
        "You write into the `ids` you were given. The text is needed again in the next "
        "epoch: work on `ids.clone()`, or use `masked_fill` and `torch.where`.",
        REPEAT,
        forms=("inputs", "labels"),
    ),
    Mistake(
        "random-words-from-a-part",
        "Your random words are not drawn from the whole vocabulary, each by itself: "
        "some ids never come. `torch.randint(vocab_size, ids.shape, "
        "generator=generator)` draws one for every position.",
        RULE,
        forms=("without the last", "of the batch", "one word"),
        group="words",
    ),
    Mistake(
        "ignores-the-generator",
        "The same state of the generator gives other results: some of your draws come "
        "from elsewhere. Pass `generator=generator` to every one of them.",
        REPEAT,
        forms=("everything", "elsewhere"),
        group="source",
    ),
    Mistake(
        "one-draw-for-the-batch",
        "One random number decides for many positions: a whole column, or a whole row, "
        "is treated alike. Draw numbers of the shape of `ids`.",
        HIDE,
        forms=("choice", "everything", "treatment", "whole rows"),
        group="choice",
    ),
    Mistake(
        "wrong-share",
        "The share of words that you choose is not 15 %. A number of `torch.rand` is "
        "below 0.15 in 15 of 100 draws.",
        HIDE,
        forms=(0.85, 0.12),
        fit=fit_share,
    ),
    Mistake(
        "labels-of-the-kept-forgotten",
        "Chosen words that stay as they are have no label: only 90 % of the chosen are "
        "asked for, and all of them are changed. Set the labels by what was chosen, "
        "not by what the input became.",
        RULE,
        group="split",
    ),
    Mistake(
        "labels-only-where-hidden",
        "Only [MASK] has a label in your answer. Words that were replaced, or that "
        "stay, are asked for as well: every chosen one has a label.",
        RULE,
        group="labels",
    ),
    Mistake(
        "maskable-inverted",
        "You choose where `maskable` is False. True marks the words that may be "
        "hidden.",
        HIDE,
        group="where",
    ),
    Mistake(
        "labels-after-masking",
        "Your labels hold what the input became: the model would learn to answer "
        "[MASK]. Take them from `ids`, before anything is replaced.",
        RULE,
        group="labels",
    ),
    Mistake(
        "another-value-than-minus-100",
        "Positions that do not count have another label than -100. It is the one "
        "value that `F.cross_entropy` leaves out by itself.",
        HIDE,
        forms=(0,),
        group="labels",
    ),
    Mistake(
        "tenth-of-the-rest",
        "You replace a tenth of what [MASK] left over, 2 % of the chosen words. It is "
        "a tenth of all chosen: half of the rest.",
        RULE,
        forms=(0.02,),
        group="split",
    ),
    Mistake(
        "never-random",
        "No chosen word becomes a random one. One in ten is replaced by any word of "
        "the vocabulary.",
        RULE,
        forms=(0.8,),
        group="split",
    ),
    Mistake(
        "words-outside-the-vocabulary",
        "Some of your random words are no ids: they run from 0 to vocab_size - 1, as "
        "`torch.randint(vocab_size, ...)` draws them.",
        RULE,
        group="words",
    ),
    Mistake(
        "fixed-number",
        "You always choose the same number of words. Let each position draw for "
        "itself: 15 % is what comes out on average.",
        HIDE,
        forms=("row", "batch"),
        group="choice",
    ),
    Mistake(
        "seeds-itself",
        "You set a seed inside the function: every batch is hidden at the same "
        "positions. Draw from the generator as it comes; whoever calls you seeds it.",
        REPEAT,
        forms=("own", "global"),
        group="source",
    ),
    Mistake(
        "wrong-split",
        "Of the chosen words not 80 % become [MASK], 10 % a random word and 10 % stay. "
        "Look at the shares below: which condition holds too often?",
        RULE,
        forms=((0.1, 0.8),),
        group="split",
        fit=fit_split,
    ),
)

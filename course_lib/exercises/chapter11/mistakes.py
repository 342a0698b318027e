"""What people get wrong in chapter 11, and what they are told."""

from collections.abc import Mapping
from typing import Any

from course_lib.exercises.catalogue import Mistake

PIECES = "11, A label for every word piece"


def _read_ignored(inputs: Mapping[str, Any], output: list[Any]) -> Any:
    """The number that stands at every special token, unless it has a name already."""
    places = zip(inputs["word_ids"], output, strict=True)
    found = {label for word, label in places if word is None}
    return found.pop() if len(found) == 1 and not found & {-100, 0} else None


ALIGN_MISTAKES = (
    Mistake(
        "labels-continuations",
        "Pieces that continue a word get a label too, so a long word counts "
        "several times in the loss. Only its first piece is labelled; the others "
        "get -100.",
        PIECES,
        forms=("same", "b to i"),
        group="continuing",
    ),
    Mistake(
        "labels-special-tokens",
        "Special tokens get the label 0, which is a class like any other. Where "
        "the word id is None the label is -100, and the loss passes over it.",
        PIECES,
        forms=("all", "once", "once, not the first"),
        group="special",
    ),
    Mistake(
        "off-by-one",
        "Each label lands one place beside where it belongs: at the neighbouring "
        "piece, or taken from the neighbouring word. Special tokens take part in "
        "the counting of pieces, and piece i gets `word_labels[word_ids[i]]`.",
        PIECES,
        forms=(
            "word before",
            "word before, none before the first",
            "word after",
            "word after, none after the last",
            "word after, then the first",
            "piece before",
            "piece before, round the row",
            "piece after",
        ),
        group="off",
    ),
    Mistake(
        "previous-word-across-sentences",
        "A word id that was seen before counts as continued, though a special "
        "token or another word lies between. Word ids begin again with each "
        "sentence: compare with the piece directly before, and let "
        "None end a word.",
        PIECES,
        forms=("not reset", "seen", "only larger"),
        group="new word",
    ),
    Mistake(
        "continuing-pieces-outside",
        "Pieces that continue a word get 0, which says 'no entity' and is learnt. "
        "They get -100, which says nothing.",
        PIECES,
        group="continuing",
    ),
    Mistake(
        "continuing-pieces-dropped",
        "Pieces that continue a word are missing from the list. The model answers "
        "at every piece, so each needs an entry: -100.",
        PIECES,
        group="continuing",
    ),
    Mistake(
        "special-tokens-dropped",
        "Special tokens are missing from the list, so the labels no longer stand "
        "below their pieces. Each None gets an entry too: -100.",
        PIECES,
        group="special",
    ),
    Mistake(
        "word-zero-as-special",
        "The first word, number 0, is treated as a special token: `not word` is "
        "true of 0 as well as of None. Ask `word is None`.",
        PIECES,
    ),
    Mistake(
        "label-on-last-piece",
        "The label stands on the last piece of each word. It belongs on the first "
        "one: compare with the piece before, not with the one behind.",
        PIECES,
        group="new word",
    ),
    Mistake(
        "compares-labels",
        "A word whose neighbour has the same label is taken for its continuation. "
        "Compare the word ids; two words may well have one label.",
        PIECES,
        group="new word",
    ),
    Mistake(
        "first-piece-compared",
        "The very first piece is compared with something, though nothing stands "
        "before it: `word_ids[i - 1]` at i = 0 is the last piece, and a `previous` "
        "that begins as 0 is the first word. Begin with None.",
        PIECES,
        forms=("with the last", "with 0"),
        edge=True,
    ),
    Mistake(
        "labels-in-order",
        "The labels are handed out one after another, the next one for each new "
        "word. A row may begin later in the text or go back to word 0: look each "
        "one up, `word_labels[word]`.",
        PIECES,
        group="look-up",
    ),
    Mistake(
        "word-id-instead-of-label",
        "The number of the word stands where its label should. Look the label up: "
        "`word_labels[word]`.",
        PIECES,
        group="look-up",
    ),
    Mistake(
        "another-number-ignored",
        "What should not count gets another mark than -100. PyTorch's cross "
        "entropy passes over -100 alone, its `ignore_index`.",
        PIECES,
        forms=(-1, 100, None),
        fit=_read_ignored,
    ),
)

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
        forms=("of words", "of special tokens too"),
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

ENTITIES = "11, From tags to entities"
DECODE_MISTAKES = (
    Mistake(
        "end-inclusive",
        "Your end is the entity's last tag. It should be the place after it, as in a "
        "slice: `tags[start:end]` is the entity, end - start its length.",
        ENTITIES,
        group="end",
    ),
    Mistake(
        "merges-neighbours",
        "Entities that stand side by side become one: a B- does not begin a new one "
        "here. That is what B- is for: it always closes the open entity and begins "
        "the next.",
        ENTITIES,
        forms=("one type", "any type"),
        group="goes on",
    ),
    Mistake(
        "ignores-type-change",
        "An I- of another type continues the open entity. It belongs to another one: "
        "compare the type of each I- with the open type, and begin anew where they "
        "differ.",
        ENTITIES,
        forms=("first type", "last type"),
    ),
    Mistake(
        "drops-last-entity",
        "An entity that reaches the end of the text is missing: no tag comes after it "
        "to close it. Close it after the loop, or let the loop see one more O.",
        ENTITIES,
    ),
    Mistake(
        "i-without-b-dropped",
        "An I- that continues nothing is passed over. Models forget the B- now and "
        "then: after O, at the start, or where the type changes, I- begins an entity.",
        ENTITIES,
        forms=("all", "after O", "unseen"),
    ),
    Mistake(
        "type-cut-at-hyphen",
        "The type is cut at a later hyphen. It is all that follows the first one: "
        "`tag.split('-', 1)[1]`, or `tag[2:]`.",
        ENTITIES,
        forms=("second part", "last part"),
        group="type",
    ),
    Mistake(
        "prefix-kept",
        "Your types still carry B- or I-. The prefix says where an entity begins; the "
        "type is what follows the hyphen.",
        ENTITIES,
        group="type",
    ),
    Mistake(
        "b-and-i-apart",
        "B- and I- of one entity end up as entities of their own. An I- of the open "
        "type continues it: move its end, and append it once it is closed.",
        ENTITIES,
        forms=("always", "unless equal"),
        group="goes on",
    ),
    Mistake(
        "open-entity-overwritten",
        "An entity followed at once by another one is lost: the new one overwrites it. "
        "Append the open entity before you begin the next.",
        ENTITIES,
        forms=("by B-", "any"),
    ),
    Mistake(
        "runs-over-outside",
        "An O does not close the open entity, which runs on to the next one. O closes "
        "it, as every tag does that does not continue it.",
        ENTITIES,
        group="outside",
    ),
    Mistake(
        "outside-as-entity",
        "Stretches of O are returned as entities. O means outside: append nothing for "
        "it.",
        ENTITIES,
        group="outside",
    ),
    Mistake(
        "one-tag-entities-dropped",
        "An entity of one single tag is missing. A B- begins an entity, whether an I- "
        "follows or not.",
        ENTITIES,
    ),
    Mistake(
        "counts-from-one",
        "You count tags from 1. They count from 0, as list indices do, so that "
        "`tags[start:end]` is the entity.",
        ENTITIES,
    ),
    Mistake(
        "length-instead-of-end",
        "The third number is how many tags the entity has. It should say where it "
        "ends: start plus that length.",
        ENTITIES,
        group="end",
    ),
    Mistake(
        "parts-in-another-order",
        "The parts of an entity are there, but not as asked for: one tuple of three, "
        "(type, start, end).",
        ENTITIES,
        forms=("start, end, type", "type, (start, end)"),
    ),
    Mistake(
        "not-in-text-order",
        "The entities are right, but sorted otherwise. Keep the order in which they "
        "stand in the text.",
        ENTITIES,
        forms=("by type", "last first"),
    ),
    Mistake(
        "nothing-found",
        "Your list is empty: no tag is taken for a beginning. 'B-PER' is not equal to "
        "'B'; cut the tag at its first hyphen and compare what stands before it.",
        ENTITIES,
        group="goes on",
    ),
)

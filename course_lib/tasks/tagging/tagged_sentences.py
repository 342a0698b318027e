"""Sentences with a tag for each word, as a tagger is given them: checked, cut."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from course_lib.errors import CourseError
from course_lib.tasks.lesson import PURPOSE, TRAIN
from course_lib.tasks.quiet import quiet_datasets
from course_lib.tasks.tagging.alignment import IGNORED, align_labels, first_pieces
from course_lib.tasks.tagging.bio import OUTSIDE, spans, tags_of

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase

TOKENS, TAGS = "tokens", "tags"
BIO = re.compile(r"O|[BI]-.+")


@dataclass(frozen=True)
class TaggedSentences:
    """The three splits of a tagging, known to be in order.

    Attributes:
        splits: "train", "validation" and "test", each with columns tokens and tags.
        names: of the tags, by number.
        repaired: how many I- that continued nothing were made B-.
    """

    splits: "Mapping[str, Dataset]"
    names: tuple[str, ...]
    repaired: int

    @classmethod
    def of(cls, data: "Mapping[str, Dataset]") -> "TaggedSentences":
        """Check what a tagger is to be made of.

        Raises:
            CourseError: a split or a column is missing, the tags are not BIO, or there
                is no entity to learn from.
        """
        if not isinstance(data, Mapping):
            raise CourseError(
                f"the data are a {type(data).__name__}, expected splits by name: "
                'load_tagging("my.conll") makes them of a file'
            )
        for name, purpose in PURPOSE.items():
            _require_split(data, name, purpose)
        names = tag_names(data[TRAIN])
        for name in PURPOSE:
            if tag_names(data[name]) != names:
                raise CourseError(f"the tags of {name} are not those of {TRAIN}")
            require_sentences(data[name], name)
        repaired = {name: repair(data[name], names) for name in PURPOSE}
        splits = {name: split for name, (split, _) in repaired.items()}
        made = cls(splits, names, sum(count for _, count in repaired.values()))
        if not made.counts():
            raise CourseError(
                "every word to learn from has the tag O: there is no entity to learn"
            )
        return made

    def words(self, split: str) -> list[list[str]]:
        """The sentences of a split as lists of words."""
        return self.splits[split][TOKENS][:]

    def tags(self, split: str) -> list[list[str]]:
        """The names of the tags of each sentence of a split."""
        return named(self.splits[split], self.names)

    def counts(self, split: str = TRAIN) -> dict[str, int]:
        """How many entities of each type a split has, the commonest first."""
        found = Counter(one.type for tags in self.tags(split) for one in spans(tags))
        return dict(found.most_common())

    def __str__(self) -> str:
        sizes = [f"{len(self.splits[n]):,} {why}" for n, why in PURPOSE.items()]
        counts = [f"{name} {count:,}" for name, count in self.counts().items()]
        if len(counts) > 6:
            counts = [*counts[:5], f"and {len(counts) - 5} more types"]
        said = f"Sentences: {', '.join(sizes)}. To learn from: {', '.join(counts)}."
        if self.repaired:
            said += (
                f"\n{self.repaired:,} tags I- continue no entity of their type; each "
                "is read as the B- that opens one."
            )
        return said


def named(sentences: "Dataset", names: tuple[str, ...]) -> list[list[str]]:
    """The names of the tags of each sentence."""
    return [[names[number] for number in row] for row in sentences[TAGS]]


def repair(sentences: "Dataset", names: tuple[str, ...]) -> "tuple[Dataset, int]":
    """The sentences with an I- that continues nothing made B-, and how many those were.

    Where the data have no B- of that type at all, the I- stays, and is read as one.
    """
    number_of = {name: number for number, name in enumerate(names)}
    before: list[list[int]] = sentences[TAGS][:]
    after = []
    for numbers in before:
        tags = [names[number] for number in numbers]
        right = tags_of(spans(tags), len(tags))
        after.append([number_of.get(r, n) for r, n in zip(right, numbers, strict=True)])
    changed = sum(a != b for x, y in zip(before, after, strict=True)
                  for a, b in zip(x, y, strict=True))  # fmt: skip
    if not changed:
        return sentences, 0
    feature = sentences.features[TAGS]
    rest = sentences.remove_columns(TAGS)
    return rest.add_column(TAGS, after, feature=feature), changed


def encode(
    sentences: TaggedSentences,
    split: str,
    tokenizer: "PreTrainedTokenizerBase",
    say: Callable[[str], None],
) -> "Dataset":
    """The sentences of a split as a model reads them, each as long as it is.

    Args:
        sentences: of all splits.
        split: the name of one.
        tokenizer: of the model; sentences longer than its `model_max_length` lose
            their ends.
        say: is told how many did.

    Returns:
        Examples with input_ids, attention_mask and labels, -100 on all pieces but the
        first of each word; without sentences of which no piece is left.
    """
    given, longest = sentences.splits[split], tokenizer.model_max_length

    def cut(rows: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        cut_to = {"truncation": True, "max_length": longest}
        tokens = tokenizer(rows[TOKENS], is_split_into_words=True, **cut_to)
        ids = [tokens.word_ids(i) for i in range(len(rows[TOKENS]))]
        labels = list(map(align_labels, rows[TAGS], ids))
        read = [len(first_pieces(one)) for one in ids]
        unread = [len(t) - r for t, r in zip(rows[TOKENS], read, strict=True)]
        return {**tokens, "labels": labels, "unread": unread}

    with quiet_datasets():
        made = given.map(cut, batched=True, remove_columns=given.column_names)
    unread = made["unread"][:]
    if any(unread):
        say(
            f"{sum(map(bool, unread)):,} of {len(made):,} sentences in {split} are cut "
            f"off after {longest} tokens: {sum(unread):,} words are not read."
        )
    some = [i for i, row in enumerate(made["labels"]) if set(row) != {IGNORED}]
    return made.select(some).remove_columns("unread")


def tag_names(sentences: "Dataset") -> tuple[str, ...]:
    """The names of the tags, by number.

    Raises:
        CourseError: they have none, or are not BIO.
    """
    feature = getattr(sentences.features[TAGS], "feature", None)
    names = tuple(getattr(feature, "names", None) or ())
    strange = [name for name in names if not BIO.fullmatch(name)]
    if strange or OUTSIDE not in names:
        raise CourseError(
            f"the tags are {', '.join(names[:8]) or 'numbers without names'}: expected "
            "O, B-TYPE and I-TYPE. load_tagging reads them from a file, and turns "
            'IOB1 and BIOES into them (scheme="bioes"); of your own data set, cast '
            'the column: Sequence(ClassLabel(names=["O", "B-PER", "I-PER"]))'
        )
    return names


def _require_split(data: "Mapping[str, Dataset]", name: str, purpose: str) -> None:
    if name not in data or len(data[name]) == 0:
        there = ", ".join(data) or "none"
        raise CourseError(
            f"there is no {name} split, which is {purpose} (there: {there}). "
            'load_tagging("my.conll") makes all three; of your own data set, '
            "`train_test_split(0.2)` cuts one off"
        )
    require_columns(data[name], name)


def require_columns(sentences: "Dataset", name: str) -> None:
    """Refuse sentences without a column that is needed.

    Raises:
        CourseError: one is missing.
    """
    missing = [c for c in (TOKENS, TAGS) if c not in sentences.column_names]
    if missing:
        raise CourseError(
            f"{name} has no column {' and '.join(missing)}; it has "
            f"{', '.join(sentences.column_names)}: rename yours with rename_column"
        )


def require_sentences(sentences: "Dataset", name: str) -> None:
    """Refuse sentences that have no words, or not a tag for each.

    Raises:
        CourseError: there are such, with their number.
    """
    rows = zip(sentences[TOKENS], sentences[TAGS], strict=True)
    for number, (words, tags) in enumerate(rows):
        if not words or len(words) != len(tags):
            raise CourseError(
                f"sentence {number} of {name} has {len(words)} words and {len(tags)} "
                "tags: expected one tag for each word, and at least one word"
            )
        if any(tag is None or tag < 0 for tag in tags):
            raise CourseError(
                f"sentence {number} of {name} has words without a tag: tag them, or "
                "leave the sentence out"
            )

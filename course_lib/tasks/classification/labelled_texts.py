"""Texts with labels as a classifier is given them: checked, and cut into tokens."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.errors import CourseError
from course_lib.tasks.lesson import PURPOSE, TRAIN
from course_lib.tasks.quiet import quiet_datasets

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase

TEXT, LABEL = "text", "label"


@dataclass(frozen=True)
class LabelledTexts:
    """The three splits of a classification, known to be in order.

    Attributes:
        splits: "train", "validation" and "test", each with columns text and label.
        labels: the names of the labels, by number.
    """

    splits: "Mapping[str, Dataset]"
    labels: tuple[str, ...]

    @classmethod
    def of(cls, data: "Mapping[str, Dataset]") -> "LabelledTexts":
        """Check what a classifier is to be made of.

        Raises:
            CourseError: a split or a column is missing, there are not two labels, or
                one of them has no text to be learned from.
        """
        if not isinstance(data, Mapping):
            raise CourseError(
                f"the data are a {type(data).__name__}, expected splits by name: "
                'load_classification("my.csv") makes them of a file'
            )
        for name, purpose in PURPOSE.items():
            _require_split(data, name, purpose)
        names = _label_names(data[TRAIN])
        for name in PURPOSE:
            if _label_names(data[name]) != names:
                raise CourseError(f"the labels of {name} are not those of {TRAIN}")
            _require_numbers(data[name], name)
        found = cls({name: data[name] for name in PURPOSE}, names)
        found._require_contrast()
        return found

    def numbers(self, split: str) -> np.ndarray:
        """The labels of a split's texts as numbers: (N,)."""
        return np.asarray(self.splits[split][LABEL])

    def texts(self, split: str) -> list[str]:
        """The texts of a split."""
        return list(self.splits[split][TEXT])

    def counts(self, split: str = TRAIN) -> dict[str, int]:
        """How many texts of a split have each label, by its name."""
        found = Counter(self.numbers(split).tolist())
        return {name: found[i] for i, name in enumerate(self.labels)}

    def __str__(self) -> str:
        sizes = [f"{len(self.splits[n]):,} {why}" for n, why in PURPOSE.items()]
        counts = [f"{name} {count:,}" for name, count in self.counts().items()]
        if len(counts) > 6:
            counts = [*counts[:5], f"and {len(counts) - 5} more labels"]
        return f"Texts: {', '.join(sizes)}. To learn from: {', '.join(counts)}."

    def _require_contrast(self) -> None:
        counts = self.counts()
        present = [name for name, count in counts.items() if count]
        if len(present) < 2:
            raise CourseError(
                f"every text to learn from has one label, {', '.join(present)}: a "
                "classifier needs at least two to tell apart"
            )
        absent = [name for name, count in counts.items() if not count]
        if absent:
            raise CourseError(
                f"no text to learn from has the label {', '.join(absent)}: give "
                "examples of it, or leave the label out everywhere"
            )


def encode(
    texts: LabelledTexts,
    split: str,
    tokenizer: "PreTrainedTokenizerBase",
    say: Callable[[str], None],
) -> "Dataset":
    """The texts of a split as a model reads them, each as long as it is.

    Args:
        texts: of all splits.
        split: the name of one.
        tokenizer: of the model; texts longer than its `model_max_length` lose their
            ends.
        say: is told how many did.

    Returns:
        Examples with input_ids, attention_mask and labels.
    """
    given, longest = texts.splits[split], tokenizer.model_max_length

    def cut(rows: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        tokens = dict(tokenizer(rows[TEXT], truncation=False, verbose=False))
        whole = [len(ids) for ids in tokens["input_ids"]]
        if max(whole) > longest:
            tokens = tokenizer(rows[TEXT], truncation=True, max_length=longest)
        return {**tokens, "labels": rows[LABEL], "whole": whole}

    with quiet_datasets():
        made = given.map(cut, batched=True, remove_columns=given.column_names)
    cut_off = sum(length > longest for length in made["whole"])
    if cut_off:
        say(
            f"{cut_off:,} of {len(made):,} texts in {split} have more than {longest} "
            "tokens: the rest is cut off."
        )
    return made.remove_columns("whole")


def _require_split(data: "Mapping[str, Dataset]", name: str, purpose: str) -> None:
    if name not in data or len(data[name]) == 0:
        there = ", ".join(data) or "none"
        raise CourseError(
            f"there is no {name} split, which is {purpose} (there: {there}). "
            'load_classification("my.csv") makes all three; of your own data set, '
            '`train_test_split(0.2, stratify_by_column="label")` cuts one off'
        )
    missing = [c for c in (TEXT, LABEL) if c not in data[name].column_names]
    if missing:
        raise CourseError(
            f"{name} has no column {' and '.join(missing)}; it has "
            f"{', '.join(data[name].column_names)}: rename yours with rename_column"
        )


def _label_names(texts: "Dataset") -> tuple[str, ...]:
    feature = texts.features[LABEL]
    if not hasattr(feature, "names"):
        raise CourseError(
            f"the column label holds {feature!r}, expected the numbers of named "
            'labels: data = data.class_encode_column("label") names them'
        )
    return tuple(feature.names)


def _require_numbers(texts: "Dataset", name: str) -> None:
    unlabelled = sum(x is None or x < 0 for x in texts[LABEL])
    if unlabelled:
        raise CourseError(
            f"{unlabelled} of the {len(texts)} texts in {name} have no label: remove "
            "them, or label them"
        )

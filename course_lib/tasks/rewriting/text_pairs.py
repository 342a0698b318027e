"""Pairs of texts, as an encoder-decoder is given them: checked, and cut into tokens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from course_lib.errors import CourseError
from course_lib.tasks.lesson import PURPOSE
from course_lib.tasks.quiet import quiet_datasets
from course_lib.tasks.rewriting.settings import RewriterTuning

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase

SOURCE, TARGET = "source", "target"


@dataclass(frozen=True)
class TextPairs:
    """The three splits of a translation or of summaries, known to be in order.

    Attributes:
        splits: "train", "validation" and "test", each with columns source and target.
    """

    splits: "Mapping[str, Dataset]"

    @classmethod
    def of(cls, data: "Mapping[str, Dataset]") -> "TextPairs":
        """Check what an encoder-decoder is to learn from.

        Raises:
            CourseError: a split, a column or a text is missing.
        """
        if not isinstance(data, Mapping):
            raise CourseError(
                f"the data are a {type(data).__name__}, expected splits by name: "
                'load_pairs("my.tsv") makes them of a file'
            )
        for name, purpose in PURPOSE.items():
            if name not in data or len(data[name]) == 0:
                raise CourseError(
                    f"there is no {name} split, which is {purpose} (there: "
                    f"{', '.join(data) or 'none'}). "
                    'load_pairs("my.tsv") makes all three'
                )
            require_pairs(data[name], name)
        return cls({name: data[name] for name in PURPOSE})

    def __str__(self) -> str:
        sizes = [f"{len(self.splits[n]):,} {why}" for n, why in PURPOSE.items()]
        return f"Pairs: {', '.join(sizes)}."


def require_pairs(pairs: "Dataset", name: str) -> None:
    """Refuse pairs that lack a side.

    Raises:
        CourseError: a column or a text is missing, with its number.
    """
    missing = [c for c in (SOURCE, TARGET) if c not in pairs.column_names]
    if missing:
        raise CourseError(
            f"{name} has no column {' and '.join(missing)}; it has "
            f"{', '.join(pairs.column_names)}: rename yours with rename_column"
        )
    for side in (SOURCE, TARGET):
        for number, text in enumerate(pairs[side]):
            if not isinstance(text, str) or not text.strip():
                raise CourseError(
                    f"pair {number} of {name} has the {side} {text!r}: expected a text"
                )


def encode(
    pairs: "Dataset",
    name: str,
    tokenizer: "PreTrainedTokenizerBase",
    recipe: RewriterTuning,
    say: Callable[[str], None],
) -> "Dataset":
    """The pairs of a split as a model learns from them.

    Args:
        pairs: with columns source and target.
        name: of the split.
        tokenizer: of the model; sources longer than its `model_max_length` lose their
            ends.
        recipe: says how long a target may be, and what stands before a source.
        say: is told how many texts were cut.

    Returns:
        Examples with input_ids, attention_mask and labels.
    """
    read, written = tokenizer.model_max_length, recipe.longest_written

    def cut(rows: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        sources = [recipe.prefix + text for text in rows[SOURCE]]
        made = tokenizer(sources, truncation=True, max_length=read)
        goal = tokenizer(text_target=rows[TARGET], truncation=True, max_length=written)
        whole = [len(made[i].ids) == read or len(goal[i].ids) == written
                 for i in range(len(sources))]  # fmt: skip
        ids = {name: made[name] for name in ("input_ids", "attention_mask")}
        return {**ids, "labels": goal["input_ids"], "cut": whole}

    with quiet_datasets():
        found = pairs.map(cut, batched=True, remove_columns=pairs.column_names)
    shortened = sum(found["cut"])
    if shortened:
        say(
            f"{shortened:,} of {len(found):,} pairs in {name} have more than {read} "
            f"tokens to be read, or {written} to be written: the rest is cut off."
        )
    return found.remove_columns("cut")

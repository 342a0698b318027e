"""Questions on passages, as an answerer is given them: checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_lib.errors import CourseError
from course_lib.tasks.lesson import PURPOSE, TRAIN

if TYPE_CHECKING:
    from datasets import Dataset

QUESTION, CONTEXT, ANSWERS = "question", "context", "answers"
COLUMNS = (QUESTION, CONTEXT, ANSWERS)


@dataclass(frozen=True)
class AskedPassages:
    """The three splits of a question answering, known to be in order.

    Attributes:
        splits: "train", "validation" and "test", each with columns question, context
            and answers (text and answer_start, empty where there is no answer).
    """

    splits: "Mapping[str, Dataset]"

    @classmethod
    def of(cls, data: "Mapping[str, Dataset]") -> "AskedPassages":
        """Check what an answerer is to be made of.

        Raises:
            CourseError: a split or a column is missing, an answer does not stand where
                it should, or no question to learn from has one.
        """
        if not isinstance(data, Mapping):
            raise CourseError(
                f"the data are a {type(data).__name__}, expected splits by name: "
                'load_questions("my.json") makes them of a file'
            )
        for name, purpose in PURPOSE.items():
            if name not in data or len(data[name]) == 0:
                raise CourseError(
                    f"there is no {name} split, which is {purpose} (there: "
                    f"{', '.join(data) or 'none'}). "
                    'load_questions("my.json") makes all three'
                )
            require_asked(data[name], name)
        made = cls({name: data[name] for name in PURPOSE})
        if not made.answered(TRAIN):
            raise CourseError(
                "no question to learn from has an answer: there is nothing to find"
            )
        return made

    def answered(self, split: str) -> int:
        """How many questions of a split have an answer."""
        return sum(bool(one["text"]) for one in self.splits[split][ANSWERS])

    def __str__(self) -> str:
        sizes = [f"{len(self.splits[n]):,} {why}" for n, why in PURPOSE.items()]
        without = len(self.splits[TRAIN]) - self.answered(TRAIN)
        return (
            f"Questions: {', '.join(sizes)}. To learn from: {without:,} have no answer "
            "in their passage."
        )


def require_asked(asked: "Dataset", name: str) -> None:
    """Refuse questions without what is needed to answer them.

    Raises:
        CourseError: a column is missing, or an answer is not where it should be.
    """
    missing = [c for c in COLUMNS if c not in asked.column_names]
    if missing:
        raise CourseError(
            f"{name} has no column {' and '.join(missing)}; it has "
            f"{', '.join(asked.column_names)}: rename yours with rename_column"
        )
    for number, (context, answers) in enumerate(
        zip(asked[CONTEXT], asked[ANSWERS], strict=True)
    ):
        places = zip(answers["text"], answers["answer_start"], strict=False)
        if any(not text or not context.startswith(text, at) for text, at in places):
            raise CourseError(
                f"question {number} of {name}: its answer does not stand in the "
                "passage at answer_start. load_questions finds such places and "
                "names them"
            )

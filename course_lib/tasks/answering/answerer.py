"""A trained answerer: it finds answers, is measured, is saved and read again."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from course_lib.errors import CourseError
from course_lib.resources.devices import device as choose_device
from course_lib.tasks.answering.asked_passages import (
    ANSWERS,
    CONTEXT,
    QUESTION,
    require_asked,
)
from course_lib.tasks.answering.evaluation import AnswerEvaluation
from course_lib.tasks.answering.settings import AnswererTuning
from course_lib.tasks.answering.spans import Span, best_span, certainty
from course_lib.tasks.answering.windows import windows
from course_lib.tasks.kinds import ANSWERER
from course_lib.tasks.trained import Trained

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import BatchEncoding, PreTrainedTokenizerBase

    from course_lib.training import TrainingResult

BATCH = 32
NONE = -1  # a place where there is no answer


class Answer(NamedTuple):
    """What an answerer says.

    Attributes:
        text: a piece of the passage; "" where it finds no answer.
        start: the place of its first character; -1 where there is none.
        end: the place behind its last one; likewise.
        probability: 0 to 1, beside the best answers of other windows and no answer.
    """

    text: str
    start: int
    end: int
    probability: float


class _Choice(NamedTuple):
    """The best of a window: a span, its place in the passage, the score of none."""

    span: Span
    start: int
    end: int
    nothing: float


class Answerer(Trained):
    """A model and its tokenizer, made for questions about passages.

    >>> answerer.predict(["Who painted the ladder?"], passage)
    [Answer(text='Peter', start=690, end=695, probability=0.93)]

    Attributes:
        model: the course's `Bert`, or one of Transformers', in evaluation mode.
        tokenizer: cuts texts as the model was trained on them, and passages in windows
            where they are too long.
        settings: how windows overlap, and how long an answer may be.
        evaluation: its figures on the test split, where it was tested.
        result: how the training went; None after loading.
    """

    kind = ANSWERER

    def __init__(
        self,
        model: nn.Module,
        tokenizer: "PreTrainedTokenizerBase",
        settings: AnswererTuning | None = None,
        *,
        evaluation: AnswerEvaluation | None = None,
        result: "TrainingResult | None" = None,
        device: str | None = None,
    ) -> None:
        """Join them; `device` as for training, None takes the fastest."""
        self.device = choose_device(device)
        self.model = model.to(self.device).eval()
        self.tokenizer, self.settings = tokenizer, settings or AnswererTuning()
        self.evaluation, self.result = evaluation, result

    def predict(
        self, questions: Sequence[str], contexts: str | Sequence[str]
    ) -> list[Answer]:
        """The answer to each question.

        Args:
            questions: texts; one alone is a list of one.
            contexts: the passage of each question, or one for all.

        Raises:
            CourseError: there are not as many passages as questions, or something is
                no text.
        """
        questions = [questions] if isinstance(questions, str) else list(questions)
        if isinstance(contexts, str):
            contexts = [contexts] * len(questions)
        _require_texts(questions, contexts)
        choices: list[list[_Choice]] = [[] for _ in questions]
        if questions:
            for number, choice in self._choices(questions, contexts):
                choices[number].append(choice)
        pairs = zip(contexts, choices, strict=True)
        return [_answer(context, found) for context, found in pairs]

    def evaluate(self, asked: "Dataset") -> AnswerEvaluation:
        """Measure it on questions with columns question, context and answers.

        Raises:
            CourseError: the questions are not in order.
        """
        require_asked(asked, "this data set")
        said = {"this answerer": self.answers(asked)}
        return AnswerEvaluation.of(asked[ANSWERS][:], said)

    def answers(self, asked: "Dataset") -> list[str]:
        """The texts of its answers to a split's questions."""
        found = self.predict(asked[QUESTION][:], asked[CONTEXT][:])
        return [one.text for one in found]

    def __repr__(self) -> str:
        tested = self.evaluation
        return f"Answerer({f'exact match {tested.exact:.1%}' if tested else ''})"

    @torch.inference_mode()
    def _choices(
        self, questions: Sequence[str], contexts: Sequence[str]
    ) -> Iterator[tuple[int, _Choice]]:
        """The best of each window, with the number of its question."""
        cut = windows(self.tokenizer, questions, contexts, self.settings.stride)
        lengths = [len(ids) for ids in cut["input_ids"]]
        order = sorted(range(len(lengths)), key=lengths.__getitem__)
        for first in range(0, len(order), BATCH):
            chosen = order[first : first + BATCH]
            names = [n for n in self.tokenizer.model_input_names if n in cut]
            batch = self.tokenizer.pad(
                {name: [cut[name][i] for i in chosen] for name in names},
                return_tensors="pt",
            )
            said = self.model(**{name: x.to(self.device) for name, x in batch.items()})
            for i, *edges in zip(
                chosen, said.start_logits.cpu(), said.end_logits.cpu(), strict=True
            ):
                number = cut["overflow_to_sample_mapping"][i]
                yield number, self._choice(cut, i, *edges)

    def _choice(
        self, cut: "BatchEncoding", window: int, start: Tensor, end: Tensor
    ) -> _Choice:
        """The best span of a window, given the logits (T,) of its edges."""
        length = len(cut["input_ids"][window])
        allowed = torch.tensor([side == 1 for side in cut.sequence_ids(window)])
        edges = start[:length].float(), end[:length].float()
        span, nothing = best_span(*edges, allowed, self.settings.longest_answer)
        offsets = cut["offset_mapping"][window]
        begin, behind = offsets[span.first][0], offsets[span.last][1]
        return _Choice(span, begin, behind, nothing)


def _answer(context: str, choices: list[_Choice]) -> Answer:
    """The best of a passage's windows, or that there is no answer.

    There is none where every window says so: the window with the answer does not.
    """
    best = max(choices, key=lambda choice: choice.span.score)
    nothing = min(choice.nothing for choice in choices)
    sure = certainty([choice.span for choice in choices], nothing)
    if nothing >= best.span.score:
        return Answer("", NONE, NONE, sure)
    return Answer(context[best.start : best.end], best.start, best.end, sure)


def _require_texts(questions: Sequence[str], contexts: Sequence[str]) -> None:
    if len(questions) != len(contexts):
        raise CourseError(
            f"{len(questions)} questions and {len(contexts)} passages: give each "
            "question its passage, or one passage for all"
        )
    for name, texts in (("question", questions), ("passage", contexts)):
        for number, text in enumerate(texts):
            if not isinstance(text, str) or not text.strip():
                raise CourseError(f"{name} {number} is {text!r}: expected a text")

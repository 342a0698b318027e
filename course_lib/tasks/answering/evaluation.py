"""How good an answerer is on questions it has not seen, and how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from course_lib.tasks.answering.measures import measured
from course_lib.tasks.intervals import Interval, middle, samples

DRAWS = 1000  # of the bootstrap


@dataclass(frozen=True)
class AnswerScore:
    """The figures of one answerer.

    Attributes:
        name: of the answerer.
        exact: share of the questions with exactly a true answer.
        exact_interval: the middle 95 % of 1,000 bootstrap samples of questions.
        f1: mean F1 of words.
        f1_interval: likewise.
        answerable: exact match on the questions that have an answer; None without any.
        unanswerable: share of those without, that were left unanswered; likewise.
    """

    name: str
    exact: float
    exact_interval: Interval
    f1: float
    f1_interval: Interval
    answerable: float | None
    unanswerable: float | None

    @classmethod
    def of(
        cls, name: str, exact: np.ndarray, f1: np.ndarray, has_answer: np.ndarray
    ) -> Self:
        """Put together what was measured on each question: (N,) all."""
        return cls(
            name,
            float(exact.mean()),
            middle(resampled(exact)),
            float(f1.mean()),
            middle(resampled(f1)),
            float(exact[has_answer].mean()) if has_answer.any() else None,
            float(exact[~has_answer].mean()) if not has_answer.all() else None,
        )

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """The score that was kept as numbers and lists."""
        pairs = {n: tuple(kept[n]) for n in ("exact_interval", "f1_interval")}
        return cls(**{**kept, **pairs})


@dataclass(frozen=True, repr=False)
class AnswerEvaluation:
    """An answerer's figures on one split, beside those of the baselines.

    Attributes:
        scores: the answerer's first, then the baselines'.
        questions: how many it was tested on.
        answered: how many of these have an answer.
        lead: the 95 % interval of what the answerer's exact match is above the best
            baseline's, on the same questions; None where there is no baseline.
        rival: the name of that baseline.
    """

    scores: tuple[AnswerScore, ...]
    questions: int
    answered: int
    lead: Interval | None = None
    rival: str | None = None

    @classmethod
    def of(
        cls,
        truth: Sequence[Mapping[str, Sequence[Any]]],
        found: Mapping[str, Sequence[str]],
    ) -> Self:
        """Measure what answerers say, given by their names, the own one first.

        Args:
            truth: text and answer_start of each question, empty for no answer.
            found: the answers by the answerers' names; "" says that there is none.
        """
        has_answer = np.array([bool(one["text"]) for one in truth])
        values = {name: measured(said, truth) for name, said in found.items()}
        scores = tuple(AnswerScore.of(n, *v, has_answer) for n, v in values.items())
        lead, rival = None, None
        if len(scores) > 1:
            rival = max(scores[1:], key=lambda score: score.exact).name
            mine, its = values[scores[0].name][0], values[rival][0]
            lead = middle(resampled(mine - its))
        return cls(scores, len(truth), int(has_answer.sum()), lead, rival)

    @property
    def exact(self) -> float:
        """Share of the questions with exactly a true answer."""
        return self.scores[0].exact

    @property
    def f1(self) -> float:
        """Mean F1 of words."""
        return self.scores[0].f1

    def to_dict(self) -> dict[str, Any]:
        """This as numbers, texts, lists and dicts, for a JSON file."""
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """The evaluation that `to_dict` wrote down."""
        scores = tuple(map(AnswerScore.from_dict, kept["scores"]))
        lead = kept["lead"] and tuple(kept["lead"])
        return cls(scores, kept["questions"], kept["answered"], lead, kept["rival"])

    def __str__(self) -> str:
        from course_lib.tasks.answering.tables import as_text

        return as_text(self)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from course_lib.tasks.answering.tables import as_html

        return as_html(self)


def resampled(values: np.ndarray) -> np.ndarray:
    """The means of samples drawn from the questions, with return: (draws,)."""
    return values[samples(len(values), DRAWS)].mean(axis=1)

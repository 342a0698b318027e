"""How good what was written is, on texts not seen before, and how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from course_lib.tasks.intervals import Interval, middle
from course_lib.tasks.rewriting.measures import Measure

DRAWS = 200  # of the bootstrap: BLEU has to be computed anew for each


@dataclass(frozen=True)
class RewritingScore:
    """The figures of one that writes.

    Attributes:
        name: of the model or the baseline.
        values: of each measure, 0 to 100.
        interval: of the first, the middle 95 % of 200 bootstrap samples of texts.
    """

    name: str
    values: tuple[float, ...]
    interval: Interval


@dataclass(frozen=True, repr=False)
class RewritingEvaluation:
    """A model's figures on one split, beside those of the baselines.

    Attributes:
        measures: the names of the measures; the first one decides.
        scores: the model's first, then the baselines'.
        texts: how many it was tested on.
        lead: the 95 % interval of what the model is above the best baseline in the
            first measure, on the same texts; None where there is no baseline.
        rival: the name of that baseline.
    """

    measures: tuple[str, ...]
    scores: tuple[RewritingScore, ...]
    texts: int
    lead: Interval | None = None
    rival: str | None = None

    @classmethod
    def of(
        cls,
        measures: Sequence[Measure],
        references: Sequence[str],
        written: Mapping[str, Sequence[str]],
    ) -> Self:
        """Measure what was written, given by names, the model's first."""
        first = measures[0]
        drawn = {n: first.resampled(w, references, DRAWS) for n, w in written.items()}
        scores = tuple(
            RewritingScore(
                name,
                tuple(float(one.whole(texts, references)) for one in measures),
                middle(drawn[name]),
            )
            for name, texts in written.items()
        )
        lead, rival = None, None
        if len(scores) > 1:
            rival = max(scores[1:], key=lambda score: score.values[0]).name
            lead = middle(drawn[scores[0].name] - drawn[rival])
        names = tuple(one.name for one in measures)
        return cls(names, scores, len(references), lead, rival)

    def __getitem__(self, measure: str) -> float:
        """The model's value in a measure, by its name."""
        return self.scores[0].values[self.measures.index(measure)]

    def to_dict(self) -> dict[str, Any]:
        """This as numbers, texts, lists and dicts, for a JSON file."""
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """The evaluation that `to_dict` wrote down."""
        scores = tuple(
            RewritingScore(s["name"], tuple(s["values"]), tuple(s["interval"]))
            for s in kept["scores"]
        )
        lead = kept["lead"] and tuple(kept["lead"])
        return cls(tuple(kept["measures"]), scores, kept["texts"], lead, kept["rival"])

    def __str__(self) -> str:
        from course_lib.tasks.rewriting.tables import as_text

        return as_text(self)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from course_lib.tasks.rewriting.tables import as_html

        return as_html(self)

"""How good a tagger is on sentences that it has not seen, and how sure that is.

What counts is the F1 of whole entities. The share of right tags stands beside it, to
show how little it says: where nine words in ten are O, finding nothing makes 90 %.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from course_lib.tasks.tagging.errors import KINDS, find_errors
from course_lib.tasks.tagging.measures import (
    Tags,
    count,
    entity_f1,
    token_accuracy,
)

Interval = tuple[float, float]

SURE = 0.95
DRAWS = 1000  # of the bootstrap


@dataclass(frozen=True)
class TypeScore:
    """The figures of one type of entity; `entities` are the true ones."""

    type: str
    entities: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class TagScore:
    """The figures of one tagger.

    Attributes:
        name: of the tagger.
        precision: share of the entities found that are right, in type and both edges.
        recall: share of the true entities that were found so.
        f1: their harmonic mean.
        f1_interval: the middle 95 % of 1,000 bootstrap samples of sentences.
        token_accuracy: share of the words with the right tag.
        types: the same of each type.
        errors: how many of each kind, in the order of `errors.KINDS`.
    """

    name: str
    precision: float
    recall: float
    f1: float
    f1_interval: Interval
    token_accuracy: float
    types: tuple[TypeScore, ...]
    errors: tuple[int, ...]

    @classmethod
    def of(cls, name: str, truth: Tags, found: Tags) -> Self:
        """Measure what a tagger says: tags of each sentence, beside the true ones."""
        counted = count(truth, found)
        whole = counted.overall
        types = tuple(
            TypeScore(name, one.possible, one.precision, one.recall, one.f1)
            for name, one in counted.types.items()
        )
        kinds = Counter(error.kind for error in find_errors(truth, found))
        return cls(
            name,
            float(whole.precision),
            float(whole.recall),
            float(whole.f1),
            _middle(bootstrap(counted.sentences)),
            token_accuracy(truth, found),
            types,
            tuple(kinds[kind] for kind in KINDS),
        )

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """The score that was kept as numbers and lists."""
        pairs = {name: tuple(kept[name]) for name in ("f1_interval", "errors")}
        types = tuple(TypeScore(**one) for one in kept["types"])
        return cls(**{**kept, **pairs, "types": types})


@dataclass(frozen=True, repr=False)
class TagEvaluation:
    """A tagger's figures on one split, beside those of the baselines.

    Attributes:
        scores: the tagger's first, then the baselines'.
        sentences: how many it was tested on.
        words: how many those have.
        unread: how many of these stand where the model does not read: they are O.
        lead: the 95 % interval of what the tagger's F1 is above the last baseline's,
            on the same sentences; None where there is no baseline.
    """

    scores: tuple[TagScore, ...]
    sentences: int
    words: int
    unread: int = 0
    lead: Interval | None = None

    @classmethod
    def of(cls, truth: Tags, found: Mapping[str, Tags], unread: int = 0) -> Self:
        """Measure what taggers say, given by their names, the own one first."""
        scores = tuple(TagScore.of(name, truth, one) for name, one in found.items())
        mine, *others = (count(truth, one).sentences for one in found.values())
        lead = _middle(bootstrap(mine) - bootstrap(others[-1])) if others else None
        return cls(scores, len(truth), sum(map(len, truth)), unread, lead)

    @property
    def f1(self) -> float:
        """The tagger's F1 of entities."""
        return self.scores[0].f1

    @property
    def token_accuracy(self) -> float:
        """The share of words to which the tagger gives the right tag."""
        return self.scores[0].token_accuracy

    @property
    def errors(self) -> dict[str, int]:
        """How many errors of each kind the tagger makes."""
        return dict(zip(KINDS, self.scores[0].errors, strict=True))

    @property
    def entities(self) -> int:
        """How many true entities there are."""
        return sum(one.entities for one in self.scores[0].types)

    def to_dict(self) -> dict[str, Any]:
        """This as numbers, texts, lists and dicts, for a JSON file."""
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """The evaluation that `to_dict` wrote down."""
        scores = tuple(map(TagScore.from_dict, kept["scores"]))
        lead = kept["lead"] and tuple(kept["lead"])
        return cls(**{**kept, "scores": scores, "lead": lead})

    def __str__(self) -> str:
        from course_lib.tasks.tagging.tables import as_text

        return as_text(self)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from course_lib.tasks.tagging.tables import as_html

        return as_html(self)


def bootstrap(counts: np.ndarray, seed: int = 0) -> np.ndarray:
    """F1 (1,000) of samples drawn from the sentences, with return.

    Args:
        counts: (N, 3), as `measures.Counted` has them.
        seed: of one seed and length the samples are the same sentences.
    """
    draw = np.random.default_rng(seed)
    sentences = len(counts)
    even = np.full(sentences, 1 / sentences)
    samples = [draw.multinomial(sentences, even) @ counts for _ in range(DRAWS)]
    return entity_f1(np.stack(samples))


def _middle(values: Sequence[float] | np.ndarray) -> Interval:
    low, high = np.quantile(values, [(1 - SURE) / 2, (1 + SURE) / 2])
    return float(low), float(high)

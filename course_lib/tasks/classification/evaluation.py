"""How good a classifier is on texts that it has not seen, and how sure that is.

Measures are those of scikit-learn, intervals those of SciPy or a bootstrap. A figure
from 75 texts without its interval says little: 80 % may be 70 or 88.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

Interval = tuple[float, float]

SURE = 0.95
DRAWS = 1000  # of the bootstrap


@dataclass(frozen=True)
class Score:
    """The figures of one classifier.

    Attributes:
        name: of the classifier.
        accuracy: share of the texts whose label it found.
        accuracy_interval: Wilson's, of 95 %.
        macro_f1: mean over the labels of the harmonic mean of precision and recall.
        macro_f1_interval: the middle 95 % of 1,000 bootstrap samples.
        confusion: texts by true label (rows) and predicted label (columns).
    """

    name: str
    accuracy: float
    accuracy_interval: Interval
    macro_f1: float
    macro_f1_interval: Interval
    confusion: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, name: str, truth: np.ndarray, found: np.ndarray, labels: int) -> Self:
        """Measure what a classifier says.

        Args:
            name: of the classifier.
            truth: (N,), numbers of the true labels.
            found: (N,), numbers of the labels it predicts.
            labels: how many labels there are.
        """
        from scipy.stats import binomtest
        from sklearn.metrics import confusion_matrix

        counts = confusion_matrix(truth, found, labels=range(labels))
        right, texts = int(counts.trace()), len(truth)
        sure = binomtest(right, texts).proportion_ci(SURE, method="wilson")
        rows = tuple(tuple(row) for row in counts.tolist())
        return cls(
            name,
            right / texts,
            (float(sure.low), float(sure.high)),
            macro_f1(counts),
            bootstrap(counts),
            rows,
        )

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """The score that was kept as numbers and lists."""
        pairs = {n: tuple(kept[n]) for n in ("accuracy_interval", "macro_f1_interval")}
        rows = tuple(tuple(row) for row in kept["confusion"])
        return cls(**{**kept, **pairs, "confusion": rows})


@dataclass(frozen=True, repr=False)
class Evaluation:
    """A classifier's figures on one split, beside those of the baselines.

    Attributes:
        labels: their names, in the order of the confusion matrix.
        scores: the classifier's first, then the baselines'.
        rivalry: texts that only the classifier has right, and that only the last
            baseline has right; None where there is no baseline.
    """

    labels: tuple[str, ...]
    scores: tuple[Score, ...]
    rivalry: tuple[int, int] | None = None

    @classmethod
    def of(
        cls,
        labels: Sequence[str],
        truth: np.ndarray,
        found: Mapping[str, np.ndarray],
    ) -> Self:
        """Measure what classifiers say, given by their names, the own one first."""
        scores = [Score.of(n, truth, one, len(labels)) for n, one in found.items()]
        mine, *others = (one == truth for one in found.values())
        rivalry = None
        if others:
            rival = others[-1]
            rivalry = int((mine & ~rival).sum()), int((rival & ~mine).sum())
        return cls(tuple(labels), tuple(scores), rivalry)

    @property
    def accuracy(self) -> float:
        """Share of the texts whose label the classifier found."""
        return self.scores[0].accuracy

    @property
    def macro_f1(self) -> float:
        """Mean over the labels of the classifier's F1."""
        return self.scores[0].macro_f1

    @property
    def confusion(self) -> tuple[tuple[int, ...], ...]:
        """The classifier's texts by true label (rows) and predicted label (columns)."""
        return self.scores[0].confusion

    @property
    def texts(self) -> int:
        """How many texts it was tested on."""
        return sum(map(sum, self.confusion))

    @cached_property
    def chance(self) -> float | None:
        """How probable so uneven a rivalry is between equals (McNemar's exact test)."""
        from scipy.stats import binomtest

        if self.rivalry is None:
            return None
        mine, its = self.rivalry
        return float(binomtest(mine, mine + its).pvalue) if mine + its else 1.0

    def to_dict(self) -> dict[str, Any]:
        """This as numbers, texts, lists and dicts, for a JSON file."""
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """The evaluation that `to_dict` wrote down."""
        scores = tuple(map(Score.from_dict, kept["scores"]))
        rivalry = kept["rivalry"] and tuple(kept["rivalry"])
        return cls(tuple(kept["labels"]), scores, rivalry)

    def __str__(self) -> str:
        from course_lib.tasks.classification.tables import as_text

        return as_text(self)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from course_lib.tasks.classification.tables import as_html

        return as_html(self)


def macro_f1(counts: np.ndarray) -> float:
    """The macro-F1 of a confusion matrix, over labels that occur; 0/0 is 0."""
    from sklearn.metrics import f1_score

    truth, found = np.nonzero(counts)
    weights = counts[truth, found]
    kind = {"average": "macro", "zero_division": 0.0}
    return float(f1_score(truth, found, sample_weight=weights, **kind))


def bootstrap(counts: np.ndarray, seed: int = 0) -> Interval:
    """The middle 95 % of macro-F1 over samples drawn from the texts, with return.

    Texts in one cell of the confusion matrix are alike, so cells are drawn.
    """
    texts = int(counts.sum())
    draw = np.random.default_rng(seed)
    samples = draw.multinomial(texts, counts.ravel() / texts, size=DRAWS)
    values = macro_f1s(samples.reshape(-1, *counts.shape))
    low, high = np.quantile(values, [(1 - SURE) / 2, (1 + SURE) / 2])
    return float(low), float(high)


def macro_f1s(counts: np.ndarray) -> np.ndarray:
    """What `macro_f1` gives for each confusion matrix of (N, L, L): (N,), all at once.

    scikit-learn takes a millisecond for one, which a thousand draws multiply.
    """
    hits = counts.diagonal(axis1=-2, axis2=-1)  # (N, L)
    named_or_true = counts.sum(-1) + counts.sum(-2)
    f1 = 2 * hits / np.maximum(named_or_true, 1)
    return f1.sum(-1) / (named_or_true > 0).sum(-1)

"""How near what was written comes to what people wrote: BLEU, chrF, ROUGE."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.tasks.intervals import samples

Texts = Sequence[str]
PER_CENT = 100


@dataclass(frozen=True)
class Measure:
    """One measure, from 0 to 100.

    Attributes:
        name: as people know it.
        whole: of all texts together, (written, references) -> value.
        one: of each text, (written, references) -> (N,); where `whole` is not the mean
            of these, as with BLEU, None.
    """

    name: str
    whole: Callable[[Texts, Texts], float]
    one: Callable[[Texts, Texts], np.ndarray] | None = None

    def resampled(self, written: Texts, references: Texts, draws: int) -> np.ndarray:
        """Its values on samples drawn from the texts, with return: (draws,)."""
        drawn = samples(len(written), draws)
        if self.one is not None:
            return self.one(written, references)[drawn].mean(axis=1)
        pick = [([written[i] for i in s], [references[i] for i in s]) for s in drawn]
        return np.array([self.whole(*pair) for pair in pick])


def bleu(written: Texts, references: Texts) -> float:
    """Runs of one to four words that are in the reference, by sacrebleu.

    Source: Papineni et al. 2002; Post 2018.
    """
    from sacrebleu import corpus_bleu

    return corpus_bleu(list(written), [list(references)]).score


def chrf(written: Texts, references: Texts) -> float:
    """Runs of one to six letters, by sacrebleu: kinder to endings than BLEU.

    Source: Popović 2015.
    """
    from sacrebleu import corpus_chrf

    return corpus_chrf(list(written), [list(references)]).score


def exact(written: Texts, references: Texts) -> np.ndarray:
    """100 for each text that is the reference, letter for letter, 0 for others."""
    pairs = zip(written, references, strict=True)
    return np.array([PER_CENT * (a.strip() == b.strip()) for a, b in pairs], float)


def rouge(kind: str) -> Callable[[Texts, Texts], np.ndarray]:
    """F1 of each text in shared words ("1"), pairs ("2"), or a common order ("L").

    By torchmetrics. Source: Lin 2004.
    """
    name = f"rouge{kind}"

    def each(written: Texts, references: Texts) -> np.ndarray:
        from torchmetrics.functional.text import rouge_score

        found: list[Any] = []
        for text, reference in zip(written, references, strict=True):
            score = rouge_score(text, reference, rouge_keys=name)
            found.append(float(score[f"{name}_fmeasure"]))
        return PER_CENT * np.array(found)

    return each


def _by_mean(name: str, each: Callable[[Texts, Texts], np.ndarray]) -> Measure:
    def whole(written: Texts, references: Texts) -> float:
        return float(each(written, references).mean())

    return Measure(name, whole, each)


TRANSLATION = (Measure("BLEU", bleu), Measure("chrF", chrf), _by_mean("exact", exact))
SUMMARIES = tuple(_by_mean(f"ROUGE-{kind}", rouge(kind)) for kind in "12L")

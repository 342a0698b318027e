"""What a classifier has to beat: the commonest label, and counted words.

Both see what the model sees: they learn from the training split, and what they may
choose they choose on the validation split.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from course_lib.tasks.classification.labelled_texts import LabelledTexts
from course_lib.tasks.lesson import TEST, TRAIN, VALIDATION

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

MAJORITY, TFIDF = "commonest label", "TF-IDF, logistic regression"
STRENGTHS = (1.0, 10.0, 100.0)  # C: how freely the regression follows the texts
AS_A_WORD = r"(?u)\b\w+\b"  # one letter is a word, too
MOST_TEXTS = 20_000  # counting words in more takes longer than it tells


def baselines(
    data: LabelledTexts, *, balanced: bool = False, seed: int = 0
) -> dict[str, np.ndarray]:
    """What the baselines say of the test split, by their names: numbers of labels (N,).

    Args:
        data: what the model was made of.
        balanced: whether rare labels count more, as for the model.
        seed: decides which texts are taken where there are too many.
    """
    from sklearn.dummy import DummyClassifier

    chosen = _some(len(data.splits[TRAIN]), seed)
    labels = data.numbers(TRAIN)[chosen]
    texts = data.splits[TRAIN].select(chosen)["text"][:]
    majority = DummyClassifier(strategy="most_frequent").fit(texts, labels)
    answers = {MAJORITY: majority.predict(data.texts(TEST))}
    if any(any(map(str.isalnum, text)) for text in texts):
        words = _best(data, texts, labels, "balanced" if balanced else None)
        answers[TFIDF] = words.predict(data.texts(TEST))
    return answers


def _best(
    data: LabelledTexts, texts: list[str], labels: np.ndarray, weight: str | None
) -> "Pipeline":
    """The regression with the strength that validation prefers."""
    from sklearn.metrics import f1_score

    kept, truth = data.texts(VALIDATION), data.numbers(VALIDATION)
    fitted = list(_regressions(texts, labels, weight))
    scores = [f1_score(truth, one.predict(kept), average="macro") for one in fitted]
    return fitted[int(np.argmax(scores))]


def _regressions(
    texts: list[str], labels: np.ndarray, weight: str | None
) -> "Iterator[Pipeline]":
    """Logistic regressions over TF-IDF of words and pairs of words."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    for strength in STRENGTHS:
        yield make_pipeline(
            TfidfVectorizer(
                ngram_range=(1, 2), sublinear_tf=True, token_pattern=AS_A_WORD
            ),
            LogisticRegression(C=strength, class_weight=weight, max_iter=1000),
        ).fit(texts, labels)


def _some(count: int, seed: int) -> np.ndarray:
    """Numbers of at most 20,000 of so many texts."""
    if count <= MOST_TEXTS:
        return np.arange(count)
    draw = np.random.default_rng(seed)
    return np.sort(draw.choice(count, MOST_TEXTS, replace=False))

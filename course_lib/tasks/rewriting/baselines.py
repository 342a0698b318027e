"""What a translator and a summariser have to beat."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from course_lib.tasks.lesson import TEST, TRAIN
from course_lib.tasks.rewriting.text_pairs import SOURCE, TARGET, TextPairs

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

COPY, MEMORY = "the text itself", "translation of the nearest text"
LEAD, CENTRAL = "first sentence", "sentence most like the whole"
_END = re.compile(r"(?<=[.!?])['\"”]?\s+|\n+")


def for_translation(pairs: TextPairs) -> dict[str, list[str]]:
    """Copies, and what a translator's memory would offer, by their names."""
    read, known = pairs.splits[TEST][SOURCE][:], pairs.splits[TRAIN]
    nearest = _nearest(read, known[SOURCE][:])
    memory = known[TARGET][:]
    return {COPY: list(read), MEMORY: [memory[i] for i in nearest]}


def for_summaries(pairs: TextPairs) -> dict[str, list[str]]:
    """The lead, and the sentence that shares most with its text, by their names."""
    texts = pairs.splits[TEST][SOURCE][:]
    return {LEAD: list(map(lead, texts)), CENTRAL: list(map(central, texts))}


def lead(text: str) -> str:
    """The first sentence: in news it mostly says what happened."""
    return sentences(text)[0]


def central(text: str) -> str:
    """The sentence whose words are most like those of the whole text, by TF-IDF."""
    parts = sentences(text)
    vectors = _vectors([*parts, text])
    if vectors is None:
        return parts[0]
    alike = (vectors[:-1] @ vectors[-1].T).toarray()[:, 0]
    return parts[int(np.argmax(alike))]


def sentences(text: str) -> list[str]:
    """The sentences of a text, at least one."""
    return [part.strip() for part in _END.split(text) if part.strip()] or [text]


def _nearest(asked: Sequence[str], known: Sequence[str]) -> list[int]:
    """For each text the number of the known one whose words are most like its own."""
    vectors = _vectors([*known, *asked])
    if vectors is None:
        return [0] * len(asked)
    alike = vectors[len(known) :] @ vectors[: len(known)].T
    return np.asarray(alike.toarray().argmax(axis=1)).tolist()


def _vectors(texts: Sequence[str]) -> "csr_matrix | None":
    """TF-IDF of texts, (N, words); None where there is no word in them."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    try:
        return TfidfVectorizer(token_pattern=r"(?u)\b\w+\b").fit_transform(texts)
    except ValueError:
        return None

"""What an answerer has to beat: silence, and the sentence most like the question."""

import re
from typing import TYPE_CHECKING

import numpy as np

from course_lib.tasks.answering.asked_passages import CONTEXT, QUESTION

if TYPE_CHECKING:
    from datasets import Dataset

NOTHING, SENTENCE = "no answer, always", "sentence most like the question"
_END = re.compile(r"(?<=[.!?])\s+|\n+")


def baselines(asked: "Dataset") -> dict[str, list[str]]:
    """The answers of the baselines, by their names; "" says that there is none."""
    pairs = zip(asked[QUESTION], asked[CONTEXT], strict=True)
    return {
        NOTHING: [""] * len(asked),
        SENTENCE: [nearest_sentence(question, context) for question, context in pairs],
    }


def nearest_sentence(question: str, context: str) -> str:
    """The sentence of a passage whose words are most like a question's, by TF-IDF."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    sentences = [part.strip() for part in _END.split(context) if part.strip()]
    try:
        vectors = TfidfVectorizer(token_pattern=r"(?u)\b\w+\b").fit_transform(
            [*sentences, question]
        )
    except ValueError:  # no word at all
        return ""
    alike = (vectors[:-1] @ vectors[-1].T).toarray()[:, 0]
    return sentences[int(np.argmax(alike))] if len(sentences) else ""

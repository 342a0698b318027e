"""The commonest label and TF-IDF, which a model has to beat."""

import numpy as np
import pytest
from datasets import Dataset, DatasetDict

from course_lib.tasks.classification import baselines as module
from course_lib.tasks.classification.baselines import MAJORITY, TFIDF, baselines
from course_lib.tasks.classification.labelled_texts import LabelledTexts
from tests.tasks.tiny import reviews


def with_texts(change):
    """The reviews with every text changed."""
    data = reviews()
    return LabelledTexts.of(
        DatasetDict(
            {
                name: Dataset.from_dict(
                    {"text": list(map(change, part["text"])), "label": part["label"]},
                    features=part.features,
                )
                for name, part in data.items()
            }
        )
    )


def test_words_tell_what_the_commonest_label_does_not():
    data = LabelledTexts.of(reviews(good_in=3))
    found = baselines(data)
    assert list(found) == [MAJORITY, TFIDF]
    assert found[MAJORITY].tolist() == [0] * 30
    assert np.array_equal(found[TFIDF], data.numbers("test"))


def test_the_test_split_is_not_learned_from():
    data = reviews()
    test = data["test"]
    wrong = {"text": test["text"][:], "label": [1 - i for i in test["label"]]}
    data["test"] = Dataset.from_dict(wrong, features=test.features)
    found = baselines(LabelledTexts.of(data))
    assert np.array_equal(found[TFIDF], np.array(test["label"]))


def test_texts_of_one_letter_have_words():
    data = with_texts(lambda text: "a" if any(w in text for w in ("stale",)) else "b")
    assert TFIDF in baselines(data)


def test_texts_without_words_leave_tfidf_out():
    assert list(baselines(with_texts(lambda text: "!?"))) == [MAJORITY]


@pytest.mark.parametrize("balanced", [False, True])
def test_of_too_many_texts_some_are_taken(balanced, monkeypatch):
    monkeypatch.setattr(module, "MOST_TEXTS", 40)
    data = LabelledTexts.of(reviews())
    first = baselines(data, balanced=balanced, seed=1)[TFIDF]
    assert np.array_equal(first, baselines(data, balanced=balanced, seed=1)[TFIDF])
    assert (first == data.numbers("test")).mean() > 0.8

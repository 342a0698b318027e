"""Floor 2: tasks, each joining data, a model and a measure by the field's names.

>>> data = load_classification("my.csv")
>>> classifier = finetune_classifier(data, model="course-bert", save="my-classifier")
>>> print(classifier.evaluation)

Data are Hugging Face `datasets`, models Hugging Face checkpoints, measures those of
scikit-learn. Each task is trained in two ways that learn the same: by the course's own
loop on its own model, and by Transformers' `Trainer`.
"""

import importlib

_HOMES = {
    "Classifier": "classifier",
    "Evaluation": "evaluation",
    "FineTuning": "recipe",
    "finetune_classifier": "classification",
    "load_classifier": "classification",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])

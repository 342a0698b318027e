"""Classification of texts: sentiment, topics, whatever the labels name."""

from course_lib.lazy import handing_out

_HOMES = {
    "Classifier": "classifier",
    "ClassifierTuning": "settings",
    "Evaluation": "evaluation",
    "finetune_classifier": "finetuning",
    "load_classifier": "finetuning",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = handing_out(__name__, _HOMES)

"""Floor 2: tasks, each joining data, a model and a measure by the field's names.

>>> data = load_classification("my.csv")
>>> classifier = finetune_classifier(data, model="course-bert", save="my-classifier")
>>> print(classifier.evaluation)

Data are Hugging Face `datasets`, models Hugging Face checkpoints, measures those of
scikit-learn and nervaluate. Each task is trained in two ways that learn the same: by
the course's own loop on its own model, and by Transformers' `Trainer`.
"""

from course_lib.lazy import handing_out

_HOMES = {
    "Answer": "answering.answerer",
    "Answerer": "answering.answerer",
    "AnswerEvaluation": "answering.evaluation",
    "Classifier": "classification.classifier",
    "Entity": "tagging.tagger",
    "Evaluation": "classification.evaluation",
    "FineTuning": "recipe",
    "Summariser": "rewriting.rewriter",
    "TagEvaluation": "tagging.evaluation",
    "Tagger": "tagging.tagger",
    "Translator": "rewriting.rewriter",
    "finetune_answerer": "answering.finetuning",
    "finetune_classifier": "classification.finetuning",
    "finetune_summariser": "rewriting.finetuning",
    "finetune_tagger": "tagging.finetuning",
    "finetune_translator": "rewriting.finetuning",
    "load_answerer": "answering.finetuning",
    "load_classifier": "classification.finetuning",
    "load_summariser": "rewriting.finetuning",
    "load_tagger": "tagging.finetuning",
    "load_translator": "rewriting.finetuning",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = handing_out(__name__, _HOMES)

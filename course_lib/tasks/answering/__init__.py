"""Answering questions about a passage: which piece of it is the answer, if any?"""

from course_lib.lazy import handing_out

_HOMES = {
    "Answer": "answerer",
    "Answerer": "answerer",
    "AnswererTuning": "settings",
    "AnswerEvaluation": "evaluation",
    "finetune_answerer": "finetuning",
    "load_answerer": "finetuning",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = handing_out(__name__, _HOMES)

"""Tagging of words: which of them name a person, a place, whatever the tags mark."""

from course_lib.lazy import handing_out

_HOMES = {
    "Entity": "tagger",
    "Span": "bio",
    "TagEvaluation": "evaluation",
    "Tagger": "tagger",
    "find_errors": "errors",
    "finetune_tagger": "finetuning",
    "load_tagger": "finetuning",
    "spans": "bio",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = handing_out(__name__, _HOMES)

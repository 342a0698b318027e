"""From a text to another: translation, and summaries."""

from course_lib.lazy import handing_out

_HOMES = {
    "RewriterTuning": "settings",
    "RewritingEvaluation": "evaluation",
    "Summariser": "rewriter",
    "Translator": "rewriter",
    "finetune_summariser": "finetuning",
    "finetune_translator": "finetuning",
    "load_summariser": "finetuning",
    "load_translator": "finetuning",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = handing_out(__name__, _HOMES)

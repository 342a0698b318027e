"""Transformers, built step by step: the finished implementations of the course.

Names arrive when they are used: `import course_lib` itself imports nothing heavy.
"""

import importlib

__version__ = "0.1.0"

_HOMES = {
    "scaled_dot_product_attention": "attention",
    "fast_attention": "attention",
    "MultiHeadAttention": "attention",
    "KeyValueCache": "attention",
    "causal_mask": "attention",
    "padding_mask": "attention",
    "sinusoidal_positions": "positions",
    "rotate": "positions",
    "alibi_bias": "positions",
    "FeedForward": "blocks",
    "EncoderBlock": "blocks",
    "DecoderBlock": "blocks",
    "Bert": "models",
    "GPT": "models",
    "Seq2Seq": "models",
    "generate": "generation",
    "stream": "generation",
    "train": "training",
    "TrainingPlan": "training",
    "optimize": "inference",
    "resolve": "resources",
    "load_classification": "resources",
    "load_tagging": "resources",
    "load_questions": "resources",
    "load_pairs": "resources",
    "finetune_classifier": "tasks",
    "load_classifier": "tasks",
    "finetune_tagger": "tasks",
    "load_tagger": "tasks",
    "finetune_answerer": "tasks",
    "load_answerer": "tasks",
    "finetune_translator": "tasks",
    "load_translator": "tasks",
    "finetune_summariser": "tasks",
    "load_summariser": "tasks",
    "check": "exercises",
    "hint": "exercises",
    "solution": "exercises",
    "quiz": "exercises",
}

__all__ = [
    "GPT",
    "Bert",
    "DecoderBlock",
    "EncoderBlock",
    "FeedForward",
    "KeyValueCache",
    "MultiHeadAttention",
    "Seq2Seq",
    "TrainingPlan",
    "alibi_bias",
    "causal_mask",
    "check",
    "fast_attention",
    "finetune_answerer",
    "finetune_classifier",
    "finetune_summariser",
    "finetune_tagger",
    "finetune_translator",
    "generate",
    "hint",
    "load_answerer",
    "load_classification",
    "load_classifier",
    "load_pairs",
    "load_questions",
    "load_summariser",
    "load_tagger",
    "load_tagging",
    "load_translator",
    "optimize",
    "padding_mask",
    "quiz",
    "resolve",
    "rotate",
    "scaled_dot_product_attention",
    "sinusoidal_positions",
    "solution",
    "stream",
    "train",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list:  # no [str]: this line must run on Python 3.6 too
    return sorted([*globals(), *_HOMES])

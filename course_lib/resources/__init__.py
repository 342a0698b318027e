"""Floor 0: where a model or a data set comes from, and which device computes."""

import importlib

_HOMES = {
    "course_text": "texts",
    "course_texts": "texts",
    "data_folder": "files",
    "device": "devices",
    "device_sentence": "devices",
    "encoder_folder": "encoder",
    "entities": "written",
    "fitting_tokenizer": "pretrained",
    "headlines": "written",
    "hub_answers": "hub",
    "load_classification": "own_data",
    "load_encoder": "encoder",
    "load_model": "pretrained",
    "load_pairs": "own_data",
    "load_questions": "own_data",
    "load_tagging": "own_data",
    "load_tokenizer": "pretrained",
    "pairs": "written",
    "questions": "written",
    "recorded": "recordings",
    "recordings_there": "recordings",
    "resolve": "origins",
    "reviews": "written",
    "stories": "written",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])

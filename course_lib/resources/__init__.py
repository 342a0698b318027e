"""Floor 0: where a model or a data set comes from, and which device computes."""

import importlib

_HOMES = {
    "data_folder": "files",
    "course_text": "texts",
    "course_texts": "texts",
    "device": "devices",
    "device_sentence": "devices",
    "encoder_folder": "encoder",
    "hub_answers": "hub",
    "load_encoder": "encoder",
    "recorded": "recordings",
    "recordings_there": "recordings",
    "resolve": "origins",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])

"""Floor 2: how the small models that come with the course were trained, start to end.

>>> train_model("course-gpt", Options(output="models", minutes=60))

A recipe says what a model learns from, its sizes and its plan; `training` runs it.
Texts, tokenizer, checkpoints: everything that a run needs lies in one folder, so that
it goes on after a stop.
"""

import importlib

_HOMES = {
    "NAMES": "run",
    "Options": "run",
    "Recipe": "recipe",
    "named": "run",
    "replace_figures": "card",
    "train_model": "run",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])

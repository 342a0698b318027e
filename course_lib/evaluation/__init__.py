"""Floor 2: what a model has learned, in figures, and what it is to be compared with."""

import importlib

_HOMES = {
    "MaskedTokens": "masked",
    "NgramModel": "ngrams",
    "Perplexity": "likelihood",
    "Share": "shares",
    "bleu": "translations",
    "chosen_places": "masked",
    "exactly": "translations",
    "masked_margins": "minimal_pairs",
    "restored": "masked",
    "surprises": "likelihood",
    "translate": "translations",
    "untrained": "random_weights",
    "with_beginning": "minimal_pairs",
    "writing_margins": "minimal_pairs",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])

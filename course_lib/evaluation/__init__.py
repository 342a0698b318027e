"""Floor 2: what a model has learned, in figures, and what it is to be compared with."""

from course_lib.lazy import handing_out

_HOMES = {
    "MaskedTokens": "masked",
    "NgramModel": "ngrams",
    "Perplexity": "likelihood",
    "Share": "shares",
    "bleu": "translations",
    "chosen_places": "masked",
    "continuation": "diversity",
    "distinct": "diversity",
    "exactly": "translations",
    "masked_margins": "minimal_pairs",
    "repeated": "diversity",
    "restored": "masked",
    "surprises": "likelihood",
    "translate": "translations",
    "untrained": "random_weights",
    "with_beginning": "minimal_pairs",
    "writing_margins": "minimal_pairs",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = handing_out(__name__, _HOMES)

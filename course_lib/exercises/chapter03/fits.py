"""Reading a mask's free parameters off a learner's weights."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from torch import Tensor


class Fill(NamedTuple):
    """What stands in the scores where the mask hides, and what comes after softmax.

    Attributes:
        number: the fill itself.
        added: added to the score instead of put in its place.
        after: what is set to 0 after softmax: "" nothing, "rows" without any
            allowed key, "cells" that are hidden.
    """

    number: float = -math.inf
    added: bool = False
    after: str = "cells"


def fit_fill(inputs: Mapping[str, Any], output: Any) -> Fill | None:
    """The finite fill that explains the learner's weights of one case, if one does."""
    mask, weights = inputs["mask"], output[1].double()
    if mask is None:
        return None
    query, key = inputs["query"].double(), inputs["key"].double()
    products = query @ key.mT
    for divisor in (math.sqrt(query.shape[-1]), 1, query.shape[-1]):
        for allowed in (mask, ~mask):
            fill = _read_fill(products / divisor, weights, allowed)
            if fill is not None:
                return fill
    return None


def _read_fill(scores: Tensor, weights: Tensor, mask: Tensor) -> Fill | None:
    mask = mask.broadcast_to(scores.shape)
    after = _set_to_zero(weights, mask)
    some = mask.any(-1) & ~mask.all(-1)  # rows with allowed and hidden keys
    scores, weights, mask = scores[some], weights[some], mask[some]
    share = (weights * mask).sum(-1)  # (rows,), what the allowed keys have
    rest = 1 - share if after == "cells" else (weights * ~mask).sum(-1)
    hidden = rest / share * (scores.exp() * mask).sum(-1)  # their part of the sum
    replaced = (hidden / (~mask).sum(-1)).log()
    added = (hidden / (scores.exp() * ~mask).sum(-1)).log()
    sure = int(rest.argmax())  # rounding blurs small shares
    blur = 5e-3 + 1e-6 / rest.clamp(min=1e-9)
    for numbers, is_added in ((replaced, False), (added, True)):
        number = float(numbers[sure])
        far = (numbers - number).abs() > blur
        # 0 is no fill: it ignores the mask or multiplies. Below -16 nothing is seen.
        if abs(number) > 1e-2 and number > -16 and not far[rest > 1e-6].any():
            return Fill(round(number, 5), is_added, after)
    return None


def _set_to_zero(weights: Tensor, mask: Tensor) -> str:
    if not weights[~mask].any():
        return "cells"
    empty = ~mask.any(-1)
    return "rows" if empty.any() and not weights[empty].any() else ""


def fit_inverse(inputs: Mapping[str, Any], output: Any) -> str | None:
    """How an inverted mask and a right one were mixed: "rows", "cells" or None."""
    mask, weights = inputs["mask"], output[1]
    if mask is None:
        return None
    mask = mask.broadcast_to(weights.shape)
    if float(weights.abs().amax()) == 0:
        return "cells"
    empty = ~mask.any(-1)
    return "rows" if empty.any() and not weights[empty].any() else None


def fit_product(inputs: Mapping[str, Any], output: Any) -> str | None:
    """What is set to 0 after the softmax of multiplied scores: "rows" or "cells"."""
    mask, weights = inputs["mask"], output[1]
    if mask is None:
        return None
    return _set_to_zero(weights, mask.broadcast_to(weights.shape)) or None

"""What the axes of a tensor mean, read off its name, in the course's symbols."""

import re

# Name, then the axes from the right; leading ones follow from how many there are.
_NAMES = (
    (r"q|query|queries", ("T_q", "d")),
    (r"k|key|keys", ("T_k", "d")),
    (r"v|value|values", ("T_k", "d_value")),
    (r"scores?|weights|mask|causal|causal_mask|padding_mask", ("T_q", "T_k")),
    (r"context", ("T_q", "d_value")),
)
_LEADING = {2: (), 3: ("B",), 4: ("B", "H")}
_EXACT = (
    (r"x|hidden|embeddings|embedded", {2: "T D", 3: "B T D", 4: "B H T d"}),
    (r"ids|input_ids|token_ids|attention_mask", {1: "T", 2: "B T"}),
    (r"logits", {2: "T V", 3: "B T V"}),
    (r"w_\w+|w\d", {2: "out in"}),
)


def axes_of(name: str, ndim: int) -> tuple[str, ...]:
    """The symbols of a tensor's axes, or () where its name says nothing.

    Args:
        name: as the learner wrote it, "query" or "self.query".
        ndim: how many axes it has.
    """
    last = name.rpartition(".")[2].lower()
    for pattern, tail in _NAMES:
        if re.fullmatch(pattern, last) and ndim in _LEADING:
            return (*_LEADING[ndim], *tail)
    for pattern, forms in _EXACT:
        if re.fullmatch(pattern, last) and ndim in forms:
            return tuple(forms[ndim].split())
    return ()

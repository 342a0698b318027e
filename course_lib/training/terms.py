"""Over how many terms a loss is a mean, so that parts of a batch weigh what they hold.

A model's loss is a mean over the tokens (or texts) that have a label. The mean of two
parts' means is not the mean of the whole where one part has 3 labelled tokens and the
other 300: each part counts with its number of terms.
"""

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

IGNORED = -100
"""The label of positions that have none, as in `F.cross_entropy`."""

Batch = Mapping[str, Any]
"""What a model is called with: tensors by name, a row for each example."""

Terms = Callable[[Batch], int]


def rows(batch: Batch) -> int:
    """The number of examples in a batch: B."""
    return next(
        (len(x) for x in batch.values() if isinstance(x, Tensor) and x.dim()), 0
    )


def label_terms(batch: Batch) -> int:
    """The labelled positions of a batch; where labels are not tokens', its rows.

    Right for masked words, tagging, classification, answer spans and translation, and
    for GPT where all rows are equally long.
    """
    labels = batch.get("labels")
    if not isinstance(labels, Tensor) or labels.dim() < 2 or labels.is_floating_point():
        return rows(batch)
    return int((labels != IGNORED).sum())


def next_token_terms(batch: Batch) -> int:
    """The same for models that predict the next token: no row's first is predicted."""
    return int((batch["labels"][:, 1:] != IGNORED).sum())


def volume(batch: Batch) -> tuple[int, str]:
    """How much a batch holds, and what was counted: tokens, else examples."""
    ids = batch.get("input_ids")
    if isinstance(ids, Tensor):
        return ids.numel(), "tokens"
    return rows(batch), "examples"

"""How many threads read a new token: a small model's is read faster by one.

A token's way through a layer of width 128 takes a few millionths of a second. Waking a
second thread for its half of that takes longer, and happens dozens of times a token.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

SMALL = 2**17
"""Weights from which on a layer's product is worth a second thread."""
MOST_TEXTS = 16
"""Of more texts at a time, small layers' products are worth it too."""


def is_small(model: nn.Module) -> bool:
    """Whether a model lies on the CPU, and all of its layers are small.

    Looks at sizes, so that layers that `optimize` laid out anew count as they did.
    """
    widths = (
        (getattr(layer, "in_features", 0), getattr(layer, "out_features", 0))
        for layer in model.modules()
    )
    on_cpu = all(x.device.type == "cpu" for x in model.parameters())
    return on_cpu and all(inner * outer < SMALL for inner, outer in widths)


@contextmanager
def few_threads(is_small: bool, texts: int) -> Iterator[None]:
    """One thread inside, where the model is small and the texts are few."""
    threads = torch.get_num_threads()
    if threads == 1 or not is_small or texts > MOST_TEXTS:
        yield
        return
    torch.set_num_threads(1)  # takes less than a microsecond
    try:
        yield
    finally:
        torch.set_num_threads(threads)

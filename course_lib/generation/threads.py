"""How many threads read a new token: often one is faster than two.

A token's way through a small layer takes a few millionths of a second. Waking a second
thread for its half of that takes longer, and happens dozens of times a token. Large
layers are read as fast as memory gives their weights, and of that one thread already
gets most.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

SMALL = 2**17
"""Weights from which on a layer's product is worth a second thread."""
OF_SMALL, OF_LARGE = 16, 4
"""Of so many texts at a time, tokens are read by one thread: measured on two cores."""


def texts_alone(model: nn.Module) -> int:
    """Up to how many texts' new tokens one thread reads as fast as all do.

    That many with small layers, whose sizes count, even if `optimize` laid them out
    anew; fewer with large ones, and only if there are but two threads.
    """
    if any(x.device.type != "cpu" for x in model.parameters()):
        return 0
    sizes = (
        getattr(layer, "in_features", 0) * getattr(layer, "out_features", 0)
        for layer in model.modules()
    )
    if max(sizes) < SMALL:
        return OF_SMALL
    return OF_LARGE if torch.get_num_threads() == 2 else 0


@contextmanager
def one_thread(wanted: bool) -> Iterator[None]:
    """One thread inside, if that is wanted; outside as many as there were."""
    threads = torch.get_num_threads()
    if threads == 1 or not wanted:
        yield
        return
    torch.set_num_threads(1)  # takes less than a microsecond
    try:
        yield
    finally:
        torch.set_num_threads(threads)

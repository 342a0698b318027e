"""Reading numbers off the device without making it wait."""

from typing import Any

import torch
from torch import Tensor

Reading = tuple[Any, list[float]]


class LateReader:
    """Hands out what was read: on a CPU at once, on a GPU one call later.

    Asking a GPU for a number stops everything until it is computed, and the GPU then
    idles while Python prepares the next step. Asked a step later, it is there.
    """

    def __init__(self) -> None:
        self._waiting: tuple[Any, Tensor, torch.cuda.Event] | None = None

    def read(self, label: Any, values: Tensor) -> Reading | None:
        """Take in values (n,) and return the label and numbers that are there now."""
        if values.device.type != "cuda":
            return label, values.tolist()
        earlier = self.rest()
        copy = values.to("cpu", non_blocking=True)
        arrived = torch.cuda.Event()
        arrived.record()
        self._waiting = label, copy, arrived
        return earlier

    def rest(self) -> Reading | None:
        """What was taken in and not handed out yet."""
        if self._waiting is None:
            return None
        label, copy, arrived = self._waiting
        self._waiting = None
        arrived.synchronize()
        return label, copy.tolist()

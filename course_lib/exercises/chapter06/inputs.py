"""What the exercises of chapter 06 share: exact inputs, and where a mistake sits."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

Wrong = Mapping[str, Any]
HALVES = ("both", "first", "second")


def grid(*shape: int, seed: int, dtype: torch.dtype, step: float = 0.25) -> Tensor:
    """Random multiples of a step, at most 8 steps from 0: exact in every dtype."""
    numbers = torch.randint(-8, 9, shape, generator=torch.Generator().manual_seed(seed))
    return (numbers * step).to(dtype)


def sits_in(wrong: Wrong, name: str, half: str) -> bool:
    """True if this mistake concerns this half of the computation."""
    return wrong.get(name) in ("both", half)

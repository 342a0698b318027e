"""Inputs of exercises: random, the same on every call, exact in every dtype."""

import torch
from torch import Tensor

EXACT = (torch.float32, torch.float64)  # fine enough for large numbers


def grid(*shape: int, seed: int, dtype: torch.dtype, step: float = 0.25) -> Tensor:
    """Random multiples of a step, at most 8 steps from 0."""
    numbers = torch.randint(-8, 9, shape, generator=torch.Generator().manual_seed(seed))
    return (numbers * step).to(dtype)

"""The random states of Python, NumPy and PyTorch: set, kept, put back."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

States = dict[str, Any]
"""Numbers, tuples and tensors only, so that a checkpoint needs no pickled objects."""


def seed_everything(*numbers: int) -> None:
    """Start all random states anew, from numbers that need not be random."""
    # A sequence (seed, process) or (seed, epoch) gives states that share nothing,
    # where seed + epoch would give seed 0's second epoch to seed 1 as its first.
    drawn = int(np.random.SeedSequence(numbers).generate_state(1)[0])
    random.seed(drawn)
    np.random.seed(drawn)
    torch.manual_seed(drawn)  # GPUs included


def random_states() -> States:
    """The states of this process as they are now."""
    kind, keys, position, has_gauss, gauss = np.random.get_state()
    states: States = {
        "python": random.getstate(),
        "numpy": (kind, keys.tolist(), position, has_gauss, gauss),
        "torch": torch.get_rng_state(),
    }
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    if torch.backends.mps.is_available():
        states["mps"] = torch.mps.get_rng_state()
    return states


def set_random_states(states: States) -> None:
    """Put states back that `random_states` returned."""
    random.setstate(states["python"])
    np.random.set_state(states["numpy"])
    torch.set_rng_state(states["torch"])
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["cuda"])
    if "mps" in states and torch.backends.mps.is_available():
        torch.mps.set_rng_state(states["mps"])


@contextmanager
def seeded(*numbers: int) -> Iterator[None]:
    """Inside, draws follow from these numbers; outside, nothing has been drawn."""
    before = random_states()
    seed_everything(*numbers)
    try:
        yield
    finally:
        set_random_states(before)

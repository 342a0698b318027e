"""How sure a figure is: what becomes of it on other samples of the same texts."""

import numpy as np

Interval = tuple[float, float]

SURE = 0.95


def samples(texts: int, draws: int, seed: int = 0) -> np.ndarray:
    """Numbers of texts, drawn with return: (draws, texts).

    Source: Efron 1979, Bootstrap Methods.
    """
    draw = np.random.default_rng(seed)
    return draw.integers(texts, size=(draws, texts))


def middle(values: np.ndarray) -> Interval:
    """The middle 95 % of values."""
    low, high = np.quantile(values, [(1 - SURE) / 2, (1 + SURE) / 2])
    return float(low), float(high)

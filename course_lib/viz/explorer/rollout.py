"""Attention through all layers: from where each position draws in the end."""

import numpy as np


def rollout_by_layer(weights: np.ndarray) -> np.ndarray:
    """Follow information up to each layer.

    One layer's step is the mean of its heads and, in equal parts, the residual
    connection; the steps are multiplied, the later one on the left.

    Args:
        weights: (L, H, T, T), each row sums to 1.

    Returns:
        (L, T, T) float32: entry l holds the layers up to l; each row sums to 1.

    Source: Abnar and Zuidema 2020, Quantifying Attention Flow in Transformers.
    """
    identity = np.eye(weights.shape[-1], dtype=np.float32)
    result, layers = identity, []
    for heads in weights:
        step = heads.mean(0) + identity
        result = step / step.sum(-1, keepdims=True) @ result
        layers.append(result)
    return np.stack(layers)

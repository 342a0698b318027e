"""Runs a few lines as a notebook cell would and hands over what they raise."""

import itertools
import linecache
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

_numbers = itertools.count()


def cell(code: str, **names: Any) -> BaseException:
    """The exception that this cell raises; its source is known, as in a notebook."""
    file = f"/tmp/ipykernel_1/{next(_numbers)}.py"
    linecache.cache[file] = (len(code), None, code.splitlines(True), file)
    scope = {"torch": torch, "F": F, "nn": nn, "math": math, "np": np, **names}
    try:
        exec(compile(code, file, "exec"), scope)
    except Exception as error:
        return error
    raise AssertionError(f"nothing was raised by: {code}")


@pytest.fixture
def raised() -> Callable[..., BaseException]:
    """`raised(code, **names)` is the exception that the code raises."""
    return cell


@pytest.fixture
def tensors() -> dict[str, Any]:
    """Tensors by the course's names: B=2, H=3, T=T_q=4, T_k=5, d=6, D=12, V=10."""
    return {
        "query": torch.zeros(2, 3, 4, 6),
        "key": torch.zeros(2, 3, 5, 6),
        "value": torch.zeros(2, 3, 5, 7),
        "scores": torch.zeros(2, 3, 4, 5),
        "x": torch.zeros(2, 4, 12),
        "mask": torch.ones(4, 5, dtype=torch.bool),
        "attention_mask": torch.ones(2, 5, dtype=torch.bool),
        "ones": torch.ones(4, 5),
        "ids": torch.tensor([[1, 2, 99]]),
        "w_query": torch.zeros(8, 12),
        "embedding": nn.Embedding(10, 8),
        "linear": nn.Linear(8, 8),
    }

"""A model and data so small that a run takes a fraction of a second."""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.training import TrainingPlan, TrainingResult, train

V, D, T = 16, 8, 6
REPOSITORY = Path(__file__).parents[2]


@dataclass
class Answer:
    loss: Tensor
    logits: Tensor


class Tiny(nn.Module):
    """Embedding, norm, dropout and an output tied to the embedding."""

    def __init__(self, seed: int = 1, dropout: float = 0.1) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.words = nn.Embedding(V, D)
        self.inner = nn.Linear(D, D)
        self.norm = nn.LayerNorm(D)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(D, V, bias=False)
        self.output.weight = self.words.weight

    def forward(self, input_ids: Tensor, labels: Tensor) -> Answer:
        x = self.words(input_ids)  # (B, T, D)
        x = x + self.dropout(torch.tanh(self.inner(self.norm(x))))
        logits = self.output(x)  # (B, T, V)
        return Answer(F.cross_entropy(logits.flatten(0, 1), labels.flatten()), logits)


def examples(count: int = 25, ragged: bool = False) -> list[dict[str, Tensor]]:
    """Sequences whose labels are the next number; ragged: some labelled, some not."""
    draw = torch.Generator().manual_seed(0)
    ids = torch.randint(0, V, (count, T), generator=draw)
    found = []
    for i, row in enumerate(ids):
        labels = (row + 1) % V
        if ragged:
            labels = labels.masked_fill(torch.arange(T) >= i % (T + 1), -100)
        found.append({"input_ids": row, "labels": labels})
    return found


def noisy(batch: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Stack examples and change a word, drawn from each of the random states."""
    stacked = {name: torch.stack([x[name] for x in batch]) for name in batch[0]}
    for place in (random.randrange(T), np.random.randint(T), torch.randint(T, ())):
        stacked["input_ids"][0, int(place)] = 0
    return stacked


def plan(**changes: Any) -> TrainingPlan:
    settings = {"steps": 30, "batch_size": 6, "learning_rate": 1e-2, "warmup_steps": 3}
    return TrainingPlan(**(settings | changes))


def run(
    model: nn.Module | None = None,
    data: Any = None,
    changes: dict[str, Any] | None = None,
    **settings: Any,
) -> tuple[nn.Module, TrainingResult]:
    """Train a new Tiny, or the given model, on the CPU and without a word."""
    model = Tiny() if model is None else model
    data = examples() if data is None else data
    settings = {"progress": False, "device": "cpu"} | settings
    return model, train(model, data, plan(**(changes or {})), **settings)


def difference(one: nn.Module, other: nn.Module) -> float:
    """The largest difference between two models' weights."""
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return max(float((a - b).abs().max()) for a, b in pairs)

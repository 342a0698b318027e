"""Rows in which a model learns: a training step, and how fast text is learned."""

from collections.abc import Callable
from typing import Any

import peers
import torch
from reading import attention_operations, operations
from side_by_side import Result, Way, side_by_side
from torch import Tensor, nn

from course_lib.training import TrainingPlan
from course_lib.training.optimizer import adamw

Make = Callable[[nn.Module], torch.optim.Optimizer]
STEP = 1e-3


def default_adamw(model: nn.Module) -> torch.optim.Optimizer:
    """What a learner writes first."""
    return torch.optim.AdamW(model.parameters(), lr=STEP)


def course_adamw(model: nn.Module) -> torch.optim.Optimizer:
    """What `course_lib.training` makes."""
    return adamw(model, TrainingPlan(steps=1, batch_size=1, learning_rate=STEP))


def stepper(
    model: nn.Module, make: Make, batch: Tensor, autocast: bool = False
) -> Callable[[], float]:
    """One step of training, always on the same batch; gives the loss before it."""
    model.train()
    optimizer = make(model)

    def step() -> float:
        with torch.autocast(batch.device.type, torch.bfloat16, enabled=autocast):
            loss = model(batch, labels=batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss.item()

    return step


def training(
    size: str, batch: int, length: int, least: dict[str, float]
) -> Callable[..., Any]:
    """A row: one step of training of a GPT."""

    def row(name: str, limits: dict[str, float]) -> list[Result]:
        ids = peers.random_ids(batch, length, 65)
        ours = peers.our_gpt(size)
        layers, width = ours.config.n_layer, ours.config.n_embd
        work = operations(ours, batch * length)
        work += attention_operations(layers, batch, length, width) / 2
        steppers = {
            "HF, default AdamW": stepper(peers.hf_gpt(size), default_adamw, ids),
            "course, float32": stepper(ours, course_adamw, ids),
        }
        model = peers.our_gpt(size)
        steppers["course, bfloat16"] = stepper(model, course_adamw, ids, True)
        losses = [step() for step in steppers.values()]
        for loss in losses:  # of the same weights
            assert abs(loss - losses[0]) < 0.01 * losses[0], losses
        assert abs(losses[1] - losses[0]) < 1e-4 * losses[0], losses
        ways = [
            Way(way, step, least.get(way), way.rpartition(" ")[2], 3 * work)
            for way, step in steppers.items()
        ]
        ways[0].limit = "float32"
        return side_by_side(name, ways, limits, rounds=99, seconds=90.0)

    return row


ROWS = {
    "training-small": training("course", 12, 64, {"course, float32": 1.4}),
    "training-10m": training(
        "10m", 16, 256, {"course, float32": 1.15, "course, bfloat16": 1.7}
    ),
}

"""AdamW with weight decay where it belongs, and the learning rate's way.

Source: Loshchilov and Hutter 2019, Decoupled Weight Decay Regularization.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from torch.optim import AdamW, Optimizer
from torch.optim.lr_scheduler import LRScheduler

from course_lib.errors import CourseError
from course_lib.training.plan import TrainingPlan

# By the names that Transformers has for the schedules.
SCHEDULES = {
    "cosine": "cosine",
    "linear": "linear",
    "constant": "constant_with_warmup",
}


def adamw(model: nn.Module, plan: TrainingPlan) -> AdamW:
    """AdamW over what the model learns, decaying matrices only."""
    groups = decay_groups(model, plan.weight_decay)
    # Fused: one pass over all weights, a third of the default's time on a CPU.
    return AdamW(groups, lr=plan.learning_rate, betas=plan.betas, fused=True)


def decay_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """The model's parameters in two groups: those that decay, and those that do not.

    Matrices and embeddings decay. A bias or a norm's scale has no reason to be near
    0, so those do not.

    Raises:
        CourseError: nothing in the model can learn.
    """
    learned = {id(p): (p, spared) for p, spared in _parameters(model)}  # tied: once
    if not learned:
        raise CourseError(
            "no parameter of this model can learn: set requires_grad_(True) on those "
            "that should"
        )
    decaying = [p for p, spared in learned.values() if not spared]
    spared = [p for p, spared in learned.values() if spared]
    groups = [
        {"params": decaying, "weight_decay": weight_decay},
        {"params": spared, "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]


def _parameters(model: nn.Module) -> Iterator[tuple[nn.Parameter, bool]]:
    """Each parameter that learns, and whether it is spared from decay."""
    for module in model.modules():
        is_norm = "norm" in type(module).__name__.lower()
        for name, parameter in module.named_parameters(recurse=False):
            if parameter.requires_grad:
                spared = is_norm or parameter.dim() < 2 or name.endswith("bias")
                yield parameter, spared


def schedule(optimizer: Optimizer, plan: TrainingPlan, steps: int) -> LRScheduler:
    """The learning rate's warm-up and decay over a run of that many steps.

    Raises:
        CourseError: the warm-up is longer than the run.
    """
    from transformers import get_scheduler

    if plan.warmup_steps > steps:
        raise CourseError(
            f"warmup_steps = {plan.warmup_steps}, but the run has {steps} steps: "
            "shorten the warm-up; a twentieth of the run is common"
        )
    return get_scheduler(
        SCHEDULES[plan.decay],
        optimizer,
        num_warmup_steps=plan.warmup_steps,
        num_training_steps=steps,
    )


def all_parameters(optimizers: list[Optimizer]) -> list[torch.Tensor]:
    """What these optimisers change."""
    return [
        parameter
        for optimizer in optimizers
        for group in optimizer.param_groups
        for parameter in group["params"]
    ]

"""The row about int8: what rounding costs a trained model on text it has not seen."""

import math

import torch
from side_by_side import Result
from torch import Tensor

from course_lib import optimize
from course_lib.models import GPT, GPTConfig
from course_lib.resources import course_texts
from course_lib.training import TrainingPlan
from course_lib.training.optimizer import adamw

LENGTH = 64


def letters() -> Tensor:
    """The course's texts as a row of bytes."""
    text = "".join(course_texts().values())
    return torch.tensor(list(text.encode())).clamp(max=127)


def trained(ids: Tensor, steps: int = 120) -> GPT:
    """A GPT whose layers are large enough to be rounded, after some training."""
    torch.manual_seed(0)
    drop = dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"), 0.1)
    sizes = {"vocab_size": 128, "n_positions": LENGTH, "n_embd": 384, "n_layer": 2}
    model = GPT(GPTConfig(**sizes, n_head=6, **drop)).train()
    plan = TrainingPlan(steps=steps, batch_size=1, learning_rate=1e-3)
    optimizer = adamw(model, plan)
    for _ in range(steps):
        starts = torch.randint(len(ids) - LENGTH, (16, 1))
        batch = ids[starts + torch.arange(LENGTH)]
        model(batch, labels=batch).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return model.eval()


def loss(name: str, limits: dict[str, float]) -> list[Result]:
    """A row: loss on held-out text in float32, bfloat16 and int8."""
    ids = letters()
    held_out = ids[-LENGTH * 50 :].view(50, LENGTH)
    model = trained(ids[: -LENGTH * 50])
    ways = {
        "float32": model,
        "course, float32 packed": optimize(model),
        "course, bfloat16": optimize(model, dtype=torch.bfloat16),
        "course, int8": optimize(model, quantize="int8"),
    }
    with torch.inference_mode():
        losses = {
            way: each(held_out, labels=held_out).loss.item()
            for way, each in ways.items()
        }
    results = []
    for way, value in losses.items():
        worse = value / losses["float32"] - 1
        result = Result(name, way, 0.0, 0.0, math.nan)
        result.note = f"{value:.4f} nats, {worse:+.2%} (at most +1 %)"
        result.failed = worse > 0.01
        results.append(result)
    return results


ROWS = {"int8-loss": loss}

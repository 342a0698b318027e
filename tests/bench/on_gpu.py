"""Rows on a GPU: GPT-2 small writes, and learns, in bfloat16."""

from collections.abc import Callable
from functools import partial
from typing import Any

import peers
import torch
from learning import course_adamw, default_adamw, stepper
from reading import BOUNDS, attention_operations, operations
from side_by_side import Result, Way, side_by_side
from writing import NEW, PROMPT, theirs, weight_bytes

from course_lib import generate, optimize

Row = Callable[[str, dict[str, float]], list[Result]]
LEAST_SHARE = 0.4  # of the measured matrix peak, in training


def decode(least: float, device: str = "cuda", size: str = "gpt2-small") -> Row:
    """A row: GPT-2 small continues one text."""

    @torch.no_grad()
    def row(name: str, limits: dict[str, float]) -> list[Result]:
        kind = {"dtype": torch.bfloat16}
        ours = peers.our_gpt(size).to(device)
        fast = optimize(ours, **kind)
        models = {
            way: peers.hf_gpt(size, way).to(device, torch.bfloat16)
            for way in ("eager", "sdpa")
        }
        ids = peers.random_ids(1, PROMPT, ours.config.vocab_size).to(device)
        expected = ours(ids).logits
        for way, model in {**models, "course": fast}.items():
            peers.require_same(way, model(ids).logits, expected, BOUNDS["bfloat16"])
        ways = [
            Way(f"HF {way}, bfloat16", partial(theirs, model, ids, NEW))
            for way, model in models.items()
        ]
        run = partial(generate, fast, ids, max_new_tokens=NEW)
        ways.append(Way("course, bfloat16", run, least))
        for way in ways:
            way.limit, way.work = "memory", NEW * weight_bytes(ours, "bfloat16")
        return side_by_side(name, ways, limits)

    return row


def training(
    least: float, device: str = "cuda", size: str = "gpt2-small", batch: int = 16
) -> Row:
    """A row: one step of training on texts as long as the model has positions."""

    def row(name: str, limits: dict[str, float]) -> list[Result]:
        ours = peers.our_gpt(size).to(device)
        config = ours.config
        length = config.n_positions
        ids = peers.random_ids(batch, length, config.vocab_size).to(device)
        work = operations(ours, batch * length)
        sizes = config.n_layer, batch, length, config.n_embd
        work += attention_operations(*sizes) / 2  # half is hidden
        steppers: dict[str, Callable[[], Any]] = {
            f"HF {way}, bfloat16": stepper(
                peers.hf_gpt(size, way).to(device), default_adamw, ids, autocast=True
            )
            for way in ("eager", "sdpa")
        }
        steppers["course, bfloat16"] = stepper(ours, course_adamw, ids, autocast=True)
        losses = [step() for step in steppers.values()]
        for loss in losses:  # of the same weights
            assert abs(loss - losses[0]) < 0.01 * losses[0], losses
        ways = [
            Way(way, step, None, "bfloat16", 3 * work) for way, step in steppers.items()
        ]
        ways[-1].least = least
        results = side_by_side(name, ways, limits, rounds=15)
        results[-1].note = f"(at least {LEAST_SHARE:.0%})"
        results[-1].failed = results[-1].share < LEAST_SHARE
        return results

    return row


ROWS = {"gpu-decode-b1": decode(3.0), "gpu-training": training(1.3)}

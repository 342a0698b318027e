"""Rows in which a model writes: GPT-2 small, and one of the course's own size."""

from collections.abc import Callable
from functools import partial
from typing import Any

import peers
import torch
from reading import BOUNDS
from side_by_side import Result, Way, side_by_side
from torch import Tensor, nn

from course_lib import generate, optimize

PROMPT, NEW = 8, 24


def theirs(model: Any, ids: Tensor, count: int, cache: str = "dynamic") -> Tensor:
    """Transformers' generate."""
    return model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=count,
        do_sample=False,
        pad_token_id=0,
        cache_implementation=cache,
        disable_compile=True,
    )


def weight_bytes(model: nn.Module, kind: str) -> float:
    """What has to be read for every token, whatever the batch."""
    size = {"float32": 4, "bfloat16": 2, "int8": 1}[kind]
    layers = (m for m in model.modules() if type(m) is nn.Linear)
    return size * sum(m.weight.numel() for m in layers)


def decode(batch: int, least: dict[str, float]) -> Callable[..., Any]:
    """A row: GPT-2 small continues texts."""

    def row(name: str, limits: dict[str, float]) -> list[Result]:
        ours, peer = peers.our_gpt("gpt2-small"), peers.hf_gpt("gpt2-small")
        models: dict[str, tuple[nn.Module, str]] = {
            "course, plain": (ours, "float32"),
            "course, float32 packed": (optimize(ours), "float32"),
            "course, bfloat16": (optimize(ours, dtype=torch.bfloat16), "bfloat16"),
            "course, int8": (optimize(ours, quantize="int8"), "int8"),
        }
        ids = peers.random_ids(batch, PROMPT, 50_000)
        work = NEW * weight_bytes(ours, "float32")
        ways = [
            Way("HF sdpa, dynamic cache", partial(theirs, peer, ids, NEW), None),
            Way("HF sdpa, static cache", partial(theirs, peer, ids, NEW, "static")),
        ]
        for way, (model, kind) in models.items():
            run = partial(generate, model, ids, max_new_tokens=NEW)
            ways.append(Way(way, run, least.get(way)))
            ways[-1].work = NEW * weight_bytes(ours, kind)
        for way in ways:
            way.limit, way.work = "memory", way.work or work
        _require_same_texts(ways[:4])
        _require_near(models, ids)
        return side_by_side(name, ways, limits, rounds=7)

    return row


def small(batch: int, least: float) -> Callable[..., Any]:
    """A row: a GPT of the course's size writes 200 tokens."""

    def row(name: str, limits: dict[str, float]) -> list[Result]:
        ours, peer = peers.our_gpt("course"), peers.hf_gpt("course")
        ids = peers.random_ids(batch, PROMPT, 65)
        work = 200 * weight_bytes(ours, "float32")
        run = partial(generate, max_new_tokens=200)
        ways = [
            Way("HF sdpa, dynamic cache", partial(theirs, peer, ids, 200)),
            Way("HF sdpa, static cache", partial(theirs, peer, ids, 200, "static")),
            Way("course, plain", partial(run, ours, ids), least),
            Way("course, optimised", partial(run, optimize(ours), ids), least),
        ]
        for way in ways:
            way.limit, way.work = "memory", work
        _require_same_texts(ways)
        return side_by_side(name, ways, limits, rounds=15)

    return row


def _require_same_texts(ways: list[Way]) -> None:
    expected = ways[0].run()
    for way in ways[1:]:
        if not torch.equal(way.run(), expected):
            raise AssertionError(f"{way.name} writes another text than {ways[0].name}")


@torch.inference_mode()
def _require_near(models: dict[str, tuple[nn.Module, str]], ids: Tensor) -> None:
    expected = models["course, plain"][0](ids).logits
    for way, (model, kind) in models.items():
        peers.require_same(way, model(ids).logits, expected, BOUNDS[kind])


ROWS = {
    "decode-b1": decode(
        1,
        {"course, float32 packed": 1.4, "course, bfloat16": 1.7, "course, int8": 3.5},
    ),
    "decode-b8": decode(
        8,
        {"course, plain": 1.2, "course, float32 packed": 1.8, "course, int8": 4.5},
    ),
    "small-b1": small(1, 3.5),
    "small-b8": small(8, 2.6),
}

"""Rows in which a model reads: BERT-base forward, GPT-2-small prefill."""

from collections.abc import Callable
from typing import Any

import peers
import torch
from side_by_side import Result, Way, side_by_side
from torch import Tensor, nn

from course_lib import optimize

BOUNDS = {"float32": 1e-4, "bfloat16": 0.05, "int8": 0.15}


def operations(model: nn.Module, tokens: int) -> float:
    """Of the linear layers: two for each weight and token."""
    layers = (m for m in model.modules() if type(m) is nn.Linear)
    return 2 * tokens * sum(m.weight.numel() for m in layers)


def attention_operations(layers: int, batch: int, length: int, width: int) -> float:
    """Of the scores and of the sums that the weights make."""
    return 4.0 * layers * batch * length**2 * width


def forward(batch: int, length: int, least: dict[str, float]) -> Callable[..., Any]:
    """A row: BERT-base reads texts."""

    @torch.inference_mode()
    def row(name: str, limits: dict[str, float]) -> list[Result]:
        ours = peers.our_bert()
        ids = peers.random_ids(batch, length, 30_000)
        work = operations(ours.blocks, batch * length)
        work += attention_operations(12, batch, length, 768)
        models: dict[str, tuple[nn.Module, str]] = {
            "HF sdpa": (peers.hf_bert("sdpa"), "float32"),
            "HF eager": (peers.hf_bert("eager"), "float32"),
            "nn.TransformerEncoder": (peers.TorchEncoder(ours), "float32"),
            "course, plain": (ours, "float32"),
            "course, float32 packed": (optimize(ours), "float32"),
            "course, bfloat16": (optimize(ours, dtype=torch.bfloat16), "bfloat16"),
            "course, int8": (optimize(ours, quantize="int8"), "int8"),
        }
        expected = models["HF sdpa"][0](ids)[0]
        ways = []
        for way, (model, kind) in models.items():
            peers.require_same(way, _hidden(model(ids)), expected, BOUNDS[kind])
            run = _calling(model, ids)
            ways.append(Way(way, run, least.get(way), kind, work))
        return side_by_side(name, ways, limits)

    return row


def prefill(batch: int, least: dict[str, float]) -> Callable[..., Any]:
    """A row: GPT-2 small reads a prompt of 256 tokens."""

    @torch.inference_mode()
    def row(name: str, limits: dict[str, float]) -> list[Result]:
        ours, theirs = peers.our_gpt("gpt2-small"), peers.hf_gpt("gpt2-small")
        ids = peers.random_ids(batch, 256, 50_000)
        work = operations(ours.blocks, batch * 256) + operations(ours.output, batch)
        work += attention_operations(12, batch, 256, 768) / 2  # half is hidden
        models: dict[str, tuple[nn.Module, str]] = {
            "HF sdpa": (theirs, "float32"),
            "course, plain": (ours, "float32"),
            "course, float32 packed": (optimize(ours), "float32"),
            "course, bfloat16": (optimize(ours, dtype=torch.bfloat16), "bfloat16"),
            "course, int8": (optimize(ours, quantize="int8"), "int8"),
        }
        options = {"use_cache": True, "logits_to_keep": 1}
        expected = theirs(ids, **options).logits
        ways = []
        for way, (model, kind) in models.items():
            found = model(ids, **options).logits
            peers.require_same(way, found, expected, BOUNDS[kind])
            run = _calling(model, ids, **options)
            ways.append(Way(way, run, least.get(way), kind, work))
        return side_by_side(name, ways, limits)

    return row


def _hidden(answer: Any) -> Tensor:
    return answer if isinstance(answer, Tensor) else answer.last_hidden_state


def _calling(model: nn.Module, ids: Tensor, **options: Any) -> Callable[[], Any]:
    return lambda: model(ids, **options)


ROWS = {
    "forward-b1": forward(
        1,
        32,
        {
            "course, plain": 1.0,
            "course, float32 packed": 1.4,
            "course, bfloat16": 2.5,
        },
    ),
    "forward-b8": forward(
        8,
        128,
        {
            "course, plain": 1.0,
            "course, float32 packed": 1.15,
            "course, bfloat16": 2.1,
        },
    ),
    "prefill-b1": prefill(1, {"course, float32 packed": 1.25}),
    "prefill-b8": prefill(8, {"course, float32 packed": 1.4}),
}

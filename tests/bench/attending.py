"""Rows about attention alone: memory and time as texts grow longer."""

import math
import multiprocessing
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from side_by_side import Result, Way, side_by_side
from torch import Tensor, nn

from course_lib.attention import (
    MultiHeadAttention,
    fast_attention,
    scaled_dot_product_attention,
)

HEADS, WIDTH = 8, 512  # d = 64


def parts(length: int) -> tuple[Tensor, Tensor, Tensor]:
    """Query, key and value (1, H, T, d)."""
    torch.manual_seed(0)
    return torch.randn(3, 1, HEADS, length, WIDTH // HEADS).unbind(0)


def by_torch(weights: bool) -> Callable[[int], Callable[[], Any]]:
    """PyTorch's layer on a text of so many tokens."""

    def prepare(length: int) -> Callable[[], Any]:
        torch.manual_seed(0)
        layer = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True).eval()
        x = torch.randn(1, length, WIDTH)
        return lambda: layer(x, x, x, need_weights=weights)[0]

    return prepare


def by_layer(length: int) -> Callable[[], Any]:
    """The course's layer on a text of so many tokens."""
    torch.manual_seed(0)
    layer = MultiHeadAttention(WIDTH, HEADS).eval()
    x = torch.randn(1, length, WIDTH)
    return lambda: layer(x)[0]


def written_out(length: int) -> Callable[[], Any]:
    """The computation as chapter 03 writes it."""
    given = parts(length)
    return lambda: scaled_dot_product_attention(*given)[0]


def fused(length: int) -> Callable[[], Any]:
    """The course's fast one."""
    given = parts(length)
    return lambda: fast_attention(*given)


PREPARE: dict[str, Callable[[int], Callable[[], Any]]] = {
    "written out": written_out,
    "course, fast_attention": fused,
    "nn.MultiheadAttention": by_torch(False),
    "the same, with weights": by_torch(True),
    "course, MultiHeadAttention": by_layer,
}


def growth(way: str, length: int) -> float:
    """MB by which a fresh process grows at most in the first run at this length.

    What does not grow with the text is not counted: it runs a shorter one before, for
    which the libraries fill their own buffers (MKL's are 4 MB for the layer's weights).
    """
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_growth, (way, length, torch.get_num_threads()))


@torch.inference_mode()
def _growth(way: str, length: int, threads: int) -> float:
    torch.set_num_threads(threads)
    PREPARE[way](1024)()
    run = PREPARE[way](length)
    before = _memory("VmRSS")
    run()
    return _memory("VmHWM") - before


def _memory(kind: str) -> float:
    """MB that this process has now (VmRSS), or has had at most (VmHWM)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(rf"{kind}:\s+(\d+) kB", status)[1]) / 1024


@torch.inference_mode()
def memory(name: str, limits: dict[str, float], length: int = 4096) -> list[Result]:
    """A row: what attention over 4,096 tokens adds to a process."""
    expected = written_out(512)()
    torch.testing.assert_close(fused(512)(), expected, rtol=1e-4, atol=1e-5)
    work = 4.0 * length**2 * WIDTH
    ways = [
        Way(way, prepare(length), None, "float32", work)
        for way, prepare in PREPARE.items()
    ]
    results = side_by_side(name, ways, limits, rounds=5)
    for result in results:
        grown = growth(result.way, length)
        result.note = f"+{grown:.0f} MB"
        if result.way.startswith("course"):
            result.note += " (at most 35)"
            result.failed = grown > 35
    return results


def cpu_seconds(run: Callable[[], Any]) -> float:
    """Processor time of one run, all threads together."""
    begun = time.process_time()
    run()
    return time.process_time() - begun


@torch.inference_mode()
def doubling(name: str, limits: dict[str, float]) -> list[Result]:
    """A row: time and memory as the text doubles from 1,024 to 16,384 tokens.

    The time is that of the processors: doubling needs no peer that takes turns, and
    so has none to share the noise of other programs with.
    """
    lengths = [2**n for n in range(10, 15)]
    runs = [fused(length) for length in lengths]
    times = [[cpu_seconds(run) for run in runs] for _ in range(4)][1:]
    best = [min(column) for column in zip(*times, strict=True)]
    grown = [growth("course, fast_attention", length) for length in lengths]
    results = []
    for i, length in enumerate(lengths):
        work = 4.0 * length**2 * WIDTH
        share = work * torch.get_num_threads() / best[i] / limits["float32"]
        result = Result(name, f"T = {length}", best[i], 0.0, math.nan)
        result.share, result.limit = share, "float32"
        result.note = f"+{grown[i]:.0f} MB"
        if i:
            factor = best[i] / best[i - 1]
            # A text twice as long may take twice the memory, and what rounding adds.
            heavy = grown[i] > max(2.2 * grown[i - 1], grown[i - 1] + 8)
            result.failed = factor > 4.4 or heavy
            result.note += f", x{factor:.2f} (at most x4.4)"
        results.append(result)
    return results


ROWS = {"attention-memory": memory, "attention-doubling": doubling}

"""How large the residual stream and the gradients get, block by block."""

import math
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from torch import Tensor, nn

from course_lib.blocks import EncoderBlock
from course_lib.viz.labs.lab import Lab, Preset
from course_lib.viz.style import BLUE, RED

ARRANGEMENTS = ("pre-norm", "post-norm", "residual, no norm", "neither")
DEEPEST = 32
D_MODEL, NUM_HEADS, LENGTH, VOCAB = 64, 4, 16, 64

Layer = Callable[[Tensor], Tensor]


class ResidualLab(Lab):
    """Untrained blocks in a row: depth, place of the norm, size of each branch."""

    title = "A stack of blocks before its first training step"
    look_for = (
        "Compare the last block's gradient under pre-norm and post-norm at 4, 12 and "
        "32 blocks. Then take the residual away, and make the branches smaller."
    )
    size = (8.6, 3.4)
    presets = {
        "Paper of 2017": Preset(
            "Six blocks, each followed by a norm: the stream stays at 1. How do the "
            "gradients of the first and the last block compare?",
            norm="post-norm",
            depth=6,
            scale=1.0,
        ),
        "Deep, pre-norm": Preset(
            "The stream grows with every block, so each further block adds less to it: "
            "the last gradient is small.",
            norm="pre-norm",
            depth=32,
            scale=1.0,
        ),
        "Deep, post-norm": Preset(
            "The last gradient is as large as with few blocks: the reason why training "
            "begins with small steps.",
            norm="post-norm",
            depth=32,
            scale=1.0,
        ),
        "Deep, neither": Preset(
            "Without residuals the gradient has no way back. Count the powers of ten "
            "between the last and the first block.",
            norm="neither",
            depth=32,
            scale=1.0,
        ),
    }
    room_for = {"norm": "neither", "depth": DEEPEST, "scale": 0.3}

    def __init__(self) -> None:
        self.stack = _Stack()
        super().__init__()

    def controls(self) -> dict[str, widgets.Widget]:
        return {
            "norm": widgets.Dropdown(
                options=ARRANGEMENTS,
                value="pre-norm",
                description="arrangement",
            ),
            "depth": widgets.IntSlider(
                12, min=2, max=DEEPEST, step=2, description="blocks"
            ),
            "scale": widgets.FloatSlider(
                1.0,
                min=0.1,
                max=2.0,
                step=0.1,
                description="branch times",
                readout_format=".1f",
            ),
        }

    def build(self, figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        left.set(title="Size of the stream", xlabel="after block", yscale="log")
        right.set(title="Gradient of the weights", xlabel="block", yscale="log")
        left.set_ylabel("root mean square")
        right.set_ylabel("norm")
        (self.stream_line,) = left.plot([], [], "o-", color=BLUE, markersize=4)
        (self.gradient_line,) = right.plot([], [], "o-", color=RED, markersize=4)
        for axes in (left, right):
            axes.grid(alpha=0.3)

    def update(self, **values: Any) -> str:
        norm, depth, scale = values["norm"], values["depth"], values["scale"]
        sizes, gradients = self.stack.measure(norm, depth, scale)
        _draw(self.stream_line, range(depth + 1), sizes, (0.1, 10))
        _draw(self.gradient_line, range(1, depth + 1), gradients, (0.01, 10))
        return (
            f"{norm}, {depth} blocks, branches times {scale:.1f}. The stream's numbers "
            f"go from {_short(sizes[0])} to {_short(sizes[-1])}. Gradient of the first "
            f"block's weights: {_short(gradients[0])}; of the last block's: "
            f"{_short(gradients[-1])}."
        )


class _Stack:
    """Blocks as initialised, and one batch of random input and targets for them."""

    def __init__(self) -> None:
        with torch.random.fork_rng(devices=[]):  # leaves the notebook's seed alone
            torch.manual_seed(0)
            sizes = (D_MODEL, NUM_HEADS, 4 * D_MODEL)
            self.blocks = [EncoderBlock(*sizes) for _ in range(DEEPEST)]
            self.head = nn.Linear(D_MODEL, VOCAB)
            for block in self.blocks:
                for weight in block.parameters():
                    if weight.dim() > 1:
                        nn.init.xavier_uniform_(weight)
            self.x = torch.randn(4, LENGTH, D_MODEL)
            self.targets = torch.randint(0, VOCAB, (4 * LENGTH,))

    def measure(
        self, norm: str, depth: int, scale: float
    ) -> tuple[list[float], list[float]]:
        """Sizes of the stream (depth + 1) and gradients of the blocks (depth)."""
        blocks = self.blocks[:depth]
        x, sizes = self.x, [_size(self.x)]
        for block in blocks:
            x = _half(x, block.norm1, lambda v, b=block: b.attention(v)[0], norm, scale)
            x = _half(x, block.norm2, block.feed_forward, norm, scale)
            sizes.append(_size(x))
        if norm == "pre-norm":  # such a stack ends in a norm of its own
            x = F.layer_norm(x, (D_MODEL,))
        loss = F.cross_entropy(self.head(x).flatten(0, 1), self.targets)
        weights = [block.feed_forward.outer.weight for block in blocks]
        return sizes, [
            float(g.double().norm()) for g in torch.autograd.grad(loss, weights)
        ]


def _half(
    x: Tensor, norm: nn.Module, layer: Layer, arrangement: str, scale: float
) -> Tensor:
    if arrangement == "neither":
        return scale * layer(x)
    if arrangement == "pre-norm":
        return x + scale * layer(norm(x))
    total = x + scale * layer(x)
    return norm(total) if arrangement == "post-norm" else total


def _size(x: Tensor) -> float:
    return float(x.detach().double().square().mean().sqrt())


def _short(number: float) -> str:
    if not math.isfinite(number):
        return "beyond what float32 holds"
    if number == 0:
        return "less than float32 holds"
    return f"{number:.2f}" if 0.01 <= number < 1000 else f"{number:.0e}"


def _draw(
    line: Line2D, places: range, numbers: list[float], usual: tuple[float, float]
) -> None:
    """Put the numbers on the line; the axis shows its usual range and never less."""
    line.set_data(list(places), numbers)
    line.axes.set_xlim(places[0] - 0.5, places[-1] + 0.5)
    shown = [n for n in numbers if math.isfinite(n) and n > 0]
    low, high = min([usual[0], *shown]), max([usual[1], *shown])
    line.axes.set_ylim(low / 1.5, high * 1.5)

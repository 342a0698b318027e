"""Scenes become pictures: small tensors of red, green and blue."""

from collections.abc import Sequence

import torch
from torch import Tensor

from course_lib.multimodal.shapes import COLOURS, SHAPES, SIZE, Scene, Thing

PAPER = 0.93  # the background, nearly white
NOISE = 0.04  # no two pixels of a photograph are alike either
ARM = 0.36  # half the width of a cross's arm, as a share of its radius


def draw(scenes: Sequence[Scene], seed: int = 0) -> Tensor:
    """Pictures (B, 3, SIZE, SIZE) of scenes, from 0 to 1, with a little noise.

    Args:
        scenes: B of them.
        seed: of the noise.
    """
    pictures = torch.full((len(scenes), 3, SIZE, SIZE), PAPER)
    for place in range(2):
        having = [n for n, scene in enumerate(scenes) if len(scene.things) > place]
        things = [scenes[n].things[place] for n in having]
        if things:
            inside = covered(things)[:, None]  # (N, 1, SIZE, SIZE)
            colours = torch.tensor([COLOURS[thing.colour] for thing in things])
            painted = colours[:, :, None, None].expand(-1, -1, SIZE, SIZE)
            pictures[having] = torch.where(inside, painted, pictures[having])
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(pictures.shape, generator=generator)
    return (pictures + NOISE * noise).clamp(0, 1)


def covered(things: Sequence[Thing]) -> Tensor:
    """Which pixels each thing covers, boolean (N, SIZE, SIZE)."""
    places = torch.tensor([[one.x, one.y, one.radius] for one in things])  # (N, 3)
    x, y, radius = places[:, :, None, None].unbind(1)  # (N, 1, 1) each
    middle = torch.arange(SIZE) + 0.5
    across = (middle[None, None, :] - x) / radius  # -1 to 1 within the shape
    down = (middle[None, :, None] - y) / radius
    kinds = torch.tensor([SHAPES.index(one.shape) for one in things])
    every = torch.stack(_outlines(across, down))  # (4, N, SIZE, SIZE)
    return every[kinds, torch.arange(len(things))]


def _outlines(across: Tensor, down: Tensor) -> list[Tensor]:
    """Inside or not, for each of SHAPES, as shares of the radius from the middle."""
    wide, high = across.abs(), down.abs()
    box = (wide <= 1) & (high <= 1)
    return [
        across.square() + down.square() <= 1,
        (wide <= 0.9) & (high <= 0.9),
        box & (wide <= (down + 1) / 2),
        box & ((wide <= ARM) | (high <= ARM)),
    ]

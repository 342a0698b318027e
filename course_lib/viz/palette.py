"""Pictures with 256 colours: a third of the bytes, and no eye sees the difference.

Notebooks stay small enough to review, and a slider answers over a slow line.
"""

import numpy as np
from PIL import Image

COLOURS = 256
FREQUENT = 128  # kept exactly: background, text, areas; the rest covers the edges


def few_colours(picture: Image.Image) -> Image.Image:
    """The picture in at most 256 of its own colours.

    The most frequent colours stay exactly as they are. The others, shades along the
    edges of letters and lines, become the nearest colour that is kept.
    """
    pixels = np.asarray(picture.convert("RGB")).astype(np.uint32)  # (height, width, 3)
    packed = (pixels[..., 0] << 16) | (pixels[..., 1] << 8) | pixels[..., 2]
    values, place, counts = np.unique(
        packed.ravel(), return_inverse=True, return_counts=True
    )
    colours = np.stack([values >> 16, values >> 8 & 255, values & 255], axis=-1)
    kept, nearest = _cover(colours.astype(np.int64), counts)
    result = Image.fromarray(nearest[place].reshape(packed.shape).astype(np.uint8))
    result.putpalette(colours[kept].astype(np.uint8).tobytes())
    return result


def _cover(colours: np.ndarray, counts: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Which colours to keep, and for each colour the place of the nearest kept one."""
    kept: list[int] = []
    gap = np.full(len(colours), np.iinfo(np.int64).max)
    nearest = np.zeros(len(colours), dtype=np.int64)
    by_frequency = iter(np.argsort(-counts, kind="stable"))
    while len(kept) < COLOURS and gap.max() > 0:
        # First the frequent ones, then each time the one that is worst served.
        new = int(next(by_frequency) if len(kept) < FREQUENT else gap.argmax())
        distance = ((colours - colours[new]) ** 2).sum(axis=-1)
        nearest = np.where(distance < gap, len(kept), nearest)
        gap = np.minimum(gap, distance)
        kept.append(new)
    return kept, nearest

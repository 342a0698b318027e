"""Lab: one weight matrix with fewer numbers, more zeros, fewer bits for each."""

from typing import Any

import ipywidgets as widgets
import numpy as np
from matplotlib.figure import Figure

from course_lib.errors import ShapeError
from course_lib.viz.labs.lab import Lab, Preset
from course_lib.viz.style import BLUE, DIVERGING, ORANGE

WHOLE = 32  # bits of a number that is not rounded
CORNER = 24  # rows and columns that are drawn
LEAST, MOST = -3.0, 0.3  # powers of ten that the error's axis shows


def squeeze(
    weight: np.ndarray, bits: int, sparsity: float, rank: int
) -> tuple[np.ndarray, float]:
    """Make a matrix smaller: first by its rank, then by zeros, then by rounding.

    Args:
        weight: (out, in)
        bits: of each number that is kept, 2 to 31; 32 rounds nothing.
        sparsity: share of the stored numbers that becomes 0.
        rank: of the two thin matrices; at full rank the matrix stays one.

    Returns:
        The matrix that is meant, (out, in), and the bits that it takes to store it.
        With zeros, one more bit for each number says whether it is there; with
        rounding, 32 more for the scale of each row.
    """
    full = rank >= min(weight.shape)
    parts = [weight] if full else _thin(weight, rank)
    stored = [_round(_zero(part, sparsity), bits) for part in parts]
    total = 0.0
    for part in stored:
        kept = part.size - round(sparsity * part.size)
        total += kept * bits + (part.size if sparsity else 0)
        total += 32 * len(part) if bits < WHOLE else 0
    return (stored[0] if full else stored[0] @ stored[1]), total


def _thin(weight: np.ndarray, rank: int) -> list[np.ndarray]:
    """(out, r) and (r, in), whose product is nearest to the matrix."""
    left, values, right = np.linalg.svd(weight, full_matrices=False)
    roots = np.sqrt(values[:rank])
    return [left[:, :rank] * roots, roots[:, None] * right[:rank]]


def _zero(part: np.ndarray, sparsity: float) -> np.ndarray:
    going = round(sparsity * part.size)
    result = part.flatten()
    result[np.abs(result).argsort(kind="stable")[:going]] = 0.0
    return result.reshape(part.shape)


def _round(part: np.ndarray, bits: int) -> np.ndarray:
    if bits >= WHOLE:
        return part
    largest = 2 ** (bits - 1) - 1
    scale = np.abs(part).max(axis=1, keepdims=True) / largest
    scale[scale == 0] = 1.0
    return np.round(part / scale) * scale


def made_up(size: int = 64) -> np.ndarray:
    """A matrix as training leaves them: noise, a few strong directions, a loud row."""
    random = np.random.default_rng(15)
    strong = random.normal(size=(size, 4)) @ random.normal(size=(4, size))
    matrix = random.normal(size=(size, size)) + 0.5 * strong
    matrix[3] *= 3
    return matrix / matrix.std() / np.sqrt(size)


class CompressionLab(Lab):
    """Rank, zeros and bits of one matrix; what it then takes, and how wrong it is."""

    title = "One matrix, made smaller"
    look_for = (
        "Find the smallest matrix with an error under 2%. Which slider takes you there?"
    )
    size = (8.8, 3.5)
    presets = {
        "8 bits": Preset(
            "A little over a quarter of the size: the scales of the rows come on top. "
            "Take bits away, one by one: each doubles the error.",
            bits=8,
            sparsity=0.0,
            rank=64,
        ),
        "half at zero": Preset(
            "Half of the numbers hold much less than half of what the matrix does: "
            "they were the small ones.",
            bits=32,
            sparsity=0.5,
            rank=64,
        ),
        "rank 4": Preset(
            "An eighth of the numbers, and much of the matrix is gone. A weight is not "
            "of low rank; what fine-tuning adds to it nearly is.",
            bits=32,
            sparsity=0.0,
            rank=4,
        ),
        "all at once": Preset(
            "Errors add up, sizes multiply. Which of the three cost most here?",
            bits=4,
            sparsity=0.5,
            rank=48,
        ),
    }

    def __init__(self, weight: Any = None) -> None:
        """Take a matrix (at least 64, 64), whose first 64 rows and columns are used.

        Raises:
            ShapeError: it is smaller, or no matrix.
        """
        weight = made_up() if weight is None else weight
        matrix = np.asarray(weight, dtype=float)
        if matrix.ndim != 2 or min(matrix.shape) < 64:
            raise ShapeError(
                f"the lab takes a matrix of at least 64 rows and columns, got "
                f"{matrix.shape}: give it the weight of one linear layer"
            )
        self.matrix = matrix[:64, :64]
        super().__init__()

    def controls(self) -> dict[str, widgets.Widget]:
        """Bits, sparsity, rank."""
        bits = [2, 3, 4, 5, 6, 8, 12, 16, WHOLE]
        ranks = [2, 4, 8, 16, 32, 48, 64]
        return {
            "bits": widgets.SelectionSlider(
                options=bits, value=3, description="bits a number"
            ),
            "sparsity": widgets.FloatSlider(
                value=0.0, min=0.0, max=0.95, step=0.05, description="share at zero"
            ),
            "rank": widgets.SelectionSlider(
                options=ranks, value=64, description="rank (of 64)"
            ),
        }

    def build(self, figure: Figure) -> None:
        """Two corners of the matrix, and two bars."""
        figure.set_layout_engine("none")
        top = np.abs(self.matrix[:CORNER, :CORNER]).max()
        self.images = []
        for place, name in ((0.02, "as it was"), (0.32, "as it is now")):
            axes = figure.add_axes((place, 0.1, 0.28, 0.74))
            axes.set(xticks=[], yticks=[], title=name, xlabel=f"{CORNER} rows, columns")
            axes.spines[:].set_visible(False)
            corner = self.matrix[:CORNER, :CORNER]
            picture = axes.imshow(corner, cmap=DIVERGING, vmin=-top, vmax=top)
            self.images.append(picture)
        size = figure.add_axes((0.68, 0.62, 0.27, 0.16))
        error = figure.add_axes((0.68, 0.2, 0.27, 0.16))
        self.size_bar = size.barh([0], [1.0], color=BLUE)[0]
        self.error_bar = error.barh([0], [1.0], left=10.0**LEAST, color=ORANGE)[0]
        size.set(xlim=(0, 1), yticks=[], title="size")
        size.xaxis.set_major_formatter("{x:.0%}")
        error.set(xscale="log", xlim=(10**LEAST, 10**MOST), yticks=[], title="error")
        error.set_xticks([0.001, 0.01, 0.1, 1], ["0.1%", "1%", "10%", "100%"])

    def update(self, bits: int, sparsity: float, rank: int) -> str:
        """Make the matrix smaller, and compare."""
        now, total = squeeze(self.matrix, bits, sparsity, rank)
        share = total / (WHOLE * self.matrix.size)
        wrong = float(np.linalg.norm(now - self.matrix) / np.linalg.norm(self.matrix))
        self.images[1].set_data(now[:CORNER, :CORNER])
        self.size_bar.set_width(min(share, 1.0))
        shown = np.clip(wrong, 10**LEAST, 10**MOST)
        self.error_bar.set_width(shown - 10**LEAST)
        size = f"{total / 8 / 1024:.1f} of {self.matrix.size * 4 / 1024:.0f} KiB"
        return f"Size {share:.0%} ({size}), error {wrong:.1%} of the matrix's length."

"""A matrix as coloured cells with the numbers written in them."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.image import AxesImage

from course_lib.viz.style import BLACK, SEQUENTIAL

HIDDEN = "#d9d9d9"  # cells that hold no finite number
MOST_COLUMNS_WITH_NUMBERS = 12


def heat_map(
    axes: Axes,
    matrix: Any,
    row_labels: Sequence[str] = (),
    column_labels: Sequence[str] = (),
    *,
    title: str = "",
    row_title: str = "query",
    column_title: str = "key",
    low: float | None = None,
    high: float | None = None,
    colours: str = SEQUENTIAL,
    decimals: int = 2,
    numbers: bool | None = None,
) -> AxesImage:
    """Draw a matrix as coloured cells with numbers; return the image.

    Args:
        axes: where to draw; what it held before is cleared.
        matrix: (rows, columns); tensor, array or lists. -inf and NaN are drawn grey.
        row_labels, column_labels: one for each row and column, or nothing.
        title, row_title, column_title: above the picture and beside its axes.
        low, high: numbers of the darkest and the lightest colour; None takes the
            smallest and the largest that are finite.
        colours: name of a matplotlib colour map; DIVERGING wants low = -high.
        decimals: digits after the point in the cells; a boolean matrix has 1 and 0.
        numbers: write the numbers; None writes them up to 12 columns.
    """
    values = _array(matrix)
    _check_labels(values, row_labels, column_labels)
    scale = _scale(values, low, high)
    palette = colormaps[colours].with_extremes(bad=HIDDEN)
    axes.clear()
    image = axes.imshow(np.ma.masked_invalid(values), cmap=palette, norm=scale)
    _label(axes, row_labels, column_labels)
    axes.set_title(title, loc="left")
    axes.set(ylabel=row_title, xlabel=column_title)
    if numbers or (numbers is None and values.shape[1] <= MOST_COLUMNS_WITH_NUMBERS):
        _write(axes, values, image, 0 if _is_boolean(matrix) else decimals)
    return image


def refill(image: AxesImage, matrix: Any, decimals: int = 2) -> None:
    """Put other numbers of the same shape into a picture of `heat_map`.

    Nothing but colours and numbers changes: labels, scale and place stay.
    """
    values = _array(matrix)
    if values.shape != image.get_array().shape:
        raise ValueError(
            f"the heat map has cells {image.get_array().shape}, the matrix "
            f"{values.shape}; draw it anew with heat_map"
        )
    image.set_data(np.ma.masked_invalid(values))
    texts = image.axes.texts
    for text, value in zip(texts, values.flat if texts else (), strict=True):
        text.set_text(cell_text(value, decimals))
        text.set_color(_ink(image, value))


def cell_text(value: float, decimals: int = 2) -> str:
    """A number as it stands in a cell: "0.25", "−∞", "NaN"."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def _array(matrix: Any) -> np.ndarray:
    if hasattr(matrix, "detach"):
        matrix = matrix.detach().cpu().double()
    values = np.asarray(matrix, dtype=float)
    if values.ndim != 2:
        raise ValueError(
            f"a heat map draws a matrix (rows, columns), not shape {values.shape}; "
            "pick one sequence and one head first, e.g. weights[0, 0]"
        )
    return values


def _is_boolean(matrix: Any) -> bool:
    return str(getattr(matrix, "dtype", "")).endswith("bool")


def _check_labels(values: np.ndarray, rows: Sequence, columns: Sequence) -> None:
    for labels, wanted, what in zip(
        (rows, columns), values.shape, ("row", "column"), strict=True
    ):
        if len(labels) not in (0, wanted):
            raise ValueError(
                f"{len(labels)} {what} labels for {wanted} {what}s of the matrix"
            )


def _scale(values: np.ndarray, low: float | None, high: float | None) -> Normalize:
    finite = values[np.isfinite(values)]
    smallest = float(finite.min()) if finite.size else 0.0
    largest = float(finite.max()) if finite.size else 1.0
    return Normalize(
        smallest if low is None else low, largest if high is None else high
    )


def _label(axes: Axes, rows: Sequence[str], columns: Sequence[str]) -> None:
    axes.set_yticks(range(len(rows)), [str(label) for label in rows])
    turned = any(len(str(label)) > 6 for label in columns)
    turn = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if turned else {}
    axes.set_xticks(range(len(columns)), [str(label) for label in columns], **turn)
    axes.tick_params(length=0)
    for text in (*axes.get_yticklabels(), *axes.get_xticklabels()):
        text.set_parse_math(False)  # a token may hold a dollar sign
    axes.spines[:].set_visible(False)


def _write(axes: Axes, values: np.ndarray, image: AxesImage, decimals: int) -> None:
    size = 11 if values.shape[1] <= 8 else 8
    for (row, column), value in np.ndenumerate(values):
        axes.text(
            column,
            row,
            cell_text(value, decimals),
            ha="center",
            va="center",
            fontsize=size,
            color=_ink(image, value),
        )


def _ink(image: AxesImage, value: float) -> str:
    """Black on light cells, white on dark ones."""
    if not math.isfinite(value):
        return BLACK
    red, green, blue, _ = image.cmap(image.norm(value))
    return BLACK if 0.3 * red + 0.59 * green + 0.11 * blue > 0.5 else "white"

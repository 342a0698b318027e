"""Still pictures of a view: in saved notebooks, and for files."""

import io
import warnings
from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from course_lib.viz.explorer.sight import Sight, sight, visible
from course_lib.viz.explorer.view_data import AttentionPart
from course_lib.viz.explorer.wire import thumbnails
from course_lib.viz.figures.heat_map import heat_map
from course_lib.viz.style import BLACK, BLUE, DIVERGING, RULES, new_figure, png

MOST_LINES = 4000
MOST_NAMES = 64
MOST_FANNED = 32
ROW_INCHES = 0.2
SMALL_BYTES = 70_000
MOST_PIXELS = 450_000
MOST_WORDS = 160


def figure(
    part: AttentionPart, selection: Mapping[str, Any], settings: Mapping[str, Any]
) -> Figure:
    """The present view as a matplotlib figure."""
    seen = sight(part, selection, settings)
    view, token = selection["view"], selection["token"]
    if view == "query-key" and (part.query is None or token is None):
        view = "matrix"
    drawing = {
        "head": _lines,
        "layers": _all_layers,
        "matrix": _matrix,
        "query-key": _query_key,
        "tokens": _strip,
    }[view]
    with mpl.rc_context(RULES):
        return drawing(part, seen, selection, settings)


def words(
    part: AttentionPart, selection: Mapping[str, Any], settings: Mapping[str, Any]
) -> str:
    """One sentence that says what the picture shows: its head and strongest weights."""
    seen = sight(part, selection, settings)
    token = selection["token"] if selection["side"] == "query" else None
    rows = range(len(seen.queries)) if token is None else [token]
    order = [np.argsort(-seen.matrix[row])[:3] for row in rows]
    if token is not None:
        looks = ", ".join(_weight(part, seen, token, key) for key in order[0])
        return f"{seen.title}: {_name(part.query_tokens, token)} looks at {looks}."
    best = np.argsort(-seen.matrix, axis=None, kind="stable")[:3]
    pairs = [np.unravel_index(place, seen.matrix.shape) for place in best]
    looks = "; ".join(
        f"{_name(part.query_tokens, q)} at {_weight(part, seen, q, k)}"
        for q, k in pairs
    )
    return f"{seen.title}; the strongest weights: {looks}."


def svg(drawn: Figure) -> bytes:
    """A figure as SVG: letters are outlines, the same bytes for the same picture."""
    buffer = io.BytesIO()
    rules = {**RULES, "svg.hashsalt": "explorer", "svg.fonttype": "path"}
    with mpl.rc_context(rules), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # a letter without a form is a box
        drawn.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def picture(drawn: Figure) -> bytes:
    """A figure as PNG."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")
        return png(drawn)


def small_picture(drawn: Figure) -> bytes:
    """A figure as PNG of at most 70 kB: coarser where there is much to draw."""
    width, height = drawn.get_size_inches()
    dots = min(100, (MOST_PIXELS / (width * height)) ** 0.5)
    buffer = io.BytesIO()
    with mpl.rc_context(RULES), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")
        drawn.savefig(buffer, format="png", dpi=dots, pil_kwargs={"compress_level": 1})
    with Image.open(buffer) as whole:
        image = whole.convert("RGB")
    while len(small := _quantised(image)) > SMALL_BYTES:
        image = image.resize((image.width * 4 // 5, image.height * 4 // 5))
    return small


def _quantised(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.quantize(128).save(buffer, format="PNG", compress_level=9)
    return buffer.getvalue()


def _name(tokens: tuple[str, ...], place: int) -> str:
    return f"'{visible(tokens[place])}' ({place})"


def _weight(part: AttentionPart, seen: Sight, query: int, key: int) -> str:
    return f"{_name(part.key_tokens, key)} {seen.matrix[query, key]:.0%}"


def _lines(
    part: AttentionPart, seen: Sight, selection: Mapping, settings: Mapping
) -> Figure:
    rows = max(seen.matrix.shape)
    if rows > MOST_NAMES and selection["token"] is not None:
        return _one_token(part, seen, selection, settings)
    drawn = new_figure(6.0, float(np.clip(rows * ROW_INCHES + 0.7, 2, 14)))
    axes = drawn.add_subplot()
    strong, total = _strongest(seen.matrix, max(settings["threshold"], 1e-6))
    token, side = selection["token"], selection["side"]
    chosen = strong[:, 0 if side == "query" else 1] == (-1 if token is None else token)
    weights = seen.matrix[strong[:, 0], strong[:, 1]]
    # A chosen token's lines stand out: the others step back.
    opacity = np.where(chosen | (token is None), 0.15 + 0.85 * weights, 0.05)
    ends = [[(0, query), (1, key)] for query, key in strong]
    widths = 0.4 + 2.6 * weights
    if ends:
        style = {"colors": BLUE, "alpha": opacity, "linewidths": widths}
        axes.add_collection(LineCollection(ends, **style))
    for x, tokens, shown, align in (
        (-0.02, part.query_tokens, seen.queries, "right"),
        (1.02, part.key_tokens, seen.keys, "left"),
    ):
        _column(axes, x, tokens, shown, align)
    axes.set(xlim=(-0.6, 1.6), ylim=(rows - 0.5, -0.9))
    axes.axis("off")
    left = f"; {len(strong):,} of {total:,} lines" if len(strong) < total else ""
    _title(axes, f"{part.name}, {seen.title}{left}")
    return drawn


def _one_token(
    part: AttentionPart, seen: Sight, selection: Mapping, settings: Mapping
) -> Figure:
    """A chosen token of a long text by itself: names fit, and where it looks shows."""
    token, asks = selection["token"], selection["side"] == "query"
    row = seen.matrix[token] if asks else seen.matrix[:, token]
    own, others = part.query_tokens, part.key_tokens
    own, others = (own, others) if asks else (others, own)
    places = np.argsort(-row, kind="stable")[:MOST_FANNED]
    places = np.sort(places[row[places] >= max(settings["threshold"], 1e-6)])
    drawn = new_figure(6.0, float(len(places) * ROW_INCHES + 1.0))
    axes = drawn.add_subplot()
    middle, (near, far) = (len(places) - 1) / 2, (0, 1) if asks else (1, 0)
    aligned = {near: "right" if asks else "left", far: "left" if asks else "right"}
    texts = [(near, middle, f"{visible(own[token])} ({token})")]
    for at, place in enumerate(places):
        weight = float(row[place])
        style = {"color": BLUE, "alpha": 0.15 + 0.85 * weight}
        axes.plot([near, far], [middle, at], linewidth=0.6 + 2.4 * weight, **style)
        texts.append((far, at, f"{visible(others[place])} ({place})  {weight:.0%}"))
    for x, y, text in texts:
        beside = {"ha": aligned[x], "va": "center", "fontsize": 9, "color": BLACK}
        axes.text(1.04 * x - 0.02, y, text, parse_math=False, **beside)
    axes.set(xlim=(-0.6, 1.6), ylim=(max(len(places), 1) - 0.3, -0.9))
    axes.axis("off")
    count = int((row > 0).sum())
    _title(axes, f"{part.name}, {seen.title}; {len(places)} of {count:,} weights")
    return drawn


def _strongest(matrix: np.ndarray, threshold: float) -> tuple[np.ndarray, int]:
    places = np.argwhere(matrix >= threshold)
    weights = matrix[places[:, 0], places[:, 1]]
    order = np.argsort(-weights, kind="stable")[:MOST_LINES]
    return places[order[::-1]], len(places)


def _column(
    axes: Axes, x: float, tokens: tuple[str, ...], shown: np.ndarray, align: str
) -> None:
    if len(tokens) > MOST_NAMES:
        axes.text(x, 0, f"{len(tokens)} tokens", ha=align, va="center", fontsize=9)
        return
    for row, token in enumerate(tokens):
        text = axes.text(x, row, visible(token), ha=align, va="center", fontsize=9)
        text.set(parse_math=False, color=BLACK if shown[row] else "#b0b0b0")


def _matrix(
    part: AttentionPart, seen: Sight, selection: Mapping, settings: Mapping
) -> Figure:
    rows, columns = seen.matrix.shape
    named = max(rows, columns) <= MOST_NAMES
    side = float(np.clip(max(rows, columns) * 0.34, 3.6, 9))
    drawn = new_figure(side + 1, side + 0.4)
    labels = (part.query_tokens, part.key_tokens) if named else ((), ())
    heat_map(
        drawn.add_subplot(),
        seen.matrix,
        *([visible(token, 14) for token in tokens] for tokens in labels),
        title=f"{part.name}, {seen.title}",
        low=0,
        high=max(float(seen.matrix.max()), 1e-6),
    )
    return drawn


def _all_layers(
    part: AttentionPart, seen: Sight, selection: Mapping, settings: Mapping
) -> Figure:
    small = thumbnails(part.weights)
    layers, heads, rows, columns = small.shape
    tiles = np.full((layers, rows + 2, heads, columns + 2), np.nan)
    tiles[:, 1:-1, :, 1:-1] = small.transpose(0, 2, 1, 3)
    drawn = new_figure(heads * 0.55 + 0.8, layers * 0.55 + 0.8)
    axes = drawn.add_subplot()
    wall = tiles.reshape(layers * (rows + 2), heads * (columns + 2))
    axes.imshow(wall, aspect="auto", interpolation="nearest", vmin=0, vmax=255)
    axes.set_yticks((np.arange(layers) + 0.5) * (rows + 2), range(layers))
    axes.set_xticks((np.arange(heads) + 0.5) * (columns + 2), range(heads))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set(ylabel="layer", xlabel="head")
    corner = selection["head"] * (columns + 2), selection["layer"] * (rows + 2)
    frame = {"fill": False, "edgecolor": "#D55E00", "linewidth": 2}
    axes.add_patch(Rectangle(corner, columns + 1, rows + 1, **frame))
    _title(axes, f"{part.name}: all layers and heads")
    return drawn


def _query_key(
    part: AttentionPart, seen: Sight, selection: Mapping, settings: Mapping
) -> Figure:
    layer, head = selection["layer"], selection["head"]
    token = min(selection["token"], len(part.query_tokens) - 1)
    products = part.query[layer, head, token] * part.key[layer, head]
    named = len(products) <= MOST_NAMES
    height = float(np.clip(len(products) * ROW_INCHES + 1, 2.4, 12))
    drawn = new_figure(8.5, height)
    left, right = drawn.subplots(1, 2, width_ratios=(3, 1), sharey=True)
    most = float(np.abs(products).max()) or 1.0
    left.imshow(products, aspect="auto", cmap=DIVERGING, vmin=-most, vmax=most)
    left.set(xlabel="dimension")
    _title(left, f"{seen.title}: {_name(part.query_tokens, token)} times each key")
    right.barh(range(len(products)), seen.matrix[token], color=BLUE)
    right.set(xlabel="weight", xlim=(0, 1))
    if named:
        names = [visible(word, 14) for word in part.key_tokens]
        left.set_yticks(range(len(products)), names, fontsize=8)
        for text in left.get_yticklabels():
            text.set_parse_math(False)
    return drawn


def _strip(
    part: AttentionPart, seen: Sight, selection: Mapping, settings: Mapping
) -> Figure:
    token = selection["token"]
    by_key = selection["side"] == "key" and token is not None
    tokens = part.query_tokens if by_key else part.key_tokens
    shades = np.zeros(len(tokens))
    if token is not None:
        shades = seen.matrix[:, token] if by_key else seen.matrix[token]
    lines = _wrapped(tokens, _around(token or 0, len(tokens)))
    drawn = new_figure(9.0, min(len(lines) * 0.3 + 0.7, 12))
    axes = drawn.add_subplot()
    for row, places in enumerate(lines):
        x = 0.0
        for place in places:
            x = _word(axes, x, row, visible(tokens[place], 14), shades[place])
    axes.set(xlim=(0, 92), ylim=(len(lines) - 0.4, -0.8))
    axes.axis("off")
    whose = part.key_tokens if by_key else part.query_tokens
    what = "no token chosen" if token is None else _name(whose, token)
    direction = "who looks at " if by_key else ""
    shown = sum(map(len, lines))
    left = f" ({shown} of {len(tokens)} tokens)" if shown < len(tokens) else ""
    _title(axes, f"{part.name}, {seen.title}: {direction}{what}{left}")
    return drawn


def _around(place: int, length: int) -> range:
    start = max(0, min(place - MOST_WORDS // 2, length - MOST_WORDS))
    return range(start, min(length, start + MOST_WORDS))


def _wrapped(tokens: tuple[str, ...], places: range) -> list[list[int]]:
    """Places of tokens, line by line."""
    lines: list[list[int]] = [[]]
    width = 0
    for place in places:
        width += len(visible(tokens[place], 14)) + 2
        if width > 90 and lines[-1]:
            lines.append([])
            width = len(visible(tokens[place], 14)) + 2
        lines[-1].append(place)
    return lines


def _word(axes: Axes, x: float, row: int, word: str, shade: float) -> float:
    width = len(word) + 1.2
    box = Rectangle((x, row - 0.4), width, 0.8, color=BLUE, alpha=0.75 * float(shade))
    axes.add_patch(box)
    axes.text(
        x + 0.6, row, word, fontsize=9, va="center", family="monospace"
    ).set_parse_math(False)
    return x + width + 0.8


def _title(axes: Axes, text: str) -> None:
    axes.set_title(text, fontsize=10).set_parse_math(False)

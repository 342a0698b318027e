"""A text as coloured boxes, one for each piece that a tokenizer makes of it."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from course_lib.viz.style import BLACK, RED

# Light tints of the course's colours: neighbours differ, black text stays readable.
TINTS = ("#b9d9ec", "#f8dca0", "#b3e2d2", "#f0d0e0")
UNKNOWN = "#ffffff"
LETTER_WIDTH = 0.602  # of a monospaced letter, in parts of the font size


def shown(piece: str) -> str:
    """A piece as it is drawn: a space as a dot, a line break as an arrow."""
    piece = piece.replace(" ", "·").replace("\n", "↵").replace("\t", "⇥")
    return "".join(c if c.isprintable() else "�" for c in piece)


def break_lines(pieces: Sequence[str], width: int) -> list[list[int]]:
    """Which pieces stand in which line, at most `width` letters a line."""
    lines: list[list[int]] = [[]]
    used = 0
    for place, piece in enumerate(pieces):
        room = len(shown(piece)) + 1
        if lines[-1] and used + room > width:
            lines.append([])
            used = 0
        lines[-1].append(place)
        used += room
    return lines


def draw_pieces(
    axes: Axes,
    pieces: Sequence[str],
    ids: Sequence[int] = (),
    *,
    width: int = 70,
    lines: int = 1,
    unknown: str = "[UNK]",
) -> None:
    """Draw each piece as a box, with its id below it if there are ids.

    Args:
        axes: where to draw; what it held before is cleared.
        pieces: as `tokenize` returns them.
        ids: one a piece, or none.
        width: letters in a line.
        lines: lines to leave room for; what does not fit ends in "…".
        unknown: the piece that is framed, because the text behind it is lost.
    """
    axes.clear()
    axes.set_axis_off()
    step = 2.3 if ids else 1.5
    axes.set(xlim=(-0.2, width), ylim=(lines * step, 0))
    inches = axes.figure.get_figwidth() * 0.95
    size = min(13.0, inches * 72 / width / LETTER_WIDTH)
    for line, places in enumerate(break_lines(pieces, width)):
        if line == lines:
            axes.text(width, lines * step - 0.3, "…", ha="right", va="bottom")
            break
        x = 0.0
        for place in places:
            number = f"{ids[place]}" if ids else ""
            x = _box(axes, x, line * step, pieces[place], place, size, unknown, number)


def _box(
    axes: Axes,
    x: float,
    y: float,
    piece: str,
    place: int,
    size: float,
    unknown: str,
    number: str,
) -> float:
    """One piece; returns where the next one begins."""
    text = shown(piece)
    room = max(len(text), 1) + 0.7
    lost = piece == unknown
    frame = {"edgecolor": RED, "linewidth": 1.5} if lost else {"linewidth": 0}
    fill = UNKNOWN if lost else TINTS[place % len(TINTS)]
    axes.add_patch(Rectangle((x, y + 0.1), room, 1.2, facecolor=fill, **frame))
    middle = x + room / 2
    style = {"ha": "center", "va": "center", "parse_math": False, "clip_on": True}
    axes.text(
        middle, y + 0.72, text, family="monospace", size=size, color=BLACK, **style
    )
    axes.text(middle, y + 1.65, number, size=size * 0.7, color="#555555", **style)
    return x + room + 0.3

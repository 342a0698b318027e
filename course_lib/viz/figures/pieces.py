"""A text as coloured boxes, one for each piece that a tokenizer makes of it."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from course_lib.viz.style import BLACK, RED

# Light tints of the course's colours: neighbours differ, black text stays readable.
TINTS = ("#b9d9ec", "#f8dca0", "#b3e2d2", "#f0d0e0")
UNKNOWN = "#ffffff"
LETTER_WIDTH = 0.602  # of a monospaced letter, in parts of the font size
STEP = 1.5  # from one line of boxes to the next


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


class Pieces:
    """Boxes in rows, one for each piece; `show` puts other pieces into them."""

    def __init__(
        self, axes: Axes, width: int, lines: int, unknown: str = "[UNK]"
    ) -> None:
        """Make the room.

        Args:
            axes: cleared, then drawn on.
            width: letters in a line.
            lines: lines to leave room for; what does not fit ends in "…".
            unknown: the piece that is framed, because the text behind it is lost.
        """
        axes.clear()
        axes.set_axis_off()
        axes.set(xlim=(-0.2, width), ylim=(lines * STEP, 0))
        self.axes, self.width, self.lines, self.unknown = axes, width, lines, unknown
        inches = axes.figure.get_figwidth() * 0.95
        self._size = min(13.0, inches * 72 / width / LETTER_WIDTH)
        self._boxes: list[tuple[Rectangle, Text]] = []
        bottom = lines * STEP - 0.3
        self._more = axes.text(width, bottom, "…", ha="right", va="bottom")

    def show(self, pieces: Sequence[str]) -> None:
        """Draw these pieces instead of those before; boxes are made once."""
        rows = break_lines(pieces, self.width)
        self._more.set_visible(len(rows) > self.lines)
        used = 0
        for line, places in enumerate(rows[: self.lines]):
            x = 0.0
            for place in places:
                x = self._fill(self._box(place), x, line * STEP, pieces[place], place)
                used = place + 1
        for place, box in enumerate(self._boxes):
            for artist in box:
                artist.set_visible(place < used)

    def _box(self, place: int) -> tuple[Rectangle, Text]:
        """The box of this place in the text; there is one more when it is needed."""
        if place == len(self._boxes):
            frame = Rectangle((0, 0), 1, 1.2, facecolor=TINTS[place % len(TINTS)])
            style = {"ha": "center", "va": "center", "clip_on": True, "color": BLACK}
            letters = {"family": "monospace", "size": self._size, "parse_math": False}
            text = self.axes.text(0, 0, "", **style, **letters)
            self._boxes.append((self.axes.add_patch(frame), text))
        return self._boxes[place]

    def _fill(
        self, box: tuple[Rectangle, Text], x: float, y: float, piece: str, place: int
    ) -> float:
        """Put a piece into a box; returns where the next one begins."""
        frame, text = box
        letters = shown(piece)
        room = max(len(letters), 1) + 0.7
        lost = piece == self.unknown
        frame.set_bounds(x, y + 0.1, room, 1.2)
        frame.set_facecolor(UNKNOWN if lost else TINTS[place % len(TINTS)])
        frame.set(linewidth=1.5 if lost else 0, edgecolor=RED if lost else "none")
        text.set_text(letters)
        text.set_position((x + room / 2, y + 0.72))
        return x + room + 0.3

"""Where the fields of one record stand, and which of its quotes is to blame.

The records themselves are read by the standard library's csv module, which says only in
which line it gave up. This looks at such a record again, to name the place.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

_QUOTED = re.compile(r'"[^"]*(?:""[^"]*)*"')
_LINE_END = "\r\n"

Position = tuple[int, int]
"""Line and column within the record, both from 0."""


@dataclass
class Anatomy:
    """What a second look at a record found.

    Attributes:
        fields: where each field begins.
        end: the end of the last one.
        opened: the quote that opened the field which did not end well, or None.
        closed: the quote that ended that field with text after it, or None.
        opens: whether that quote stands where a field begins.
    """

    fields: list[Position] = field(default_factory=list)
    end: Position = (0, 0)
    opened: Position | None = None
    closed: Position | None = None
    opens: bool = False

    @property
    def forgotten(self) -> bool:
        """Whether a closing quote is missing: the one found opens a later field."""
        if self.opened is None or self.closed is None:
            return self.opened is not None
        return self.opens and self.closed[0] > self.opened[0]


def look_again(lines: Sequence[str], delimiter: str, quoted: bool = True) -> Anatomy:
    """Find the fields of a record.

    Args:
        lines: of the record, with their ends.
        delimiter: what separates fields.
        quoted: whether quotes have a meaning.
    """
    text, at, found = "".join(lines), 0, Anatomy()
    starts = [0, *accumulate(map(len, lines))]
    stop = re.compile(f"[{re.escape(delimiter)}{_LINE_END}]")

    def position(offset: int) -> Position:
        line = max(n for n, start in enumerate(starts) if start <= offset)
        line = min(line, len(lines) - 1)
        return line, offset - starts[line]

    while True:
        found.fields.append(position(at))
        end = at
        if quoted and text.startswith('"', at):
            whole = _QUOTED.match(text, at)
            end = whole.end() if whole else len(text)
            if whole is None or text[end : end + 1] not in ("", delimiter, *_LINE_END):
                found.opened = position(at)
                found.closed = position(end - 1) if whole else None
                found.opens = text[end - 2] in (delimiter, *_LINE_END)
                return found
        border = stop.search(text, end)
        if border is None or border.group() != delimiter:
            found.end = position(border.start() if border else len(text))
            return found
        at = border.end()

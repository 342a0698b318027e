"""JSON that is too long to be read at once: one element of an array after the other.

The values themselves are read by the standard library's decoder.
"""

import json
import re
from collections.abc import Iterator
from json.decoder import WHITESPACE, scanstring
from typing import Any, NamedTuple

from course_lib.resources.own_data.encodings import TextFile
from course_lib.resources.own_data.problems import Place, Report
from course_lib.resources.own_data.tables import Path

CHUNK = 1 << 20  # characters
LONGEST = 1 << 26  # characters of one element
_CLOSE = 64  # what stands so close to the end may be cut off
_DECODER = json.JSONDecoder()
_NEWLINE = re.compile(r"\r\n|\n|\r")


class Element(NamedTuple):
    """A value, its text, and the line and column where that begins."""

    value: Any
    text: str
    line: int
    column: int

    def place(self, file: str, path: Path = ()) -> Place:
        """Where a value inside begins; what is not there is placed at what holds it."""
        return _further(
            file, self.line, self.column, self.text[: locate(self.text, path)]
        )

    def sound(self, file: TextFile, report: Report) -> bool:
        """Whether its characters can be used; if not, why is reported."""
        if self.text.isascii() and "\0" not in self.text:
            return True
        first, *others = _NEWLINE.split(self.text)
        fine = file.sound(first, self.line, report, self.column - 1)
        numbered = enumerate(others, self.line + 1)
        return all([fine, *(file.sound(line, n, report) for n, line in numbered)])


def _further(file: str, line: int, column: int, passed: str) -> Place:
    ends = list(_NEWLINE.finditer(passed))
    if not ends:
        return Place(file, line, column + len(passed))
    return Place(file, line + len(ends), len(passed) - ends[-1].end() + 1)


def locate(text: str, path: Path) -> int:
    """Where in a JSON text the value at a path begins."""
    at = _white(text, 0)
    for step in path:
        found = _member(text, at, step)
        if found is None:
            return at
        at = found
    return at


def _member(text: str, at: int, step: str | int) -> int | None:
    """Where an object's value of that key, or an array's element, begins."""
    opening = "[" if isinstance(step, int) else "{"
    if not text.startswith(opening, at):
        return None
    at, count = _white(text, at + 1), 0
    while text[at] not in "]}":
        key: str | int = count
        if opening == "{":
            key, at = scanstring(text, at + 1)
            at = _white(text, _white(text, at) + 1)  # behind the colon
        if key == step:
            return at
        at = _white(text, _DECODER.raw_decode(text, at)[1])
        at = _white(text, at + 1) if text[at] == "," else at
        count += 1
    return None


def _white(text: str, at: int) -> int:
    return WHITESPACE.match(text, at).end()  # type: ignore[union-attr]


class JsonStream:
    """A part of a long JSON text, moving forward.

    Raises:
        DataError: the text is no JSON, or one element is longer than 64 million
            characters.
    """

    def __init__(self, file: TextFile, report: Report) -> None:
        self.file, self.report = file, report
        self._source = file.open()
        self._text, self._at, self._ended = "", 0, False
        self._mark, self._line, self._column = 0, 1, 1  # a place that was counted

    def __enter__(self) -> "JsonStream":
        return self

    def __exit__(self, *_: object) -> None:
        self._source.close()

    def peek(self) -> str:
        """The next character that is no white space; "" at the end."""
        while True:
            self._at = _white(self._text, self._at)
            if self._at < len(self._text) or self._ended:
                return self._text[self._at : self._at + 1]
            self._more()

    def take(self, wanted: str) -> str:
        """Go past one of these characters and return it."""
        found = self.peek()
        if not found or found not in wanted:
            self._refuse(f"expected {' or '.join(wanted)}", self._at)
        self._at += 1
        return found

    def value(self) -> Element:
        """The next value."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                self._grow_or_refuse(error)
                continue
            # A number near the end may go on: 12 of 12.5e3.
            if len(self._text) - end > _CLOSE or self._ended:
                break
            self._more()
        self._count()
        text = self._text[self._at : end]
        self._at = end
        return Element(value, text, self._line, self._column)

    def elements(self) -> Iterator[Element]:
        """The elements of the array that comes next."""
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        while True:
            yield self.value()
            if self.take(",]") == "]":
                return

    def members(self) -> Iterator[str]:
        """The keys of the object that comes next; its values are for the caller."""
        self.take("{")
        if self.peek() == "}":
            self.take("}")
            return
        while True:
            key = self.value().value
            self.take(":")
            yield str(key)
            if self.take(",}") == "}":
                return

    def _grow_or_refuse(self, error: json.JSONDecodeError) -> None:
        near = len(self._text) - error.pos <= _CLOSE or "Unterminated" in error.msg
        if self._ended or not near:
            self._refuse(error.msg, error.pos)
        if len(self._text) - self._at > LONGEST:
            self._refuse(f"one element is longer than {LONGEST:,} characters", self._at)
        # Twice as much each time: a long element is not decoded again and again.
        self._more(len(self._text) - self._at)

    def _more(self, count: int = 0) -> None:
        self._count()
        try:
            new = self._source.read(max(count, CHUNK))
            new += self._source.read(1) if new.endswith("\r") else ""
        except (UnicodeError, EOFError) as error:
            self._refuse(str(error), self._at)
        self._text, self._at, self._mark = self._text[self._at :] + new, 0, 0
        self._ended = not new

    def _count(self) -> None:
        """Move the counted place to where we are."""
        _, line, column, _ = self._place(self._at)
        self._mark, self._line, self._column = self._at, line or 1, column or 1

    def _place(self, at: int) -> Place:
        passed = self._text[self._mark : at]
        return _further(self.file.name, self._line, self._column, passed)

    def _refuse(self, says: str, at: int) -> None:
        self.report.stop(
            "broken-json",
            f"this is no JSON: {says}",
            "Put it right here; a trailing comma and single quotes are not allowed",
            self._place(at),
        )

"""CSV and TSV: the standard library's strict reader, with the place of each trouble."""

import csv
import re
from collections import Counter, deque
from collections.abc import Iterator
from itertools import islice

from course_lib.errors import CourseError
from course_lib.resources.own_data.encodings import TextFile
from course_lib.resources.own_data.problems import Place, Report
from course_lib.resources.own_data.quotes import Anatomy, look_again
from course_lib.resources.own_data.tables import Path, Reading, Record

DELIMITERS = (",", ";", "\t", "|")
NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
LONGEST_FIELD = 1 << 22  # characters; a field without an end is longer
_SAMPLE = 200  # lines
# In a TSV: a field that stands in quotes, and one that only begins with a quote.
_WHOLE = re.compile(r'(?:^|(?<=\t))"[^"]*(?:""[^"]*)*"(?=[\t\r\n]|\Z)', re.MULTILINE)
_OPENED = re.compile(r'(?:^|\t)"', re.MULTILINE)


class Lines:
    """Lines for the csv module, which keeps the record's own and can take some back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._back = lines, deque[str]()
        self.number, self.held = 0, list[str]()

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._lines)
        self.number += 1
        self.held.append(line)
        return line

    def begin(self) -> int:
        """A new record begins; return the number of its first line."""
        self.held = []
        return self.number + 1

    def take_back(self, keep: int) -> None:
        """Read the record's lines again, but for the first `keep`."""
        again = self.held[keep:]
        self.number -= len(again)
        self._back.extendleft(reversed(again))


class DelimitedTable:
    """A file whose fields are separated by commas, tabs, semicolons or bars.

    Attributes:
        name: of the file.
        columns: their names, from the header or as given.
        has_header: whether the first line named them.
        delimiter: what separates the fields.
        quoted: whether quotes enclose fields; in a TSV they may be plain characters.
    """

    def __init__(self, file: TextFile, reading: Reading, report: Report) -> None:
        self.file, self.name = file, file.name
        sample = file.head(_SAMPLE)
        self._above = int(sample[0].startswith("sep=")) if sample else 0  # by Excel
        sample = sample[self._above :]
        self.delimiter = _one(reading.delimiter) or self._guess(sample)
        self.quoted = self.delimiter != "\t" or _has_quoted_fields(sample)
        self.has_header = reading.columns is None
        if self.has_header:
            self.columns = self._header(report)
        else:
            self.columns = list(reading.columns or ())

    def records(self, report: Report) -> Iterator[Record]:
        """The rows below the header that can be read."""
        limit = csv.field_size_limit(LONGEST_FIELD)
        try:
            rows = self._rows(report)
            if self.has_header:
                next(rows, None)
            yield from rows
        finally:
            csv.field_size_limit(limit)

    def place(self, record: Record, column: int, inside: Path = ()) -> Place:
        """Where a cell of a row begins; behind its end where it has too few."""
        found = look_again(record.raw, self.delimiter, self.quoted)
        inside = column < len(found.fields)
        line, at = found.fields[column] if inside else found.end
        return self.file.place(record.line + line, at + 1)

    def _rows(self, report: Report) -> Iterator[Record]:
        lines, expected = Lines(self.file.lines()), 0
        for _ in islice(lines, self._above):
            pass
        quoting = csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE
        reader = csv.reader(
            lines, delimiter=self.delimiter, quoting=quoting, strict=True
        )
        while True:
            first = lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._broken(lines, first, str(error), report)
                continue
            if not any(map(str.strip, cells)):
                report.handled["empty lines"] += 1
                continue
            expected = expected or len(getattr(self, "columns", cells))
            record = Record(first, cells, lines.held)
            if self._sound(record, expected, report):
                yield record
            else:
                report.left_out += 1

    def _sound(self, record: Record, expected: int, report: Report) -> bool:
        for number, line in enumerate(record.raw, record.line):
            if not self.file.sound(line, number, report):
                return False
        if len(record.cells) == expected:
            return True
        few = len(record.cells) < expected
        inside = NAMES.get(self.delimiter, f"{self.delimiter!r} in it")
        report.problem(
            "wrong-number-of-fields",
            f"{_fields(len(record.cells))}, expected {expected}",
            "Add what is missing" if few else f"Put quotes around a text with {inside}",
            lambda: self.place(record, expected),
        )
        return False

    def _broken(self, lines: Lines, first: int, says: str, report: Report) -> None:
        """A quote is wrong: name it, and read on behind it."""
        found = look_again(lines.held, self.delimiter)
        report.left_out += 1
        if found.forgotten:
            self._forgotten(found, lines, first, report)
        elif found.closed is not None:
            line, column = found.closed
            after = lines.held[line][column + 1 : column + 9].rstrip()
            slash = lines.held[line][column - 1 : column] == "\\"
            opened = first + (found.opened or (0, 0))[0]
            which = "the field" if line == 0 else f"the field from line {opened}"
            report.problem(
                "broken-quoting",
                f"a quote ends {which} here, but {after!r} follows",
                'Write a quote inside a quoted field twice: ""'
                + (', not \\"' if slash else ""),
                self.file.place(first + line, column + 1),
            )
        else:
            report.problem(
                "broken-quoting", says, "Look at the quotes", self.file.place(first)
            )

    def _forgotten(
        self, found: Anatomy, lines: Lines, first: int, report: Report
    ) -> None:
        line, column = found.opened or (0, 0)
        report.problem(
            "unclosed-quote",
            "the quote that opens here is not closed before the next row or the end",
            'Close it, or, where it is a plain character, write """ for it',
            self.file.place(first + line, column + 1),
        )
        lines.take_back(line + 1)

    def _header(self, report: Report) -> list[str]:
        quiet = Report("skip")  # what is wrong there is told when it is read again
        record = next(self._rows(quiet), None)
        if record is None or quiet.counts:
            report.problems += quiet.problems
            report.counts += quiet.counts
            report.stop(
                "no-header",
                "the first line, which names the columns, cannot be read",
                "Put it right first: the rows are checked after that",
                self.file.place(1),
            )
        names = [name.strip().lstrip("\ufeff") for name in record.cells]
        twice = [name for name, count in Counter(names).items() if count > 1 and name]
        if twice:
            report.stop(
                "double-column",
                f"two columns are called {twice[0]!r}",
                "Rename one of them in the first line",
                self.place(record, len(names) - 1 - names[::-1].index(twice[0])),
            )
        return names

    def _guess(self, sample: list[str]) -> str:
        """What separates the fields: what gives most lines the same number of them."""
        if self.file.source.kind == "tsv":
            return "\t"

        def steady(delimiter: str) -> tuple[int, int]:
            rows = csv.reader(sample, delimiter=delimiter)
            widths = Counter(len(row) for row in _readable(rows) if row)
            width, count = widths.most_common(1)[0] if widths else (1, 0)
            return (count if width > 1 else 0, -DELIMITERS.index(delimiter))

        return max(DELIMITERS, key=steady)


def _one(delimiter: str | None) -> str | None:
    """A delimiter as it was given.

    Raises:
        CourseError: it is not one character, or one that has another meaning.
    """
    if delimiter is None or (len(delimiter) == 1 and delimiter not in '"\r\n'):
        return delimiter
    raise CourseError(
        f'delimiter={delimiter!r}: expected one character, such as "," or ";" or "\\t"'
    )


def _readable(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error:  # the strict reading will tell
        return


def _has_quoted_fields(lines: list[str]) -> bool:
    """Whether each field that begins with a quote ends with one, and some do."""
    rest, count = _WHOLE.subn("", "".join(lines))
    return count > 0 and not _OPENED.search(rest)


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"

"""From bytes to characters: what a file declares, and what it looks like if that fails.

A byte order mark declares an encoding; so does the caller. Otherwise it is UTF-8. Bytes
that do not fit are kept as lone surrogates (PEP 383), so that reading goes on and every
bad line can be named.
"""

import codecs
import io
import re
from collections.abc import Iterator
from itertools import islice

from course_lib.resources.own_data.problems import Place, Report
from course_lib.resources.own_data.sources import Source

_MARKS = (  # UTF-32 first: its mark begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = ("utf-16", "utf-32")
SURROGATE = re.compile("[\ud800-\udfff]")
# UTF-8 that somebody read as Windows-1252: an accent became two or three characters.
_MOJIBAKE = re.compile(
    "[\u00c2\u00c3][\u0080-\u00bf\u20ac\u0192\u0160-\u017e\u2018-\u2026]|\u00e2\u20ac."
)
_HEAD = 1 << 16


class TextFile:
    """A text file, read line by line; what is wrong with its bytes is reported.

    Args:
        source: the file.
        encoding: as Python names it; None: the file's mark decides, else UTF-8.

    Raises:
        DataError: it is empty, or its encoding is not known or not the one declared.
    """

    def __init__(self, source: Source, encoding: str | None, report: Report) -> None:
        self.source, self.report, self.name = source, report, source.name
        with source.open() as file:
            self._head = self._read(file)
        if not self._head.strip():
            self._stop("empty-file", "the file is empty", "Give a file with data in it")
        mark, self.encoding = self._declared(encoding)
        self._skip = len(mark) if self.encoding not in ("utf-8-sig", *_WIDE) else 0
        if mark:
            report.handled[f"a byte order mark ({self.encoding})"] = 1
        elif self.encoding == "utf-8" and b"\0" in self._head:
            self._refuse_wide()
        if b"\r\n" in self._head:
            report.handled["Windows line ends"] = 1

    def lines(self) -> Iterator[str]:
        """The lines with their ends. A line ends at \\n, \\r\\n or \\r."""
        with self.open() as text:
            try:
                yield from text
            except UnicodeError as error:
                self._stop("encoding", f"{error}", "Save the file as UTF-8")
            except EOFError:
                self._cut_off()

    def open(self) -> io.TextIOWrapper:
        """The file's characters, line ends as they are."""
        file = self.source.open()
        file.seek(self._skip)
        errors = "replace" if self.encoding.startswith(_WIDE) else "surrogateescape"
        return io.TextIOWrapper(file, self.encoding, errors=errors, newline="")  # type: ignore[arg-type]

    def head(self, count: int) -> list[str]:
        """The first lines."""
        return list(islice(self.lines(), count))

    def sound(self, line: str, number: int, report: Report, before: int = 0) -> bool:
        """Whether a line's characters can be used; if not, why is reported.

        Args:
            before: how many characters of the line stand in front.
        """
        if line.isascii() and "\0" not in line:
            return True
        place = self.place(number, before + 1)
        if "\0" in line:
            _nul(line, place, report)
            return False
        bad = SURROGATE.search(line)
        if bad:
            self._undecodable(line, bad.start(), place, report)
            return False
        if "\ufffd" in line or _MOJIBAKE.search(line):
            _mojibake(line, place, report)
        return True

    def place(self, line: int | None = None, column: int | None = None) -> Place:
        return Place(self.name, line, column)

    def _read(self, file: io.IOBase) -> bytes:
        try:
            return file.read(_HEAD)
        except EOFError:
            self._cut_off()
        except OSError as error:
            self._stop("unreadable", str(error), "Check that you may read the file")

    def _declared(self, given: str | None) -> tuple[bytes, str]:
        """The mark of the file, and the encoding to read it with."""
        found = (m for m in _MARKS if self._head.startswith(m[0]))
        mark, marked = next(found, (b"", None))
        if given is None:
            return mark, marked or "utf-8"
        name = self._known(given)
        if marked in _WIDE and not name.startswith(marked):
            self._stop(
                "wrong-encoding",
                f"the file says by its first bytes that it is {marked}, not {given}",
                "Leave encoding= out",
            )
        # A mark that agrees is taken off by these codecs; one of UTF-8 is cut off.
        return mark, {"utf-8": "utf-8-sig"}.get(name, name) if marked else name

    def _known(self, name: str) -> str:
        try:
            info = codecs.lookup(name)
            "".encode(name)  # hex and rot13 are codecs too, of another kind
        except LookupError:
            self._stop(
                "unknown-encoding",
                f"Python knows no encoding {name!r}",
                'Common ones: "utf-8", "utf-16", "latin-1", "cp1252", "gb18030"',
            )
        return info.name

    def _refuse_wide(self) -> None:
        """UTF-16 without a mark has a zero in every other byte of plain letters."""
        even, odd = self._head[::2].count(0), self._head[1::2].count(0)
        if max(even, odd) > 0.3 * len(self._head) / 2:
            name = "utf-16-le" if odd > even else "utf-16-be"
            self._stop(
                "wrong-encoding",
                f"every other byte is 0: this looks like {name}, not UTF-8",
                f'Give encoding="{name}", or save the file as UTF-8',
            )

    def _undecodable(self, line: str, at: int, place: Place, report: Report) -> None:
        byte = ord(line[at]) - 0xDC00
        raw = line.encode(self.encoding, "surrogateescape")
        looks = looks_like(self._head, raw)
        report.problem(
            "wrong-encoding",
            f"byte 0x{byte:02X} is not {self.encoding.removesuffix('-sig')}; "
            f"the text looks like {looks}",
            f'Give encoding="{looks}", or save the file as UTF-8',
            _shifted(place, at),
        )

    def _cut_off(self) -> None:
        says = "the gzip file ends too early: it is cut off"
        self._stop("cut-off", says, "Copy or download it again")

    def _stop(self, kind: str, says: str, cure: str) -> None:
        self.report.stop(kind, says, cure, self.place())


def _nul(line: str, place: Place, report: Report) -> None:
    report.problem(
        "nul-byte",
        "a NUL character (byte 0) stands here, which no text holds",
        "Take it out; it often marks a damaged copy or a wrong export",
        _shifted(place, line.index("\0")),
    )


def _mojibake(line: str, place: Place, report: Report) -> None:
    found = _MOJIBAKE.search(line)
    at = found.start() if found else line.index("\ufffd")
    piece = line[at : at + 8].strip()
    report.warn(
        "mojibake",
        f"{piece!r} looks like text that was once read with a wrong encoding",
        "Get the original again and save it as UTF-8",
        _shifted(place, at),
    )


def _shifted(place: Place, characters: int) -> Place:
    return place._replace(column=(place.column or 1) + characters)


def looks_like(head: bytes, line: bytes) -> str:
    """The encoding that bytes seem to be in; Western European where nothing tells.

    Args:
        head: the beginning of the file.
        line: a line that holds bytes which did not fit.
    """
    lines = [one for one in head.splitlines() if not one.isascii()][:50]
    sample = b"\n".join([*lines, line])
    western = "cp1252" if re.search(rb"[\x80-\x9f]", sample) else "latin-1"
    # Accents are few among Latin letters; other scripts have nothing but such bytes.
    foreign = len(re.findall(rb"[\x80-\xff]", sample))
    if foreign < len(re.findall(rb"[A-Za-z]", sample)):
        return western
    try:
        from charset_normalizer import from_bytes
    except ImportError:  # it comes with requests, and that with datasets
        return western
    best = from_bytes(sample).best()
    return western if best is None else best.encoding.replace("_", "-")

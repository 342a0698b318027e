"""JSON Lines, and a JSON array of objects, as rows and columns."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from course_lib.resources.own_data.encodings import TextFile
from course_lib.resources.own_data.json_text import Element, JsonStream
from course_lib.resources.own_data.problems import Place, Report
from course_lib.resources.own_data.tables import MISSING, Path, Record

_SAMPLE = 50  # objects


class JsonTable:
    """Objects, one a line or all in one array; their keys are the columns.

    Attributes:
        name: of the file.
        columns: the keys of the first objects, in the order of their appearance.
        has_header: always true, for every object names its own values.
    """

    has_header = True

    def __init__(self, file: TextFile, report: Report) -> None:
        self.file, self.name = file, file.name
        with JsonStream(file, report) as stream:
            self._is_array = stream.peek() == "["
        self.columns: list[str] = []
        quiet = Report("skip")
        objects = [element.value for element in islice(self._objects(quiet), _SAMPLE)]
        self._paths = list(
            dict.fromkeys(path for one in objects for path in _paths(one))
        )
        self.columns = [path[-1] for path in self._paths]
        if not self.columns:
            report.problems += quiet.problems
            report.counts += quiet.counts
            report.stop(
                "no-rows",
                "there is no object, such as {...}, at the beginning",
                "Write one JSON object a line, or an array of objects",
                self.file.place(1, 1),
            )

    def records(self, report: Report) -> Iterator[Record]:
        """The objects that can be read."""
        for one in self._objects(report):
            cells = [_at(one.value, path) for path in self._paths]
            yield Record(one.line, cells, one)

    def place(self, record: Record, column: int, inside: Path = ()) -> Place:
        """Where the value of a key begins; of a missing one, where the object does."""
        return record.raw.place(self.name, (*self._paths[column], *inside))

    def _objects(self, report: Report) -> Iterator[Element]:
        elements = self._in_array(report) if self._is_array else self._in_lines(report)
        for one in elements:
            if isinstance(one.value, dict):
                yield one
                continue
            report.left_out += 1
            report.problem(
                "no-object",
                f"a {type(one.value).__name__} stands here, expected an object {{...}}",
                "Write each row as an object with the same keys",
                Place(self.name, one.line, one.column),
            )

    def _in_array(self, report: Report) -> Iterator[Element]:
        with JsonStream(self.file, report) as stream:
            for one in stream.elements():
                if one.sound(self.file, report):
                    yield one
                else:
                    report.left_out += 1

    def _in_lines(self, report: Report) -> Iterator[Element]:
        for number, line in enumerate(self.file.lines(), 1):
            if not line.strip():
                continue
            if not self.file.sound(line, number, report):
                report.left_out += 1
                continue
            try:
                value = json.loads(line)
            except json.JSONDecodeError as error:
                report.left_out += 1
                report.problem(
                    "broken-json",
                    f"this is no JSON: {error.msg}",
                    "Put it right here; each line is one object by itself",
                    self.file.place(number, error.pos + 1),
                )
                continue
            before = len(line) - len(line.lstrip())
            yield Element(value, line[before:], number, before + 1)


def _paths(one: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """The ways to an object's columns; languages stand inside "translation"."""
    for key, value in one.items():
        if key == "translation" and isinstance(value, dict):
            yield from ((key, language) for language in value)
        else:
            yield (key,)


def _at(one: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        one = one.get(key, MISSING) if isinstance(one, dict) else MISSING
    return one

"""SQuAD JSON, version 1 and 2: one article after the other, however long the file."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from course_lib.resources.own_data.encodings import TextFile
from course_lib.resources.own_data.json_text import Element, JsonStream
from course_lib.resources.own_data.problems import Place, Report
from course_lib.resources.own_data.tables import Path


class Asked(NamedTuple):
    """A question as the file has it, unchecked.

    Attributes:
        line: where its article (in a table, its row) begins.
        answers: (text, answer_start) of each answer.
        impossible: what the file says of it, or None.
        place: from "context", "id", "question", "is_impossible", or
            ("answers", 1, "text"), to where that begins.
    """

    line: int
    id: Any
    title: Any
    context: Any
    question: Any
    answers: list[tuple[Any, Any]]
    impossible: bool | None
    place: Any


def is_squad(file: TextFile, report: Report) -> bool:
    """Whether a JSON file begins as SQuAD does: an object with articles in it."""
    with JsonStream(file, report) as stream:
        if stream.peek() == "[":
            first = next(stream.elements(), None)
            return first is not None and _has(first.value, "paragraphs")
        for key in stream.members():
            if key in ("data", "version"):
                return True
            if key in ("context", "question", "answers"):
                return False
            stream.value()
    return False


def questions(file: TextFile, report: Report) -> Iterator[Asked]:
    """All questions; what has no questions in it is reported."""
    met = False
    for article in articles(file, report):
        met = True
        paragraphs = _list(file, article, ("paragraphs",), report)
        for at, paragraph in enumerate(paragraphs):
            inside: Path = ("paragraphs", at)
            for number, _ in enumerate(_list(file, article, (*inside, "qas"), report)):
                path = (*inside, "qas", number)
                yield _question(file, article, paragraph, path)
    if not met:
        report.judge()
        report.stop(
            "no-rows",
            'there is no article under "data"',
            "SQuAD files look like {'data': [{'title': ..., 'paragraphs': [...]}]}",
            file.place(1, 1),
        )


def articles(file: TextFile, report: Report) -> Iterator[Element]:
    """The articles that are objects."""
    with JsonStream(file, report) as stream:
        if stream.peek() == "[":
            yield from _objects(file, stream.elements(), report)
            return
        for key in stream.members():
            if key == "data" and stream.peek() == "[":
                yield from _objects(file, stream.elements(), report)
            else:
                stream.value()


def _objects(
    file: TextFile, elements: Iterator[Element], report: Report
) -> Iterator[Element]:
    for element in elements:
        if not element.sound(file, report):
            report.left_out += 1
        elif isinstance(element.value, dict):
            yield element
        else:
            says = f"a {type(element.value).__name__} stands here, expected an article"
            cure = "Write {'title': ..., 'paragraphs': [...]}"
            report.problem("no-object", says, cure, element.place(file.name))


def _list(
    file: TextFile, article: Element, path: Path, report: Report
) -> list[dict[str, Any]]:
    """The objects in a list inside an article; what is none is reported."""
    found: Any = article.value
    for step in path:
        found = (
            found.get(step)
            if isinstance(step, str) and isinstance(found, dict)
            else (
                found[step]
                if isinstance(found, list) and isinstance(step, int)
                else None
            )
        )
    if isinstance(found, list) and all(isinstance(one, dict) for one in found):
        return found
    report.left_out += 1
    report.problem(
        "no-list",
        f"there is no list of objects under {path[-1]!r}",
        f'Write "{path[-1]}": [{{...}}, ...]',
        lambda: article.place(file.name, path),
    )
    return []


def _question(
    file: TextFile, article: Element, paragraph: dict[str, Any], path: Path
) -> Asked:
    one: dict[str, Any] = paragraph["qas"][path[-1]]
    answers = one.get("answers") or []
    pairs = [
        (a.get("text"), a.get("answer_start")) if isinstance(a, dict) else (a, None)
        for a in (answers if isinstance(answers, list) else [answers])
    ]

    def place(inside: str | Path) -> Place:
        if inside == "context":
            return article.place(file.name, (*path[:2], "context"))
        steps = (inside,) if isinstance(inside, str) else inside
        return article.place(file.name, (*path, *steps))

    return Asked(
        article.line,
        one.get("id"),
        article.value.get("title"),
        paragraph.get("context"),
        one.get("question"),
        pairs,
        one.get("is_impossible"),
        place,
    )


def _has(value: Any, key: str) -> bool:
    return isinstance(value, dict) and key in value

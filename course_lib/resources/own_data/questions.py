"""Questions on passages, from a file of one's own."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import TYPE_CHECKING, Any

from course_lib.resources.own_data import columns as cols
from course_lib.resources.own_data import splits
from course_lib.resources.own_data.answers import wrong_answer
from course_lib.resources.own_data.assembly import Settled
from course_lib.resources.own_data.cells import extra_of, usable
from course_lib.resources.own_data.draft import Draft
from course_lib.resources.own_data.encodings import TextFile
from course_lib.resources.own_data.loading import OPEN, Ask, fixed_split
from course_lib.resources.own_data.problems import OnProblem, Place
from course_lib.resources.own_data.sources import Source
from course_lib.resources.own_data.squad import Asked, is_squad, questions
from course_lib.resources.own_data.tables import (
    MISSING,
    TABLES,
    Record,
    Table,
    open_table,
)

if TYPE_CHECKING:
    import pyarrow as pa
    from datasets import DatasetDict

REMEMBERED = 500_000  # ids; whether later ones repeat each other is not looked for
_FILE = 40  # bits for a line
_FURTHER = ("answer_start", "id", "title")


def load_questions(
    path: str | PathLike[str],
    *,
    context: str | None = None,
    question: str | None = None,
    answers: str | None = None,
    validation: str | PathLike[str] | None = None,
    test: str | PathLike[str] | None = None,
    split: Sequence[float] | None = splits.STANDARD,
    encoding: str | None = None,
    delimiter: str | None = None,
    on_problem: OnProblem = "raise",
) -> "DatasetDict":
    """Questions whose answers are pieces of a passage, or have none, checked.

    Args:
        path: a file in the JSON of SQuAD, version 1 or 2; or a table (JSON Lines, JSON,
            Parquet, CSV, TSV) with a question a row; or a folder of such files.
        context, question, answers: the columns of a table. An answer is a piece of
            text, with answer_start in a column of its own or without (then the first
            place counts); or as in SQuAD {"text": [...], "answer_start": [...]}. An
            empty one says that the passage has no answer.
        validation, test, split, encoding, delimiter, on_problem: as for
            `load_classification`. The split follows from the passage: all questions
            about it are on one side.

    Returns:
        Splits with columns id, title, context, question, answers (text and
        answer_start, lists of one length, empty where there is no answer).

    Raises:
        DataError: with all problems, each with file, line, column and cure.
    """
    given = {"context": context, "question": question, "answers": answers}
    more = {**given, "encoding": encoding, "delimiter": delimiter}
    ask = Ask.of(path, validation, test, TABLES, on_problem, split, **more)
    options = {"what": "passage", "doubles": ("leak",), "stratified": False}
    return ask.assembly("questions", _Questions(ask, given), **options).load()


@dataclass
class _Questions:
    """Reads questions with their passages and answers."""

    ask: Ask
    given: dict[str, str | None]
    counts: Counter[str] = field(default_factory=Counter)
    # From the hash of an id to its line, and to its file in the bits above.
    _ids: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        splits.checked(self.ask.split)

    def schema(self) -> "pa.Schema":
        import pyarrow as pa

        texts = [(n, pa.string()) for n in ("id", "title", "context", "question")]
        parts = [
            ("text", pa.list_(pa.string())),
            ("answer_start", pa.list_(pa.int32())),
        ]
        return pa.schema([*texts, ("answers", pa.struct(parts))])

    def read(self, number: int, source: Source, draft: Draft) -> None:
        """Put the questions of a file into the draft."""
        split = fixed_split(source, self.ask) or OPEN
        for asked in self._questions(source):
            if not self._sound(asked):
                self.ask.report.left_out += 1
                continue
            name = self._new_id(asked, number)
            if name is None:
                self.ask.report.left_out += 1
                continue
            texts, starts = (
                zip(*asked.answers, strict=True) if asked.answers else ((), ())
            )
            answers = {"text": list(texts), "answer_start": list(starts)}
            title = extra_of(asked.title) or ""
            values = (name, title, asked.context, asked.question, answers)
            key = splits.key_of(asked.context)
            about = (key, split.number, 0, number, asked.line)
            draft.add(values, about, len(asked.context) + len(asked.question))
            self.counts["questions"] += 1
            self.counts["without an answer"] += not texts

    def settle(self) -> Settled:
        from datasets import Features, List, Value

        answers = {"text": List(Value("string")), "answer_start": List(Value("int32"))}
        texts = {n: Value("string") for n in ("id", "title", "context", "question")}
        sizes = ", ".join(f"{count:,} {what}" for what, count in self.counts.items())
        features = Features({**texts, "answers": answers})
        if len(self._ids) >= REMEMBERED:
            said = f"Ids that repeat were looked for among the first {REMEMBERED:,}."
            self.ask.report.notes.append(said)
        return Settled(features, f"{self.ask.subject}: {sizes}.")

    def _questions(self, source: Source) -> Iterator[Asked]:
        report = self.ask.report
        if source.kind == "json":
            file = TextFile(source, self.ask.reading.encoding, self.ask.quiet())
            if is_squad(file, report):
                file = TextFile(source, self.ask.reading.encoding, report)
                yield from questions(file, report)
                return
        table = open_table(source, self.ask.reading, report)
        chosen = cols.require(table, self.given, report)
        chosen |= {
            role: found for role in _FURTHER if (found := cols.named(table, role))
        }
        places = {role: table.columns.index(name) for role, name in chosen.items()}
        for record in table.records(report):
            yield _asked(table, record, places)

    def _sound(self, asked: Asked) -> bool:
        """Whether a question can be used; all that is wrong is reported."""
        report, fine = self.ask.report, True
        for role in ("context", "question"):
            value = getattr(asked, role)
            if not isinstance(value, str) or not value.strip() or not usable(value):
                says = f"the {role} is {str(value)[:30]!r}, expected text"
                cure = "Write it, or delete the question"
                report.problem(f"empty-{role}", says, cure, _at(asked, role))
                fine = False
        if not isinstance(asked.context, str):
            return False
        for number, (text, start) in enumerate(asked.answers):
            wrong = wrong_answer(asked.context, text, start)
            if wrong is not None:
                place = _at(asked, ("answers", number, wrong.part))
                report.problem(wrong.kind, wrong.says, wrong.cure, place)
                fine = False
        return self._agrees(asked) and fine

    def _agrees(self, asked: Asked) -> bool:
        """Whether is_impossible says what the answers say."""
        if asked.impossible is None or asked.impossible is (not asked.answers):
            return True
        says = f"is_impossible is {asked.impossible}, with {len(asked.answers)} answers"
        cure = "A question without an answer has answers [] and is_impossible true"
        place = _at(asked, "is_impossible")
        self.ask.report.problem("contradiction", says, cure, place)
        return False

    def _new_id(self, asked: Asked, file: int) -> str | None:
        """The id of a question, made of its text if it has none; None: met before."""
        plain = f"{asked.context}\n{asked.question}"
        name = extra_of(asked.id) or f"{splits.key_of(plain):016x}"
        number = splits.hash_of(name)
        if number not in self._ids:
            if len(self._ids) < REMEMBERED:
                self._ids[number] = file << _FILE | asked.line
            return name
        first, line = divmod(self._ids[number], 1 << _FILE)
        what = "this question" if asked.id is None else f"the id {name[:40]!r}"
        says = f"{what} has occurred before (from {self.ask.sources[first].name}, line "
        cure = "Give each question an id of its own, or delete one of them"
        self.ask.report.problem("double-id", f"{says}{line})", cure, _at(asked, "id"))
        return None


def _at(asked: Asked, what: Any) -> Any:
    return lambda: asked.place(what)


def _asked(table: Table, record: Record, places: dict[str, int]) -> Asked:
    """The question in a row of a table."""

    def cell(role: str) -> Any:
        value = record.cells[places[role]] if role in places else None
        return None if value is MISSING else value

    def place(what: Any) -> Place:
        if isinstance(what, str):
            return table.place(record, places.get(what, 0))
        _, number, part = what
        if isinstance(cell("answers"), dict):
            return table.place(record, places["answers"], (part, number))
        return table.place(record, places.get(part, places["answers"]))

    context = cell("context")
    pairs = _pairs(cell("answers"), cell("answer_start"), context)
    names = cell("id"), cell("title")
    return Asked(record.line, *names, context, cell("question"), pairs, None, place)


def _pairs(answers: Any, start: Any, context: Any) -> list[tuple[Any, Any]]:
    """Texts and starts of the answers in a cell, whatever its form."""
    if isinstance(answers, dict):
        texts, starts = answers.get("text") or [], answers.get("answer_start") or []
        texts, starts = (x if isinstance(x, list) else [x] for x in (texts, starts))
        starts = [*starts, *[None] * len(texts)]
        return list(zip(texts, starts, strict=False))
    if answers is None or not str(answers).strip():
        return []
    if isinstance(answers, list):
        return [pair for one in answers for pair in _pairs(one, None, context)]
    text = str(answers).strip()
    if isinstance(start, str):
        start = int(start) if start.strip().lstrip("-").isdigit() else None
    if start is None and isinstance(context, str):
        start = context.find(text)  # -1: wrong_answer says that it is not there
    return [(text, start)]

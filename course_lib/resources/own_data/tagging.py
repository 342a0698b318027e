"""Sentences with a tag for each token, from a file of one's own."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import TYPE_CHECKING, Any, NamedTuple

from course_lib.resources.own_data import columns as cols
from course_lib.resources.own_data import splits, tag_rules
from course_lib.resources.own_data.assembly import Settled
from course_lib.resources.own_data.cells import usable
from course_lib.resources.own_data.conll import ConllFile, Sentence
from course_lib.resources.own_data.draft import Draft
from course_lib.resources.own_data.encodings import TextFile
from course_lib.resources.own_data.loading import OPEN, Ask, Split, fixed_split
from course_lib.resources.own_data.problems import OnProblem, Place
from course_lib.resources.own_data.sources import Source
from course_lib.resources.own_data.tables import Record, Table, open_table
from course_lib.resources.own_data.tag_names import TagNames
from course_lib.resources.own_data.tag_rules import Scheme

if TYPE_CHECKING:
    import pyarrow as pa
    from datasets import DatasetDict

KINDS = ("conll", "jsonl", "json", "parquet")
_SAMPLE = 200  # sentences


def load_tagging(
    path: str | PathLike[str],
    *,
    tokens: str | int | None = None,
    tags: str | int | None = None,
    labels: Sequence[str] | None = None,
    scheme: Scheme | None = None,
    validation: str | PathLike[str] | None = None,
    test: str | PathLike[str] | None = None,
    split: Sequence[float] | None = splits.STANDARD,
    encoding: str | None = None,
    on_problem: OnProblem = "raise",
) -> "DatasetDict":
    """Sentences with a tag for each token, checked.

    Args:
        path: a file in two or more CoNLL columns (.conll, .bio, .tsv, .txt and more),
            or JSON Lines, JSON, Parquet with lists of tokens and tags; or a folder.
        tokens, tags: the columns, by number from 0 (-1: the last) or by name; None:
            the first and the last, or by their names.
        labels: the tags that may occur, in the order of their numbers; None: those
            of the file, O first.
        scheme: "bio"; "iob1" and "bioes" (BILOU too) are turned into BIO; "plain" has
            no rules, as for parts of speech. None: bio if tags have prefixes.
        validation, test, split, encoding, on_problem: as for `load_classification`; a
            sentence is left out as a whole.

    Returns:
        Splits with columns tokens and tags, lists of one length; the tags are numbers
        of a `ClassLabel` that knows their names.

    Raises:
        DataError: with all problems, each with file, line, column and cure.
    """
    more = {"encoding": encoding, "labels": labels, "scheme": scheme}
    more |= {"tokens": tokens, "tags": tags}
    ask = Ask.of(path, validation, test, KINDS, on_problem, split, **more)
    job = _Tagging(ask, tokens, tags, scheme, TagNames(labels, ask.report))
    options = {"what": "sentence", "stratified": False}
    return ask.assembly("tagging", job, **options).load()


class Tagged(NamedTuple):
    """A sentence from whatever file, with the places of its tags."""

    line: int
    tokens: list[str]
    tags: list[str]
    place: Any  # from a token's number to its Place
    broken: bool


@dataclass
class _Tagging:
    """Reads sentences with tags."""

    ask: Ask
    token_column: str | int | None
    tag_column: str | int | None
    scheme: Scheme | None
    names: TagNames
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        splits.checked(self.ask.split)

    def schema(self) -> "pa.Schema":
        import pyarrow as pa

        return pa.schema(
            [("tokens", pa.list_(pa.string())), ("tags", pa.list_(pa.int64()))]
        )

    def read(self, number: int, source: Source, draft: Draft) -> None:
        """Put the sentences of a file into the draft."""
        open_file = self._columns if source.kind == "conll" else self._rows
        self.scheme = self.scheme or self._guess(open_file(source, quiet=True))
        split = fixed_split(source, self.ask) or OPEN
        for sentence in open_file(source, quiet=False):
            numbers = None if sentence.broken else self._checked(sentence, split)
            if numbers is None:
                self.ask.report.left_out += 1
                continue
            text = " ".join(sentence.tokens)
            tags = splits.key_of(" ".join(map(str, numbers))) & 0x7FFFFFFF
            about = (splits.key_of(text), split.number, tags, number, sentence.line)
            draft.add((sentence.tokens, numbers), about, 2 * len(text))
            self.counts["sentences"] += 1
            self.counts["tokens"] += len(numbers)

    def settle(self) -> Settled:
        from datasets import ClassLabel, Features, List, Value

        names, numbers = self.names.settle()
        tags = List(ClassLabel(names=names))
        features = Features({"tokens": List(Value("string")), "tags": tags})
        sizes = ", ".join(f"{count:,} {what}" for what, count in self.counts.items())
        sentence = f"{self.ask.subject}: {sizes}; {self.names.sentence()}."
        return Settled(features, sentence, "tags", numbers)

    def _checked(self, sentence: Tagged, split: Split) -> list[int] | None:
        """The numbers of a sentence's tags, or None with what is wrong reported."""
        tags = tag_rules.as_bio(sentence.tags, self.scheme or "bio")
        found = [] if self.scheme == "plain" else list(tag_rules.faults(tags))
        for fault in found:
            place = sentence.place(fault.at)
            self.ask.report.problem(fault.kind, fault.says, fault.cure, place)
        if found:
            return None
        return self.names.numbers(tags, split.name, sentence.place)

    def _guess(self, sentences: Iterator[Tagged]) -> Scheme:
        """Bio where at least half of the tags inside names have prefixes."""
        tags: list[str] = []
        for count, sentence in enumerate(sentences):
            tags += [tag for tag in sentence.tags if tag != tag_rules.OUTSIDE]
            if count == _SAMPLE:
                break
        prefixed = sum(map(tag_rules.is_prefixed, tags))
        return "bio" if 2 * prefixed >= len(tags) else "plain"

    def _columns(self, source: Source, quiet: bool) -> Iterator[Tagged]:
        report = self.ask.quiet() if quiet else self.ask.report
        text = TextFile(source, self.ask.reading.encoding, report)
        token, tag = self.token_column, self.tag_column
        numbers = [c if isinstance(c, int) else None for c in (token, tag)]
        file = ConllFile(text, *numbers, report)

        def place_in(sentence: Sentence) -> Any:
            return lambda at: file.place(sentence, at)

        for one in file.sentences(report):
            yield Tagged(one.line, one.tokens, one.tags, place_in(one), one.broken)

    def _rows(self, source: Source, quiet: bool) -> Iterator[Tagged]:
        report = self.ask.quiet() if quiet else self.ask.report
        table = open_table(source, self.ask.reading, report)
        given = {"tokens": self.token_column, "tags": self.tag_column}
        named = {role: c if isinstance(c, str) else None for role, c in given.items()}
        chosen = cols.require(table, named, report)
        token, tag = (table.columns.index(chosen[role]) for role in given)
        for record in table.records(report):
            fault = _fault(record.cells[token], record.cells[tag], self.names.given)
            place = _fixed(table, record, tag)
            if fault is not None:
                cure = "Give each row a list of tokens and one of as many tags"
                where = table.place(record, tag)
                report.problem("no-lists", fault, cure, where)
            tokens, tags = (
                ([], []) if fault else (record.cells[token], record.cells[tag])
            )
            tags = [self.names.given[t] if isinstance(t, int) else t for t in tags]
            yield Tagged(record.line, list(tokens), tags, place, fault is not None)


def _fixed(table: Table, record: Record, column: int) -> Any:
    def place(at: int) -> Place:
        return table.place(record, column, (at,))

    return place


def _fault(tokens: Any, tags: Any, given: Sequence[str]) -> str | None:
    """What is wrong with the two lists of a row."""
    if not isinstance(tokens, list) or not isinstance(tags, list):
        return "tokens and tags are no lists"
    if len(tokens) != len(tags):
        return f"{len(tokens)} tokens with {len(tags)} tags"
    if not tokens or not all(isinstance(t, str) and t.strip() for t in tokens):
        return "a token is missing or empty"
    if not all(usable(str(one)) for one in (*tokens, *tags)):
        return "a token or a tag holds a NUL or half a character"
    numbers = [tag for tag in tags if isinstance(tag, int)]
    if any(not 0 <= number < len(given) for number in numbers):
        return "tags are numbers: give their names in order with labels=[...]"
    if any(not isinstance(tag, str | int) for tag in tags):
        return "a tag is neither a name nor a number"
    return None

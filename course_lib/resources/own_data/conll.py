"""CoNLL columns: a token a line with its tag, an empty line between sentences."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from course_lib.resources.own_data.encodings import TextFile
from course_lib.resources.own_data.problems import Place, Report
from course_lib.resources.own_data.tag_rules import OUTSIDE, is_prefixed

_SAMPLE = 500  # lines
_FIELD = re.compile(r"\S+")


@dataclass
class Sentence:
    """Tokens and tags of a sentence, and the lines they stand in."""

    tokens: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    lines: list[tuple[int, str]] = field(default_factory=list)
    broken: bool = False

    @property
    def line(self) -> int:
        return self.lines[0][0]


class ConllFile:
    """Sentences in columns, separated by tabs or by spaces.

    Args:
        token, tag: the columns, from 0; None: the first and the last, and in CoNLL-U
            the form and its part of speech.

    Attributes:
        width: how many columns most lines have.
    """

    def __init__(
        self, file: TextFile, token: int | None, tag: int | None, report: Report
    ) -> None:
        self.file, self.name = file, file.name
        sample = [line.rstrip("\r\n") for line in file.head(_SAMPLE) if line.strip()]
        self.by_tab = sum("\t" in line for line in sample) > len(sample) / 2
        widths = Counter(len(self._split(line)) for line in sample if line[0] != "#")
        self.width = widths.most_common(1)[0][0] if widths else 0
        if self.width < 2:
            report.stop(
                "missing-column",
                "each line has one column, expected a token and its tag",
                "Write the tag behind each token, with a space or a tab between",
                file.place(1),
            )
        self.is_conllu = self.width == 10 and sample[-1].split("\t")[0].isdigit()
        first, last = (1, 3) if self.is_conllu else (0, self.width - 1)
        self.token = self._column(first if token is None else token, report)
        self.tag = self._column(last if tag is None else tag, report)

    def sentences(self, report: Report) -> Iterator[Sentence]:
        """All sentences; broken ones too, with what is wrong reported."""
        sentence = Sentence()
        for number, line in enumerate(self.file.lines(), 1):
            line = line.rstrip("\r\n")
            if not line.strip() or line.startswith("-DOCSTART-"):
                if sentence.lines:
                    yield sentence
                    sentence = Sentence()
            elif not self._is_comment(line):
                self._take(sentence, number, line, report)
        if sentence.lines:
            yield sentence

    def place(self, sentence: Sentence, at: int) -> Place:
        """Where the tag of a token stands."""
        number, line = sentence.lines[at]
        return self.file.place(number, self._starts(line)[self.tag] + 1)

    def _column(self, number: int, report: Report) -> int:
        """A column's number from the left, given from either side."""
        if -self.width <= number < self.width:
            return number % self.width
        report.stop(
            "missing-column",
            f"there is no column {number}: lines have {self.width}, counted from 0",
            "Give tokens= and tags= numbers of columns that are there",
            self.file.place(1),
        )

    def _take(self, sentence: Sentence, number: int, line: str, report: Report) -> None:
        fields = self._split(line)
        if self.is_conllu and not fields[0].isdigit():
            return  # 3-4 and 3.1 are no tokens of their own
        sound = self.file.sound(line, number, report)
        if not sound or not self._whole(fields, number, line, report):
            sentence.broken = True
            # Something has to stand here, so that the sentence has a line.
            sentence.lines.append((number, line))
            return
        sentence.tokens.append(fields[self.token])
        sentence.tags.append(fields[self.tag])
        sentence.lines.append((number, line))

    def _whole(self, fields: list[str], number: int, line: str, report: Report) -> bool:
        if len(fields) == self.width and fields[self.token] and fields[self.tag]:
            return True
        there = [field for field in fields if field]
        cure = "Write a token and its tag in each line"
        if (
            len(there) == 1
            and (there[0] == OUTSIDE or is_prefixed(there[0]))
            and (line[0].isspace() or self.by_tab and not fields[0])
        ):
            kind, says = "tag-without-token", f"the tag {there[0]} has no token"
        elif len(there) == 1:
            kind, says = "token-without-tag", f"the token {there[0][:30]!r} has no tag"
        else:
            kind = "wrong-number-of-columns"
            says = f"{len(fields)} columns, expected {self.width}"
            cure = "One token a line: no token holds a space"
        column = len(line) - len(line.lstrip()) + 1
        if kind == "wrong-number-of-columns" and len(fields) > self.width:
            column = self._starts(line)[self.width] + 1
        report.problem(kind, says, cure, self.file.place(number, column))
        return False

    def _split(self, line: str) -> list[str]:
        return [f.strip() for f in line.split("\t")] if self.by_tab else line.split()

    def _starts(self, line: str) -> list[int]:
        """Where the columns of a line begin, from 0."""
        if not self.by_tab:
            return [found.start() for found in _FIELD.finditer(line)]
        return [0, *(found.end() for found in re.finditer("\t", line))]

    def _is_comment(self, line: str) -> bool:
        """Whether a line is a remark, and not the token #."""
        if not line.startswith("#"):
            return False
        fields = self._split(line)
        tag = fields[self.tag] if len(fields) == self.width else ""
        return line.startswith("# ") and not (tag == OUTSIDE or is_prefixed(tag))

"""The place in the learner's own code that raised: frame, line and expression."""

import ast
import linecache
import sysconfig
import textwrap
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType, TracebackType

_COURSE = Path(__file__).resolve().parents[2]
_LIBRARY = Path(sysconfig.get_path("stdlib")).resolve()
_INSTALLED = {"site-packages", "dist-packages"}


@dataclass(frozen=True)
class Place:
    """Where the learner's code raised.

    Attributes:
        frame: the deepest frame of the learner's own.
        line: in its file, or in its notebook cell; from 1.
        code: that line's text, "" when it is not known.
        expression: the part of the line that raised, None when it is not known.
        statement: the whole statement, None when it is not known.
        start: the function's first line.
    """

    frame: FrameType
    line: int
    code: str
    expression: ast.expr | None
    statement: ast.stmt | None
    start: int


def find_place(trace: TracebackType | None) -> Place | None:
    """The deepest place of the learner's own in a traceback; None without one."""
    deepest = None
    while trace is not None:
        if _is_learners(trace.tb_frame.f_code.co_filename):
            deepest = trace
        trace = trace.tb_next
    return _place(deepest) if deepest else None


def _is_learners(file: str) -> bool:
    """True for a cell or a script: not for Python, packages or the course itself."""
    if file.startswith(("<frozen", "<__")):
        return False
    path = Path(file)
    if path.is_absolute():
        path = path.resolve()
        if path.is_relative_to(_COURSE) or path.is_relative_to(_LIBRARY):
            return False
    return not _INSTALLED.intersection(path.parts)


def _place(trace: TracebackType) -> Place:
    frame, line = trace.tb_frame, trace.tb_lineno
    file = frame.f_code.co_filename
    lines = linecache.getlines(file, frame.f_globals)
    return Place(
        frame,
        line,
        lines[line - 1].strip() if 0 < line <= len(lines) else "",
        _expression(frame.f_code, trace.tb_lasti, lines),
        _statement(line, lines),
        frame.f_code.co_firstlineno,
    )


def _expression(code: CodeType, lasti: int, lines: list[str]) -> ast.expr | None:
    """What Python was computing when it raised, as a syntax tree."""
    text = _segment(code, lasti, lines)
    try:
        return ast.parse(f"({text}\n)", mode="eval").body if text else None
    except (SyntaxError, ValueError):  # a whole statement, such as x += y
        return None


def _segment(code: CodeType, lasti: int, lines: list[str]) -> str:
    """The source from the first to the last character of the failing instruction."""
    spans = islice(code.co_positions(), lasti // 2, None)
    first, last, left, right = next(spans, (None,) * 4)
    if first is None or last is None or left is None or right is None:
        return ""
    rows = [row.encode() for row in lines[first - 1 : last]]  # columns count bytes
    if not rows:
        return ""
    rows[-1] = rows[-1][:right]
    rows[0] = rows[0][left:]
    return b"".join(rows).decode(errors="replace")


def _statement(line: int, lines: list[str]) -> ast.stmt | None:
    """The innermost statement that covers the line."""
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError):  # a cell with a %magic in it
        return _one_liner(lines[line - 1] if 0 < line <= len(lines) else "")
    covering = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return max(covering, key=lambda node: (node.lineno, node.col_offset), default=None)


def _one_liner(text: str) -> ast.stmt | None:
    try:
        return next(iter(ast.parse(textwrap.dedent(text)).body), None)
    except (SyntaxError, ValueError):
        return None

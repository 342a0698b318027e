"""What the learner reads: the verdict, the reason, and both answers side by side."""

import html
import math
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises.compare import has_parts, part_name, same
from course_lib.exercises.findings import Findings

LARGEST = 8  # rows and columns of a picture
GOOD, BAD = "#009E73", "#D55E00"
SAME = "border:1px solid #8884"
OTHER = f"border:2px solid {BAD};font-weight:bold"


@dataclass
class Report:
    """The answer to `check`. It shows itself in a notebook.

    Attributes:
        exercise: the exercise's id.
        passed: True if every case is right.
        attempted: False for an untouched stub.
        mistake: name of the mistake, names joined by "+", or None.
        reached: names of the steps that the answer computed, in order.
        message: the text that the learner reads.
        remarks: what was forgiven.
        case: name of the case that the message speaks of.
        expected, given: the two answers in that case, None where there is none.
        printed: the beginning of what the answer printed.
        right, cases: how many cases are right, and how many there are.
        steps: how many steps can be reached; 0 where they can't be watched.
        stopped: True if the answer was still running at the limit.
    """

    exercise: str
    passed: bool = False
    attempted: bool = True
    mistake: str | None = None
    reached: list[str] = field(default_factory=list)
    message: str = ""
    remarks: tuple[str, ...] = ()
    case: str = ""
    expected: Any = None
    given: Any = None
    printed: str = ""
    right: int = 0
    cases: int = 0
    steps: int = 0
    stopped: bool = False

    @property
    def verdict(self) -> str:
        """The first line: passed, not yet, or not attempted yet."""
        if not self.attempted:
            return f"Not attempted yet: {self.exercise}"
        if self.passed:
            return f"Passed: {self.exercise}"
        return f"Not yet: {self.exercise}" + (f" ({self.mistake})" * bool(self.mistake))

    def __repr__(self) -> str:
        lines = [self.verdict, self.message, *self.remarks]
        if self.printed:
            lines.append(f"It printed: {self.printed}")
        return "\n".join(line for line in lines if line)

    def _repr_html_(self) -> str:
        colour = GOOD if self.passed else BAD if self.attempted else "#888888"
        mark = "✓ " if self.passed else "✗ " if self.attempted else ""
        body = [f"<b>{mark}{html.escape(self.verdict)}</b>"]
        body += [_paragraph(text) for text in self.message.split("\n") if text]
        body += [_paragraph(f"Remark: {remark}") for remark in self.remarks]
        if self.printed:
            text = html.escape(self.printed)
            body.append(f"<details><summary>What it printed</summary><pre>{text}")
            body.append("</pre></details>")
        if self.attempted and not self.passed:
            body.append(side_by_side(self.expected, self.given))
        return (
            f'<div style="border-left:4px solid {colour};padding:2px 0 2px 12px;'
            f'max-width:54em">{"".join(body)}</div>'
        )


def _paragraph(text: str) -> str:
    """Text as HTML; `code` in backticks is set as code."""
    parts = html.escape(text).split("`")
    pieces = [f"<code>{p}</code>" if n % 2 else p for n, p in enumerate(parts)]
    return f'<p style="margin:4px 0">{"".join(pieces)}</p>'


def side_by_side(expected: Any, given: Any) -> str:
    """Target and answer as two small tables; differing cells are framed and marked."""
    if isinstance(expected, Findings):
        return _findings(expected, given)
    pair = _first_differing(expected, given)
    if pair is None:
        return ""
    target, answer, place = pair
    title = html.escape((place or "the answer").capitalize())
    largest = _largest(target)
    tables = _table("target", target, None, largest)
    tables += _table("yours", answer, target, largest)
    return (
        f'<p style="margin:8px 0 2px">{title} in this case:</p>'
        f'<div style="display:flex;gap:6px 2em;flex-wrap:wrap">{tables}</div>'
    )


def _findings(expected: Findings, given: Any) -> str:
    """What is seen of both answers, one line each."""
    if not isinstance(given, Findings) or given.problem:
        return ""
    differing = expected.differing(given)
    rows = "<tr><th></th><th>target</th><th>yours</th></tr>"
    for name, target in expected.seen.items():
        style, mark = SAME, ""
        if name in differing:
            style, mark = OTHER, "≠ "
        cells = (name, target, f"{mark}{given.seen[name]}")
        texts = [html.escape(str(cell)) for cell in cells]
        rows += (
            f'<tr><td style="text-align:left">{texts[0]}</td>'
            f'<td style="padding:1px 6px;{SAME}">{texts[1]}</td>'
            f'<td style="padding:1px 6px;{style}">{texts[2]}</td></tr>'
        )
    return (
        '<p style="margin:8px 0 2px">What many draws show in this case:</p>'
        f'<table style="border-collapse:collapse">{rows}</table>'
    )


def _first_differing(expected: Any, given: Any) -> tuple[Any, Any, str] | None:
    """The first part of the answer that differs, cut down to one matrix each."""
    if given is None or expected is None:
        return None
    if has_parts(expected) and isinstance(given, tuple):
        for number, (e, g) in enumerate(zip(expected, given, strict=False), 1):
            found = _first_differing(e, g)
            if found is not None:
                return found[0], found[1], part_name(expected, number)
        return None
    if has_parts(expected) and isinstance(given, Tensor):
        return None  # a pair is no matrix; the contract is said in words
    if isinstance(expected, float) and isinstance(given, float):
        expected, given = torch.tensor(expected), torch.tensor(given)
    if not isinstance(expected, Tensor) or not isinstance(given, Tensor):
        if same(given, expected, 1e-4):
            return None
        pair = (_matrix(v) if isinstance(v, Tensor) else v for v in (expected, given))
        return (*pair, "")
    if expected.shape != given.shape:
        return _matrix(expected), _matrix(given), ""
    near = torch.isclose(
        given.double(), expected.double(), rtol=1e-3, atol=1e-4, equal_nan=True
    )
    if bool(near.all()):
        return None
    where = (~near).nonzero()[0][:-2].tolist() if expected.ndim > 2 else []
    place = tuple(where)
    return _matrix(expected[place]), _matrix(given[place]), ""


def _matrix(tensor: Tensor) -> Tensor:
    """The first matrix of a tensor, at most LARGEST by LARGEST."""
    while tensor.ndim > 2:
        tensor = tensor[0]
    tensor = tensor.reshape(1, -1) if tensor.ndim < 2 else tensor
    return tensor[:LARGEST, :LARGEST].detach().cpu()


def _largest(values: Any) -> float:
    """The largest finite magnitude of a matrix: the darkest tint."""
    if not isinstance(values, Tensor):
        return 1.0
    finite = values.double().nan_to_num(0.0, 0.0, 0.0).abs()
    return float(finite.max()) or 1.0


def _table(title: str, values: Any, target: Any, largest: float) -> str:
    head = f"<figcaption>{title}</figcaption>"
    if not isinstance(values, Tensor):
        text = html.escape(repr(values)[:1000])
        return f'<figure style="margin:0">{head}<pre>{text}</pre></figure>'
    comparable = isinstance(target, Tensor) and target.shape == values.shape
    rows = ""
    for i, row in enumerate(values.tolist()):
        cells = (
            _cell(value, float(target[i, j]) if comparable else value, largest)
            for j, value in enumerate(row)
        )
        rows += f"<tr>{''.join(cells)}</tr>"
    return (
        f'<figure style="margin:0">{head}<table style="border-collapse:collapse;'
        f'font-variant-numeric:tabular-nums">{rows}</table></figure>'
    )


def _cell(value: float, wanted: float, largest: float) -> str:
    text = number(value)
    close = value == wanted or math.isclose(value, wanted, rel_tol=1e-3, abs_tol=1e-4)
    if close or (math.isnan(value) and math.isnan(wanted)):
        style, mark = SAME, ""
    else:
        style, mark = OTHER, "≠ "
    return (
        f'<td style="padding:1px 6px;text-align:right;{style};'
        f'background:{_tint(value, largest)}">{mark}{text}</td>'
    )


def _tint(value: float, largest: float) -> str:
    """Blue for positive, orange for negative numbers; faint enough for any theme."""
    if not math.isfinite(value):
        return "#8883"
    strength = 0.55 * min(abs(value) / largest, 1.0)
    red, green, blue = (0, 114, 178) if value > 0 else (230, 159, 0)
    return f"rgba({red},{green},{blue},{strength:.2f})"


def number(value: float | bool) -> str:
    """A number as the learner reads it: two decimals, or 7, True, False, nan, inf."""
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        return str(value)
    if abs(value) >= 1e4:
        return f"{value:.2e}"
    return f"{value + 0.0:.2f}".replace("-0.00", "0.00")

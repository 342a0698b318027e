"""Rows of figures as people read them: in a terminal, and in a notebook."""

import html
from collections.abc import Iterable, Sequence


def lines(rows: Iterable[Sequence[str]]) -> str:
    """Rows as columns of equal width: the first to the left, others to the right."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0])]
            + [x.rjust(w) for x, w in zip(row[1:], widths[1:], strict=True)]
        ).rstrip()
        for row in rows
    )


def table(rows: Iterable[Sequence[str]]) -> str:
    """Rows as an HTML table, headings first; texts stay texts, whatever they hold."""
    heading, *others = rows
    head = "".join(f'<th scope="col">{html.escape(x)}</th>' for x in heading)
    body = "".join(_row(row) for row in others)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def paragraph(text: str) -> str:
    """A sentence in HTML; nothing where there is none."""
    return f"<p>{html.escape(text)}</p>" if text else ""


def between(interval: tuple[float, float]) -> str:
    """An interval of shares in per cent."""
    low, high = interval
    return f"{low:.1%} to {high:.1%}"


def _row(row: Sequence[str]) -> str:
    name = f'<th scope="row" style="text-align:left">{html.escape(row[0])}</th>'
    return f"<tr>{name}{''.join(f'<td>{html.escape(x)}</td>' for x in row[1:])}</tr>"

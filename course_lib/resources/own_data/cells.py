"""The texts in a table's cells: present, usable, without spaces around them."""

from typing import Any

from course_lib.resources.own_data.encodings import SURROGATE
from course_lib.resources.own_data.problems import Report
from course_lib.resources.own_data.tables import MISSING, Record, Table


def text_of(
    table: Table, record: Record, column: int, role: str, report: Report
) -> str | None:
    """The text of a cell without spaces around it; None where it cannot be used.

    Args:
        role: what it is: "text", "question".
    """
    value = record.cells[column]
    if isinstance(value, str):
        text = value.strip()
        if text and usable(text):
            if len(text) != len(value):
                report.handled[f"spaces around a {role}"] += 1
            return text
    kind, says, cure = _fault(value, role)
    report.problem(kind, says, cure, lambda: table.place(record, column))
    return None


def usable(text: str) -> bool:
    """Whether Arrow can keep a text and a tokenizer can read it."""
    return (text.isascii() or not SURROGATE.search(text)) and "\0" not in text


def extra_of(value: Any) -> str | None:
    """A further cell as it is kept: as text."""
    if value is None or value is MISSING:
        return None
    text = str(value).strip()
    return text if usable(text) else text.encode("utf-8", "replace").decode()


def _fault(value: Any, role: str) -> tuple[str, str, str]:
    if value is MISSING:
        return f"missing-{role}", f"there is no {role}", f"Add the {role} to this row"
    if value is None or (isinstance(value, str) and not value.strip()):
        return f"empty-{role}", f"the {role} is empty", "Fill it in or delete the row"
    if not isinstance(value, str):
        says = f"the {role} is {str(value)[:30]!s}, a {type(value).__name__}, no text"
        return f"no-{role}", says, "Put quotes around it, or choose another column"
    if "\0" in value:
        return "nul-byte", f"the {role} holds a NUL character", "Take it out"
    says = f"the {role} holds half a character (an unpaired \\u escape)"
    return "half-character", says, "Write the whole character"

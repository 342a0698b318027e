"""The chapters as files: their numbers, titles and minutes, read off the notebooks."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from course_lib.errors import CourseError

_MINUTES = re.compile(r"\b(\d+)[ \u00a0-]minutes?\b|\bMinutes:\W*(\d+)\b")


@dataclass(frozen=True)
class Chapter:
    """One notebook.

    Attributes:
        file: its name, "03_self_attention.ipynb".
        title: the heading of its first cell without the number.
        minutes: how long it takes, as its first cell says; None if it does not.
    """

    file: str
    title: str
    minutes: int | None

    @property
    def number(self) -> str:
        """Two digits: "03"."""
        return self.file[:2]


def chapters(root: Path) -> list[Chapter]:
    """The chapters of a checkout, in order.

    Raises:
        CourseError: a notebook cannot be read; the message says which.
    """
    return [_read(path) for path in sorted((root / "chapters").glob("[0-9]*_*.ipynb"))]


def _read(path: Path) -> Chapter:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        first = "".join(cells[0]["source"])
    except (OSError, ValueError, LookupError) as error:
        raise CourseError(
            f"{path.name} is no whole notebook ({type(error).__name__}). Bring it "
            f"back with: git checkout -- chapters/{path.name}"
        ) from error
    title = re.search(r"^# +(?:\d+ *· *)?(.+)$", first, re.MULTILINE)
    minutes = _MINUTES.search(first)
    return Chapter(
        path.name,
        title[1].strip() if title else path.stem,
        int(minutes[1] or minutes[2]) if minutes else None,
    )

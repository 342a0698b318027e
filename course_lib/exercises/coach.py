"""Help on the way: one hint after the other, and the solution after an attempt."""

import html
from collections import Counter

from course_lib.exercises import checker
from course_lib.exercises.catalogue import task

_given: Counter[str] = Counter()  # hints shown in this session, by exercise


class Note(str):
    """A text that shows itself in a notebook; its code part is set as code."""

    code = ""

    def __repr__(self) -> str:
        return f"{self}\n\n{self.code}" if self.code else str(self)

    def _repr_html_(self) -> str:
        parts = html.escape(str(self)).split("`")
        text = "".join(
            f"<code>{part}</code>" if place % 2 else part
            for place, part in enumerate(parts)
        )
        code = f"<pre>{html.escape(self.code)}</pre>" if self.code else ""
        return f'<div style="max-width:46em"><p>{text}</p>{code}</div>'


def hint(exercise_id: str) -> Note:
    """The next hint; after the last one, the last one again.

    Raises:
        KeyError: there is no such exercise.
    """
    hints = task(exercise_id).hints
    place = min(_given[exercise_id], len(hints) - 1)
    _given[exercise_id] += 1
    return Note(f"Hint {place + 1} of {len(hints)}: {hints[place]}")


def solution(exercise_id: str) -> Note:
    """The reference with its explanation, once `check` has seen an attempt.

    Raises:
        KeyError: there is no such exercise.
    """
    exercise = task(exercise_id)
    if exercise_id not in checker.attempted:
        return Note(
            f"Try {exercise_id} first: write something into `{exercise.stub_name}` and "
            f'check it. `hint("{exercise_id}")` gives a first push.'
        )
    note = Note(f"Solution of {exercise_id}. {exercise.explanation}")
    note.code = exercise.source
    return note

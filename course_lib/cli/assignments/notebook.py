"""One chapter's exercises as a notebook that nbgrader releases and grades.

Each exercise has three cells: the stub with the solution between nbgrader's marks, the
check as a graded cell, and a graded cell of cases with other numbers, which nbgrader
takes out of what learners get.
"""

import ast
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_lib.cli import normal_form, notebooks
from course_lib.exercises.catalogue import Exercise, catalogue
from course_lib.exercises.unseen import proved_cases

SEEN, UNSEEN = 6, 4  # points; all ten for the check where nothing can be unseen
TASK_TAG = "### Exercise"
HEAD = """# {number} · {title}: exercises

Write each answer where `...` stands, and run the cell below it. It says what is right,
what is not yet, and how many points that is.

An exercise has {points} points, {seen} of them for the check. All its cases weigh the
same. One that is right counts whole, one that is not counts up to half, by the steps
that you reached. {unseen} points are for cases with other numbers, tried when the work
is graded; a right answer passes them. An answer that does not come to an end is
stopped, and costs its own exercise only."""
SETUP = """\
import math

import torch
import torch.nn.functional as F

from course_lib.exercises import hint
from course_lib.start import start

start()"""
# Next to each call: a name in an answer may be the same.
FRESH = "from course_lib.exercises.marks import"
LATER = "# Cases with other numbers are tried here when your work is graded."


@dataclass
class Assignment:
    """A chapter's exercises, ready to be written.

    Attributes:
        name: of the assignment and its notebook: "chapter03".
        notebook: with nbgrader's metadata.
        exercises: ids in it.
        points: of all together.
        left_out: what could not be exported, a sentence each.
    """

    name: str
    notebook: NotebookNode
    exercises: list[str] = field(default_factory=list)
    points: int = 0
    left_out: list[str] = field(default_factory=list)


def assignment(path: Path, title: str, seed: int) -> Assignment:
    """Make the assignment of a chapter; `exercises` is empty if it has none.

    Args:
        path: the chapter's notebook.
        title: the chapter's, without its number.
        seed: decides the unseen cases.
    """
    chapter = nbformat.read(path, as_version=4)
    number = path.name[:2]
    made = Assignment(f"chapter{number}", nbformat.v4.new_notebook())
    made.notebook.metadata = {
        "kernelspec": dict(normal_form.KERNEL),
        "language_info": {"name": "python"},
    }
    points = SEEN + UNSEEN
    text = HEAD.format(
        number=number, title=title, points=points, seen=SEEN, unseen=UNSEEN
    )
    made.notebook.cells = [
        _prose("head", text),
        _code("setup", SETUP, locked=True),
    ]
    for place, cell in enumerate(chapter.cells):
        for search in notebooks.search_ids(cell):
            made.left_out.append(
                f"{search}: a head is chosen in the explorer, by hand; look at it in "
                "class."
            )
        for name in notebooks.exercise_ids(cell):
            if name not in catalogue():
                made.left_out.append(f"{name}: the checker has no such exercise.")
                continue
            _add(made, catalogue()[name], chapter.cells[place - 1].source, cell, seed)
    return made


def _add(
    made: Assignment, exercise: Exercise, task: str, stub: NotebookNode, seed: int
) -> None:
    """Put an exercise's cells into the notebook."""
    key = exercise.id.replace(".", "-")
    cases = proved_cases(exercise, seed)
    if not cases:
        made.left_out.append(
            f"{exercise.id}: no unseen cases; all points are for the check."
        )
    seen = SEEN if cases else SEEN + UNSEEN
    task = task[max(task.find(TASK_TAG), 0) :]
    call = f'{FRESH} grade\n\ngrade("{exercise.id}", globals(), points={seen})'
    made.notebook.cells += [
        _prose(f"{key}-task", task),
        _code(f"{key}-answer", _with_solution(stub.source, exercise)),
        _code(f"{key}-check", call, locked=True, points=seen),
    ]
    if cases:
        call = (
            f'{FRESH} grade_unseen\n\ngrade_unseen("{exercise.id}", globals(), '
            f"points={UNSEEN}, seed={seed}, cases={cases})"
        )
        marked = f"{LATER}\n### BEGIN HIDDEN TESTS\n{call}\n### END HIDDEN TESTS"
        made.notebook.cells.append(
            _code(f"{key}-unseen", marked, locked=True, points=UNSEEN)
        )
    made.exercises.append(exercise.id)
    made.points += SEEN + UNSEEN


def _with_solution(stub: str, exercise: Exercise) -> str:
    """The stub with the reference's lines in place of `...`, between the marks."""
    lines = stub.splitlines()
    (at,) = (n for n, line in enumerate(lines) if line.lstrip().startswith("..."))
    (function,) = ast.parse(exercise.source).body
    body = function.body[1:] if ast.get_docstring(function) else function.body
    first = body[0].lineno - 1
    code = textwrap.dedent("\n".join(exercise.source.splitlines()[first:]))
    marked = f"### BEGIN SOLUTION\n{code}\n### END SOLUTION"
    head, tail = lines[:at], lines[at + 1 :]
    return "\n".join([*head, textwrap.indent(marked, "    "), *tail])


def _prose(key: str, text: str) -> NotebookNode:
    """Text that learners can't change."""
    cell = nbformat.v4.new_markdown_cell(text, id=key)
    cell.metadata = _metadata(key, "markdown", locked=True)
    return cell


def _code(
    key: str, source: str, locked: bool = False, points: int | None = None
) -> NotebookNode:
    """A locked cell, graded where it has points; else a place for an answer."""
    cell = nbformat.v4.new_code_cell(source, id=key)
    cell.metadata = _metadata(key, "code", locked)
    if points is not None:
        cell.metadata["nbgrader"] |= {"grade": True, "points": points}
    return cell


def _metadata(key: str, kind: str, locked: bool) -> NotebookNode:
    return NotebookNode(
        nbgrader=NotebookNode(
            grade=False,
            grade_id=key,
            locked=locked,
            schema_version=3,
            solution=not locked,
            task=False,
            cell_type=kind,
        )
    )

"""Exercises and quizzes stand in their chapters as the catalogue knows them."""

import ast
import inspect
import math
import re
from pathlib import Path

import pytest
import torch
from nbformat import NotebookNode

from course_lib.cli.notebooks import exercise_ids, search_ids
from course_lib.exercises import check, quiz
from course_lib.exercises.catalogue import Exercise, catalogue, find, searches
from course_lib.exercises.catalogue import task as task_of
from notebooks.chapters import (
    FILES,
    code_cells,
    each_chapter,
    each_later_chapter,
    load,
    tags,
)

EXERCISES = tuple(catalogue())
SEARCHES = tuple(searches())


def chapter_of(exercise: str) -> Path:
    """The notebook in which the exercise is set."""
    (path,) = (path for path in FILES if path.name.startswith(exercise[:2]))
    return path


def place(exercise: str) -> int:
    """Where in its chapter the exercise's only stub stands."""
    cells = load(chapter_of(exercise)).cells
    asking = (exercise_ids(cell) + search_ids(cell) for cell in cells)
    (index,) = (n for n, ids in enumerate(asking) if exercise in ids)
    return index


@each_chapter
def test_no_stub_without_an_exercise(chapter: Path) -> None:
    for cell in code_cells(load(chapter)):
        ids = exercise_ids(cell)
        assert ("exercise" in tags(cell)) == bool(ids), cell.id
        assert set(ids) <= set(EXERCISES)
        assert set(search_ids(cell)) <= set(SEARCHES)
        every = ids + search_ids(cell)
        assert all(name.startswith(chapter.name[:2]) for name in every)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_stub_has_the_signature_of_the_reference(exercise: str) -> None:
    stub = load(chapter_of(exercise)).cells[place(exercise)]
    (function,) = ast.parse(stub.source).body
    assert isinstance(function, ast.FunctionDef)
    assert function.name == find(exercise).stub_name
    assert stub_parameters(function) == bare_parameters(find(exercise))
    assert ast.get_docstring(function), "the contract, with shapes"
    rest = [ast.unparse(line) for line in function.body[1:]]
    assert rest in ([], ["..."], ["pass"])


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_solution_needs_no_other_names(exercise: str) -> None:
    names = {"math": math, "torch": torch, "F": torch.nn.functional}
    exec(find(exercise).source, names)
    answer = names[find(exercise).stub_name]
    assert check(exercise, answer).passed


def stub_parameters(function: ast.FunctionDef) -> list[tuple[str, str]]:
    """Names and defaults of a stub's parameters, as written."""
    names = [argument.arg for argument in function.args.args]
    defaults = [ast.unparse(value) for value in function.args.defaults]
    padded = [""] * (len(names) - len(defaults)) + defaults
    return list(zip(names, padded, strict=True))


def bare_parameters(exercise: Exercise) -> list[tuple[str, str]]:
    """Names and defaults of the reference's parameters."""
    parameters = inspect.signature(exercise.reference).parameters.values()
    return [
        (p.name, "" if p.default is inspect.Parameter.empty else repr(p.default))
        for p in parameters
    ]


@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_opens_an_explorer_that_nobody_has_touched(search: str) -> None:
    source = load(chapter_of(search)).cells[place(search)].source
    assert re.search(r"^explorer = ", source, re.MULTILINE)
    assert "selection" not in source
    assert source.endswith("\nexplorer"), "it is shown"


@pytest.mark.parametrize("exercise", EXERCISES + SEARCHES)
def test_the_task_stands_before_the_stub_and_its_check_after(exercise: str) -> None:
    cells = load(chapter_of(exercise)).cells
    at = place(exercise)
    task, stub, after = cells[at - 1], cells[at], next_code(cells, at)
    assert re.search(rf"^### Exercise {re.escape(exercise)}\b", task.source, re.M)
    assert re.search(r"\b\d+[ \u00a0-]minutes?\b", task.source)
    assert f'hint("{exercise}")' in task.source
    assert "check" in tags(after)
    assert after.source.endswith(f'check("{exercise}", {task_of(exercise).stub_name})')
    text = after.outputs[0].data["text/plain"]
    assert text.startswith(f"Not attempted yet: {exercise}"), stub.id


def next_code(cells: list[NotebookNode], after: int) -> NotebookNode:
    """The next code cell."""
    return next(cell for cell in cells[after + 1 :] if cell.cell_type == "code")


@each_chapter
def test_each_check_belongs_to_a_stub(chapter: Path) -> None:
    cells = code_cells(load(chapter))
    stubs = sum(bool(exercise_ids(cell) + search_ids(cell)) for cell in cells)
    assert sum("check" in tags(cell) for cell in cells) == stubs


@each_later_chapter
def test_a_quiz_of_its_own(chapter: Path) -> None:
    number = chapter.name[:2]
    calls = [c for c in code_cells(load(chapter)) if f'quiz("{number}")' in c.source]
    assert len(calls) == 1
    assert len(quiz(number).questions) >= 6

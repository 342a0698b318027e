"""The rules for notebooks are worth something: each refuses what it is there for."""

import copy
from collections.abc import Callable

import pytest
from nbformat import NotebookNode

from notebooks import test_exercises_in_chapters as exercises
from notebooks import test_style as style
from notebooks import test_unsolved as unsolved
from notebooks.chapters import FILES, load

(CHAPTER,) = (path for path in FILES if path.name.startswith("03"))
STUB = "def my_attention("
Change = Callable[[NotebookNode], None]
Rule = Callable[..., None]


def cells(notebook: NotebookNode, kind: str) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def source(kind: str, place: int, text: str) -> Change:
    """Give one cell another source."""

    def change(notebook: NotebookNode) -> None:
        cells(notebook, kind)[place].source = text

    return change


def replace(old: str, new: str) -> Change:
    """Replace a text in every cell."""

    def change(notebook: NotebookNode) -> None:
        for cell in notebook.cells:
            cell.source = cell.source.replace(old, new)

    return change


def remove(text: str) -> Change:
    """Take out the first cell with this text."""

    def change(notebook: NotebookNode) -> None:
        notebook.cells.remove(next(c for c in notebook.cells if text in c.source))

    return change


def double(text: str) -> Change:
    """Let the first cell with this text stand at the end as well."""

    def change(notebook: NotebookNode) -> None:
        notebook.cells.append(next(c for c in notebook.cells if text in c.source))

    return change


def without_outputs(notebook: NotebookNode) -> None:
    for cell in cells(notebook, "code"):
        cell.outputs = []


def strange_tag(notebook: NotebookNode) -> None:
    notebook.cells[-1].metadata["tags"] = ["strange"]


def without_alt(notebook: NotebookNode) -> None:
    for cell in cells(notebook, "code"):
        for output in cell.outputs:
            output.pop("metadata", None)
            output.metadata = {}


def unasserted(notebook: NotebookNode) -> None:
    for cell in cells(notebook, "code")[5:]:
        cell.metadata["tags"] = ["nbval-ignore-output"]
        cell.source = "print(1)"


def without_prose(notebook: NotebookNode) -> None:
    notebook.cells.remove(cells(notebook, "markdown")[6])


SET_UP = style.test_one_set_up_cell_the_same_everywhere
FIRST = style.test_first_cell_says_what_is_coming
HEADINGS = style.test_headings_go_down_step_by_step
LINKS = style.test_links_lead_somewhere
COMPARED = unsolved.test_there_is_something_to_compare
STUBS = exercises.test_stub_has_the_signature_of_the_reference
TASK = exercises.test_the_task_stands_before_the_stub_and_its_check_after
LONG = "\n".join(["x = 1"] * 31)
RULES: list[tuple[str, Change, Rule]] = [
    ("long cell", source("code", 5, LONG), style.test_code_cells_are_short),
    ("no prose", without_prose, style.test_prose_between_code),
    ("no output", without_outputs, style.test_most_cells_show_something),
    ("no minutes", replace("minutes", ""), FIRST),
    ("pip", source("code", 6, "%pip install x"), SET_UP),
    ("set-up", source("code", 0, "start()"), SET_UP),
    ("tag", strange_tag, style.test_tags),
    ("heading", source("markdown", 4, "#### x"), HEADINGS),
    ("second title", source("markdown", 4, "# x"), HEADINGS),
    ("no alt text", without_alt, style.test_every_picture_has_its_words),
    ("no assert", unasserted, style.test_what_is_passed_over_is_asserted),
    ("no lab", replace("Lab()", "Lab"), style.test_a_lab_to_play_with),
    ("dead link", source("markdown", 4, "[x](77.ipynb)"), LINKS),
    ("dead anchor", source("markdown", 4, "[x](#nowhere)"), LINKS),
    ("nothing to compare", without_outputs, COMPARED),
    ("no quiz", replace("quiz(", "print("), exercises.test_a_quiz_of_its_own),
    ("stub without tag", double("check("), exercises.test_each_check_belongs_to_a_stub),
]
EXERCISE_RULES: list[tuple[str, Change, Rule]] = [
    ("signature", replace("mask=None", "masks=None"), STUBS),
    ("solution inside", replace("...  # your code", "return 1"), STUBS),
    ("stands twice", double(STUB), STUBS),
    ("no check", remove('check("03.attention"'), TASK),
    ("no hint", replace("hint(", "tip("), TASK),
]


def changed(change: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the rules see chapter 03 with this change."""
    notebook = copy.deepcopy(load(CHAPTER))
    change(notebook)
    for module in (style, exercises, unsolved):
        monkeypatch.setattr(module, "load", lambda _path: notebook)


def named(rules: list[tuple[str, Change, Rule]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("change", "rule"), [pytest.param(c, r, id=name) for name, c, r in rules]
    )


@named(RULES)
def test_a_chapter_that_breaks_a_rule(
    change: Change, rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(CHAPTER)
    changed(change, monkeypatch)
    with pytest.raises(AssertionError):
        rule(CHAPTER)


@named(EXERCISE_RULES)
def test_an_exercise_that_breaks_a_rule(
    change: Change, rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule("03.attention")
    changed(change, monkeypatch)
    with pytest.raises((AssertionError, ValueError)):
        rule("03.attention")

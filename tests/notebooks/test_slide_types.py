"""Chapters as slides: which cells are shown, and how, by their metadata."""

import re
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from course_lib.cli.slide_types import TYPES, give_slide_types, slide_type
from notebooks.chapters import each_chapter, load, tags
from notebooks.test_lecturers_notes import each_chapter as each_noted_chapter
from notebooks.test_lecturers_notes import note, rows
from notebooks.test_style import last_call, without_fences

PLAYING = ("Lab", "Explorer", "explore", "Painter")


def shown(cell: NotebookNode) -> bool:
    """Whether the cell is on a slide."""
    return slide_type(cell) in ("slide", "subslide", "fragment")


def is_played_with(cell: NotebookNode) -> bool:
    """Whether the cell shows a lab or an explorer."""
    is_code = cell.cell_type == "code" and cell.outputs
    return is_code and last_call(cell).endswith(PLAYING)


def title(cell: NotebookNode) -> set[str]:
    """The headings of a prose cell."""
    source = without_fences(cell.source) if cell.cell_type == "markdown" else ""
    return set(re.findall(r"^#+ +(.+?)\s*$", source, re.MULTILINE))


@each_chapter
def test_each_cell_says_whether_and_how_it_is_shown(chapter: Path) -> None:
    cells = load(chapter).cells
    assert {slide_type(cell) for cell in cells} <= set(TYPES)
    assert slide_type(cells[0]) == "slide"
    assert slide_type(next(filter(shown, cells[1:]))) == "slide"


@each_chapter
def test_labs_and_exercises_are_shown(chapter: Path) -> None:
    asked = [
        cell
        for cell in load(chapter).cells
        if is_played_with(cell) or {"exercise", "check"} & set(tags(cell))
    ]
    assert [cell.id for cell in asked if not shown(cell)] == []


@each_chapter
def test_a_new_section_begins_a_slide(chapter: Path) -> None:
    sections = [c for c in load(chapter).cells if title(c) and shown(c)]
    assert [c.id for c in sections if slide_type(c) != "slide"] == []


@each_chapter
def test_only_what_is_shown_can_leave_its_code_out(chapter: Path) -> None:
    bare = [c for c in load(chapter).cells if "slide-output" in tags(c)]
    assert [c.id for c in bare if not (shown(c) and c.outputs)] == []


@each_noted_chapter
def test_what_the_plan_of_the_lecture_names_is_shown(chapter: Path) -> None:
    on_slides = set[str]().union(*map(title, filter(shown, load(chapter).cells)))
    named = {t for _, sections, *_ in rows(note(chapter)) for t in sections.split("; ")}
    assert named - on_slides == set()


def cells(*sources: str) -> list[NotebookNode]:
    """Prose where a source begins with a letter of the alphabet or #, else code."""
    return [
        new_code_cell(s[1:]) if s.startswith(">") else new_markdown_cell(s)
        for s in sources
    ]


def test_the_rule_for_cells_that_do_not_say_it() -> None:
    new = cells(
        "# 99 · New", ">setup", "Imports", "## Idea", ">x", "More", ">y", "## Quiz"
    )
    reading = cells("## What to read", "Papers.")
    give_slide_types([*new, *reading])
    kinds = ["slide", "skip", "skip", "slide", "fragment", "subslide", "fragment"]
    assert [slide_type(cell) for cell in new] == [*kinds, "slide"]
    assert [slide_type(cell) for cell in reading] == ["skip", "skip"]


@pytest.mark.parametrize("kind", TYPES)
def test_what_an_author_chose_stays(kind: str) -> None:
    title, idea = cells("# 99 · New", "## Idea")
    idea.metadata.slideshow = {"slide_type": kind}
    give_slide_types([title, idea])
    assert slide_type(idea) == kind

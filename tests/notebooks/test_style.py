"""The style of the notebooks, in figures: rhythm, first cells, pictures, links."""

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from nbformat import NotebookNode

from course_lib.resources.repository import REPOSITORY
from notebooks.chapters import (
    ROOT,
    code_cells,
    each_chapter,
    each_later_chapter,
    load,
    prose,
    tags,
    words,
)

SET_UP = f"""import sys

if "google.colab" in sys.modules:
    %pip install -q --no-deps "git+{REPOSITORY}"
from course_lib.start import start

start()"""
TAGS = {
    "setup",
    "exercise",
    "check",
    "nbval-ignore-output",
    "raises-exception",
    "slide-output",
}
INSTALLS = re.compile(r"\b(pip3?|conda|mamba|uv)\b.*\binstall\b")
DEFAULT_TEXT = re.compile(r"<(Figure|IPython|PIL|matplotlib|Axes)\b")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def lines(cell: NotebookNode) -> int:
    """The number of lines that are not blank."""
    return sum(bool(line.strip()) for line in cell.source.splitlines())


def own_code(chapter: Path) -> list[NotebookNode]:
    """The code cells but the set-up."""
    return [cell for cell in code_cells(load(chapter)) if "setup" not in tags(cell)]


def without_magics(source: str) -> ast.Module:
    """The cell's syntax tree; lines for IPython alone count as `pass`."""
    return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE))


@each_chapter
def test_code_cells_are_short(chapter: Path) -> None:
    lengths = sorted(map(lines, own_code(chapter)))
    assert 3 <= statistics.median(lengths) <= 6
    assert statistics.quantiles(lengths, n=10)[-1] <= 18
    long = {cell.id: lines(cell) for cell in own_code(chapter) if lines(cell) > 30}
    assert long == {}


def gaps(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, NotebookNode, str]]:
    """Each code cell, the next one, and the prose between them."""
    last, between = None, ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            between += prose(cell) + "\n"
            continue
        if last is not None:
            yield last, cell, between
        last, between = cell, ""


def needs_prose(before: NotebookNode, after: NotebookNode) -> bool:
    """All neighbours do, but a stub and its check."""
    return not ("exercise" in tags(before) and "check" in tags(after))


@each_chapter
def test_prose_between_code(chapter: Path) -> None:
    between = {
        f"{before.id} to {after.id}": words(text)
        for before, after, text in gaps(load(chapter))
        if needs_prose(before, after)
    }
    assert [place for place, count in between.items() if not count] == []
    assert 20 <= statistics.median(between.values()) <= 70


@each_chapter
def test_most_cells_show_something(chapter: Path) -> None:
    cells = own_code(chapter)
    showing = sum(bool(cell.outputs) for cell in cells)
    assert showing >= 0.6 * len(cells)


@each_chapter
def test_first_cell_says_what_is_coming(chapter: Path) -> None:
    first = load(chapter).cells[0]
    assert first.cell_type == "markdown"
    assert re.match(rf"# {chapter.name[:2]} · \S", first.source)
    assert len(re.findall(r"^[-*] ", first.source, re.MULTILINE)) >= 3, "goals"
    assert re.search(r"\bable to\b|\bcan\b", first.source), "goals"
    assert re.search(r"\bneeds?\b", first.source), "what you need"
    assert re.search(r"\b\d+[ \u00a0-]minutes?\b", first.source), "minutes"


@each_chapter
def test_one_set_up_cell_the_same_everywhere(chapter: Path) -> None:
    first, *others = code_cells(load(chapter))
    assert tags(first) == ["setup"]
    assert first.source == SET_UP
    assert first.outputs == []
    for cell in others:
        assert "setup" not in tags(cell)
        assert not INSTALLS.search(cell.source), cell.id


@each_chapter
def test_tags(chapter: Path) -> None:
    used = {tag for cell in load(chapter).cells for tag in tags(cell)}
    asking = ("exercise:", "search:")
    assert {tag for tag in used - TAGS if not tag.startswith(asking)} == set()


@each_chapter
def test_headings_go_down_step_by_step(chapter: Path) -> None:
    levels = [
        len(mark)
        for cell in load(chapter).cells
        if cell.cell_type == "markdown"
        for mark in re.findall(r"^(#+) ", without_fences(cell.source), re.MULTILINE)
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@each_chapter
def test_every_picture_has_its_words(chapter: Path) -> None:
    for cell in code_cells(load(chapter)):
        for output in cell.outputs:
            if "image/png" not in output.get("data", {}):
                continue
            alt = output.metadata.get("image/png", {}).get("alt", "")
            assert words(alt) >= 5, f"{cell.id} has a picture without alt text"
            text = output.data.get("text/plain", "")
            assert text, f"{cell.id} has a picture without text/plain"
            assert not DEFAULT_TEXT.match(text), f"{cell.id}: {text}"


@each_later_chapter
def test_what_is_passed_over_is_asserted(chapter: Path) -> None:
    """A cell whose output is not compared, but for its clock, asserts something."""
    passed_over = [
        cell for cell in own_code(chapter) if "nbval-ignore-output" in tags(cell)
    ]
    asserting = [cell for cell in passed_over if "assert" in cell.source]
    assert len(asserting) >= len(passed_over) / 2


def last_call(cell: NotebookNode) -> str:
    """The name of the function that the cell's last line calls, or ""."""
    body = without_magics(cell.source).body
    if body and isinstance(body[-1], ast.Expr) and isinstance(body[-1].value, ast.Call):
        return ast.unparse(body[-1].value.func)
    return ""


@each_later_chapter
def test_a_lab_to_play_with(chapter: Path) -> None:
    playing = ("Lab", "Explorer", "explore")
    labs = [c for c in code_cells(load(chapter)) if last_call(c).endswith(playing)]
    assert labs
    for cell in labs:
        assert "image/png" in cell.outputs[-1].data, "the still picture"


def without_fences(source: str) -> str:
    """Markdown without its blocks of code."""
    return re.sub(r"```.*?```", "", source, flags=re.DOTALL)


def anchors(path: Path) -> set[str]:
    """The headings of a notebook as JupyterLab and GitHub make addresses of them."""
    found = set()
    for cell in load(path).cells:
        if cell.cell_type == "markdown":
            for title in re.findall(r"^#+ +(.+)$", cell.source, re.MULTILINE):
                found |= {title.strip().replace(" ", "-"), _github_anchor(title)}
    return found


def _github_anchor(title: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", title.strip().lower())
    return kept.replace(" ", "-")


@each_chapter
def test_links_lead_somewhere(chapter: Path) -> None:
    for cell in load(chapter).cells:
        links = LINK.findall(cell.source) if cell.cell_type == "markdown" else []
        for link in links:
            if re.match(r"(https|mailto):", link):
                continue
            file, _, place = link.partition("#")
            target = (chapter.parent / file).resolve() if file else chapter
            assert target.exists(), f"{cell.id}: {link}"
            assert target.is_relative_to(ROOT), f"{cell.id}: {link}"
            if place and target.suffix == ".ipynb":
                assert place in anchors(target), f"{cell.id}: {link}"


@pytest.mark.parametrize(
    "command",
    [("ruff", "check"), ("ruff", "format", "--check"), ("codespell_lib",)],
    ids=" ".join,
)
def test_spelling_and_layout(command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command, "chapters"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr

"""`classroom export`: what is written, what is named, what is never overwritten."""

import ast
from pathlib import Path

import nbformat
import pytest
import torch

from course_lib.cli import classroom
from course_lib.cli.assignments.folder import export, new_seed
from course_lib.cli.assignments.notebook import SEEN, UNSEEN, assignment
from course_lib.cli.setup.place import ROOT
from course_lib.errors import CourseError
from course_lib.exercises.catalogue import CHAPTERS, catalogue

EXPORTED = [n for n in CHAPTERS if list((ROOT / "chapters").glob(f"{n}_*.ipynb"))]


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file()
    }


@pytest.mark.parametrize("number", EXPORTED)
def test_every_exercise_of_a_chapter_is_exported(number: str, tmp_path: Path) -> None:
    (made,) = export(tmp_path, ROOT, [number], seed=1)
    of_chapter = [name for name in catalogue() if name[:2] == number]
    assert sorted(made.exercises) == sorted(of_chapter)
    assert made.points == (SEEN + UNSEEN) * len(of_chapter)
    path = tmp_path / "source" / made.name / f"{made.name}.ipynb"
    written = nbformat.read(path, as_version=4)
    nbformat.validate(written)
    assert sum(_points(cell) for cell in written.cells) == made.points
    for cell in written.cells:
        if cell.cell_type == "code":
            ast.parse(cell.source)


def _points(cell: nbformat.NotebookNode) -> float:
    return cell.metadata.nbgrader.get("points", 0)


def test_solutions_stand_between_marks_and_are_right() -> None:
    (path,) = (ROOT / "chapters").glob("03_*.ipynb")
    made = assignment(path, "Self-attention", seed=1)
    answers = [c for c in made.notebook.cells if c.metadata.nbgrader.solution]
    for cell in answers:
        names: dict[str, object] = {}
        exec("import math, torch\nimport torch.nn.functional as F", names)
        exec(cell.source, names)
        (name,) = (n for n in names if n.startswith("my_"))
        exercise = next(e for e in catalogue().values() if e.stub_name == name)
        case = exercise.cases(torch.float32)[0]
        assert names[name](*case.inputs.values()) is not None
        assert cell.source.count("### BEGIN SOLUTION") == 1
        assert cell.source.count("### END SOLUTION") == 1


def test_the_seed_is_new_each_time_and_stands_in_unseen_cells_alone(
    tmp_path: Path,
) -> None:
    assert new_seed() != new_seed()
    (made,) = export(tmp_path, ROOT, ["03"], seed=987654)
    for cell in made.notebook.cells:
        seen, _, hidden = cell.source.partition("### BEGIN HIDDEN TESTS")
        assert "987654" not in seen
        assert ("seed=987654" in hidden) == cell.id.endswith("-unseen")


def test_the_verb_names_what_it_cannot_export(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert classroom.run(["export", str(tmp_path / "class"), "01", "09"]) == 0
    said = capsys.readouterr().out
    assert "chapter09: 3 exercises, 30 points" in said
    assert "No exercises, so no assignment: chapter01" in said
    assert "09.find_previous_token_head: a head is chosen in the explorer" in said
    assert (tmp_path / "class" / "README.md").is_file()
    ast.parse((tmp_path / "class" / "nbgrader_config.py").read_text())


def test_an_earlier_export_can_be_added_to_and_is_not_overwritten(
    tmp_path: Path,
) -> None:
    export(tmp_path, ROOT, ["03"], seed=1)
    (tmp_path / "README.md").write_text("my own notes")
    before = files(tmp_path)
    with pytest.raises(CourseError, match="chapter03 from an earlier export"):
        export(tmp_path, ROOT, ["03", "04"], seed=2)
    assert files(tmp_path) == before
    export(tmp_path, ROOT, ["04"], seed=2)
    after = files(tmp_path)
    assert before.items() <= after.items()
    assert set(after) - set(before) == {"source/chapter04/chapter04.ipynb"}


def test_a_folder_with_other_things_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("all of it")
    with pytest.raises(CourseError, match="other things, and nothing was written"):
        export(tmp_path, ROOT, ["03"], seed=1)
    assert set(files(tmp_path)) == {"thesis.txt"}
    with pytest.raises(CourseError, match="is a file"):
        export(tmp_path / "thesis.txt", ROOT, ["03"], seed=1)


@pytest.mark.parametrize(
    ("numbers", "says"),
    [(["77"], "There is no chapter 77"), (["00", "01"], "no exercises to export in")],
)
def test_chapters_that_do_not_do_are_named(
    tmp_path: Path, numbers: list[str], says: str
) -> None:
    with pytest.raises(CourseError, match=says):
        export(tmp_path / "class", ROOT, numbers, seed=1)
    assert not (tmp_path / "class").exists()

"""Five made-up submissions, through nbgrader itself, to the right marks."""

import copy
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from cli.extras import python_with
from course_lib.cli.assignments.folder import export
from course_lib.cli.setup.place import ROOT
from course_lib.exercises.catalogue import find

NAME = "chapter03"
IDS = ("scores", "weights", "causal_mask", "padding_mask", "attention")
# Without the scale: the products are reached, the scores are not; no case is right.
UNSCALED = "def my_scores(query, key):\n    return query @ key.mT"
# Right in all cases but the one with large numbers.
OVERFLOWS = """def my_weights(scores):
    grown = scores.exp()
    return grown / grown.sum(-1, keepdim=True)"""
ENDLESS = """def my_weights(scores):
    while True:
        scores = scores + 1"""

# Knows the numbers of the check, and nothing else.
BY_HEART = """from course_lib.exercises.catalogue import find
KNOWN = {
    str(case.inputs): find("03.scores").reference(*case.inputs.values())
    for case in find("03.scores").cases(torch.float32)
}
def my_scores(query, key):
    return KNOWN.get(str({"query": query, "key": key}), query)"""
ENDS_THE_KERNEL = """import os
def my_weights(scores):
    os._exit(1)"""
SHOWS_A_MARK = """def my_padding_mask(*given):
    get_ipython().displayhook(6.0)"""


class Class:
    """A lecturer's folder, and what nbgrader said in it."""

    def __init__(self, folder: Path, python: str) -> None:
        self.folder = folder
        self.python = python
        self.home = folder.parent / "home"
        self.home.mkdir()
        export(folder, ROOT, ["03"], seed=7)
        self.nbgrader("generate_assignment", NAME)
        self.released = nbformat.read(self.path("release"), as_version=4)
        for student, change in SUBMISSIONS.items():
            notebook = copy.deepcopy(self.released)
            change(notebook)
            place = folder / "submitted" / student / NAME
            place.mkdir(parents=True)
            nbformat.write(notebook, place / f"{NAME}.ipynb")
        self.log = self.nbgrader("autograde", NAME)

    def path(self, step: str, student: str = "") -> Path:
        return self.folder / step / student / NAME / f"{NAME}.ipynb"

    def nbgrader(self, *command: str) -> str:
        """Run it as a lecturer does, away from this user's own settings."""
        commands = [str(Path(one).parent) for one in (self.python, sys.executable)]
        environ = os.environ | {
            "PATH": os.pathsep.join([*commands, os.environ["PATH"]]),
            "HOME": str(self.home),
            "JUPYTER_CONFIG_DIR": str(self.home),
            "JUPYTER_PLATFORM_DIRS": "1",
            "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]),
            "OMP_NUM_THREADS": "1",
        }
        done = subprocess.run(
            [self.python, "-m", "nbgrader", *command],
            cwd=self.folder,
            env=environ,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stderr

    def marks(self, student: str) -> dict[str, float]:
        """Points by cell, as the gradebook has them."""
        asked = """
            select base_cell.name, grade.auto_score from grade
            join base_cell on base_cell.id = grade.cell_id
            join submitted_notebook on submitted_notebook.id = grade.notebook_id
            join submitted_assignment
              on submitted_assignment.id = submitted_notebook.assignment_id
            where submitted_assignment.student_id = ?"""
        with sqlite3.connect(self.folder / "gradebook.db") as book:
            return dict(book.execute(asked, (student,)).fetchall())

    def total(self, student: str) -> float:
        return sum(self.marks(student).values())

    def text(self, student: str, cell: str) -> str:
        """What the student will read under a cell."""
        notebook = nbformat.read(self.path("autograded", student), as_version=4)
        (found,) = (c for c in notebook.cells if key(c) == cell)
        return "\n".join(
            output.get("text", "")
            + output.get("data", {}).get("text/plain", "")
            + output.get("evalue", "")
            for output in found.outputs
        )


def key(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def answer(notebook: NotebookNode, name: str, source: str) -> None:
    (cell,) = (c for c in notebook.cells if key(c) == f"03-{name}-answer")
    cell.source = source


def right(notebook: NotebookNode) -> None:
    for name in IDS:
        answer(notebook, name, find(f"03.{name}").source)


def half_right(notebook: NotebookNode) -> None:
    """Two exercises right, two with a mistake, one not attempted."""
    answer(notebook, "scores", UNSCALED)
    answer(notebook, "weights", OVERFLOWS)
    for name in ("causal_mask", "padding_mask"):
        answer(notebook, name, find(f"03.{name}").source)


def endless(notebook: NotebookNode) -> None:
    right(notebook)
    answer(notebook, "weights", ENDLESS)


def with_missing_cells(notebook: NotebookNode) -> None:
    """No set-up, no check of the scores, nothing at all of the weights."""
    right(notebook)
    gone = ("setup", "03-scores-check", "03-weights-answer", "03-weights-check")
    notebook.cells = [cell for cell in notebook.cells if key(cell) not in gone]


def rough(notebook: NotebookNode) -> None:
    """Learnt by heart, ends the kernel, prints too much, writes its own marks."""
    names = "grade = grade_unseen = lambda *_, **__: 6.0"
    notebook.cells.insert(2, nbformat.v4.new_code_cell(names))
    answer(notebook, "scores", BY_HEART)
    answer(notebook, "weights", ENDS_THE_KERNEL)
    loud = "mask = my_causal_mask\ndef my_causal_mask(length):\n"
    loud += "    print('0.0\\n' * 100_000)\n    return mask(length)\nexit()"
    answer(notebook, "causal_mask", f"{find('03.causal_mask').source}\n{loud}")
    answer(notebook, "padding_mask", SHOWS_A_MARK)
    (check,) = (c for c in notebook.cells if key(c) == "03-attention-check")
    check.source, check.metadata.tags = "6.0", ["skip-execution"]


SUBMISSIONS: dict[str, Callable[[NotebookNode], None]] = {
    "right": right,
    "half": half_right,
    "endless": endless,
    "missing": with_missing_cells,
    "rough": rough,
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """All of it once: export, hand out, collect, grade."""
    python = python_with("classroom", "nbgrader", tmp_path_factory.mktemp("n") / "venv")
    return Class(tmp_path_factory.mktemp("class") / "class", python)


def test_learners_get_stubs_and_no_unseen_cases(course: Class) -> None:
    text = course.path("release").read_text(encoding="utf-8")
    assert text.count("...  # your code") == len(IDS)
    assert "SOLUTION" not in text and "HIDDEN" not in text and "seed" not in text
    assert all(find(f"03.{name}").source not in text for name in IDS)


def test_right_answers_have_all_points(course: Class) -> None:
    assert course.total("right") == 50
    assert course.text("right", "03-scores-check").split()[-1] == "6.0"


def test_half_right_answers_have_part_of_them_and_a_reason(course: Class) -> None:
    marks = course.marks("half")
    # No case right, one of two steps reached, and steps count half: a quarter.
    assert marks["03-scores-check"] == 1.5 and marks["03-scores-unseen"] == 0
    said = course.text("half", "03-scores-check")
    assert "missing-scale" in said
    assert "1.5 of 6 points: 0 of 4 cases right, 1 of 2 steps reached" in said
    assert marks["03-weights-check"] == 4.5 and marks["03-weights-unseen"] == 3
    assert "3 of 4 cases right" in course.text("half", "03-weights-unseen")
    assert marks["03-attention-check"] == marks["03-attention-unseen"] == 0
    assert "nothing was written here" in course.text("half", "03-attention-check")
    assert marks["03-causal_mask-check"] + marks["03-padding_mask-unseen"] == 10


def test_an_endless_loop_is_stopped_and_costs_its_exercise_alone(
    course: Class,
) -> None:
    assert course.total("endless") == 40
    assert "still running after 10 seconds" in course.text(
        "endless", "03-weights-check"
    )
    assert "not tried again" in course.text("endless", "03-weights-unseen")


def test_missing_cells_are_put_back_and_missing_answers_said(course: Class) -> None:
    assert course.total("missing") == 40
    assert "no function `my_weights`" in course.text("missing", "03-weights-check")
    notebook = nbformat.read(course.path("autograded", "missing"), as_version=4)
    notices = [c.source for c in notebook.cells if "was missing" in c.source]
    assert len(notices) == 3 and "put back for grading" in notices[0]
    assert "Traceback" not in course.log


def test_what_was_learnt_by_heart_fails_on_other_numbers(course: Class) -> None:
    marks = course.marks("rough")
    assert marks["03-scores-check"] == 6 and marks["03-scores-unseen"] == 0


def test_a_cell_that_ends_the_kernel_costs_itself_alone(course: Class) -> None:
    marks = course.marks("rough")
    assert marks["03-weights-check"] == marks["03-weights-unseen"] == 0
    assert "It was left out" in course.text("rough", "03-weights-check")
    assert marks["03-causal_mask-check"] + marks["03-causal_mask-unseen"] == 10
    assert len(course.text("rough", "03-causal_mask-check")) < 5000


def test_a_submission_does_not_write_its_own_marks(course: Class) -> None:
    marks = course.marks("rough")
    assert marks["03-padding_mask-check"] == marks["03-padding_mask-unseen"] == 0
    assert "No mark came out" in course.text("rough", "03-padding_mask-check")
    assert marks["03-attention-check"] == marks["03-attention-unseen"] == 0
    assert "nothing was written here" in course.text("rough", "03-attention-check")
    assert course.total("rough") == 16

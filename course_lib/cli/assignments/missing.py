"""A step of nbgrader's autograde: cells that a submission lacks are put back."""

from typing import Any

from nbformat import NotebookNode, v4
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

NOTICE = (
    "The cell below (`{name}`) was missing from this notebook. It was put back for "
    "grading."
)


class BringBack(NbGraderPreprocessor):
    """Puts the set-up and the graded cells back, each where it stood.

    nbgrader's own way (`add_missing_cells`) stops with an error where an answer's cell
    is missing, too. An answer stays missing: it may stand in another cell.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Put back what is missing; the rest stays as it is."""
        given = resources["nbgrader"]
        with Gradebook(given["db_url"]) as gradebook:
            source = gradebook.find_notebook(given["notebook"], given["assignment"])
            points = {cell.name: cell.max_score for cell in source.grade_cells}
            wanted = [_cell(cell, points) for cell in source.source_cells]
        at = 0
        for cell in wanted:
            found = [n for n, there in enumerate(nb.cells) if _id(there) == _id(cell)]
            if found:
                at = found[0] + 1
            elif cell.cell_type == "code" and cell.metadata.nbgrader.locked:
                self.log.warning("%s was missing and is put back", _id(cell))
                notice = v4.new_markdown_cell(NOTICE.format(name=_id(cell)))
                nb.cells[at:at] = [notice, cell]
                at += 2
        return nb, resources


def _id(cell: NotebookNode) -> str | None:
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def _cell(source: Any, points: dict[str, float]) -> NotebookNode:
    """A cell as the gradebook keeps it."""
    kind = source.cell_type
    new = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
    grader = NotebookNode(
        grade=source.name in points,
        grade_id=source.name,
        locked=source.locked,
        solution=not source.locked,
        task=False,
        schema_version=3,
        cell_type=kind,
        checksum=source.checksum,
    )
    if source.name in points:
        grader.points = points[source.name]
    return new(source.source, metadata=NotebookNode(nbgrader=grader))

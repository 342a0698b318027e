"""Steps of nbgrader's autograde: a submission runs to its end, and a mark is a mark."""

from typing import Any

from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode, v4
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from nbgrader.utils import is_grade

LEFT_OUT = "This cell ended the kernel (out of memory, or os._exit). It was left out."
NO_MARK = "No mark came out of this cell. It counts 0 until it is marked by hand."
NO_EXIT = "exit() does nothing while this is graded."
_TAME = f"get_ipython().ask_exit = lambda: print({NO_EXIT!r})"
_SKIPPED = "skip-execution"


class RunAll(Execute):
    """Runs a submission to its end, even where a cell ends the kernel.

    nbgrader's own way gives all of the submission up. Here the cell is left out, with
    a line that says so, and the others are run once more from the top.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run all cells; a cell that ends the kernel costs itself alone."""
        for cell in nb.cells:
            cell.metadata.pop("tags", None)  # one of them would keep it from running
        while True:
            try:
                return super().preprocess(nb, resources)
            except DeadKernelError:
                if "tags" in self._now.metadata:
                    raise  # left out already: no cell ended this kernel
                self.log.warning("A cell ended the kernel and is left out")
                self._now.metadata["tags"] = [_SKIPPED]
                self._now.outputs = [_error("KernelEnded", LEFT_OUT)]

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run a cell, and remember which one it is."""
        self._now = cell
        if index == 0:
            self.wait_for_reply(self.kc.execute(_TAME, silent=True))
        return super().preprocess_cell(cell, resources, index)


class OnlyMarks(NbGraderPreprocessor):
    """Sees to it that a graded cell without one mark in range counts 0, and says so.

    nbgrader would give all points to a cell that shows nothing or no number, and none
    to one that wrote a warning.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Look at what one cell shows."""
        if not is_grade(cell):
            return cell, resources
        for output in cell.outputs:
            if output.output_type == "stream":
                output.name = "stdout"
        failed = any(output.output_type == "error" for output in cell.outputs)
        if not failed and not _has_mark(cell):
            self.log.warning("%s: no mark", cell.metadata.nbgrader.grade_id)
            cell.outputs.insert(0, _error("NoMark", NO_MARK))
        return cell, resources


def _has_mark(cell: NotebookNode) -> bool:
    shown = [o.data for o in cell.outputs if o.output_type == "execute_result"]
    try:
        (mark,) = (float(data["text/plain"]) for data in shown)
    except (KeyError, ValueError):
        return False
    return 0 <= mark <= cell.metadata.nbgrader.points


def _error(name: str, text: str) -> NotebookNode:
    lines = [f"{name}: {text}"]
    return v4.new_output("error", ename=name, evalue=text, traceback=lines)

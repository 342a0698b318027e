"""The explorers of a chapter as pages of their own, which work without a kernel.

A notebook stores a still picture of each explorer. Its numbers come back by running
the chapter's cells up to the last explorer, in a process of its own: one file for each
cell that shows one. Nothing else of that run is used.

python -m course_lib.cli.website.explorers CHAPTER.ipynb FOLDER
"""

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from course_lib.errors import CourseError

VIEWS = ("head", "layers", "matrix", "tokens", "query-key")
STARTS = "AttentionExplorer("
"""How the text of a stored explorer begins."""
LARGEST = 3_000_000
"""Bytes of one page; a larger one is made again without queries and keys."""
_SKIPPED = {"setup", "check"}
_SETTINGS = {
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_WAIT_POLICY": "PASSIVE",
    "MPLBACKEND": "agg",
}


def shows_explorer(cell: dict[str, Any]) -> bool:
    """Whether the cell's stored output is an explorer."""
    texts = (output.get("data", {}).get("text/plain", "") for output in _outputs(cell))
    return any("".join(text).startswith(STARTS) for text in texts)


def shows_any(notebook: Path) -> bool:
    """Whether a chapter shows an explorer."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return any(map(shows_explorer, cells))


def write_explorers(notebook: Path, folder: Path) -> dict[str, Path]:
    """Write a page for each explorer of a chapter, in a process of its own.

    Args:
        notebook: the chapter.
        folder: where the pages go; made if it is not there.

    Returns:
        The pages by the id of the cell that shows them.

    Raises:
        CourseError: the chapter does not run; the message names the cell.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    wanted = [cell["id"] for cell in cells if shows_explorer(cell)]
    if not wanted:
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", __name__, str(notebook), str(folder)]
    made = subprocess.run(
        command, env=os.environ | _SETTINGS, capture_output=True, text=True
    )
    pages = {name: folder / f"{name}.html" for name in wanted}
    missing = [name for name, page in pages.items() if not page.is_file()]
    if made.returncode or missing:
        last = (made.stderr.strip() or "no message").splitlines()[-1]
        raise CourseError(
            f"The explorers of {notebook.name} could not be made: {last} "
            f"Missing: {', '.join(missing) or 'none'}. Run `python -m course_lib "
            f"notebooks {notebook.name[:2]}` to see the cell fail, or build with "
            "--still, which keeps their pictures."
        )
    return pages


def main(arguments: list[str]) -> int:
    """Run a chapter's cells here and write its explorers."""
    notebook, folder = map(Path, arguments)
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    last = max(place for place, cell in enumerate(cells) if shows_explorer(cell))
    os.chdir(notebook.parent)
    shell = _shell()
    for cell in cells[: last + 1]:
        if cell["cell_type"] == "code" and not _SKIPPED & _tags(cell):
            _run(shell, cell, folder)
    return 0


def _run(shell: Any, cell: dict[str, Any], folder: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        result = shell.run_cell("".join(cell["source"]), silent=False)
    if not result.success and "raises-exception" not in _tags(cell):
        error = result.error_in_exec or result.error_before_exec
        print(f"cell {cell['id']}: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)
    if shows_explorer(cell):
        _write(result.result, folder / f"{cell['id']}.html")


def _write(explorer: Any, path: Path) -> None:
    """Keep all views where they fit; else leave out what takes most room."""
    views = VIEWS if explorer.part.query is not None else VIEWS[:-1]
    explorer.to_html(path, views)
    if path.stat().st_size > LARGEST and "query-key" in views:
        explorer.to_html(path, VIEWS[:-1])


def _shell() -> Any:
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    shell.display_pub.publish = lambda *_, **__: None  # pictures are not wanted
    return shell


def _outputs(cell: dict[str, Any]) -> list[dict[str, Any]]:
    return cell.get("outputs", [])


def _tags(cell: dict[str, Any]) -> set[str]:
    return set(cell["metadata"].get("tags", []))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

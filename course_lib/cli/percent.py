"""A new chapter from a text file: `python -m course_lib.cli.percent 90_name.py`.

The text has its cells behind lines that begin with `# %%`, as editors know it:
`# %% [markdown]` for prose, `# %% tags=["setup"]` for tags. What comes of it is
edited in Lab from then on.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_lib.cli import normal_form
from course_lib.cli.notebooks import write
from course_lib.cli.setup.place import ROOT
from course_lib.errors import CourseError

_HEAD = re.compile(r"^# %%(?P<prose> \[markdown\])?(?: tags=(?P<tags>\[.*\]))?\s*$")


def read(text: str) -> NotebookNode:
    """The notebook that the text describes, without outputs.

    Raises:
        CourseError: the text does not begin with a cell.
    """
    if not text.lstrip().startswith("# %%"):
        raise CourseError("A chapter's text begins with a cell: `# %% [markdown]`.")
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [_cell(head, lines) for head, lines in _parts(text)]
    return notebook


def _parts(text: str) -> Iterator[tuple[re.Match[str], list[str]]]:
    """The head of each cell, and its lines."""
    head, lines = None, []
    for line in text.strip().splitlines():
        match = _HEAD.match(line)
        if match is None:
            lines.append(line)
            continue
        if head is not None:
            yield head, lines
        head, lines = match, []
    if head is not None:
        yield head, lines


def _cell(head: re.Match[str], lines: list[str]) -> NotebookNode:
    tags = json.loads(head["tags"] or "[]")
    metadata = {"tags": tags} if tags else {}
    if head["prose"]:
        source = "\n".join(re.sub(r"^# ?", "", line) for line in lines)
        return nbformat.v4.new_markdown_cell(source.strip(), metadata=metadata)
    return nbformat.v4.new_code_cell("\n".join(lines).strip(), metadata=metadata)


def main(arguments: list[str], folder: Path = ROOT / "chapters") -> int:
    """Write chapters/NAME.ipynb for each NAME.py; a chapter that is there stays."""
    for name in arguments:
        path = folder / f"{Path(name).stem}.ipynb"
        if path.exists():
            raise CourseError(f"{path.name} is there: edit it in Lab, or delete it.")
        notebook = read(Path(name).read_text(encoding="utf-8"))
        write(normal_form.normalise(notebook, path.stem), path)
        print(f"chapters/{path.name}: {len(notebook.cells)} cells")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (CourseError, OSError) as error:
        sys.exit(str(error))

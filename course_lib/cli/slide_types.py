"""Which cells of a chapter are slides: the rule for cells that do not say it yet.

A cell says it in its metadata, `slideshow.slide_type`, as Jupyter's tools read it:
`slide` begins a section, `subslide` goes on in it, `fragment` waits on the same slide
until the lecturer has asked, `skip` is for reading. What an author chose stays.
"""

import re
from collections.abc import Sequence

from nbformat import NotebookNode

TYPES = ("slide", "subslide", "fragment", "skip", "notes")
FOR_READING = re.compile(r"^## What (to read|is next|next)", re.MULTILINE)


def give_slide_types(cells: Sequence[NotebookNode]) -> None:
    """Give each cell that has no slide type the one of the rule.

    The title is a slide, headings begin slides, other prose goes on below them, and
    code with its output waits until the question before it was asked. Left out is what
    stands before the first section, and what there is to read after the last.
    """
    left_out = False
    for place, cell in enumerate(cells):
        prose = cell.cell_type == "markdown"
        heading = prose and re.search(r"^#+ ", cell.source, re.MULTILINE)
        if heading:
            left_out = bool(FOR_READING.search(cell.source))
        if not slide_type(cell):
            kind = ("slide" if heading else "subslide") if prose else "fragment"
            cell.metadata.slideshow = {"slide_type": "skip" if left_out else kind}
        left_out = left_out or place == 0


def slide_type(cell: NotebookNode) -> str:
    """What a cell says of itself; "" if nothing."""
    return cell.metadata.get("slideshow", {}).get("slide_type", "")

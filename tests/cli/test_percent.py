"""A chapter's text becomes a notebook in normal form, and overwrites none."""

import nbformat
import pytest

from course_lib.cli import percent
from course_lib.errors import CourseError

TEXT = """\
# %% [markdown]
# # 90 · A chapter
#
# With a line.

# %% tags=["setup"]
%pip install nothing
x = 1

# %%

y = 2
"""


def test_cells_tags_and_magics_come_through() -> None:
    prose, setup, code = percent.read(TEXT).cells
    assert prose.cell_type == "markdown"
    assert prose.source == "# 90 · A chapter\n\nWith a line."
    assert setup.source == "%pip install nothing\nx = 1"
    assert setup.metadata.tags == ["setup"]
    assert code.source == "y = 2" and "tags" not in code.metadata


def test_the_file_is_written_in_normal_form(tmp_path, capsys) -> None:
    text = tmp_path / "90_chapter.py"
    text.write_text(TEXT, encoding="utf-8")
    assert percent.main([str(text)], tmp_path) == 0
    assert capsys.readouterr().out == "chapters/90_chapter.ipynb: 3 cells\n"
    notebook = nbformat.read(tmp_path / "90_chapter.ipynb", as_version=4)
    assert [cell.id for cell in notebook.cells][0] == "90-a-chapter"
    nbformat.validate(notebook)


def test_a_chapter_that_is_there_stays(tmp_path) -> None:
    (tmp_path / "90_chapter.py").write_text(TEXT, encoding="utf-8")
    (tmp_path / "90_chapter.ipynb").write_text("precious")
    with pytest.raises(CourseError, match="edit it in Lab"):
        percent.main([str(tmp_path / "90_chapter.py")], tmp_path)
    assert (tmp_path / "90_chapter.ipynb").read_text() == "precious"


def test_text_without_cells_is_refused() -> None:
    with pytest.raises(CourseError, match="begins with a cell"):
        percent.read("print(1)")

"""Every notebook in the repository is in normal form."""

from pathlib import Path

from course_lib.cli.notebooks import check
from notebooks.chapters import FILES, NAMES, each_chapter


def test_all_chapters_are_there() -> None:
    assert [path.stem for path in FILES[: len(NAMES)]] == list(NAMES)


@each_chapter
def test_normal_form(chapter: Path) -> None:
    assert check(chapter) == []

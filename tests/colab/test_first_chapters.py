"""Chapters with their answers, with the versions of Colab's image: the first half."""

from pathlib import Path

import pytest
from notebooks.chapters import FILES

from colab.image import Image
from colab.solving import runs_through


@pytest.mark.parametrize("chapter", FILES[:11], ids=lambda path: path.stem)
def test_a_chapter_runs_through(chapter: Path, image: Image, tmp_path: Path) -> None:
    runs_through(chapter, image, tmp_path)

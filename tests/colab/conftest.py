"""The image, made once for all workers."""

import os
import pickle
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from notebooks.chapters import FILES, code_cells, load

from colab.image import Image, Run


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Image, Run]:
    """The image after a first cell, and what that cell did.

    The workers of one run share it: the first makes it, the others wait.
    """
    if sys.platform != "linux":
        pytest.skip("Colab's image is a Linux")
    place = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent
    folder, kept = place / "colab", place / "colab.pickle"
    with FileLock(place / "colab.lock"):
        if not kept.exists():
            image = image_or_skip(folder)
            run = image.set_up(code_cells(load(FILES[0]))[0])
            kept.write_bytes(pickle.dumps((image, run)))
    return pickle.loads(kept.read_bytes())


def image_or_skip(folder: Path) -> Image:
    """The image; where nothing can be installed, a skip that says so, or CI's failure.

    A folder that stands already is one that another worker could not fill.
    """
    try:
        return Image(folder)
    except (AssertionError, FileExistsError) as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the versions of Colab can't be installed here: {error}")


@pytest.fixture(scope="session")
def image(made: tuple[Image, Run]) -> Image:
    """The image with the course and what it needs installed."""
    return made[0]

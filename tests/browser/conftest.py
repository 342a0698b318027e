"""A JupyterLab, and a notebook open in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from browser.lab import LabServer, NotebookPage


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """JupyterLab over a copy of the chapters."""
    server = LabServer(tmp_path_factory.mktemp("lab"))
    yield server
    server.close()


@pytest.fixture
def open_notebook(page: Page, lab: LabServer) -> Callable[[str], NotebookPage]:
    """Open a notebook of `lab` in the tab: `open_notebook("chapters/x.ipynb")`."""
    return lambda notebook: NotebookPage(page, lab, notebook)


@pytest.fixture
def picture(
    page: Page, request: pytest.FixtureRequest, tmp_path: Path
) -> Callable[[str], None]:
    """Take a screenshot of the tab: `picture("after")`.

    It lies in pytest's folder of the test, or where `--screenshots` says.
    """
    chosen = request.config.getoption("--screenshots", None)
    folder = Path(chosen) if chosen else tmp_path
    return lambda name: page.screenshot(path=folder / f"{name}.png") and None

"""Chromium for the explorer's own tests; no notebook, no server."""

import pytest
from explorer_page import ExplorerPage


@pytest.fixture
def opened(page):
    """Draw an explorer in the tab: `opened(explorer)`; errors of the page fail."""
    made: list[ExplorerPage] = []

    def draw(explorer) -> ExplorerPage:
        made.append(ExplorerPage(page, explorer))
        return made[-1]

    yield draw
    assert [error for each in made for error in each.errors] == []

"""Chromium for the explorer's own tests; no notebook, no server."""

import pytest
from attention_samples import ImaginedModel, part
from explorer_page import ExplorerPage

from course_lib.viz.explorer.widget import AttentionExplorer


@pytest.fixture
def opened(page):
    """Draw an explorer in the tab: `opened(explorer)`; errors of the page fail."""
    made: list[ExplorerPage] = []

    def draw(explorer) -> ExplorerPage:
        made.append(ExplorerPage(page, explorer))
        return made[-1]

    yield draw
    assert [error for each in made for error in each.errors] == []


@pytest.fixture
def shown(opened) -> ExplorerPage:
    """An explorer with a model behind it, open in the tab."""
    return opened(AttentionExplorer.of([part()], ImaginedModel()))

"""For all tests: quick ones first, and what the style checks found."""

import os
from pathlib import Path

import pytest

from course_lib.cli.suite import STYLE_FAILED

HERE = Path(__file__).parent
LAST = ("notebooks", "browser")
"""The slow folders: the tests of everything else speak first."""


def place_in_line(item: pytest.Item) -> int:
    """Return 0 for a quick test, more for those that run chapters and browsers."""
    folder = item.path.relative_to(HERE).parts[0]
    return LAST.index(folder) + 1 if folder in LAST else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put quick tests before slow ones; within each kind the order stays."""
    items.sort(key=place_in_line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say again, where pytest ends, which style checks failed before it began."""
    failed = os.environ.get(STYLE_FAILED)
    if failed:
        terminalreporter.write_line(f"FAILED style ({failed}): see the top", red=True)

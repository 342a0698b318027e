"""One Chromium for all tests: Playwright cannot be started twice in a process."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = (
    "no Chromium found: install it (`apt install chromium`, or Google Chrome) and run "
    "the tests again"
)
OPTIONS = [
    "--no-sandbox",  # Chromium refuses to run as root otherwise
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Whatever else it would like to reach does not exist.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Chromium without a window. Missing, it skips; in CI it fails."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None and os.environ.get("CI"):
        pytest.fail(MISSING)
    if path is None:
        pytest.skip(MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """An empty tab, as wide as a small laptop's screen."""
    context = browser.new_context(viewport={"width": 1366, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def picture(
    page: "Page", request: pytest.FixtureRequest, tmp_path: Path
) -> Callable[[str], None]:
    """Take a screenshot of the tab: `picture("after")`.

    It lies in pytest's folder of the test, or where `--screenshots` says.
    """
    chosen = request.config.getoption("--screenshots", None)
    folder = Path(chosen) if chosen else tmp_path
    return lambda name: page.screenshot(path=folder / f"{name}.png") and None

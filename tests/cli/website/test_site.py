"""The built pages in a browser that reaches no other host."""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from .conftest import build

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGES = ("index", "03_self_attention", "09_seeing_attention", "search")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """The pages on a plain file server of this machine."""
    handler = functools.partial(_Quiet, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def _serious(page: "Page") -> list[tuple[str, str]]:
    found = Axe().run(page).response["violations"]
    return [
        (fault["id"], fault["nodes"][0]["html"])
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(
    "width, scheme", [(1280, "light"), (1280, "dark"), (390, "light")]
)
def test_pages_fit_ask_nobody_and_can_be_used_by_all(
    browser: "Browser", address: str, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 900}
    context = browser.new_context(viewport=size, color_scheme=scheme)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    for name in PAGES:
        page = context.new_page()
        page.goto(f"{address}{name}.html")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert _serious(page) == [], name
        page.close()
    context.close()
    near = (address, "data:", "blob:", "about:")
    assert [url for url in asked if not url.startswith(near)] == []


def test_the_explorer_moves_on_the_page(page: "Page", address: str) -> None:
    page.goto(f"{address}09_seeing_attention.html")
    frame = page.locator("iframe.course-explorer")
    frame.scroll_into_view_if_needed()
    inside = page.frame_locator("iframe.course-explorer")
    tabs = inside.get_by_role("tab")
    tabs.first.wait_for()
    assert tabs.count() >= 4
    tabs.nth(1).click()
    assert tabs.nth(1).get_attribute("aria-selected") == "true"


def test_a_quiz_opens_and_a_search_finds(page: "Page", address: str) -> None:
    page.goto(f"{address}03_self_attention.html#quiz")
    choice = page.locator("#quiz details").first
    assert not choice.locator("p").is_visible()
    choice.locator("summary").click()
    assert choice.locator("p").is_visible()
    page.goto(f"{address}search.html?q=softmax")
    page.locator("#search-results li a").first.wait_for()


def test_formulas_are_drawn_without_a_script(site: Path) -> None:
    text = (site / "03_self_attention.html").read_text(encoding="utf-8")
    assert text.count("<math") > 40 and "MathJax" not in text
    assert "<mfrac>" in text and "<msqrt>" in text


def test_a_broken_link_stops_the_build_by_name(
    site_python: str, small_course: Path, tmp_path: Path
) -> None:
    questions = small_course / "chapters" / "questions_and_answers.md"
    before = questions.read_text()
    try:
        questions.write_text(before + "\n[gone](98_nowhere.ipynb)\n")
        made = build(site_python, small_course, tmp_path / "site")
    finally:
        questions.write_text(before)
    assert made.returncode and "98_nowhere.ipynb" in made.stderr
    assert list(tmp_path.iterdir()) == []

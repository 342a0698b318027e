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

PAGES = (
    "index",
    "03_self_attention",
    "09_seeing_attention",
    "for_lecturers/index",
    "search",
    "404",
)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...

    def send_error(self, code: int, *_: object) -> None:
        """Show the site's own page, as servers of static pages do."""
        content = (Path(self.directory) / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


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


def _explorer_moves(page: "Page") -> None:
    frame = page.locator("iframe.course-explorer")
    frame.scroll_into_view_if_needed()
    tabs = page.frame_locator("iframe.course-explorer").get_by_role("tab")
    tabs.first.wait_for()
    assert tabs.count() >= 4
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    assert tabs.nth(1).get_attribute("aria-selected") == "true"
    page.wait_for_function(  # it told how high it is
        "document.querySelector('iframe.course-explorer').height !== '640'"
    )


def test_the_explorer_moves_and_wears_the_colours_of_the_page(
    page: "Page", address: str
) -> None:
    page.goto(f"{address}09_seeing_attention.html")
    _explorer_moves(page)
    inside = page.frame_locator("iframe.course-explorer").locator("body")
    ask = "body => getComputedStyle(body).backgroundColor"
    light = inside.evaluate(ask)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(200)
    assert inside.evaluate(ask) != light


def test_opened_as_files_explorers_move_and_the_search_says_what_is_missing(
    page: "Page", site: Path
) -> None:
    page.goto(f"{site.as_uri()}/09_seeing_attention.html")
    _explorer_moves(page)
    page.goto(f"{site.as_uri()}/search.html?q=softmax")
    page.locator("#search-results li a").first.wait_for()
    assert "opened as files" in page.locator(".course-note").inner_text()


def test_a_quiz_opens_by_the_keyboard(page: "Page", address: str) -> None:
    page.goto(f"{address}03_self_attention.html#quiz")
    choice = page.locator("#quiz details").first
    assert not choice.locator("p").is_visible()
    choice.locator("summary").focus()
    page.keyboard.press("Enter")
    assert choice.locator("p").is_visible()


def test_a_search_leads_to_the_section_and_finds_mistakes(
    page: "Page", address: str
) -> None:
    page.goto(f"{address}search.html?q=hides-self")
    notes = page.locator("#search-results a[href^='for_lecturers/03_self_attention']")
    notes.first.wait_for()
    page.goto(f"{address}search.html?q=padding+mask")
    page.get_by_text("Search finished").wait_for()
    page.locator("#search-results li a").first.click()
    page.wait_for_url("**/03_self_attention.html#the-padding-mask")


def test_an_exercise_says_where_it_is_answered(site: Path) -> None:
    text = (site / "03_self_attention.html").read_text(encoding="utf-8")
    assert text.count("Your turn, in the notebook.") == 5
    assert "Not attempted yet" not in text
    assert 'href="notebooks/03_self_attention.ipynb" download' in text


def test_code_can_be_copied(page: "Page", address: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{address}index.html")
    button = page.locator(".course-copy").first
    button.focus()
    page.keyboard.press("Enter")
    page.locator(".course-copy", has_text="Copied").wait_for()
    assert "git clone" in page.evaluate("navigator.clipboard.readText()")


def test_a_wrong_address_leads_back_from_any_depth(page: "Page", address: str) -> None:
    page.goto(f"{address}some/where/else.html")
    page.locator(f"a[href='{address}']").click()
    assert "built step by step" in page.locator("h1").inner_text()


def test_without_scripts_pictures_stand_for_explorers(
    browser: "Browser", address: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}09_seeing_attention.html")
    assert page.locator(".course-noscript").is_visible()
    assert not page.locator("iframe.course-explorer").is_visible()
    assert page.locator("noscript img.course-picture").is_visible()
    context.close()


def test_formulas_are_drawn_without_a_script(site: Path) -> None:
    text = (site / "03_self_attention.html").read_text(encoding="utf-8")
    assert text.count("<math") > 40 and "MathJax" not in text
    assert "<mfrac>" in text and "<msqrt>" in text


def test_broken_links_and_anchors_stop_the_build_by_name(
    site_python: str, small_course: Path, tmp_path: Path
) -> None:
    questions = small_course / "chapters" / "questions_and_answers.md"
    before = questions.read_text()
    broken = "[gone](98_nowhere.ipynb) [place](03_self_attention.ipynb#no-place)"
    raw = '<a href="03_self_attention.html#raw-place">raw</a>'
    try:
        questions.write_text(f"{before}\n{broken} {raw}\n")
        made = build(site_python, small_course, tmp_path / "site")
    finally:
        questions.write_text(before)
    assert made.returncode
    for name in ("98_nowhere.ipynb", "no-place", "#raw-place"):
        assert name in made.stderr
    assert list(tmp_path.iterdir()) == []

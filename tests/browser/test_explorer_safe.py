"""The explorer in Lab with hostile tokens, by axe-core's rules, saved as a page."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from browser.explorer_lab import VIEWS, ExplorerNotebook, ShownExplorer

HOSTILE = (
    "<script>window.owned = true</script>",
    "</script><img src=x onerror='window.owned = true'>",
    "\"quotes' &amp; <b>bold</b>",
    "\u2028\u2029",
    "\u202egnitaerc\u202c",
    "\u200b",
    "",
    "x" * 10_000,
)
SERIOUS = ("serious", "critical")


@pytest.fixture
def hostile(explorers: ExplorerNotebook) -> ShownExplorer:
    """Tokens that would like to be HTML, shown by Lab."""
    words = json.dumps(HOSTILE)
    explorers.do(
        "import json\n"
        "import numpy as np\n"
        "from course_lib.viz.explorer.widget import AttentionExplorer\n"
        f"hostile = AttentionExplorer(np.full((2, 2, 8, 8), 0.125), json.loads("
        f"{words!r}))\n"
        "hostile"
    )
    return ShownExplorer(explorers.page, explorers.page.locator(".jp-CodeCell").last)


def test_hostile_tokens_stay_text_live_and_saved(
    hostile: ShownExplorer, explorers: ExplorerNotebook, browser: Browser
) -> None:
    root, page = hostile.root, hostile.page
    option = root.get_by_role("option", name="<script>window").first
    expect(option).to_be_visible()
    hostile.panel("Strongest weights").get_by_text("Strongest weights").first.click()
    for view in VIEWS:
        hostile.view(view)
        foreign = "(root) => root.querySelectorAll('script, img, iframe').length"
        assert root.evaluate(foreign) == 0
    table = root.get_by_role("table", name="Strongest weights")
    expect(table).to_contain_text("<b>bold")
    assert page.evaluate("window.owned") is None
    width = "(root) => root.scrollWidth - root.clientWidth"
    assert root.evaluate(width) <= 0  # ten thousand letters are cut
    name = explorers.do("print(hostile.to_html('hostile.html').resolve())").strip()
    opens_as_a_file(browser, Path(name))


def opens_as_a_file(browser: Browser, path: Path) -> None:
    """The saved page draws, runs nothing foreign and asks nobody."""
    context = browser.new_context()
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    root = page.get_by_role("region", name="Attention explorer")
    expect(root.locator(".xp-counts")).to_contain_text("64 weights above")
    for view in VIEWS:
        root.get_by_role("tab", name=view, exact=True).click()
    assert page.evaluate("window.owned") is None
    assert page.locator("img, main script").count() == 0
    assert asked == [path.as_uri()]
    context.close()


def findings(shown: ShownExplorer) -> list[str]:
    """What axe-core calls serious or critical inside the explorer, in a line each."""
    shown.root.evaluate("(root) => root.setAttribute('data-looked-at', '')")
    results = Axe().run(shown.page, context=".xp-root[data-looked-at]")
    shown.root.evaluate("(root) => root.removeAttribute('data-looked-at')")
    return [
        f"{found['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for found in results.response["violations"]
        if found["impact"] in SERIOUS
        for node in found["nodes"]
    ]


def unfold(shown: ShownExplorer, titles: Sequence[str]) -> None:
    for title in titles:
        shown.root.locator("summary", has_text=title).click()


def test_axe_finds_nothing_serious_in_any_view(explorers: ExplorerNotebook) -> None:
    two = explorers.open("two = explore")
    explorers.do("two.selection = {'token': 5}; two.switched_off = [(0, 1)]")
    unfold(two, ("Strongest weights", "Effect: switch", "Logit lens", "Generation"))
    two.root.get_by_label("Prompt").fill("Clara owned")
    two.root.get_by_role("button", name="Start").click()
    expect(two.root).to_contain_text("2,048 of 2,048 tokens")
    expect(two.panel("Effect")).to_contain_text("1 head off")
    two.root.get_by_role("button", name="Help and keys").click()
    for theme in ("Dark", "Light"):
        explorers.choose_theme(f"JupyterLab {theme}")
        expect(two.root).to_have_attribute("data-theme", theme.lower())
        for view in VIEWS if theme == "Light" else VIEWS[:1]:
            two.view(view)
            expect(two.root.get_by_role("tabpanel", name=view)).to_be_visible()
            assert findings(two) == [], (theme, view)

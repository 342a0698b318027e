"""Long texts travel in eight bits; exact numbers follow without a new picture."""

from collections.abc import Callable

import pytest
from attention_samples import sample
from explorer_page import ExplorerPage
from playwright.sync_api import Page, expect

from course_lib.viz.explorer.widget import AttentionExplorer

LENGTH = 230
STROKES = """() => {
  window.strokes = 0;
  const { stroke } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.stroke = function (...given) {
    if (given.length) window.strokes += 1;  // a path: the lines of the whole picture
    return stroke.apply(this, given);
  };
}"""


@pytest.fixture
def shown(opened: Callable[[AttentionExplorer], ExplorerPage]) -> ExplorerPage:
    """An explorer whose layers are too large for sixteen bits."""
    tokens = [f"w{place}" for place in range(LENGTH)]
    return opened(AttentionExplorer(sample(2, 4, LENGTH), tokens))


def test_exact_numbers_come_without_a_new_picture(
    shown: ExplorerPage, page: Page
) -> None:
    assert page.evaluate("window.heard.map(({ kind }) => kind)") == ["layer"]
    shown.root.get_by_text("Strongest weights, as a table").click()
    table = shown.root.get_by_role("table", name="Strongest weights")
    row = table.get_by_role("row").nth(1)
    expect(row).to_contain_text("≈ 0.90")  # 0.9004, in 255 steps
    page.evaluate(
        "() => { window.hold = () => new Promise((go) => { window.go = go; }); }"
    )
    shown.root.get_by_role("listbox", name="Queries").focus()
    page.keyboard.press("ArrowDown")
    expect(row).to_contain_text("'w0' (0)")
    expect(row).to_contain_text("≈ 0.90")
    page.evaluate(STROKES)
    page.evaluate("window.go()")
    expect(row).to_contain_text("0.9004")
    assert page.evaluate("window.strokes") == 0


def test_a_layer_is_asked_for_at_once(shown: ExplorerPage, page: Page) -> None:
    asked = page.evaluate(
        """() => {
          const list = document.querySelector('.xp-root [aria-label="Layer"]');
          list.value = 1;
          list.dispatchEvent(new Event("change"));
          return window.heard.at(-1);
        }"""
    )
    assert (asked["kind"], asked["layer"]) == ("layer", 1)

"""What a lecturer does without a network and without a mouse, from text to picture."""

from pathlib import Path

from playwright.sync_api import Locator, expect

from browser.explorer_lab import ExplorerNotebook, ShownExplorer

FOCUSED = """() => {
  const { activeElement: now } = document;
  return now.getAttribute("aria-label") || now.textContent;
}"""


def press(shown: ShownExplorer, *keys: str) -> None:
    for key in keys:
        shown.page.keyboard.press(key)


def walk_to(shown: ShownExplorer, name: str, key: str = "Tab") -> None:
    """Press Tab until the control of this name has the focus."""
    passed = []
    for _ in range(40):
        press(shown, key)
        passed.append(shown.page.evaluate(FOCUSED)[:40])
        if passed[-1].startswith(name):
            return
    raise AssertionError(f"{key} reaches {passed}, not {name!r}")


def answer(panel: Locator) -> tuple[str, str]:
    """How likely 'lamp' is with all heads, and now."""
    expect(panel.get_by_role("row", name="lamp")).to_be_visible()
    cells = panel.get_by_role("row", name="lamp").get_by_role("cell")
    return cells.nth(0).inner_text(), cells.nth(1).inner_text()


def test_the_induction_head_of_512_tokens_is_found_and_switched_off(
    explorers: ExplorerNotebook, tmp_path: Path
) -> None:
    cell = explorers.cell("three = explore")
    cell.locator(".cm-content").click()  # the last time that the mouse is used
    explorers.page.keyboard.press("ControlOrMeta+Enter")
    three = ShownExplorer(explorers.page, cell)
    tab = three.root.get_by_role("tab", selected=True)

    walk_to(three, "Head")
    press(three, "ArrowRight", "Enter")
    expect(tab).to_have_text("All layers")
    walk_to(three, "Sort heads by")
    three.page.keyboard.type("induction")
    best = three.root.locator(".xp-thumb").first
    expect(best).to_contain_text("1.1 induction")
    walk_to(three, "0.0")  # Tab stops at the head that is chosen
    press(three, "Home", "Enter")
    expect(tab).to_have_text("Head")
    expect(three.queries).to_be_focused()
    press(three, "End")
    expect(three.said).to_contain_text("'old' (511) looks at 'lamp' (")

    walk_to(three, "Effect: switch heads off")
    press(three, "Enter")
    panel = three.panel("Effect: switch heads off")
    before, now = answer(panel)
    assert before == now and int(before.rstrip("%")) > 80
    walk_to(three, "All heads of layer 0")
    press(three, "ArrowDown", "ArrowRight", "ArrowRight", "Enter")
    expect(panel).to_contain_text("1 head off: ")
    assert int(answer(panel)[1].rstrip("%")) < 10  # it could not go on with the verse
    switch = panel.get_by_role("button", name="Layer 1, head 1: off")
    expect(switch).to_be_focused()

    walk_to(three, "Save picture", "Shift+Tab")
    with three.page.expect_download() as saving:
        press(three, "Enter")
    saving.value.save_as(tmp_path / "induction.svg")
    saved = (tmp_path / "induction.svg").read_text(encoding="utf-8")
    assert saved.rstrip().endswith("</svg>") and "old (511)" in saved
    assert "next token: all heads on (hatched), 1 head off (full)" in saved

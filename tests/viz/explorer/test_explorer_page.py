"""The explorer in a browser: pointing, keys, what it says, where it lives."""

from pathlib import Path

import pytest
from attention_samples import HOSTILE, WORDS, ImaginedModel, part
from explorer_page import VIEWS, ExplorerPage
from playwright.sync_api import Locator, Page, expect

from course_lib.viz.explorer.widget import AttentionExplorer


def test_it_opens_with_all_lines_counted(shown: ExplorerPage, page: Page) -> None:
    expect(shown.counts).to_have_text("20 of 20 lines drawn.")
    expect(shown.said).to_contain_text(
        "layer 0, head 0, previous token. Choose a token"
    )
    shown.wait_for_ink(500)
    assert page.evaluate("window.heard.map((q) => q.kind)") == ["layer"]


def test_a_click_pins_a_token_and_python_knows(shown: ExplorerPage) -> None:
    shown.queries.get_by_role("option").nth(9).click()
    expect(shown.said).to_have_text("'it' (9) looks at 'because' (8) 90%.")
    assert shown.explorer.selection["token"] == 9
    shown.queries.get_by_role("option").nth(9).click()
    expect(shown.said).to_contain_text("Choose a token")
    assert shown.explorer.selection["token"] is None


def test_pointing_shows_and_leaves_the_selection(shown: ExplorerPage) -> None:
    pointed = shown.root.locator(".xp-pointed")
    shown.root.get_by_role("option", name="cross").last.hover()
    expect(pointed).to_have_text("'cross' (5) is looked at by 'the' (6) 90%.")
    assert shown.explorer.selection["token"] is None
    shown.root.get_by_role("tab", name="Head").hover()
    expect(pointed).to_be_empty()


def test_tokens_heads_and_layers_by_keyboard(shown: ExplorerPage, page: Page) -> None:
    shown.queries.focus()
    for key in ("ArrowDown", "ArrowDown", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    expect(shown.said).to_have_text("'the' (1) looks at '[CLS]' (0) 90%.")
    chosen = shown.explorer.selection
    assert (chosen["token"], chosen["head"], chosen["layer"]) == (1, 1, 1)
    page.keyboard.press("ArrowRight")
    expect(shown.root.get_by_role("listbox", name="Keys")).to_be_focused()
    page.keyboard.press("End")
    assert shown.explorer.selection["side"] == "key"
    assert shown.explorer.selection["token"] == 19
    page.keyboard.press("Escape")
    assert shown.explorer.selection["token"] is None


def test_every_control_is_reached_by_tab_and_none_holds_it(
    shown: ExplorerPage, page: Page
) -> None:
    reached: list[object] = [True]
    while len(reached) < 60 and reached[-1]:
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                """() => {
                  const now = document.activeElement;
                  if (now === document.body) return null;
                  const ring = getComputedStyle(now).outlineStyle !== "none";
                  return [now.getAttribute("role") ?? now.localName, ring];
                }"""
            )
        )
    assert reached[-1] is None  # Tab leaves again
    inside = reached[1:-1]
    kinds = [kind for kind, _ in inside]
    assert all(ring for _, ring in inside)
    assert kinds.count("select") == 4 and kinds.count("input") == 3
    assert kinds.count("listbox") == 2 and kinds.count("summary") == 4


def test_toolbars_are_one_stop_and_arrows_move_inside(
    shown: ExplorerPage, page: Page
) -> None:
    page.keyboard.press("Tab")
    expect(shown.root.get_by_role("tab", name="Head", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(shown.root.get_by_role("tab", selected=True)).to_have_text("All layers")
    thumb = shown.root.get_by_role("button", name="0.0: layer 0, head 0")
    thumb.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(shown.root.get_by_role("tab", selected=True)).to_have_text("Head")
    chosen = shown.explorer.selection
    assert (chosen["layer"], chosen["head"]) == (1, 1)


def test_arrows_choose_a_view_on_the_tabs(shown: ExplorerPage, page: Page) -> None:
    tabs = shown.root.get_by_role("tablist", name="Views").get_by_role("tab")
    page.keyboard.press("Tab")
    walk_tabs(page, tabs)
    page.keyboard.press("Tab")  # the tabs are one stop
    assert "tab" not in page.evaluate("[document.activeElement.role]")
    page.keyboard.press("Shift+Tab")
    expect(shown.root.get_by_role("tab", selected=True)).to_be_focused()
    assert shown.explorer.selection["view"] == "matrix"


def walk_tabs(page: Page, tabs: Locator) -> None:
    """Go from the first tab to each, past both ends, and to the third."""
    right = [("ArrowRight", place) for place in (1, 2, 3, 4, 0)]
    back = [("ArrowLeft", place) for place in (3, 2)]
    for key, place in (*right, ("ArrowLeft", 4), ("Home", 0), ("End", 4), *back):
        page.keyboard.press(key)
        expect(tabs.nth(place)).to_be_focused()
        expect(tabs.nth(place)).to_have_attribute("aria-selected", "true")
        expect(page.get_by_role("tabpanel", name=VIEWS[place])).to_be_visible()
        assert tabs.and_(page.locator("[tabindex='0']")).count() == 1


def test_keys_that_are_used_do_not_reach_the_notebook(
    shown: ExplorerPage, page: Page
) -> None:
    page.evaluate(
        """() => {
          window.reached = [];
          const note = (event) => window.reached.push(event.key);
          document.body.addEventListener("keydown", note);
          // Notebook 7 takes keys first, but for those whose target is marked: its
          // shortcuts fit whatever has the focus, so it looks no further up.
          const first = ({ target, key }) =>
            target.hasAttribute("data-lm-suppress-shortcuts") || note({ key });
          document.addEventListener("keydown", first, true);
        }"""
    )
    shown.queries.focus()
    for key in ("ArrowDown", "Escape", "2", "Shift+ArrowDown", "Tab", "d", "Control+s"):
        page.keyboard.press(key)
        page.wait_for_timeout(50)  # a new view takes the focus when it is drawn
    shown.root.get_by_label("Layer", exact=True).focus()
    page.keyboard.press("ArrowDown")
    reached = page.evaluate("window.reached")
    assert {"Tab", "d", "s"} <= set(reached)
    assert not {"ArrowDown", "Escape", "2", "ArrowLeft"} & set(reached)


def test_python_moves_the_picture(shown: ExplorerPage) -> None:
    shown.put(selection={"layer": 1, "head": 3, "token": 5, "view": "matrix"})
    expect(shown.said).to_have_text("'cross' (5) looks at 'not' (4) 90%.")
    expect(shown.root.get_by_role("tab", selected=True)).to_have_text("Matrix")


def test_a_late_layer_does_not_replace_a_newer_one(
    shown: ExplorerPage, page: Page
) -> None:
    page.evaluate("() => { window.hold = () => new Promise((go) => window.go = go); }")
    shown.put(selection={"layer": 1, "token": 9})
    expect(shown.counts).to_contain_text("Reading the layer")
    shown.put(selection={"layer": 0})
    expect(shown.said).to_have_text("'it' (9) looks at 'because' (8) 90%.")
    page.evaluate("window.go()")
    page.wait_for_timeout(100)
    expect(shown.said).to_have_text("'it' (9) looks at 'because' (8) 90%.")


def test_closing_leaves_nothing_behind(shown: ExplorerPage, page: Page) -> None:
    for view in VIEWS:
        shown.view(view)
    page.evaluate("window.close_explorer()")
    expect(shown.root).to_have_count(0)
    assert page.evaluate("window.listening()") == 0
    assert page.locator("main > *").count() == 0


def test_dark_follows_the_system_and_the_notebook(
    shown: ExplorerPage, page: Page
) -> None:
    expect(shown.root).to_have_attribute("data-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(shown.root).to_have_attribute("data-theme", "dark")
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    expect(shown.root).to_have_attribute("data-theme", "light")


def test_in_a_dark_vs_code_jupyters_white_is_not_taken(
    shown: ExplorerPage, page: Page
) -> None:
    page.evaluate(
        """() => {
          document.documentElement.style.setProperty("--jp-layout-color1", "white");
          document.body.dataset.vscodeThemeKind = "vscode-dark";
        }"""
    )
    expect(shown.root).to_have_attribute("data-theme", "dark")
    expect(shown.root).to_have_css("background-color", "rgb(17, 19, 21)")
    page.evaluate(
        "delete document.body.dataset.vscodeThemeKind;"
        "document.body.dataset.jpThemeLight = 'true'"
    )
    expect(shown.root).to_have_css("background-color", "rgb(255, 255, 255)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_saved_page_works_without_python_or_network(
    page: Page, tmp_path: Path, scheme: str
) -> None:
    explorer = AttentionExplorer.of([part((*HOSTILE, *WORDS))], ImaginedModel())
    path = explorer.to_html(tmp_path / "page.html")
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.emulate_media(color_scheme=scheme)
    page.goto(path.as_uri())
    root = page.get_by_role("region", name="Attention explorer")
    expect(root).to_have_attribute("data-theme", scheme)
    expect(root).to_contain_text("32 of 32 lines drawn")
    root.get_by_role("listbox", name="Queries").focus()
    page.keyboard.press("End")
    page.keyboard.press("Shift+ArrowDown")
    expect(root.get_by_label("Layer", exact=True)).to_have_value("1")
    tabs = root.get_by_role("tab")
    tabs.first.focus()
    walk_tabs(page, tabs)
    root.get_by_label("Show").select_option("rollout")
    expect(root.get_by_role("alert")).to_be_empty()
    expect(root).not_to_contain_text("Effect: switch heads off")
    assert page.evaluate("window.owned") is None
    assert asked == [path.as_uri()] and errors == []

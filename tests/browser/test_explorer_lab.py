"""The explorer in Lab, a real model behind it: views, controls, state both ways."""

import pytest
from playwright.sync_api import expect

from browser.explorer_lab import VIEWS, ExplorerNotebook, ShownExplorer

NAMES = ("head", "layers", "matrix", "query-key", "tokens")


@pytest.fixture
def one(explorers: ExplorerNotebook) -> ShownExplorer:
    """course-bert over a sentence with a mask, just opened."""
    return explorers.open("one = explore")


def test_each_view_opens_by_mouse_and_by_key_and_python_knows(
    one: ShownExplorer, explorers: ExplorerNotebook
) -> None:
    one.queries.get_by_role("option").nth(9).click()
    for view, name in zip(VIEWS, NAMES, strict=True):
        one.view(view)
        expect(one.root.get_by_role("tabpanel", name=view)).to_be_visible()
        expect(one.said).to_contain_text("'her' (9) looks at")
        explorers.wait_for("one.selection['view']", name)
    one.root.get_by_role("tab", selected=True).focus()
    for number, name in enumerate(NAMES, 1):
        one.page.keyboard.press(str(number))
        explorers.wait_for("one.selection['view']", name)
        one.root.get_by_role("tab", selected=True).focus()
    kinds = one.page.locator(".jp-MarkdownCell, .jp-RawCell")
    assert kinds.count() == 0  # Lab's own shortcuts would have changed the cell


def test_python_moves_the_picture(
    one: ShownExplorer, explorers: ExplorerNotebook
) -> None:
    explorers.do("one.selection = {'layer': 1, 'head': 0, 'token': 9}")
    expect(one.said).to_have_text("'her' (9) looks at 'broke' (8) 96%.")
    explorers.do("one.settings = {'hide_special': True, 'combine': 'mean'}")
    expect(one.counts).to_contain_text("3 key tokens hidden")
    expect(one.root.get_by_label("Hide special tokens")).to_be_checked()
    explorers.do("one.selection = {'view': 'matrix', 'token': None}")
    expect(one.root.get_by_role("tab", selected=True)).to_have_text("Matrix")
    expect(one.said).to_contain_text("layer 1, mean of its heads")


def test_a_refused_selection_leaves_the_picture(
    one: ShownExplorer, explorers: ExplorerNotebook
) -> None:
    said = explorers.do("one.selection = {'layer': 9}")
    assert "layer 9 does not exist: there are 4, 0 to 3" in said
    expect(one.said).to_contain_text("layer 0, head 0")


def test_each_control_by_mouse_reaches_python(
    one: ShownExplorer, explorers: ExplorerNotebook
) -> None:
    one.root.get_by_label("Layer", exact=True).select_option("1")
    one.root.get_by_role("button", name="head 2").click()
    one.root.get_by_label("Show").select_option("max")
    one.root.get_by_label("Sort heads by").select_option("entropy")
    one.root.get_by_label("Hide special tokens").click()
    one.root.get_by_label("Hide sinks").click()
    slider = one.root.get_by_label("Weights from")
    box = slider.bounding_box()
    slider.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    one.root.get_by_role("button", name="Help and keys").click()
    expect(one.root.get_by_role("region", name="Help")).to_be_visible()
    explorers.wait_for("(one.selection['layer'], one.selection['head'])", (1, 2))
    explorers.wait_for(
        "(one.settings['combine'], one.settings['sort'])", ("max", "entropy")
    )
    explorers.wait_for(
        "(one.settings['hide_special'], one.settings['hide_sinks'])", (True, True)
    )
    explorers.wait_for("0.2 < one.settings['threshold'] < 0.3", True)


def test_each_control_by_keyboard_alone(
    one: ShownExplorer, explorers: ExplorerNotebook
) -> None:
    press = one.page.keyboard.press
    one.root.get_by_role("tab", selected=True).focus()
    for _ in range(2):  # save, help
        press("Tab")
    press("Enter")
    expect(one.root.get_by_role("region", name="Help")).to_be_visible()
    press("Enter")
    for key in ("ArrowDown", "ArrowDown", "ArrowDown"):  # layer, show, sort
        press("Tab")
        press(key)
    press("Tab")
    press("End")  # threshold
    for _ in range(2):  # special tokens, sinks
        press("Tab")
        press("Space")
    press("Tab")
    for key in ("ArrowRight", "Enter", "Tab"):  # a head, then the picture
        press(key)
    expect(one.queries).to_be_focused()
    press("ArrowDown")
    press("ArrowRight")
    expect(one.root.get_by_role("listbox", name="Keys")).to_be_focused()
    settings = {"threshold": 0.5, "hide_special": True, "hide_sinks": True}
    chosen = {"layer": 1, "token": 0, "side": "key"}
    ask = "sorted({{**one.{}}}.items() & {}.items())"
    for name, values in (("settings", settings), ("selection", chosen)):
        explorers.wait_for(ask.format(name, values), sorted(values.items()))
    explorers.wait_for("one.settings['sort']", "entropy")


def test_heads_are_switched_off_in_the_model_itself(
    one: ShownExplorer, explorers: ExplorerNotebook
) -> None:
    panel = one.panel("Effect: switch heads off")
    panel.get_by_text("Effect: switch heads off").click()
    expect(panel).to_contain_text("All heads on")
    row = panel.get_by_role("row").nth(1)
    before = row.inner_text()
    panel.get_by_role("button", name="Layer 1, head 0: on").focus()
    one.page.keyboard.press("Enter")
    expect(panel).to_contain_text("1 head off: ")
    expect(row).not_to_have_text(before)
    explorers.wait_for("one.switched_off", [["self", 1, 0]])
    change = "one.effects.ablate([('self', 1, 0)]).change"
    share = explorers.do(f"print(round({change} * 100))").strip()
    expect(panel).to_contain_text(f"1 head off: {share}% of the probability")
    panel.get_by_role("button", name="All heads of layer 2").click()
    expect(panel).to_contain_text("5 heads off")
    explorers.do("one.switched_off = [(3, 1)]")
    expect(panel).to_contain_text("1 head off")
    expect(panel.get_by_role("button", name="Layer 3, head 1: off")).to_be_visible()
    panel.get_by_role("button", name="Switch all on").click()
    expect(panel).to_contain_text("All heads on")


def test_a_text_is_written_by_keyboard(explorers: ExplorerNotebook) -> None:
    two = explorers.open("two = explore")
    press = two.page.keyboard.press
    two.root.locator("summary", has_text="Generation lab").focus()
    press("Enter")
    press("Tab")
    two.page.keyboard.insert_text("Clara owned a grey")
    press("Enter")
    panel = two.panel("Generation lab")
    expect(panel).to_contain_text("2,048 of 2,048 tokens can be drawn")
    for key in ("Tab", "Tab", "Home", "Tab", "ArrowRight", "ArrowRight"):
        press(key)  # past Start: temperature to 0, top-k to 2
    expect(panel).to_contain_text("1 of 2,048 tokens can be drawn")
    for _ in range(3):  # top-p, min-p, then the steps
        press("Tab")
    sample = two.root.get_by_role("button", name="Sample")
    written = panel.locator(".xp-written .xp-new")
    for count in (1, 2):
        expect(sample).to_be_focused()
        press("Enter")
        expect(written).to_have_count(count)
    for key in ("Tab", "Enter"):  # the likeliest
        press(key)
    expect(written).to_have_count(3)
    for key in ("Tab", "Tab", "Tab", "Enter"):  # past Reset, the second in the table
        press(key)
    expect(written).to_have_count(4)
    expect(panel.get_by_role("row").nth(2).get_by_role("button")).to_be_focused()


def test_two_explorers_do_not_disturb_each_other(
    one: ShownExplorer, explorers: ExplorerNotebook
) -> None:
    two = explorers.open("two = explore")
    explorers.do("one.selection = {'layer': 1, 'token': 9}")
    two.queries.get_by_role("option").nth(3).click()
    two.view("Matrix")
    expect(one.root.get_by_role("tab", selected=True)).to_have_text("Head")
    expect(one.said).to_have_text("'her' (9) looks at 'broke' (8) 96%.")
    explorers.wait_for("two.selection['token']", 3)
    explorers.wait_for("(one.selection['token'], one.selection['layer'])", (9, 1))
    ids = "() => [...document.querySelectorAll('.xp-root [id]')].map((e) => e.id)"
    found = one.page.evaluate(ids)
    assert len(found) == len(set(found))


def test_the_theme_is_followed_without_running_again(
    one: ShownExplorer, explorers: ExplorerNotebook
) -> None:
    backgrounds = []
    for theme in ("Dark", "Light"):
        explorers.choose_theme(f"JupyterLab {theme}")
        expect(one.root).to_have_attribute("data-theme", theme.lower())
        colour = "(e) => getComputedStyle(e).backgroundColor"
        backgrounds.append(one.root.evaluate(colour))
    assert backgrounds[0] != backgrounds[1]

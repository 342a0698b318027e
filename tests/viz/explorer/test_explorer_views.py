"""The explorer in a browser: each view and what it shows."""

from pathlib import Path

import pytest
from attention_samples import HOSTILE, WORDS, ImaginedModel, part, sample
from explorer_page import VIEWS, ExplorerPage, Opened
from playwright.sync_api import Page, expect

from course_lib.viz.explorer.view_data import AttentionPart
from course_lib.viz.explorer.widget import AttentionExplorer


@pytest.mark.parametrize("number, view", list(enumerate(VIEWS, 1)))
def test_each_view_draws(
    shown: ExplorerPage, page: Page, number: int, view: str
) -> None:
    shown.put(selection={"token": 9})
    shown.queries.focus()
    page.keyboard.press(str(number))
    expect(shown.root.get_by_role("tab", selected=True)).to_have_text(view)
    expect(shown.root.get_by_role("tabpanel", name=view)).to_be_visible()
    expect(shown.said).to_have_text("'it' (9) looks at 'because' (8) 90%.")
    if view != "Token strip":
        shown.wait_for_ink(300)


def test_the_matrix_gives_exact_numbers(shown: ExplorerPage, page: Page) -> None:
    shown.view("Matrix")
    matrix = shown.root.get_by_role("application", name="self attention, layer 0")
    matrix.focus()
    for key in ("Home", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    expect(shown.said).to_have_text("'the' (1) → 'the' (1): 0.0050")
    page.keyboard.press("ArrowLeft")
    expect(shown.said).to_have_text("'the' (1) → '[CLS]' (0): 0.9050")
    shown.root.get_by_role("button", name="Larger cells").click()
    matrix.hover()
    expect(shown.root.locator(".xp-pointed")).to_contain_text("→")


def test_the_strip_is_read_in_both_directions(shown: ExplorerPage) -> None:
    shown.view("Token strip")
    words = shown.root.get_by_role("listbox", name="Text")
    words.get_by_role("option").nth(9).click()
    expect(words.get_by_role("option").nth(8)).to_contain_text("because90%")
    shown.root.get_by_role("button", name="Show who looks at a token").click()
    expect(shown.said).to_have_text("'it' (9) is looked at by 'was' (10) 90%.")


def test_query_and_key_are_multiplied_dimension_by_dimension(
    shown: ExplorerPage, page: Page
) -> None:
    shown.put(selection={"view": "query-key"})
    expect(shown.root).to_contain_text("Choose a query token")
    shown.put(selection={"token": 9, "head": 2})
    given = shown.explorer.part
    score = given.query[0, 2, 9] @ given.key[0, 2, 0] * 8**-0.5
    row = shown.root.get_by_role("tabpanel").get_by_role("option").first
    expect(row).to_contain_text(f"{score:.2f}".replace("-", "−"))
    expect(row).to_contain_text("90%")
    expect(shown.root).to_contain_text("multiplied by 0.354")
    shown.root.get_by_role("listbox", name="Query it (9)").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(shown.root).to_contain_text("the: score")


def test_filters_hide_and_say_what_they_hide(shown: ExplorerPage) -> None:
    shown.put(selection={"token": 1})
    shown.root.get_by_label("Hide special tokens").check()
    hidden = "3 query tokens hidden; 3 key tokens hidden, with 92% of this token's"
    expect(shown.counts).to_contain_text(hidden)
    expect(shown.said).to_contain_text("nothing shown reaches the threshold")
    shown.root.get_by_label("Sentences").select_option("AB")
    expect(shown.counts).to_contain_text("0 of 0 lines drawn")
    assert shown.explorer.settings["between"] == "AB"
    shown.put(settings={"between": "all", "hide_special": False, "hide_sinks": True})
    shown.put(selection={"head": 2})
    expect(shown.counts).to_contain_text("1 key token hidden, with 90%")


def test_heads_are_combined_sorted_and_thresholded(
    shown: ExplorerPage, page: Page
) -> None:
    shown.root.get_by_label("Show").select_option("mean")
    expect(shown.counts).to_contain_text("76 of 76 lines")
    shown.root.get_by_label("Show").select_option("rollout")
    expect(shown.said).to_contain_text("rollout up to layer 0")
    shown.root.get_by_label("Sort heads by").select_option("first")
    toolbar = shown.root.get_by_role("toolbar", name="Heads of layer 0, by first token")
    expect(toolbar.get_by_role("button").first).to_contain_text("first token")
    toolbar.get_by_role("button").first.click()
    assert shown.explorer.selection["head"] == 2
    assert shown.explorer.settings["combine"] == "head"
    slider = shown.root.get_by_label("Weights from")
    slider.focus()
    page.keyboard.press("Home")
    expect(shown.counts).to_contain_text("400 of 400 lines")
    assert shown.explorer.settings["threshold"] == 0.005


def test_the_strongest_weights_stand_in_a_table(shown: ExplorerPage) -> None:
    shown.root.get_by_text("Strongest weights, as a table").click()
    table = shown.root.get_by_role("table", name="Strongest weights of the whole")
    expect(table.get_by_role("row")).to_have_count(13)
    shown.put(selection={"token": 9})
    table = shown.root.get_by_role("table", name="Strongest weights of 'it'")
    expect(table.get_by_role("row").nth(1)).to_contain_text("'because' (8)0.9050")


def test_the_view_is_saved_by_keyboard(
    shown: ExplorerPage, page: Page, tmp_path: Path
) -> None:
    shown.put(selection={"view": "matrix"}, switched_off=[(0, 1)])
    shown.root.get_by_role("button", name="Save picture").focus()
    with page.expect_download() as saving:
        page.keyboard.press("Enter")
    saving.value.save_as(tmp_path / "page.svg")
    expected = shown.explorer.to_svg(tmp_path / "python.svg").read_bytes()
    assert (tmp_path / "page.svg").read_bytes() == expected


def test_encoder_and_cross_attention_have_their_own_tokens(opened: Opened) -> None:
    cross = AttentionPart(
        "cross", sample(2, 4, 20)[..., :3, :], ("le", "chat", "dort"), tuple(WORDS)
    )
    shown = opened(AttentionExplorer.of([part(), cross]))
    shown.root.get_by_label("Attention", exact=True).select_option("cross")
    shown.queries.get_by_role("option", name="chat").click()
    expect(shown.said).to_have_text("'chat' (1) looks at '[CLS]' (0) 90%.")
    for view in VIEWS:
        shown.view(view)
    expect(shown.root).to_contain_text("The other text's tokens stand in the table")


def test_1024_tokens_are_scrolled_not_all_in_the_page(
    opened: Opened, page: Page
) -> None:
    shown = opened(AttentionExplorer(sample(1, 1, 1024), ["word"] * 1024))
    expect(shown.counts).to_have_text("1,024 of 1,024 lines drawn.")
    assert shown.root.get_by_role("option").count() < 80
    shown.queries.focus()
    page.keyboard.press("End")
    expect(shown.said).to_have_text("'word' (1023) looks at 'word' (1022) 90%.")
    last = shown.root.locator("[role=option][aria-posinset='1024']").first
    expect(last).to_be_in_viewport()
    shown.view("Matrix")
    shown.wait_for_ink(10_000)


def test_more_lines_than_can_be_drawn_are_counted(opened: Opened) -> None:
    even = sample(1, 1, 128)[:, :, :, ::-1] * 0 + 1 / 128
    shown = opened(AttentionExplorer(even, ["word"] * 128))
    shown.put(settings={"threshold": 0.005})
    expect(shown.counts).to_have_text("4,000 of 16,384 lines drawn.")


def test_exact_rows_are_asked_for_where_eight_bits_travelled(opened: Opened) -> None:
    shown = opened(AttentionExplorer(sample(1, 4, 300), ["word"] * 300))
    shown.put(selection={"token": 7})
    shown.root.get_by_text("Strongest weights, as a table").click()
    table = shown.root.get_by_role("table", name="Strongest weights of 'word' (7)")
    expect(table.get_by_role("row").nth(1)).to_contain_text("0.9003")


def test_hostile_tokens_stay_text_in_every_view(opened: Opened, page: Page) -> None:
    shown = opened(AttentionExplorer.of([part(HOSTILE)], ImaginedModel()))
    before = page.evaluate("document.querySelectorAll('script, img, b').length")
    expect(
        shown.root.get_by_role("option", name="<script>window").first
    ).to_be_visible()
    shown.root.get_by_text("Strongest weights, as a table").click()
    for view in VIEWS:
        shown.view(view)
        for token in range(len(HOSTILE)):
            shown.put(selection={"token": token})
    expect(shown.said).to_contain_text("looks at")
    assert page.evaluate("window.owned") is None
    assert page.evaluate("document.querySelectorAll('script, img').length") == 0
    assert before == shown.root.locator("b").count()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366


def test_at_200_per_cent_nothing_runs_out_of_the_page(
    shown: ExplorerPage, page: Page
) -> None:
    page.set_viewport_size({"width": 683, "height": 450})
    for view in VIEWS:
        shown.view(view)
        shown.put(selection={"token": 9})
        assert page.evaluate("document.documentElement.scrollWidth") <= 683

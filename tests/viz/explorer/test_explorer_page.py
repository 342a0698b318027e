"""The explorer in a browser: every view and control, by mouse and by keyboard."""

from collections.abc import Callable
from pathlib import Path

import pytest
from attention_samples import HOSTILE, WORDS, ImaginedModel, part, sample
from explorer_page import ExplorerPage
from playwright.sync_api import Locator, Page, expect

from course_lib.viz.explorer.view_data import AttentionPart
from course_lib.viz.explorer.widget import AttentionExplorer

Opened = Callable[[AttentionExplorer], ExplorerPage]
VIEWS = ("Head", "All layers", "Matrix", "Query–key", "Token strip")


@pytest.fixture
def shown(opened: Opened) -> ExplorerPage:
    """An explorer with a model behind it, open in the tab."""
    return opened(AttentionExplorer.of([part()], ImaginedModel()))


def queries(shown: ExplorerPage) -> Locator:
    return shown.root.get_by_role("listbox", name="Queries")


def wait_for_ink(page: Page, least: int) -> None:
    """Until so many pixels of the picture's first canvas are painted."""
    page.wait_for_function(
        """(least) => {
          const canvas = document.querySelector(".xp-picture canvas");
          if (!canvas) return false;
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          return data.filter((value, i) => i % 4 === 3 && value > 0).length > least;
        }""",
        arg=least,
    )


def test_it_opens_with_all_lines_counted(shown: ExplorerPage, page: Page) -> None:
    expect(shown.counts).to_have_text("20 of 20 lines drawn.")
    expect(shown.said).to_contain_text(
        "layer 0, head 0, previous token. Choose a token"
    )
    wait_for_ink(page, 500)
    assert page.evaluate("window.heard.map((q) => q.kind)") == ["layer"]


def test_a_click_pins_a_token_and_python_knows(shown: ExplorerPage) -> None:
    queries(shown).get_by_role("option").nth(9).click()
    expect(shown.said).to_have_text("'it' (9) looks at 'because' (8) 90%.")
    assert shown.explorer.selection["token"] == 9
    queries(shown).get_by_role("option").nth(9).click()
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
    queries(shown).focus()
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


def test_keys_that_are_used_do_not_reach_the_notebook(
    shown: ExplorerPage, page: Page
) -> None:
    page.evaluate(
        """() => {
          window.reached = [];
          const note = (event) => window.reached.push(event.key);
          document.body.addEventListener("keydown", note);
        }"""
    )
    queries(shown).focus()
    for key in ("ArrowDown", "Escape", "2", "Shift+ArrowDown", "Tab", "d", "Control+s"):
        page.keyboard.press(key)
        page.wait_for_timeout(50)  # a new view takes the focus when it is drawn
    shown.root.get_by_label("Layer", exact=True).focus()
    page.keyboard.press("ArrowDown")
    reached = page.evaluate("window.reached")
    assert {"Tab", "d", "s"} <= set(reached)
    assert not {"ArrowDown", "Escape", "2", "ArrowLeft"} & set(reached)


@pytest.mark.parametrize("number, view", list(enumerate(VIEWS, 1)))
def test_each_view_draws(
    shown: ExplorerPage, page: Page, number: int, view: str
) -> None:
    shown.put(selection={"token": 9})
    queries(shown).focus()
    page.keyboard.press(str(number))
    expect(shown.root.get_by_role("tab", selected=True)).to_have_text(view)
    expect(shown.root.get_by_role("tabpanel", name=view)).to_be_visible()
    expect(shown.said).to_have_text("'it' (9) looks at 'because' (8) 90%.")
    if view != "Token strip":
        wait_for_ink(page, 300)


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
    shown.put(selection={"view": "matrix"})
    shown.root.get_by_role("button", name="Save picture").focus()
    with page.expect_download() as saving:
        page.keyboard.press("Enter")
    saving.value.save_as(tmp_path / "page.svg")
    expected = shown.explorer.to_svg(tmp_path / "python.svg").read_bytes()
    assert (tmp_path / "page.svg").read_bytes() == expected


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


def test_heads_are_switched_off_and_the_answer_moves(shown: ExplorerPage) -> None:
    shown.root.get_by_text("Effect: switch heads off").click()
    shown.root.get_by_role("button", name="Layer 1, head 2: on").click()
    panel = shown.root.locator("details", has_text="Effect: switch")
    expect(panel).to_contain_text("1 head off: 10% of the probability moves")
    row = panel.get_by_role("row", name="<b>tired</b>")
    expect(row).to_contain_text("80%")
    expect(row).to_contain_text("70%")
    shown.root.get_by_role("button", name="All heads of layer 0").click()
    expect(panel).to_contain_text("5 heads off")
    assert shown.explorer.switched_off[0] == ["self", 0, 0]
    shown.root.get_by_role("button", name="Switch all on").click()
    expect(panel).to_contain_text("All heads on")
    assert shown.explorer.switched_off == []


def test_importance_is_measured_and_sorts(shown: ExplorerPage) -> None:
    shown.root.get_by_text("Effect: switch heads off").click()
    shown.root.get_by_role("button", name="Measure importance").click()
    last = shown.root.get_by_role(
        "button", name="Layer 1, head 3: on, importance 0.875"
    )
    expect(last).to_be_visible()
    shown.root.get_by_label("Sort heads by").select_option("importance")
    chips = shown.root.get_by_role("toolbar").get_by_role("button")
    expect(chips.first).to_contain_text("head 3")


def test_the_lens_follows_the_token(shown: ExplorerPage) -> None:
    shown.root.get_by_text("Logit lens").click()
    expect(shown.root.get_by_role("table", name="after each layer")).to_contain_text(
        "a 60%"
    )
    shown.put(selection={"token": 4})
    expect(shown.root).to_contain_text("Read at 'not' (4)")
    assert shown.explorer.effects.asked == [None, 4]


def test_a_text_is_generated_step_by_step(shown: ExplorerPage, page: Page) -> None:
    shown.root.get_by_text("Generation lab").click()
    shown.root.get_by_label("Prompt").fill("the cat")
    page.keyboard.press("Enter")
    expect(shown.root).to_contain_text("50 of 50 tokens can be drawn.")
    asked = page.evaluate("window.heard.length")
    for label, value in (("Top-k", "5"), ("Temperature", "0.5"), ("Min-p", "0.1")):
        shown.root.get_by_label(label).fill(value)
    expect(shown.root).to_contain_text("5 of 50 tokens can be drawn; together they had")
    expect(shown.root.get_by_role("row", name="w105")).to_contain_text("out")
    assert page.evaluate("window.heard.length") == asked  # without Python
    shown.root.get_by_role("button", name="Take the likeliest").click()
    shown.root.get_by_role("button", name="Go on with w102").click()
    written = shown.root.locator(".xp-written")
    expect(written).to_contain_text("the100%catw100w102")
    shown.root.get_by_role("button", name="Reset sliders").click()
    expect(shown.root).to_contain_text("50 of 50 tokens can be drawn.")


def test_a_failure_is_shown_and_the_explorer_goes_on(opened: Opened) -> None:
    class Failing(ImaginedModel):
        def ablate(self, heads):
            raise RuntimeError("out of memory")

    shown = opened(AttentionExplorer.of([part()], Failing()))
    shown.root.get_by_text("Effect: switch heads off").click()
    expect(shown.root).to_contain_text("RuntimeError('out of memory')")
    shown.view("Matrix")
    expect(shown.said).to_contain_text("Choose a token")


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


def test_encoder_and_cross_attention_have_their_own_tokens(opened: Opened) -> None:
    cross = AttentionPart(
        "cross", sample(2, 4, 20)[..., :3, :], ("le", "chat", "dort"), tuple(WORDS)
    )
    shown = opened(AttentionExplorer.of([part(), cross]))
    shown.root.get_by_label("Attention", exact=True).select_option("cross")
    queries(shown).get_by_role("option", name="chat").click()
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
    queries(shown).focus()
    page.keyboard.press("End")
    expect(shown.said).to_have_text("'word' (1023) looks at 'word' (1022) 90%.")
    last = shown.root.locator("[role=option][aria-posinset='1024']").first
    expect(last).to_be_in_viewport()
    shown.view("Matrix")
    wait_for_ink(page, 10_000)


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


def test_at_200_per_cent_nothing_runs_out_of_the_page(
    shown: ExplorerPage, page: Page
) -> None:
    page.set_viewport_size({"width": 683, "height": 450})
    for view in VIEWS:
        shown.view(view)
        shown.put(selection={"token": 9})
        assert page.evaluate("document.documentElement.scrollWidth") <= 683


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
    for view in VIEWS:
        root.get_by_role("tab", name=view).click()
    root.get_by_label("Show").select_option("rollout")
    expect(root.get_by_role("alert")).to_be_empty()
    expect(root).not_to_contain_text("Effect: switch heads off")
    assert page.evaluate("window.owned") is None
    assert asked == [path.as_uri()] and errors == []

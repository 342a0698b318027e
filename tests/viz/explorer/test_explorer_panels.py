"""The explorer in a browser: what the model is asked, and what if it is silent."""

from attention_samples import ImaginedModel, part
from explorer_page import ExplorerPage, Opened
from playwright.sync_api import Page, expect

from course_lib.viz.explorer.widget import AttentionExplorer


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


def test_a_silent_python_is_named_and_its_late_answer_still_counts(
    page: Page, opened: Opened
) -> None:
    page.clock.install()
    shown = opened(AttentionExplorer.of([part()], ImaginedModel()))
    page.evaluate("() => { window.hold = () => new Promise((go) => window.go = go); }")
    shown.root.get_by_text("Effect: switch heads off").click()
    panel = shown.root.locator("details", has_text="Effect: switch")
    expect(panel).to_contain_text("Asking the model")
    page.clock.fast_forward(9000)
    expect(panel).to_contain_text("No answer from Python yet")
    expect(panel).to_contain_text("run this explorer's cell again")
    page.evaluate("window.go()")
    expect(panel).to_contain_text("All heads on")


def test_a_kernel_that_is_gone_is_named_and_the_picture_goes_on(
    shown: ExplorerPage, page: Page
) -> None:
    alert = shown.root.get_by_role("alert")
    page.evaluate("() => { window.gone = true; }")
    shown.root.get_by_text("Effect: switch heads off").click()
    panel = shown.root.locator("details", has_text="Effect: switch")
    expect(panel).to_contain_text("Python is gone: the kernel was restarted")
    shown.root.get_by_role("button", name="Layer 0, head 1: on").click()
    expect(panel).to_contain_text("run this explorer's cell again")
    for view in ("Matrix", "Token strip", "Head"):  # what is here goes on working
        shown.view(view)
    shown.queries.get_by_role("option").nth(9).click()
    expect(shown.said).to_have_text("'it' (9) looks at 'because' (8) 90%.")
    expect(alert).to_contain_text("Python is gone")  # and cannot know of the click
    shown.root.get_by_label("Layer", exact=True).select_option("1")  # not here yet
    expect(shown.counts).to_contain_text("Reading the layer")
    page.evaluate("() => { window.gone = false; }")
    shown.view("All layers")
    expect(shown.root.get_by_role("button", name="0.0: layer 0")).to_be_visible()
    expect(alert).to_be_empty()


def test_a_failure_is_not_asked_for_again_with_every_picture(
    shown: ExplorerPage, page: Page
) -> None:
    shown.explorer._answers._kinds["thumbnails"] = lambda asked: 1 / 0
    shown.view("All layers")
    expect(shown.root.get_by_role("alert")).to_contain_text("ZeroDivisionError")
    page.wait_for_timeout(200)
    kinds = page.evaluate("window.heard.map((question) => question.kind)")
    assert kinds.count("thumbnails") == 1

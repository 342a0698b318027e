"""A lab's picture in Chromium: it stays, its words are announced, sliders are named."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from course_lib.viz.labs.picture import FRAME, STATIC

DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJ"
    "RU5ErkJggg=="
)
# What ipywidgets makes of a slider, as far as a lab touches it.
CONTROLS = """<div class="widget-inline-hbox">
<label class="widget-label">width d</label>
<div class="noUi-handle" role="slider" tabindex="0"></div>
<div class="widget-readout" contenteditable="true">64</div></div>
<button class="widget-toggle-button mod-active" title="query 0, key 1">see</button>"""
# What anywidget hands to `render`, played by the page.
OPEN = """async ([code, traits]) => {
  const listeners = new Set();
  window.put = (changes) => {
    Object.assign(traits, changes);
    for (const [event, listener] of listeners)
      if (event.replace("change:", "") in changes) listener();
  };
  window.listening = () => listeners.size;
  const entries = new Map();
  const model = {
    get: (name) => traits[name],
    on: (event, act) => {
      entries.set(event, [event, act]);
      listeners.add(entries.get(event));
    },
    off: (event) => listeners.delete(entries.get(event)),
  };
  const module = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const el = document.getElementById("here");
  window.leave = module.default.render({ model, el });
  window.before = [el.querySelector("img"), el.querySelector("figcaption")];
  window.said = [];
  const caption = el.querySelector("figcaption");
  new MutationObserver(() => window.said.push(caption.textContent))
    .observe(caption, { childList: true, characterData: true, subtree: true });
}"""


@pytest.fixture
def opened(page: Page) -> Page:
    """A lab's picture beside a slider."""
    styles = (STATIC / "picture.css").read_text(encoding="utf-8")
    page.set_content(
        f"<html lang=en><style>{styles}</style>"
        f'<div class="{FRAME}">{CONTROLS}<div id="here"></div></div>'
    )
    code = (STATIC / "picture.js").read_text(encoding="utf-8")
    traits = {"image": DOT, "width": 30, "height": 20, "title": "Softmax"}
    traits |= {"words": "The largest weight is 0.54.", "look_for": "Widen d."}
    page.evaluate(OPEN, [code, traits])
    return page


def put(page: Page, **changes: Any) -> None:
    page.evaluate(f"() => window.put({json.dumps(changes)})")


def test_picture_and_caption_stay_while_they_change(opened: Page) -> None:
    put(opened, image=DOT.replace("K", "L", 1), words="Now 0.99.")
    expect(opened.locator("figcaption")).to_have_text("Now 0.99.")
    assert "L" in opened.locator("img").get_attribute("src")
    assert opened.evaluate(
        "() => window.before.every((element) => element.isConnected)"
    )
    assert opened.locator("figcaption").get_attribute("aria-live") == "polite"


def test_a_drag_is_announced_once_at_its_end(opened: Page) -> None:
    for step in range(5):
        put(opened, words=f"step {step}")
    expect(opened.locator("figcaption")).to_have_text("step 4")
    assert opened.evaluate("() => window.said") == ["step 4"]


def test_words_never_become_elements(opened: Page) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    put(opened, words=hostile, look_for=hostile)
    expect(opened.locator("figcaption")).to_have_text(hostile)
    expect(opened.locator(".course-lab-hint")).to_contain_text(hostile)
    assert opened.locator("img").count() == 1
    assert opened.locator("script").count() == 0


def test_a_slider_has_its_label_for_a_name_and_says_its_value(opened: Page) -> None:
    slider = opened.get_by_role("slider", name="width d")
    expect(slider).to_have_attribute("aria-valuetext", "64")
    opened.locator(".widget-readout").evaluate("(one) => { one.textContent = '256' }")
    expect(slider).to_have_attribute("aria-valuetext", "256")
    expect(opened.get_by_role("group", name="Softmax")).to_be_visible()
    expect(opened.get_by_role("textbox", name="width d, as a number")).to_be_visible()


def test_a_button_of_a_grid_says_its_place_and_whether_it_is_pressed(
    opened: Page,
) -> None:
    cell = opened.get_by_role("button", name="query 0, key 1")
    expect(cell).to_have_attribute("aria-pressed", "true")
    cell.evaluate("(one) => one.classList.remove('mod-active')")
    expect(cell).to_have_attribute("aria-pressed", "false")


def test_the_focus_is_seen(opened: Page) -> None:
    opened.keyboard.press("Tab")
    slider = opened.get_by_role("slider")
    expect(slider).to_be_focused()
    assert slider.evaluate("(one) => getComputedStyle(one).outlineWidth") == "3px"


def test_nothing_is_left_behind(opened: Page) -> None:
    # Sliders are named in the frame after the first.
    expect(opened.get_by_role("slider")).to_have_attribute("aria-valuetext", "64")
    assert opened.evaluate("() => window.listening()") == 3
    opened.evaluate("() => window.leave()")
    assert opened.evaluate("() => window.listening()") == 0
    put(opened, words="too late")
    opened.locator(".widget-readout").evaluate("(one) => { one.textContent = '9' }")
    opened.wait_for_timeout(500)
    expect(opened.locator("figcaption")).to_have_text("The largest weight is 0.54.")
    expect(opened.get_by_role("slider")).to_have_attribute("aria-valuetext", "64")


def test_a_notebook_leaves_a_sliders_keys_to_the_slider(opened: Page) -> None:
    opened.evaluate(
        """() => {
          window.taken = [];
          const take = ({ target, key }) =>
            target.hasAttribute("data-lm-suppress-shortcuts") || taken.push(key);
          document.addEventListener("keydown", take, true);
        }"""
    )
    opened.get_by_role("slider").focus()
    for key in ("ArrowRight", "End", "j", "Shift+Enter", "Control+s", "Tab"):
        opened.keyboard.press(key)
    taken = opened.evaluate("() => window.taken")
    assert {"j", "Enter", "s", "Tab"} <= set(taken)
    assert not {"ArrowRight", "End"} & set(taken)


def test_a_sliders_keys_go_no_further_up(opened: Page) -> None:
    expect(opened.get_by_role("slider")).to_have_attribute("aria-valuetext", "64")
    opened.evaluate(
        """() => {
          window.reached = [];
          window.addEventListener("keydown", ({ key }) => window.reached.push(key));
        }"""
    )
    opened.get_by_role("slider").focus()
    for key in ("ArrowUp", "PageDown", "j", "Control+s"):
        opened.keyboard.press(key)
    reached = opened.evaluate("() => window.reached")
    assert {"j", "s"} <= set(reached)
    assert not {"ArrowUp", "PageDown"} & set(reached)

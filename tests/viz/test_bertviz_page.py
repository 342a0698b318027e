"""bertviz's page: nothing is loaded unasked, and without a network a note says so."""

from types import SimpleNamespace
from typing import Any

import bertviz
import pytest
import torch
from playwright.sync_api import Page, expect

from course_lib.errors import CourseError
from course_lib.viz.bertviz_page import MODULE, BertvizPage

OPEN = """async ([code, traits]) => {
  const module = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const model = { get: (name) => traits[name] };
  module.default.render({ model, el: document.getElementById("here") });
}"""


def opened(page: Page, made: BertvizPage) -> list[str]:
    """Show it; returns the addresses that are asked for from then on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content('<html lang="en"><main id="here"></main>')
    page.evaluate(OPEN, [MODULE, {"page": made.page, "title": made.title}])
    return asked


def html(text: str) -> Any:
    return SimpleNamespace(data=text)


def test_nothing_is_asked_for_before_the_click_and_a_note_stays_offline(
    page: Page,
) -> None:
    attention = (torch.full((1, 2, 3, 3), 1 / 3),)
    view = bertviz.head_view(attention, ["a", "b", "c"], html_action="return")
    asked = opened(page, BertvizPage(view, "head view"))
    button = page.get_by_role("button", name="Load and draw")
    expect(button).to_be_visible()
    assert [address for address in asked if address.startswith("http")] == []
    with page.expect_console_message(lambda said: "Failed to load" in said.text):
        button.press("Enter")  # bertviz's scripts lie on a public server
    note = page.frame_locator("iframe").locator(".no-drawing")
    expect(note).to_be_visible()
    expect(note).to_contain_text("no network")


def test_the_note_goes_when_there_is_a_drawing(page: Page) -> None:
    opened(page, BertvizPage(html("<svg width=9 height=9></svg>"), "head view"))
    page.get_by_role("button").click()
    frame = page.frame_locator("iframe[title='bertviz, head view']")
    expect(frame.locator("svg")).to_be_visible()
    expect(frame.locator(".no-drawing")).to_be_hidden()


def test_a_script_in_a_token_cannot_reach_the_notebook(page: Page) -> None:
    hostile = "<script>try { parent.document.title = 'seen' } catch (e) {}</script>"
    opened(page, BertvizPage(html(f"{hostile}<svg width=9 height=9></svg>"), "view"))
    page.get_by_role("button").click()
    expect(page.frame_locator("iframe").locator("svg")).to_be_visible()
    assert page.title() != "seen"


def test_without_a_kernel_a_sentence_says_what_is_needed() -> None:
    made = BertvizPage(html("<p>x</p>"), "neuron view of course-bert")
    data, _ = made._repr_mimebundle_()
    assert data["text/plain"].startswith("bertviz, neuron view of course-bert (0.0 MB)")
    assert "network" in data["text/plain"]
    assert "<p>x</p>" not in "".join(map(str, data.values()))


def test_a_view_that_was_displayed_already_is_named() -> None:
    with pytest.raises(CourseError, match="html_action"):
        BertvizPage(None, "head view")

"""Chapter 03 in Lab: answer wrongly, be told why, correct it, play."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.lab import NotebookPage
from course_lib.exercises.catalogue import find

CHAPTER = "chapters/03_self_attention.ipynb"
EXERCISE = "03.attention"
WITHOUT_SCALE = """def my_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = torch.nan_to_num(scores.softmax(-1))
    return weights @ value, weights
"""


@pytest.fixture
def chapter(open_notebook: Callable[[str], NotebookPage]) -> NotebookPage:
    """Chapter 03, all cells run."""
    notebook = open_notebook(CHAPTER)
    notebook.run_all()
    return notebook


def test_a_wrong_answer_is_named_and_a_right_one_passes(
    chapter: NotebookPage, picture: Callable[[str], None]
) -> None:
    stub = chapter.cell("def my_attention(")
    check = chapter.cell(f'check("{EXERCISE}"')
    chapter.write(stub, WITHOUT_SCALE)
    chapter.run(stub)
    report = chapter.run(check)
    expect(report).to_contain_text("missing-scale")
    check.scroll_into_view_if_needed()
    picture("wrong_answer")
    chapter.write(stub, find(EXERCISE).source)
    chapter.run(stub)
    report = chapter.run(check)
    expect(report).to_contain_text(f"Passed: {EXERCISE}")
    expect(report).not_to_contain_text("missing-scale")
    picture("right_answer")
    assert chapter.strangers() == []


def test_a_slider_moves_the_picture(
    chapter: NotebookPage, page: Page, picture: Callable[[str], None]
) -> None:
    cell = chapter.cell("SoftmaxLab()")
    image = cell.locator(".jp-OutputArea-output img")
    caption = cell.locator("figcaption")
    before, words = source(image), caption.inner_text()
    cell.get_by_role("slider", name="temperature").focus()
    page.keyboard.press("ArrowRight")
    expect(image).not_to_have_attribute("src", before)
    expect(caption).not_to_have_text(words)
    image.scroll_into_view_if_needed()
    picture("slider_moved")
    cell.get_by_role("button", name="Reset").click()
    expect(image).to_have_attribute("src", before)
    assert chapter.strangers() == []


def test_without_a_kernel_the_still_picture_shows(
    open_notebook: Callable[[str], NotebookPage], picture: Callable[[str], None]
) -> None:
    cell = open_notebook(CHAPTER).cell("SoftmaxLab()")
    expect(cell.locator(".jp-OutputArea-output img")).to_be_visible()
    expect(cell).not_to_contain_text("Error displaying widget")
    cell.scroll_into_view_if_needed()
    picture("as_it_opens")


def source(image: Locator) -> str:
    """The picture itself, as text."""
    return image.get_attribute("src") or ""

"""The explorer and a lab, drawn by ipywidgets 7 and its anywidget in a browser."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from colab.classic import READY_SECONDS, SECONDS, ClassicPage, ClassicServer
from colab.image import Image

START = "import google.colab\nfrom course_lib.start import start\n\nstart()"
EXPLORER = """from course_lib.viz.explorer.example import induction_example
from course_lib.viz.explorer.explore import explore

explore(*induction_example())"""
LAB = "from course_lib.viz.labs.softmax import SoftmaxLab\n\nSoftmaxLab()"


@pytest.fixture(scope="module")
def server(
    image: Image, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ClassicServer]:
    """The notebook server of the image."""
    server = ClassicServer(image, tmp_path_factory.mktemp("classic"))
    yield server
    server.close()


def ready(place: Locator) -> Locator:
    """The widget, once it is there: the kernel has to import PyTorch before."""
    expect(place).to_be_visible(timeout=READY_SECONDS * SECONDS)
    return place


def test_the_explorer_draws_and_follows_slider_and_keys(
    page: Page, server: ClassicServer, screenshot: Callable[[str], None]
) -> None:
    notebook = ClassicPage(page, server, (START, EXPLORER))
    explorer = ready(page.get_by_role("region", name="Attention explorer"))
    counts = explorer.locator(".xp-counts")
    expect(counts).to_have_text(re.compile(r"^1,\d\d\d of 1,\d\d\d lines drawn"))
    screenshot("explorer_classic")
    explorer.locator("input[type=range]").first.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(counts).to_have_text(re.compile(r"^\d\d\d of \d\d\d lines drawn"))
    explorer.get_by_role("tab", name="Head", exact=True).focus()
    page.keyboard.press("3")
    expect(explorer.get_by_role("tab", selected=True)).to_have_text("Matrix")
    expect(page.locator(".cell.text_cell")).to_have_count(0)
    assert notebook.strangers() == []


def test_a_labs_picture_follows_its_slider(
    page: Page, server: ClassicServer, screenshot: Callable[[str], None]
) -> None:
    notebook = ClassicPage(page, server, (START, LAB))
    lab = ready(page.locator(".widget-vbox").first)
    picture = lab.locator("img")
    expect(lab).to_contain_text("temperature 1.00: scores")
    before = picture.get_attribute("src")
    lab.locator(".ui-slider-handle").nth(1).focus()
    page.keyboard.press("ArrowRight")
    expect(lab).not_to_contain_text("temperature 1.00: scores")
    expect(picture).not_to_have_attribute("src", before)
    screenshot("lab_classic")
    assert notebook.strangers() == []


@pytest.fixture
def screenshot(
    page: Page, request: pytest.FixtureRequest, tmp_path: Path
) -> Callable[[str], None]:
    """Take a screenshot of the tab; it lies where `--screenshots` says."""
    chosen = request.config.getoption("--screenshots", None)
    folder = Path(chosen) if chosen else tmp_path
    return lambda name: page.screenshot(path=folder / f"{name}.png") and None

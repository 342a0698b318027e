"""Chapters as slides in Lab: every slide fits, labs live on them, keys do as said."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

pytest.importorskip(
    "jupyterlab_slideshow", reason="the extra `slides` is not installed"
)

from notebooks.chapters import FILES

from browser.slides_lab import Deck, SlidesServer

SCREEN = {"width": 1280, "height": 720}
ATTENTION = "03_self_attention"
EXPLORER = (
    ("skip", "from course_lib.start import start\n\nstart()"),
    (
        "skip",
        """from course_lib.resources import load_model, load_tokenizer
from course_lib.viz.explorer.explore import explore

eager = {"attn_implementation": "eager"}
model = load_model("course-gpt", "AutoModelForCausalLM", **eager)
tokenizer = load_tokenizer("course-gpt")""",
    ),
    (
        "subslide",
        """explore(model, tokenizer, "Clara lost a golden necklace at the school. "
"She looked for it there, and a friend found the necklace under the")""",
    ),
)


@pytest.fixture(scope="module")
def slides_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlidesServer]:
    """The Lab of a lecturer, over a copy of the chapters."""
    server = SlidesServer(tmp_path_factory.mktemp("slides"))
    yield server
    server.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of the size that the smallest projectors have."""
    context = browser.new_context(viewport=SCREEN)
    yield context.new_page()
    context.close()


@pytest.fixture
def open_deck(page: Page, slides_lab: SlidesServer) -> Iterator[Callable[[str], Deck]]:
    """Open a chapter's slides: `open_deck("03_self_attention")`."""
    yield lambda stem: Deck(page, slides_lab, f"chapters/{stem}.ipynb")
    slides_lab.end_kernels()


@pytest.mark.parametrize("chapter", FILES, ids=lambda path: path.stem)
def test_every_slide_fits(open_deck: Callable[[str], Deck], chapter: Path) -> None:
    deck = open_deck(chapter.stem)
    slides = deck.walk()
    assert len(slides) >= 10
    assert [(n, slide) for n, slide in enumerate(slides) if not slide.fits] == []
    assert deck.slideshow_cells() == [cell for slide in slides for cell in slide.cells]


def test_a_lab_lives_on_its_slide_and_keeps_its_keys(
    open_deck: Callable[[str], Deck], picture: Callable[[str], None]
) -> None:
    deck = open_deck(ATTENTION)
    deck.run_all()
    expect(deck.active).to_contain_text("Self-attention")  # back at the first slide
    deck.go_to("SoftmaxLab()")
    lab = deck.active
    words = lab.locator("figcaption")
    before = words.inner_text()
    slider = lab.get_by_role("slider", name="temperature")
    slider.focus()
    deck.page.keyboard.press("ArrowRight")
    expect(words).not_to_have_text(before)
    expect(lab).to_be_visible()  # the key was the slider's, not the slides'
    after = words.inner_text()
    deck.drag(slider, 120)
    expect(words).not_to_have_text(after)
    picture("lab_on_a_slide")
    slides = deck.walk()
    assert [slide for slide in slides if not slide.fits] == []
    assert deck.slideshow_cells() == [cell for slide in slides for cell in slide.cells]


def test_what_opens_on_the_explorers_slide_is_to_be_seen(
    open_deck: Callable[[str], Deck],
    slides_lab: SlidesServer,
    picture: Callable[[str], None],
) -> None:
    slides_lab.write_slides("explorer", EXPLORER)
    deck = open_deck("explorer")
    deck.run_all()
    deck.go_to("Save picture")
    assert [slide for slide in deck.walk() if not slide.fits] == []
    for name in ("All layers", "Matrix", "Head"):  # the leftmost, too, by mouse
        tab = deck.active.get_by_role("tab", name=name, exact=True)
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
    for panel in ("Strongest weights", "Effect", "Logit lens", "Generation lab"):
        title = deck.active.locator("summary", has_text=panel)
        title.click()
        expect(title).to_be_in_viewport(ratio=1)
        expect(title.locator("xpath=..")).to_be_in_viewport(ratio=1)
        expect(deck.active.get_by_role("tab", name="Head")).to_be_in_viewport(ratio=1)
        picture(f"explorer_{panel.split()[0].lower()}_on_a_slide")
        title.click()


def test_the_keys_that_the_verb_names(open_deck: Callable[[str], Deck]) -> None:
    deck = open_deck(ATTENTION)
    first = deck.place()
    places = [first]
    for key in ("Space", "PageDown", "ArrowRight"):
        deck.press(key)
        places.append(deck.place())
    assert places == sorted(set(places))
    for key in ("Shift+Space", "PageUp", "ArrowLeft"):
        places.pop()
        deck.press(key)
        assert deck.place() == places[-1]
    deck.press("Shift+ArrowRight")
    deck.press("Shift+ArrowRight")
    deck.press("Home")
    assert deck.place() == first
    deck.press("Escape")
    expect(deck.page.get_by_role("menuitem", name="Run", exact=True)).to_be_visible()


def test_the_dress_is_the_same_in_the_dark(
    browser: Browser, tmp_path: Path, picture: Callable[[str], None]
) -> None:
    server = SlidesServer(tmp_path, dark=True)
    context = browser.new_context(viewport=SCREEN)
    try:
        deck = Deck(context.new_page(), server, f"chapters/{ATTENTION}.ipynb")
        assert [slide for slide in deck.walk() if not slide.fits] == []
    finally:
        context.close()
        server.close()

"""A chapter as slides in Lab, and a way through all of them that measures each."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import Locator, Page, expect

from browser.lab import CELL_MILLISECONDS, LabServer
from course_lib.cli.normal_form import normalise
from course_lib.cli.slides import write_settings

READY = "body[data-jp-deck-mode='presenting'] .jp-Deck .jp-deck-mod-visible"
READY_MILLISECONDS = 120_000
LISTENS = "() => document.activeElement.closest('.jp-Deck .jp-Notebook')"

# Goes on with the key that a lecturer presses, until nothing moves any more. What waits
# below a question has its room from the start: one look a slide is enough.
WALK = """async () => {
  const frame = () => new Promise((done) => setTimeout(done, 5));
  const cells = [...document.querySelectorAll(".jp-Deck .jp-Cell")];
  const now = () => cells.findIndex((cell) => cell.matches(".jp-mod-active"));
  const shown = () => cells.flatMap((cell, at) =>
    cell.matches(".jp-deck-mod-onscreen") ? [at] : []);
  const notebook = document.querySelector(".jp-Deck .jp-Notebook");
  const seen = [];
  for (let last = -1; now() !== last; ) {
    last = now();
    for (let wait = 0; wait < 400 && !shown().includes(last); wait++) await frame();
    const here = shown();
    if (String(here) !== String(seen.at(-1)?.cells)) {
      seen.push({ cells: here, ...MEASURE(notebook, here.map((at) => cells[at])) });
    }
    const keys = { key: " ", code: "Space", keyCode: 32, bubbles: true };
    cells[last].dispatchEvent(new KeyboardEvent("keydown", keys));
    for (let wait = 0; wait < 60 && now() === last; wait++) await frame();
  }
  return seen;
}"""
MEASURE = """(notebook, cells) => {
  const top = cells[0].getBoundingClientRect().top;
  const inside = cells.flatMap((cell) => [cell, ...cell.querySelectorAll(
    ".cm-line, p, li, h1, h2, h3, pre, table, img, mjx-container, button, canvas")]);
  const own = (item) => item.closest("div:has(> p + details), .xp-scroll");
  const explorers = cells.flatMap((cell) => [...cell.querySelectorAll(".xp-root")]);
  const boxes = inside.filter((item) => item.checkVisibility() && !own(item))
    .map((item) => item.getBoundingClientRect()).filter((box) => box.height);
  const wide = cells.flatMap((cell) => [...cell.querySelectorAll(
    ".cm-scroller, .jp-OutputArea-output, .jp-OutputArea-output > pre")])
    .filter((item) => item.scrollWidth > item.clientWidth + 1);
  return {
    heading: cells[0].innerText.trim().split("\\n")[0].slice(0, 60),
    below: Math.round(Math.max(...boxes.map((box) => box.bottom)) - innerHeight),
    right: Math.round(Math.max(...boxes.map((box) => box.right)) - innerWidth),
    scrolls: Math.max(...[notebook, ...explorers]
      .map((item) => item.scrollHeight - item.clientHeight)),
    cut: wide.length,
  };
}"""


class Slide(NamedTuple):
    """What a slide shows, and by how many pixels it does not fit.

    Attributes:
        heading: its first line.
        cells: the places of its cells in the notebook.
        below: how far its content reaches beyond the lower edge, if above 0.
        right: the same for the right edge.
        scrolls: how far it, or the explorer on it, could be scrolled.
        cut: how many of its boxes are wider inside than outside.
    """

    heading: str
    cells: list[int]
    below: int
    right: int
    scrolls: int
    cut: int

    @property
    def fits(self) -> bool:
        """Whether all of it is to be seen."""
        return max(self.below, self.right, self.scrolls, self.cut) <= 0


def on_slides(kind: str, *tags: str) -> dict[str, Any]:
    """A cell's metadata that say what it is among the slides."""
    return {"slideshow": {"slide_type": kind}, "tags": list(tags)}


class SlidesServer(LabServer):
    """The course's Lab as the verb `slides` starts it: what opens, opens as slides."""

    def _write_settings(self, dark: bool) -> None:
        super()._write_settings(dark)
        write_settings(self._home / "settings")

    def write_slides(self, stem: str, code: Iterable[tuple[str, str]]) -> None:
        """Write a chapter: a title, and what code shows, each with its slide type."""
        cells = [new_markdown_cell("# A title", metadata=on_slides("slide"))]
        for kind, text in code:
            cells.append(new_code_cell(text, metadata=on_slides(kind, "slide-output")))
        notebook = normalise(new_notebook(cells=cells), stem)
        nbformat.write(notebook, self.folder / "chapters" / f"{stem}.ipynb")

    def end_kernels(self) -> None:
        """End the kernels of the chapters that were open."""
        for kernel in json.loads(self._ask("GET", "kernels")):
            self._ask("DELETE", f"kernels/{kernel['id']}")

    def _ask(self, method: str, what: str) -> bytes:
        headers = {"Authorization": f"token {self._token}"}
        address = f"{self.base}/api/{what}"
        with urlopen(Request(address, headers=headers, method=method)) as answer:
            return answer.read()


class Deck:
    """A chapter open as slides."""

    def __init__(self, page: Page, server: LabServer, notebook: str) -> None:
        self.page, self._file = page, server.folder / notebook
        page.goto(server.url(notebook))
        page.wait_for_selector(READY, timeout=READY_MILLISECONDS)
        settle = "document.querySelectorAll('.jp-MarkdownCell:not(.jp-mod-rendered)')"
        page.wait_for_function(f"() => !{settle}.length")
        page.wait_for_function("() => document.fonts.status === 'loaded'")
        # A key that is pressed before Lab listens is lost.
        page.wait_for_function(LISTENS, timeout=READY_MILLISECONDS)

    def walk(self) -> list[Slide]:
        """Go through all slides from the first, and measure each."""
        self.active.focus()  # not a lab on it, which keeps the keys
        if self.place():
            self.press("Home")
        assert self.place() == 0
        found = self.page.evaluate(WALK.replace("MEASURE", f"({MEASURE})"))
        return [Slide(**slide) for slide in found]

    def slideshow_cells(self) -> list[int]:
        """The places of the cells that their metadata put on slides."""
        cells = json.loads(self._file.read_text(encoding="utf-8"))["cells"]
        types = [cell["metadata"]["slideshow"]["slide_type"] for cell in cells]
        return [at for at, kind in enumerate(types) if kind not in ("skip", "notes")]

    @property
    def active(self) -> Locator:
        """The cell that the lecturer is in."""
        return self.page.locator(".jp-Deck .jp-Cell.jp-mod-active")

    def place(self) -> int:
        """The place of that cell in the notebook."""
        cells = "[...document.querySelectorAll('.jp-Deck .jp-Cell')]"
        return self.page.evaluate(
            f"{cells}.findIndex((cell) => cell.matches('.jp-mod-active'))"
        )

    def press(self, key: str) -> None:
        """Press a key and wait, 10 seconds at most, until another cell is active.

        At the last slide nothing moves, and all of the 10 seconds pass.
        """
        before = self.place()
        self.page.keyboard.press(key)
        for _ in range(200):
            if self.place() != before:
                return
            self.page.wait_for_timeout(50)

    def go_to(self, text: str) -> None:
        """Go on, key by key, to the cell that holds this text."""
        last = -1
        while last != (last := self.place()):
            if text in (self.active.text_content() or ""):
                return
            self.press("Space")
        raise AssertionError(f"no slide shows {text!r}")

    def drag(self, handle: Locator, pixels: int) -> None:
        """Drag what can be dragged to the right, with the mouse."""
        box = handle.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + pixels, y, steps=5)
        self.page.mouse.up()

    def run_all(self) -> None:
        """Run all cells by the slides' own key, and wait for the last."""
        self.page.keyboard.press("ControlOrMeta+Shift+Enter")
        prompts = self.page.locator(".jp-CodeCell .jp-InputPrompt")
        waiting = prompts.filter(has_text="[*]")
        expect(waiting.first).to_be_attached(timeout=CELL_MILLISECONDS)
        expect(waiting).to_have_count(0, timeout=CELL_MILLISECONDS)

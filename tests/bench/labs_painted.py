"""The labs in JupyterLab: from a key on a control until the new picture is painted."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from browser.chromium import MISSING, NAMES, OPTIONS
from browser.lab import LabServer, NotebookPage

from course_lib.errors import CourseError

NOTEBOOK = "bench.ipynb"
# Painted: the picture's file is decoded, and the frame that draws it is handed over.
STOP_WATCH = """(image) => {
  window.last = new Promise((done, failed) => {
    let begun;
    setTimeout(() => failed(new Error("the picture did not change")), 30000);
    const note = (event) => { begun ??= event.timeStamp; };
    for (const kind of ["keydown", "click"])
      window.addEventListener(kind, note, { capture: true, once: true });
    new MutationObserver(async (_, watch) => {
      watch.disconnect();
      await image.decode().catch(() => {}); // a newer picture came in between
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      done(performance.now() - begun);
    }).observe(image, { attributeFilter: ["src"] });
  });
}"""


@contextmanager
def opened(labs: Mapping[str, str]) -> Iterator[NotebookPage]:
    """JupyterLab with a cell for each lab, all run; `labs` maps modules to classes.

    Raises:
        CourseError: there is no Chromium.
    """
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise CourseError(MISSING)
    with tempfile.TemporaryDirectory() as home:
        server = LabServer(Path(home))
        (server.folder / NOTEBOOK).write_text(_notebook(labs), encoding="utf-8")
        try:
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(
                    executable_path=path, args=OPTIONS
                )
                size = {"width": 1366, "height": 900}
                page = chromium.new_page(viewport=size)
                notebook = NotebookPage(page, server, NOTEBOOK)
                notebook.run_all()
                yield notebook
                chromium.close()
        finally:
            server.close()


def measure(notebook: NotebookPage, lab: str, changes: int) -> list[float]:
    """Milliseconds of each change of a lab's last control, from hand to screen."""
    cell = notebook.cell(f"{lab}()")
    image = cell.locator("img.course-lab-image")
    image.scroll_into_view_if_needed()
    control = cell.locator(".noUi-handle, .widget-toggle-button").last
    moves = _moves(control)
    times = []
    for place in range(changes + 3):
        image.evaluate(STOP_WATCH)
        control.press(moves[place % 2])
        times.append(notebook.page.evaluate("window.last"))
        notebook.page.wait_for_timeout(60)
    return times[3:]  # caches are warm


def _moves(control: Locator) -> tuple[str, str]:
    """Keys for there and back; a button has one for both."""
    if "noUi" not in (control.get_attribute("class") or ""):
        return "Space", "Space"
    now, most = (float(control.get_attribute(f"aria-value{n}")) for n in ("now", "max"))
    return ("ArrowLeft", "ArrowRight") if now >= most else ("ArrowRight", "ArrowLeft")


def _notebook(labs: Mapping[str, str]) -> str:
    cells = [
        {
            "cell_type": "code",
            "id": name,
            "metadata": {},
            "source": f"from course_lib.viz.labs.{name} import {lab}\n\n{lab}()",
            "outputs": [],
            "execution_count": None,
        }
        for name, lab in labs.items()
    ]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = {"cells": cells, "metadata": {"kernelspec": spec}, "nbformat": 4}
    return json.dumps({**book, "nbformat_minor": 5})

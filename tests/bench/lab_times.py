"""The explorer in JupyterLab: what a real kernel, and the way to it and back, add."""

import json
import time
from pathlib import Path
from typing import Any

from browser.lab import LabServer, NotebookPage
from explorer_times import CONTROLS, local_changes
from page_times import Tab, Times
from playwright.sync_api import Browser, Locator, WebSocket

HERE = Path(__file__).resolve().parent
NAME = "bench.ipynb"
MADE = """import sys

sys.path.insert(0, {here!r})
import made_views

weights = made_views.weights_of({length}, {layers}, {heads})
"""
SHOWN = """from course_lib.viz.explorer.widget import AttentionExplorer

explorer = AttentionExplorer(weights, made_views.tokens_of({length}))
explorer.settings = {{"threshold": made_views.LEAST}}
explorer
"""


class LabTab(Tab):
    """A tab with a notebook of two cells: attention is made, the explorer shows it.

    Attributes:
        received: bytes that came through web sockets so far.
    """

    def __init__(self, browser: Browser, server: LabServer, **sizes: int) -> None:
        super().__init__(browser, {})
        self.received = 0
        self.file = server.folder / NAME
        sources = (MADE.format(here=str(HERE), **sizes), SHOWN.format(**sizes))
        self.file.write_text(json.dumps(_notebook(sources)), encoding="utf-8")
        self.page.add_init_script(CONTROLS)
        self.page.on("websocket", self._listen)
        self.notebook = NotebookPage(self.page, server, NAME)

    def _listen(self, socket: WebSocket) -> None:
        def count(payload: str | bytes) -> None:
            self.received += len(payload)

        socket.on("framereceived", count)

    def cell(self, text: str) -> Locator:
        """The cell that holds this text."""
        return self.notebook.cell(text)

    def saved(self) -> int:
        """Bytes of the notebook once it is saved."""
        self.page.wait_for_timeout(1000)  # Lab puts outputs in a moment later
        before = self.file.stat().st_mtime_ns
        self.notebook.choose("File", "Save Notebook")
        end = time.monotonic() + 30
        while self.file.stat().st_mtime_ns == before and time.monotonic() < end:
            self.page.wait_for_timeout(100)
        self.page.wait_for_timeout(500)
        return self.file.stat().st_size

    def open(self) -> float:
        """Run the cell that shows the explorer; milliseconds until it is painted."""
        cell = self.cell("AttentionExplorer(weights")
        cell.locator(".cm-content").click()
        self.page.evaluate(
            """() => { bench.last = (async () => {
                 const begun = performance.now();
                 while (!bench.shows(0)()) {
                   await bench.frame();
                   if (performance.now() - begun > 120e3) throw new Error("late");
                 }
                 await bench.frame();
                 return performance.now() - begun;
               })(); }"""
        )
        self.page.keyboard.press("ControlOrMeta+Enter")
        return self.page.evaluate("bench.last")


def _notebook(sources: tuple[str, ...]) -> dict[str, Any]:
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{place}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for place, source in enumerate(sources)
    ]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": spec}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def measure(
    browser: Browser,
    server: LabServer,
    length: int,
    layers: int = 12,
    heads: int = 12,
    rounds: int = 20,
) -> dict[str, Any]:
    """What is measured in Lab, with a kernel."""
    tab = LabTab(browser, server, length=length, layers=layers, heads=heads)
    tab.notebook.run(tab.cell("made_views.weights_of"))
    small, received = tab.saved(), tab.received
    found: dict[str, Any] = {"lab_open_ms": Times.of([tab.open()])}
    tab.page.locator(".xp-root").scroll_into_view_if_needed()
    tab.notebook.wait_idle()
    found["lab_open_bytes"] = tab.received - received
    found["lab_added_bytes"] = tab.saved() - small
    changed = tab.page.evaluate(f"bench.layers({list(range(1, layers))})")
    found["lab_layer_first"] = Times.of(changed)
    found["lab_session_bytes"] = tab.received - received
    again = tab.page.evaluate(f"bench.layers({list(range(layers))})")
    found["lab_layer_again"] = Times.of(again)
    local = local_changes(tab, rounds)
    found |= {f"lab_{name}": times for name, times in local.items()}
    found["lab_strangers"] = len(tab.notebook.strangers())
    tab.close()
    return found

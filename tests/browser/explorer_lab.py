"""Explorers in a notebook in Lab, and the Python that stands behind them."""

import re
from collections.abc import Sequence
from pathlib import Path

import nbformat
from playwright.sync_api import Locator, Page, expect

from browser.lab import LabServer, NotebookPage

SCRATCH = "# scratch"
VIEWS = ("Head", "All layers", "Matrix", "Query–key", "Token strip")


def write_notebook(folder: Path, name: str, sources: Sequence[str]) -> str:
    """Write a notebook of code cells and an empty one for questions; its name."""
    cells = [nbformat.v4.new_code_cell(source) for source in (*sources, SCRATCH)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, folder / name)
    return name


class ExplorerNotebook(NotebookPage):
    """A notebook whose cells show explorers; its kernel can be asked."""

    def __init__(
        self, page: Page, server: LabServer, name: str, sources: Sequence[str]
    ) -> None:
        super().__init__(page, server, write_notebook(server.folder, name, sources))
        self._scratch = self.page.locator(".jp-CodeCell").last

    def open(self, text: str) -> "ShownExplorer":
        """Run the cell that holds this text, and wait for its explorer."""
        cell = self.cell(text)
        self.run(cell)
        return ShownExplorer(self.page, cell)

    def do(self, source: str) -> str:
        """Run this in the kernel; what it printed."""
        self.write(self._scratch, source)
        outputs = self.run(self._scratch)
        return outputs.first.inner_text() if outputs.count() else ""

    def runs(self) -> int:
        """How many cells this kernel has run; this question is the last of them."""
        self.do("pass")
        prompt = self._scratch.locator(".jp-InputPrompt").inner_text()
        return int(prompt.strip("[]: "))

    def choose_theme(self, theme: str) -> None:
        """Switch Lab's theme from the Settings menu."""
        self.page.get_by_role("menuitem", name="Settings", exact=True).click()
        self.page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Theme$")).click()
        self.page.locator(".lm-Menu-itemLabel", has_text=theme).last.click()

    def wait_for(self, expression: str, value: object) -> None:
        """Until the kernel gives this value: what the page sets takes a moment."""
        said = ""
        for _ in range(20):
            said = self.do(f"print(repr({expression}))").strip()
            if said == repr(value):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{expression} stayed {said}, not {value!r}")


class ShownExplorer:
    """One explorer below a cell."""

    def __init__(self, page: Page, cell: Locator) -> None:
        self.page, self.cell = page, cell
        self.root = cell.get_by_role("region", name="Attention explorer")
        expect(self.counts).not_to_contain_text("Reading")

    @property
    def counts(self) -> Locator:
        """The line that says what is drawn and what is left out."""
        return self.root.locator(".xp-counts")

    @property
    def said(self) -> Locator:
        """What a screen reader is told."""
        return self.root.locator(".xp-said")

    @property
    def queries(self) -> Locator:
        """The head view's left column."""
        return self.root.get_by_role("listbox", name="Queries")

    def panel(self, title: str) -> Locator:
        """A part that opens, by its summary."""
        return self.root.locator("details", has=self.page.get_by_text(title))

    def view(self, name: str) -> None:
        """Click a view's tab."""
        self.root.get_by_role("tab", name=name, exact=True).click()
        chosen = self.root.get_by_role("tab", selected=True)
        expect(chosen).to_have_text(re.compile(re.escape(name)))

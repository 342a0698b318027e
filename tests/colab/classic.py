"""The notebook server that speaks with ipywidgets 7, and a notebook open in it.

Colab's own page can't be had. Its widgets come from the same sources as those of the
classic notebook of that time, which is in Colab's image, too.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import nbformat
from browser.lab import LOCAL
from environments import Environment
from notebooks.chapters import OFFLINE
from playwright.sync_api import Page
from servers import READY_SECONDS, NotebookServer, as_root

from colab.image import RUNTIME, Image

READY = """() => window.Jupyter && Jupyter.notebook && Jupyter.notebook._fully_loaded
    && Jupyter.notebook.kernel && Jupyter.notebook.kernel.is_connected()
    && Jupyter.notebook.kernel.widget_manager"""
FIRST_DONE = "() => Jupyter.notebook.get_cell(0).input_prompt_number > 0"
SECONDS = 1000  # Playwright counts in milliseconds


class ClassicServer(NotebookServer):
    """The image's notebook server over an empty folder, without a network.

    Attributes:
        content: what it shows.
    """

    def __init__(self, image: Image, folder: Path) -> None:
        super().__init__(folder)
        self.content = folder / "content"
        self.content.mkdir()
        self._begin(self._command(image.environment), self.content, self._environ())
        self._wait()

    def url(self, notebook: str) -> str:
        """Where a notebook of `content` opens."""
        return f"{self.base}/notebooks/{notebook}?token={self._token}"

    def _command(self, environment: Environment) -> list[str]:
        where = ("--no-browser", "--ip=127.0.0.1", f"--port={self._port}")
        token = f"--NotebookApp.token={self._token}"
        command = [str(environment.python), "-m", "notebook", *where, token]
        return [*command, *as_root()]

    def _environ(self) -> dict[str, str]:
        names = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
        own = {f"JUPYTER_{name}": str(self._home / name) for name in names}
        paths = os.pathsep.join(map(str, (OFFLINE, RUNTIME / "page")))
        more = {"IPYTHONDIR": str(self._home / "ipython"), "PYTHONPATH": paths}
        return {**os.environ, **own, **more}


class ClassicPage:
    """A notebook of two cells, open in the tab; both run at once."""

    def __init__(self, page: Page, server: ClassicServer, cells: Sequence[str]) -> None:
        self.page, self._server = page, server
        self._requests: list[str] = []
        page.on("request", lambda request: self._note(request.url))
        page.on("websocket", lambda socket: self._note(socket.url))
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": kernel},
        )
        nbformat.write(notebook, server.content / "widgets.ipynb")
        page.goto(server.url("widgets.ipynb"), timeout=READY_SECONDS * SECONDS)
        page.wait_for_function(READY, timeout=READY_SECONDS * SECONDS)
        # Until the kernel's first answer the page does not know whose widgets it holds.
        page.evaluate("Jupyter.notebook.execute_cells([0])")
        page.wait_for_function(FIRST_DONE, timeout=READY_SECONDS * SECONDS)
        page.evaluate("Jupyter.notebook.execute_cell_range(1, 2)")

    def _note(self, address: str) -> None:
        if not address.startswith(LOCAL):
            self._requests.append(re.sub(r"token=\w+", "token=...", address))

    def strangers(self) -> list[str]:
        """What the page, the server or a kernel asked for beyond this machine."""
        return self._requests + self._server.asked_for()

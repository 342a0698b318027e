"""The notebook server that speaks with ipywidgets 7, and a notebook open in it.

Colab's own page can't be had. Its widgets come from the same sources as those of the
classic notebook of that time, which is in Colab's image, too.
"""

import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import nbformat
from browser.lab import LOCAL
from notebooks.chapters import OFFLINE
from playwright.sync_api import Page

from colab.image import RUNTIME, Image

READY_SECONDS = 120
READY = """() => window.Jupyter && Jupyter.notebook && Jupyter.notebook._fully_loaded
    && Jupyter.notebook.kernel && Jupyter.notebook.kernel.is_connected()
    && Jupyter.notebook.kernel.widget_manager"""
FIRST_DONE = "() => Jupyter.notebook.get_cell(0).input_prompt_number > 0"
SECONDS = 1000  # Playwright counts in milliseconds


class ClassicServer:
    """The image's notebook server over an empty folder, without a network.

    Attributes:
        content: what it shows.
    """

    def __init__(self, image: Image, folder: Path) -> None:
        self.content, self._home = folder / "content", folder
        self.content.mkdir()
        self._asked = folder / "asked_for.txt"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = f"--port={probe.getsockname()[1]}"
        options = ("--no-browser", "--allow-root", "--ip=127.0.0.1", port)
        with (folder / "log.txt").open("w") as log:
            self._process = subprocess.Popen(
                [str(image.environment.python), "-m", "notebook", *options],
                cwd=self.content,
                env=self._environ(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._said = self._wait()

    def _environ(self) -> dict[str, str]:
        names = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
        own = {f"JUPYTER_{name}": str(self._home / name) for name in names}
        paths = os.pathsep.join(map(str, (OFFLINE, RUNTIME / "page")))
        more = {"IPYTHONDIR": str(self._home / "ipython"), "PYTHONPATH": paths}
        return {**os.environ, **own, **more, "OFFLINE_LOG": str(self._asked)}

    def _wait(self) -> dict[str, str]:
        """Address and token, as the server notes them when it is ready."""
        end = time.monotonic() + READY_SECONDS
        notes = self._home / "RUNTIME_DIR" / f"nbserver-{self._process.pid}.json"
        while time.monotonic() < end and self._process.poll() is None:
            if notes.exists() and notes.read_text().endswith("}"):
                return json.loads(notes.read_text())
            time.sleep(0.2)
        self.close()
        said = (self._home / "log.txt").read_text(encoding="utf-8")
        raise RuntimeError(f"the notebook server did not start:\n{said[-3000:]}")

    def url(self, notebook: str) -> str:
        """Where a notebook of `content` opens."""
        said = self._said
        return f"{said['url']}notebooks/{notebook}?token={said['token']}"

    def asked_for(self) -> list[str]:
        """Every address beyond this machine that the server or a kernel asked for."""
        return self._asked.read_text().splitlines() if self._asked.exists() else []

    def close(self) -> None:
        """Stop the server and with it its kernels."""
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


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

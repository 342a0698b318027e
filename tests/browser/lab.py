"""JupyterLab on a free port of this machine, and a page of it to read and type in.

The server and its kernels live in a folder of their own: nothing of the user's
settings comes in, nothing of the repository is written to.
"""

import json
import re
import shutil
import sys
from pathlib import Path

from notebooks.chapters import OFFLINE
from playwright.sync_api import Locator, Page, Request, expect
from servers import NotebookServer, as_root

from course_lib.cli.lab import course_environ, prepend
from course_lib.cli.notebooks import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
CELL_MILLISECONDS = 120_000
# A redraw takes a third of a second; a machine that tests in parallel needs more.
expect.set_options(timeout=30_000)
LOCAL = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:")


class LabServer(NotebookServer):
    """The course's JupyterLab over a folder that holds a copy of the chapters.

    Attributes:
        folder: what Lab shows: `folder/chapters` is the copy.
    """

    def __init__(self, home: Path, dark: bool = False) -> None:
        super().__init__(home)
        self.folder = home / "course"
        shutil.copytree(
            ROOT / "chapters",
            self.folder / "chapters",
            ignore=shutil.ignore_patterns(".ipynb_checkpoints", "*.part"),
        )
        (self.folder / "data").symlink_to(ROOT / "data")
        self._write_settings(dark)
        self._begin(self._command(), self.folder, self._environment())
        self._wait()

    def url(self, notebook: str) -> str:
        """Where a notebook of `folder` opens, with nothing else beside it."""
        return f"{self.base}/lab/tree/{notebook}?token={self._token}&reset"

    def _command(self) -> list[str]:
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": self._port,
            "ServerApp.port_retries": 0,
            "ServerApp.open_browser": False,
            "ServerApp.root_dir": self.folder,
            "IdentityProvider.token": self._token,
            "LabApp.extension_manager": "readonly",
            "LabApp.news_url": "",
        }
        flags = [f"--{name}={value}" for name, value in options.items()]
        return [sys.executable, "-m", "jupyterlab", "--no-browser", *flags, *as_root()]

    def _environment(self) -> dict[str, str]:
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "share",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
        }
        own = {name: str(self._home / folder) for name, folder in folders.items()}
        environ = {**course_environ(ROOT), **SETTINGS, **own}
        prepend(environ, "PYTHONPATH", OFFLINE)
        return environ

    def _write_settings(self, dark: bool) -> None:
        settings = {
            "apputils-extension/themes": {
                "theme": "JupyterLab Dark" if dark else "JupyterLab Light"
            },
            # Every cell is in the page, also those out of sight.
            "notebook-extension/tracker": {"windowingMode": "none"},
        }
        for name, values in settings.items():
            file = self._home / "settings/@jupyterlab" / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values), encoding="utf-8")


class NotebookPage:
    """A notebook open in Lab: run it, type into its cells, read what it shows."""

    def __init__(self, page: Page, server: NotebookServer, notebook: str) -> None:
        self.page, self._server = page, server
        self._requests: list[str] = []
        page.on("request", self._note)
        page.on("websocket", lambda socket: self._note_address(socket.url))
        page.goto(server.url(notebook))
        self.wait_idle()

    def strangers(self) -> list[str]:
        """What the page, the server or a kernel asked for beyond this machine."""
        return self._requests + self._server.asked_for()

    def wait_idle(self) -> None:
        """Until the status bar says that the kernel is idle."""
        idle = self.page.get_by_text(re.compile(r"^Python 3.* \| Idle$"))
        expect(idle.first).to_be_visible(timeout=CELL_MILLISECONDS)

    def run_all(self) -> None:
        """Clear all outputs and run all cells, from the menus, and wait."""
        self.choose("Edit", "Clear Outputs of All Cells")
        self.choose("Run", "Run All Cells")
        prompts = self.page.locator(".jp-CodeCell .jp-InputPrompt")
        waiting = prompts.filter(has_not_text=re.compile(r"\[\d+\]"))
        expect(waiting).to_have_count(0, timeout=CELL_MILLISECONDS)
        self.wait_idle()

    def choose(self, menu: str, entry: str) -> None:
        """Click an entry of the menu bar."""
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.locator(".lm-Menu-itemLabel", has_text=entry).first.click()

    def cell(self, text: str) -> Locator:
        """The first code cell whose source holds this text."""
        source = self.page.locator(".jp-InputArea-editor", has_text=text)
        return self.page.locator(".jp-CodeCell", has=source).first

    def write(self, cell: Locator, source: str) -> None:
        """Replace a cell's source, as by select all and paste."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(source)

    def run(self, cell: Locator) -> Locator:
        """Run one cell by Ctrl+Enter, wait, and give its outputs."""
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+Enter")
        expect(prompt).not_to_have_text(before, timeout=CELL_MILLISECONDS)
        done = re.compile(r"\[\d+\]")
        expect(prompt).to_have_text(done, timeout=CELL_MILLISECONDS)
        return cell.locator(".jp-OutputArea-output")

    def _note(self, request: Request) -> None:
        self._note_address(request.url)

    def _note_address(self, address: str) -> None:
        if not address.startswith(LOCAL):
            self._requests.append(re.sub(r"token=\w+", "token=...", address))

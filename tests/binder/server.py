"""JupyterLab as Binder starts it, and the memory that it takes with its kernels."""

import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
from notebooks.chapters import OFFLINE
from servers import NotebookServer, as_root

from binder.image import Image
from course_lib.resources.repository import binder_url

EVERY = 0.25  # s, between two looks at the memory


class BinderServer(NotebookServer):
    """Lab in the image, with the options and variables that BinderHub gives it.

    Attributes:
        peak: bytes of memory that server and kernels together took at most.
    """

    def __init__(self, image: Image, notes: Path) -> None:
        super().__init__(notes, "/user/learner-course-1a2b3c")
        self._image = image
        self._begin(self._command(), image.home, self._environment())
        self.peak, self._closed = 0, threading.Event()
        self._watch = threading.Thread(target=self._note_memory, daemon=True)
        self._watch.start()
        self._wait()

    def url(self, notebook: str) -> str:
        """Where the badge of a notebook, `chapters/x.ipynb`, leads in the end."""
        badge = urlsplit(binder_url(Path(notebook).name))
        (path,) = parse_qs(badge.query)["urlpath"]
        return f"{self.base}/{path}?token={self._token}"

    def memory(self) -> int:
        """Bytes that the server and its kernels take now, shared ones shared out."""
        return sum(map(_share, _family(self._process.pid)))

    def close(self) -> None:
        """Stop the server and with it its kernels."""
        self._closed.set()
        self._watch.join()
        super().close()

    def _command(self) -> list[str]:
        options = {
            "base_url": f"{urlsplit(self.base).path}/",
            "token": self._token,
            "trust_xheaders": "True",
        }
        # BinderHub gives each option by its old name and by its new one.
        named = [f"--{app}.{k}={v}" for app in APPS for k, v in options.items()]
        where = ["--ip=127.0.0.1", f"--port={self._port}", "--no-browser"]
        return ["binder/start", "jupyter-lab", *where, *named, *as_root()]

    def _environment(self) -> dict[str, str]:
        return {
            "HOME": str(self._image.home),
            "PATH": self._image.path,
            "LANG": "C.UTF-8",
            "BINDER_LAUNCH_HOST": "https://mybinder.org/",
            "JUPYTERLAB_SETTINGS_DIR": str(self._settings()),
            "PYTHONPATH": str(OFFLINE),
        }

    def _settings(self) -> Path:
        """A learner's settings: every cell is in the page, also those out of sight."""
        folder = self._home / "settings"
        file = folder / "@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text('{"windowingMode": "none"}', encoding="utf-8")
        return folder

    def _note_memory(self) -> None:
        while not self._closed.wait(EVERY):
            self.peak = max(self.peak, self.memory())


APPS = ("NotebookApp", "ServerApp")


def _family(pid: int) -> list[int]:
    """A process and all that it started."""
    try:
        parent = psutil.Process(pid)
        return [pid, *(child.pid for child in parent.children(recursive=True))]
    except psutil.NoSuchProcess:
        return []


def _share(pid: int) -> int:
    """A process's memory in bytes: its own, and its share of what it shares."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:  # it has ended
        return 0
    (line,) = (line for line in rollup.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) * 1024

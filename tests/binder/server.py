"""JupyterLab as Binder starts it, and the memory that it takes with its kernels."""

import os
import secrets
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import psutil
from browser.lab import free_port
from notebooks.chapters import OFFLINE

from binder.image import Image
from course_lib.resources.repository import binder_url

READY_SECONDS = 120
EVERY = 0.25  # s, between two looks at the memory


class BinderServer:
    """Lab in the image, with the options and variables that BinderHub gives it.

    Attributes:
        peak: bytes of memory that server and kernels together took at most.
    """

    def __init__(self, image: Image, notes: Path) -> None:
        self._image, self._notes = image, notes
        self._port, self._token = free_port(), secrets.token_hex(16)
        self.base = f"http://127.0.0.1:{self._port}/user/learner-course-1a2b3c"
        with (notes / "lab.log").open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                self._command(),
                cwd=image.home,
                env=self._environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.peak, self._closed = 0, threading.Event()
        self._watch = threading.Thread(target=self._note_memory, daemon=True)
        self._watch.start()
        self._wait()

    def url(self, notebook: str) -> str:
        """Where the badge of a notebook, `chapters/x.ipynb`, leads in the end."""
        badge = urlsplit(binder_url(Path(notebook).name))
        (path,) = parse_qs(badge.query)["urlpath"]
        return f"{self.base}/{path}?token={self._token}"

    def asked_for(self) -> list[str]:
        """Every address beyond this machine that the server or a kernel asked for."""
        log = self._notes / "asked_for.txt"
        return log.read_text().splitlines() if log.exists() else []

    def memory(self) -> int:
        """Bytes that the server and its kernels take now, shared ones shared out."""
        return sum(map(_share, _family(self._process.pid)))

    def close(self) -> None:
        """Stop the server and with it its kernels."""
        self._closed.set()
        self._watch.join()
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _command(self) -> list[str]:
        options = {
            "base_url": f"{urlsplit(self.base).path}/",
            "token": self._token,
            "trust_xheaders": "True",
        }
        # BinderHub gives each option by its old name and by its new one.
        named = [f"--{app}.{k}={v}" for app in APPS for k, v in options.items()]
        where = ["--ip=127.0.0.1", f"--port={self._port}", "--no-browser"]
        root = ["--allow-root"] if os.geteuid() == 0 else []
        return ["binder/start", "jupyter-lab", *where, *named, *root]

    def _environment(self) -> dict[str, str]:
        return {
            "HOME": str(self._image.home),
            "PATH": self._image.path,
            "LANG": "C.UTF-8",
            "BINDER_LAUNCH_HOST": "https://mybinder.org/",
            "JUPYTERLAB_SETTINGS_DIR": str(self._settings()),
            "PYTHONPATH": str(OFFLINE),
            "OFFLINE_LOG": str(self._notes / "asked_for.txt"),
        }

    def _settings(self) -> Path:
        """A learner's settings: every cell is in the page, also those out of sight."""
        folder = self._notes / "settings"
        file = folder / "@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text('{"windowingMode": "none"}', encoding="utf-8")
        return folder

    def _note_memory(self) -> None:
        while not self._closed.wait(EVERY):
            self.peak = max(self.peak, self.memory())

    def _wait(self) -> None:
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with urlopen(f"{self.base}/api?token={self._token}", timeout=2):
                    return
            except OSError:
                time.sleep(0.2)
        self.close()
        said = (self._notes / "lab.log").read_text(encoding="utf-8")
        raise RuntimeError(f"JupyterLab did not start:\n{said[-3000:]}")


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

"""Servers of notebooks for tests: begun, waited for, stopped, and heard out."""

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.request import urlopen

READY_SECONDS = 120
END_SECONDS = 20


class NotebookServer:
    """A process that serves notebooks on a free port of this machine.

    A subclass starts it with `_begin` and then calls `_wait`.

    Args:
        home: an empty folder for its log and for what else it leaves.
        path: where it serves, if not at its root: "/user/one".

    Attributes:
        base: its address, without the token.
    """

    def __init__(self, home: Path, path: str = "") -> None:
        self._home, self._log = home, home / "server.log"
        self._asked = home / "asked_for.txt"
        self._port, self._token = free_port(), secrets.token_hex(16)
        self.base = f"http://127.0.0.1:{self._port}{path}"

    def url(self, notebook: str) -> str:
        """Where a notebook opens, with the token that lets a browser in."""
        raise NotImplementedError

    def asked_for(self) -> list[str]:
        """Every address beyond this machine that the server or a kernel asked for."""
        return self._asked.read_text().splitlines() if self._asked.exists() else []

    def close(self) -> None:
        """Stop the server and with it its kernels."""
        self._process.terminate()
        try:
            self._process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _begin(
        self, command: Sequence[str], folder: Path, environ: Mapping[str, str]
    ) -> None:
        """Start it in a folder; what looks after the network finds where to note."""
        with self._log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env={**environ, "OFFLINE_LOG": str(self._asked)},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _wait(self) -> None:
        """Until it answers.

        Raises:
            RuntimeError: it ended, or took too long; with the end of its log.
        """
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with urlopen(f"{self.base}/api?token={self._token}", timeout=2):
                    return
            except OSError:
                time.sleep(0.2)
        self.close()
        said = self._log.read_text(encoding="utf-8")
        raise RuntimeError(f"the server did not start:\n{said[-3000:]}")


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def as_root() -> list[str]:
    """What Jupyter must be told where everything runs as root."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return ["--allow-root"] if root else []

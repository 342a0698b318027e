"""A browser for Lab's address, or what to do where none can be opened."""

import getpass
import os
import sys
import threading
import webbrowser
from collections.abc import Mapping
from pathlib import Path

PATIENCE = 10.0
"""Seconds after which a command for a browser that still runs counts as a browser."""


def has_screen(environ: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Whether a browser could show itself; text browsers in a terminal are none."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return platform in ("win32", "darwin") or any(environ.get(name) for name in names)


def opened(address: str, name: str = "") -> bool:
    """Try to open an address; False if nothing here can.

    Args:
        address: what the browser should show.
        name: a certain browser, as the standard library's `webbrowser` calls it.
    """
    if not name and not has_screen(os.environ):
        return False
    answers = []

    def attempt() -> None:
        try:
            answers.append(webbrowser.get(name or None).open(address))
        except (webbrowser.Error, OSError):
            answers.append(False)

    # Some commands for browsers end only when the browser is closed.
    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return answers != [False]


def how_to_open(address: str, port: int, environ: Mapping[str, str]) -> str:
    """What to do with an address where no browser could be opened."""
    line = tunnel(port, environ)
    if line:
        return (
            "No browser can be opened from here (ssh). On the computer in front of you "
            f"run\n\n    {line}\n\nand open this address there:\n\n    {address}\n"
        )
    if is_wsl():
        return f"Open this address in your browser in Windows:\n\n    {address}\n"
    return (
        "No browser could be opened from here. Open this address in one:\n\n"
        f"    {address}\n"
    )


def tunnel(port: int, environ: Mapping[str, str]) -> str:
    """The command that makes a port of this machine reachable at home; "" at home."""
    parts = environ.get("SSH_CONNECTION", "").split()
    if len(parts) != 4:
        return ""
    host, their_port = parts[2:]
    other_port = "" if their_port == "22" else f"-p {their_port} "
    return f"ssh -N {other_port}-L {port}:localhost:{port} {getpass.getuser()}@{host}"


def is_wsl(version: Path = Path("/proc/version")) -> bool:
    """Whether this is Linux inside Windows."""
    try:
        return "microsoft" in version.read_text(encoding="utf-8").lower()
    except OSError:
        return False

"""What the machine offers: memory, disk, a browser, a device. Standard library only."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from course_lib.resources.memory import GB, Memory, memory

__all__ = ["GB", "Asked", "Memory", "browser", "device_of", "free_disk", "memory"]

BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    *("chrome", "msedge"),
)
# Where Playwright keeps its own, and where Windows and macOS install theirs.
BROWSER_FILES = (
    "~/.cache/ms-playwright/chromium-*/chrome-linux*/chrome",
    "~/Library/Caches/ms-playwright/chromium-*/chrome-mac*/*.app",
    "~/AppData/Local/ms-playwright/chromium-*/chrome-win*/chrome.exe",
    "/Applications/Google Chrome.app",
    "/Applications/Chromium.app",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
_ASK_DEVICE = """
from course_lib.resources.devices import device_sentence
print(device_sentence())
"""


def free_disk(folder: Path) -> float:
    """Bytes free on the disk of a folder."""
    return float(shutil.disk_usage(folder).free)


def browser() -> str:
    """A Chromium or Chrome on this machine, "" without one."""
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    for pattern in BROWSER_FILES:
        path = Path(os.path.expanduser(pattern))
        anchor = Path(path.anchor)
        matches = sorted(anchor.glob(str(path.relative_to(anchor))))
        if matches:
            return str(matches[-1])
    return ""


class Asked(NamedTuple):
    """What an interpreter answered, or the last thing that it complained of."""

    answer: str
    complaint: str


def device_of(python: Path, root: Path) -> Asked:
    """The sentence that names the device, from the environment's own PyTorch."""
    environ = dict(os.environ, PYTHONPATH=str(root), PYTHONIOENCODING="utf-8")
    command = [str(python), "-W", "ignore", "-c", _ASK_DEVICE]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, env=environ, timeout=300
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Asked("", str(error))
    lines = done.stderr.strip().splitlines() or ["it ended without a word"]
    return Asked("", lines[-1]) if done.returncode else Asked(done.stdout.strip(), "")

"""What the machine offers: memory, disk, a browser, a device. Standard library only."""

import ctypes
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

GB = 1e9
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


class Memory(NamedTuple):
    """Bytes of main memory."""

    total: float
    free: float


def memory() -> Memory | None:
    """The main memory that this process may use; None where nobody tells."""
    try:
        if sys.platform == "win32":
            return _windows_memory()
        if sys.platform == "darwin":
            return _mac_memory()
        return _linux_memory(Path("/proc/meminfo"), Path("/sys/fs/cgroup"))
    except (OSError, ValueError, KeyError, subprocess.SubprocessError):
        return None


def _linux_memory(meminfo: Path, group: Path) -> Memory:
    lines = re.findall(r"^(\w+):\s+(\d+) kB", meminfo.read_text(), re.MULTILINE)
    kilobytes = {name: int(value) for name, value in lines}
    total, free = (kilobytes[n] * 1024.0 for n in ("MemTotal", "MemAvailable"))
    try:  # a container's share: Binder ends a kernel that takes more
        limit = float((group / "memory.max").read_text())
        used = float((group / "memory.current").read_text())
    except (OSError, ValueError):  # no container, or the word "max"
        return Memory(total, free)
    return Memory(min(total, limit), min(free, limit - used))


def _mac_memory() -> Memory:
    total = subprocess.check_output(["sysctl", "-n", "hw.memsize"], text=True)
    said = subprocess.check_output(["vm_stat"], text=True)
    size = re.search(r"page size of (\d+)", said)
    pages = re.findall(r"Pages (?:free|inactive|speculative):\s+(\d+)", said)
    page = int(size[1]) if size else 4096
    return Memory(float(total), float(page * sum(map(int, pages))))


def _windows_memory() -> Memory:
    class Status(ctypes.Structure):
        _fields_ = [
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "free", *"abcde")),
        ]

    status = Status(length=ctypes.sizeof(Status))
    ctypes.windll.kernel32.GlobalMemoryStatusEx(  # type: ignore[attr-defined]
        ctypes.byref(status)
    )
    return Memory(float(status.total), float(status.free))


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

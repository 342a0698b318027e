"""The main memory of this machine. Standard library only."""

import ctypes
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

GB = 1e9


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


def times_full(counts: Path = Path("/proc/vmstat")) -> int | None:
    """How often the system ended a process for want of memory; None: it doesn't say."""
    try:
        found = re.search(r"^oom_kill (\d+)$", counts.read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) if found else None

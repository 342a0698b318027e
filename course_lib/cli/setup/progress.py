"""What pip and uv report, made short: the step, the package, its size, the time."""

import re
import shutil
import sys
import time
from typing import TextIO

LARGE = 5.0  # MB from which a download gets a line of its own
QUIET_FOR = 20.0  # s after which a step says that it still works

_SIZE = re.compile(r"\(([\d.]+)\s*(kB|KB|MB|GB|KiB|MiB|GiB)\)")
_IN_MB = {"k": 0.001, "K": 0.001, "M": 1.0, "G": 1000.0}


class Step:
    """One step of a set-up on the screen.

    On a terminal its last line is rewritten as things go on; elsewhere (a log, a pipe)
    only what is worth a line is written.
    """

    def __init__(self, title: str, out: TextIO | None = None) -> None:
        self.out = sys.stdout if out is None else out
        self.live = self.out.isatty()
        self.began = self.spoke = time.monotonic()
        self.doing = ""
        self.say(title)

    def say(self, text: str) -> None:
        """Write a line that stays."""
        clear = "\r\x1b[K" if self.live else ""
        self.out.write(f"{clear}{text}\n")
        self.out.flush()
        self.spoke = time.monotonic()

    @property
    def elapsed(self) -> str:
        """The time since the step began, as people say it."""
        seconds = round(time.monotonic() - self.began)
        return (
            f"{seconds} s" if seconds < 100 else f"{seconds // 60} min {seconds % 60} s"
        )

    def hear(self, line: str) -> None:
        """Take in a line of pip's or uv's output."""
        doing = understood(line)
        if not doing:
            return
        self.doing = doing
        if size_in_mb(line) >= LARGE or doing.startswith("installing"):
            self.say(f"      {doing}")
        self.tick()

    def tick(self, detail: str = "") -> None:
        """Show that the step is alive; called about once a second."""
        text = f"      {detail or self.doing} · {self.elapsed}"
        if self.live:
            columns = shutil.get_terminal_size().columns
            self.out.write(f"\r\x1b[K{text[: columns - 1]}")
            self.out.flush()
        elif time.monotonic() - self.spoke > QUIET_FOR:
            self.say(text)

    def done(self, text: str = "done") -> None:
        """Close the step with its time."""
        self.say(f"      {text}, {self.elapsed}")


def size_in_mb(line: str) -> float:
    """Return the size in brackets in a line of pip's or uv's, in MB; 0 without one."""
    found = _SIZE.search(line)
    return float(found[1]) * _IN_MB[found[2][0]] if found else 0.0


def understood(line: str) -> str:
    """Return what a line of pip's or uv's output means to a reader, or nothing."""
    words = line.split()
    if not words or ".metadata" in line:
        return ""
    match words[0]:
        case "Collecting":
            return f"looking at {words[1].partition('==')[0]}"
        case "Downloading" if len(words) > 1:
            return f"downloading {package(words[1])}{size(line)}"
        case "Using" if len(words) > 2:
            return f"taking {package(words[2])} from the cache{size(line)}"
        case "Processing":
            return f"reading {package(words[1])}"
        case "Resolved":
            return f"{words[1]} packages are needed"
        case "Prepared":
            return f"installing {words[1]} packages"
        case "Installing" if words[1:3] == ["collected", "packages:"]:
            return f"installing {len(words) - 3} packages"
        case "WARNING:" if words[1] == "Retrying":
            return "the package server does not answer; trying again"
        case "Building" | "Preparing" | "Getting":
            return "preparing the course's own package"
    return ""


def package(name: str) -> str:
    """Return the package's name from a file name, a path or an address."""
    last = re.sub(r"\.(whl|zip|tar\.\w+)$", "", re.split(r"[/\\]", name)[-1])
    found = re.match(r"([A-Za-z0-9_.]+?)-(\d[^-]*)", last)
    return f"{found[1]} {found[2]}" if found and "." in found[2] else last


def size(line: str) -> str:
    """Return the size that a line names, ready to stand behind a package."""
    megabytes = size_in_mb(line)
    return f", {megabytes:.0f} MB" if megabytes >= 1 else ""

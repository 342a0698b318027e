"""Packages into an environment: with uv where it is installed, with pip otherwise."""

import os
import queue
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from course_lib.cli.setup.place import Place
from course_lib.cli.setup.progress import Step
from course_lib.cli.setup.sources import needed_room
from course_lib.errors import CourseError

PIP = ("-m", "pip", "--no-input", "--disable-pip-version-check")
PIP_INSTALL = ("install", "--progress-bar", "off")
# pip compiles what it installs; uv does not unless told to, and the first start of
# Lab would pay for it.
UV_INSTALL = ("pip", "install", "--no-progress", "--compile-bytecode")

CURES = (
    (
        r"no space left|errno 28|disk quota|not enough space|disk full",
        "The disk is full, or its folder for temporary files. The set-up takes about "
        "{room} GB: make room (TMPDIR names another folder) and start again.",
    ),
    (
        r"certificate.verify.failed|sslerror|invalid peer certificate",
        "The package server's certificate was not accepted: a proxy in between may "
        "have its own. Point PIP_CERT and SSL_CERT_FILE to it and start again.",
    ),
    (
        r"name resolution|name or service not known|getaddrinfo|nodename nor servname|"
        r"network is unreachable|connection ?(error|refused|reset|aborted|broken)|"
        r"newconnectionerror|dns error|timed? ?out|proxyerror|max retries exceeded|"
        r"error sending request|no route to host|could not connect|failed to fetch|"
        r"incompleteread|remote end closed",
        "The packages can't be fetched: the network or the package server does not "
        "answer. Go online (behind a proxy set HTTPS_PROXY) and start again.",
    ),
    (
        r"long path support",
        "Windows cuts long paths off. Switch on long paths "
        "(https://pip.pypa.io/warnings/enable-long-paths) or move the course to a "
        "short path such as C:\\course, and start again.",
    ),
    (
        r"permission denied|errno 13|errno 30|read-only file system|access is denied",
        "The environment can't be written to. Copy or clone the course into a folder "
        "of your own and start again there.",
    ),
    (
        r"no matching distribution found|no solution found|no wheels? with a matching|"
        r"has no wheels|is not a supported wheel",
        "The package server has no {package} for this Python and system. Sure to work "
        "is Python 3.11 to 3.14 on 64-bit Linux or Windows, or on a Mac with Apple "
        "silicon and macOS 14; elsewhere use the Colab or Binder links of the README.",
    ),
    (
        r"no module named pip",
        "The environment has no pip. Put it there with `{python} -m ensurepip` (in "
        "conda: `conda install pip`) and start again.",
    ),
)


class InstallError(CourseError):
    """Packages could not be installed; the message says why and what to do."""


class Installer:
    """Installs into one place, and shows what it does.

    Args:
        place: the environment
        folder: where the installers run; relative requirements start there
        lock: number of an open file that the installers inherit, so that a lock on it
            holds as long as one of them lives
    """

    def __init__(self, place: Place, folder: Path, lock: int) -> None:
        self.place = place
        self.folder = folder
        self.lock = lock
        self.uv = shutil.which("uv")

    def install(self, step: Step, *arguments: str) -> None:
        """Install what the arguments name: requirements and options both tools know."""
        said: list[str] | None = []
        if self.uv:
            target = ("--python", str(self.place.python))
            said = self.run(step, [self.uv, *UV_INSTALL, *target, *arguments])
            if said is None:
                return
            if not self.has_pip():
                raise InstallError(self.explain(said))
            step.say("      uv could not install this; pip takes over")
        python = str(self.place.python)
        said = self.run(step, [python, *PIP, *PIP_INSTALL, *arguments])
        if said is not None:
            raise InstallError(self.explain(said))

    def has_pip(self) -> bool:
        """Whether the environment has pip; one that uv made has none."""
        ask = [self.place.python, "-c", "import pip"]
        return subprocess.run(ask, capture_output=True).returncode == 0

    def run(self, step: Step, command: Sequence[str]) -> list[str] | None:
        """Run a command; return None if it went well, else what it said."""
        said: list[str] = []
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            pass_fds=() if os.name == "nt" else (self.lock,),
        )
        try:
            for line in lines_of(process):
                if line is None:
                    step.tick(self.counted(step.doing))
                else:
                    said.append(line)
                    step.hear(line)
            return None if process.wait() == 0 else said
        except BaseException:
            end(process)
            raise

    def environ(self) -> dict[str, str]:
        """Return the variables that the installers get."""
        environ = dict(os.environ, PYTHONUNBUFFERED="1")
        if self.place.own:
            environ["PIP_USER"] = "0"  # whatever pip's settings say
        return environ

    def counted(self, doing: str) -> str:
        """Add to an installation how many packages are already there."""
        if not doing.startswith("installing"):
            return ""
        there = sum(1 for _ in self.place.packages.glob("*.dist-info"))
        return f"{doing}: {there} are there"

    def explain(self, lines: Sequence[str]) -> str:
        """Return the sentence that tells why an installation failed, and the cure."""
        text = "\n".join(lines)
        for pattern, cure in CURES:
            if re.search(pattern, text, re.IGNORECASE):
                package = re.search(
                    r"[Nn]o matching distribution found for (\S+)", text
                )
                return cure.format(
                    room=needed_room(),
                    package=package[1] if package else "one of the packages",
                    python=self.place.python,
                )
        last = "\n".join(lines[-15:]) or "(it said nothing)"
        return (
            f"The packages could not be installed. The installer's last words:\n{last}"
        )


def lines_of(process: subprocess.Popen[str]) -> Iterator[str | None]:
    """Yield the lines of a process as they come, and None about once a second."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line.rstrip())
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=1.0)
        except queue.Empty:
            yield None
            continue
        if line is None:
            return
        yield line


def end(process: subprocess.Popen[str], patience: float = 5.0) -> None:
    """End a process that we started: asked first, then made to."""
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

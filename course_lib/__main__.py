"""`python3 -m course_lib <verb>`.

This file and course_lib/__init__.py must run on every Python from 3.6 on: whoever
starts the course with an old one is owed a sentence, not a SyntaxError.
"""

import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NEWEST_LOOKED_FOR = 16


def starts(command: str) -> bool:
    """Whether the command is there and runs (a shim may be there and not run)."""
    if not shutil.which(command):
        return False
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.call([command, "-c", ""], **quiet) == 0


def newer_python() -> str:
    """Return a command on this machine whose Python is new enough, or nothing."""
    for minor in range(NEWEST_LOOKED_FOR, OLDEST[1] - 1, -1):
        command = f"python3.{minor}"
        if starts(command):
            return command
    return "py -3" if os.name == "nt" and shutil.which("py") else ""


def too_old(version: tuple, arguments: list) -> str:
    """Say what to do with a Python of this version; nothing if it is new enough."""
    if tuple(version[:2]) >= OLDEST:
        return ""
    needs = f"The course needs Python {OLDEST[0]}.{OLDEST[1]} or newer"
    said = f"{needs}; this is Python {version[0]}.{version[1]}."
    newer = newer_python()
    if newer:
        again = " ".join([newer, "-m", "course_lib", *arguments])
        return f"{said} This machine has a newer one: {again}"
    return f"{said} Install it from https://www.python.org/downloads/ and start again."


if __name__ == "__main__":
    refusal = too_old(sys.version_info, sys.argv[1:])
    if refusal:
        sys.exit(refusal)
    from course_lib.cli import main

    sys.exit(main(sys.argv[1:]))

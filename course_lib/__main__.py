"""`python3 -m course_lib <verb>`.

This file and course_lib/__init__.py must run on every Python from 3.6 on: whoever
starts the course with an old one is owed a sentence, not a SyntaxError.
"""

import errno
import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NEWEST_LOOKED_FOR = 16
READER_GONE = 141
"""What a shell reports of a command whose reader has gone: 128 and SIGPIPE's number."""


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


def to_its_end(main, arguments):
    """Run the commands; return the exit status, READER_GONE if nobody reads on.

    `... | head -1` reads a line and goes. Python then has no signal but an exception,
    at a print or when it ends: it is not the course's fault, so nothing is said of it.
    """
    try:
        try:
            return main(arguments)
        finally:
            if sys.stdout:
                sys.stdout.flush()  # what Python says of it at its end can't be caught
    except OSError as error:
        if not is_broken_pipe(error):
            raise
        return READER_GONE


def is_broken_pipe(error):
    """Whether nobody reads what we print any more; if so, nothing is sent there."""
    broken = [stream for stream in (sys.stdout, sys.stderr) if not takes_more(stream)]
    # Windows says EINVAL, as it does of a file's name with a question mark.
    told = os.name == "nt" and error.errno == errno.EINVAL and broken
    if not (isinstance(error, BrokenPipeError) or told):
        return False
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in broken:
        os.dup2(nowhere, stream.fileno())  # else Python, at its end, tries once more
    return True


def takes_more(stream):
    """Whether what was printed can go where it should (without a console: nowhere)."""
    try:
        if stream:
            stream.flush()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    refusal = too_old(sys.version_info, sys.argv[1:])
    if refusal:
        sys.exit(refusal)
    from course_lib.cli import main

    sys.exit(to_its_end(main, sys.argv[1:]))

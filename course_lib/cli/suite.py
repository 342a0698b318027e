"""The verb `test`: style, then every test of the course."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from course_lib.cli.lab import course_environ
from course_lib.cli.setup.place import ROOT

WORKERS = 2
COVERAGE_AT_LEAST = 90
STYLE = {
    "ruff check": ("ruff", "check", "."),
    "ruff format": ("ruff", "format", "--check", "."),
    "codespell": ("codespell_lib", "."),
}
STYLE_FAILED = "COURSE_STYLE_FAILED"
"""The environment variable that tells pytest's summary which style checks failed."""


def run(arguments: list[str]) -> int:
    """Run the whole suite, or what pytest's options and paths choose of it."""
    parser = argparse.ArgumentParser(
        "python3 -m course_lib test",
        description=__doc__,
        epilog="All options go to pytest: -k causal, tests/exercises, -x, ... With any "
        "of them only pytest runs, without style checks and coverage.",
        allow_abbrev=False,
    )
    _, chosen = parser.parse_known_args(arguments)
    environ = suite_environ(ROOT)
    if chosen:
        return subprocess.call(pytest_command(chosen), cwd=ROOT, env=environ)
    failed = style_failures(ROOT)
    if failed:
        environ[STYLE_FAILED] = ", ".join(failed)
    status = subprocess.call(pytest_command(whole_suite()), cwd=ROOT, env=environ)
    return status or (1 if failed else 0)


def suite_environ(root: Path) -> dict[str, str]:
    """Return the variables for pytest, its workers and their kernels."""
    one_thread_each = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return course_environ(root) | one_thread_each | {"OMP_WAIT_POLICY": "PASSIVE"}


def style_failures(root: Path) -> list[str]:
    """Run the style checks; return the names of those that failed."""
    failed = []
    for name, command in STYLE.items():
        print(f"Style: {name}", flush=True)
        if subprocess.call([sys.executable, "-m", *command], cwd=root):
            failed.append(name)
    return failed


def whole_suite() -> list[str]:
    """Return the options for all tests at once.

    A file stays on one worker, so that what is costly to make is made once; the order
    is that of tests/conftest.py: quick ones first.
    """
    return [
        f"--numprocesses={WORKERS}",
        "--dist=loadfile",
        "--no-loadscope-reorder",
        "--cov=course_lib",
        "--cov-report=term:skip-covered",
        f"--cov-fail-under={COVERAGE_AT_LEAST}",
    ]


def pytest_command(options: Sequence[str]) -> list[str]:
    """Return the command that runs pytest with these options."""
    return [sys.executable, "-m", "pytest", *options]

"""For all tests: quick ones first, and what the style checks found."""

import os
import signal
from pathlib import Path

import pytest
from browser.chromium import browser, page, picture  # noqa: F401  fixtures by name
from hypothesis import settings

from course_lib.cli.suite import STYLE_FAILED

HERE = Path(__file__).parent
os.environ["COURSE_PROGRESS"] = "off"  # what tests check is nobody's progress
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell's `&` begins a job
    signal.signal(signal.SIGINT, signal.default_int_handler)
LAST = ("binder", "notebooks", "colab", "browser")
"""The slow folders: the tests of everything else speak first."""


# The same examples on every run, and no example fails for being slow.
settings.register_profile("course", deadline=None, derandomize=True, max_examples=25)
settings.load_profile("course")

DTYPES = ("float32", "float64", "bfloat16", "float16")
LACKING = {("mps", "float64")}


def devices() -> list[str]:
    """Return the kinds of device that this machine has."""
    import torch

    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    return [name for name, is_there in there.items() if is_there]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `device` on each, and for `dtype` in each type there."""
    asked = [name for name in ("device", "dtype") if name in metafunc.fixturenames]
    if asked == ["device"]:
        metafunc.parametrize("device", devices())
    elif asked:
        import torch

        pairs = [(d, t) for d in devices() for t in DTYPES if (d, t) not in LACKING]
        cases = [(device, getattr(torch, name)) for device, name in pairs]
        names = [f"{device}-{name}" for device, name in pairs]
        metafunc.parametrize("device, dtype", cases, ids=names)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let people look at what the browser tests saw."""
    says = "put the browser tests' screenshots into this folder"
    parser.addoption("--screenshots", metavar="DIR", default=None, help=says)


def place_in_line(item: pytest.Item) -> int:
    """Return 0 for a quick test, more for those that run chapters and browsers."""
    folder = item.path.relative_to(HERE).parts[0]
    return LAST.index(folder) + 1 if folder in LAST else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put quick tests before slow ones; within each kind the order stays."""
    items.sort(key=place_in_line)


def pytest_report_header() -> str:
    """Say which devices the tests for every device run on."""
    return f"devices: {', '.join(devices())}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say again, where pytest ends, which style checks failed before it began."""
    failed = os.environ.get(STYLE_FAILED)
    if failed:
        terminalreporter.write_line(f"FAILED style ({failed}): see the top", red=True)
    _write_costs(terminalreporter)


def _write_costs(terminalreporter: pytest.TerminalReporter) -> None:
    """A table of what each chapter costs, on the screen and in build/chapters.txt."""
    stats = terminalreporter.stats
    reports = stats.get("passed", []) + stats.get("failed", [])
    costs = sorted(
        cost for r in reports for name, cost in r.user_properties if name == "cost"
    )
    if not costs:
        return
    lines = [f"{'chapter':26}{'CPU s':>8}{'wall s':>8}{'MB':>8}"]
    for chapter, cpu, wall, megabytes in costs:
        lines.append(f"{chapter:26}{cpu:8.1f}{wall:8.1f}{megabytes:8.0f}")
    terminalreporter.section("chapters, solved, on one thread")
    terminalreporter.write_line("\n".join(lines))
    report = HERE.parent / "build" / "chapters.txt"
    report.parent.mkdir(exist_ok=True)
    report.write_text("\n".join(lines) + "\n", encoding="utf-8")

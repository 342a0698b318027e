"""What is shown of an installation."""

import io

import pytest

from course_lib.cli.setup import progress
from course_lib.cli.setup.progress import Step, size_in_mb, understood


class Terminal(io.StringIO):
    """Says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Collecting torch==2.13.0 (from -r x.txt (line 6))", "looking at torch"),
        (
            "  Downloading torch-2.13.0-cp311-none-any.whl (190.2 MB)",
            "downloading torch 2.13.0, 190 MB",
        ),
        ("  Downloading x-1.0.whl.metadata (9 kB)", ""),
        ("Downloading torch (190.0MiB)", "downloading torch, 190 MB"),
        (
            "  Using cached ruff-0.17.6-py3-none.whl (11.9 MB)",
            "taking ruff 0.17.6 from the cache, 12 MB",
        ),
        ("Processing /some/where/torch-2.13.0-cp311.whl", "reading torch 2.13.0"),
        ("Installing collected packages: a, b, c", "installing 3 packages"),
        ("Installing build dependencies: started", ""),
        ("Prepared 143 packages in 9.77s", "installing 143 packages"),
        ("Resolved 10 packages in 1ms", "10 packages are needed"),
        (
            "WARNING: Retrying (Retry(total=4)) after connection broken",
            "the package server does not answer; trying again",
        ),
        ("Building editable for course_lib", "preparing the course's own package"),
        ("Downloading", ""),
        ("anything else", ""),
        ("", ""),
    ],
)
def test_lines_of_pip_and_uv_become_words(line: str, shown: str) -> None:
    assert understood(line) == shown


def test_sizes_are_read_in_every_unit() -> None:
    assert size_in_mb("x (500 kB)") == 0.5
    assert size_in_mb("x (1.5GiB)") == 1500
    assert size_in_mb("no size") == 0


def test_a_log_gets_few_lines() -> None:
    out = io.StringIO()
    step = Step("[1/4] A step", out)
    for number in range(50):
        step.hear(f"Collecting package{number}")
    step.hear("Downloading small-1.0.whl (2.0 MB)")
    step.hear("Downloading large-1.0.whl (200.0 MB)")
    step.done()
    title, large, done = out.getvalue().splitlines()
    assert title == "[1/4] A step"
    assert large == "      downloading large 1.0, 200 MB"
    assert done.startswith("      done, ")


def test_a_log_hears_of_a_long_step_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = io.StringIO()
    clock = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    step = Step("a step", out)
    step.hear("Collecting torch==2.13.0")
    for _ in range(130):
        clock[0] += 1.0
        step.tick()
    spoken = [line for line in out.getvalue().splitlines() if "torch" in line]
    assert len(spoken) == 6
    assert spoken[-1].endswith("· 2 min 6 s")


def test_a_terminal_keeps_one_line_alive() -> None:
    out = Terminal()
    step = Step("a step", out)
    step.hear("Collecting numpy")
    step.hear("Collecting torch")
    assert out.getvalue().count("\n") == 1
    assert "\r\x1b[K      looking at torch · " in out.getvalue()

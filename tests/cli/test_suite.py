"""The verb `test`: what is run, in which order, with which exit status."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.cli import suite

Run = Callable[[list[str]], tuple[int, list[list[str]]]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, list[list[str]]]]:
    """Return a function that runs the verb with programs that end as told."""

    def start(arguments: list[str], **ends: int) -> tuple[int, list[list[str]]]:
        calls: list[list[str]] = []

        def call(command: list[str], **options: object) -> int:
            calls.append(command)
            environ = options.get("env")
            assert "pytest" not in command or isinstance(environ, dict)
            return next((ends[name] for name in ends if name in command), 0)

        monkeypatch.setattr(suite.subprocess, "call", call)
        return suite.run(arguments), calls

    return start


def test_the_whole_suite_is_style_and_then_pytest(run: Run) -> None:
    status, calls = run([])
    assert status == 0
    assert [command[2] for command in calls] == [
        "ruff",
        "ruff",
        "codespell_lib",
        "pytest",
    ]
    options = calls[-1][3:]
    assert {"--numprocesses=2", "--dist=loadfile", "--cov=course_lib"} <= {*options}
    assert "--cov-fail-under=90" in options


def test_what_is_chosen_goes_to_pytest_alone(run: Run) -> None:
    status, calls = run(["-k", "causal", "tests/exercises"])
    assert status == 0
    chosen = ["-k", "causal", "tests/exercises"]
    assert calls == [[sys.executable, "-m", "pytest", *chosen]]


def test_the_status_is_pytests(
    run: Callable[..., tuple[int, list[list[str]]]],
) -> None:
    assert run([], pytest=1)[0] == 1
    assert run([], pytest=5, codespell_lib=1)[0] == 5
    assert run(["-x"], pytest=2)[0] == 2


def test_a_failed_style_fails_the_suite_and_the_tests_still_run(
    run: Callable[..., tuple[int, list[list[str]]]],
) -> None:
    status, calls = run([], codespell_lib=65)
    assert status == 1
    assert calls[-1][2] == "pytest"


def test_the_failed_checks_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(
        suite.subprocess, "call", lambda command, cwd: int("format" in command)
    )
    assert suite.style_failures(tmp_path) == ["ruff format"]
    assert "Style: codespell" in capsys.readouterr().out


def test_each_worker_gets_one_thread() -> None:
    environ = suite.suite_environ(suite.ROOT)
    assert environ["OMP_NUM_THREADS"] == "1"
    assert environ["OMP_WAIT_POLICY"] == "PASSIVE"


def test_help_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        suite.run(["--help"])
    assert end.value.code == 0
    assert "-k causal" in capsys.readouterr().out

"""`.ci/run` and the published repository's workflow call the README's test command."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from course_lib.cli.setup.place import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason=".ci/run is a bash script")


class Machine:
    """A PATH with stand-ins that note how they are called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for real in ("bash", "dirname", "cat"):
            found = shutil.which(real)
            assert found is not None
            (folder / real).symlink_to(found)
        self.has("id", "echo 0")
        self.has("apt-get")
        self.has("python3")

    def has(self, name: str, script: str = "") -> None:
        """Put a command on the machine."""
        path = self.folder / name
        note = f'echo "{name} $*" >> "{self.folder}/log.txt"' if name != "id" else ""
        path.write_text(f"#!/bin/sh\n{note}\n{script}\n")
        path.chmod(0o755)

    def run(self) -> tuple[int, list[str], str]:
        """Run .ci/run; return its status, the calls and its output."""
        done = subprocess.run(
            ["bash", str(ROOT / ".ci" / "run")],
            env={"PATH": str(self.folder)},
            input="this must not be read",
            capture_output=True,
            text=True,
        )
        calls = (self.folder / "log.txt").read_text().splitlines()
        return done.returncode, calls, done.stdout


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with apt, for root, without a browser."""
    return Machine(tmp_path)


def test_a_missing_browser_is_installed_first(machine: Machine) -> None:
    status, calls, _ = machine.run()
    assert status == 0
    assert [call.split()[:2] for call in calls[:1]] == [["apt-get", "update"]]
    assert calls[1].startswith("apt-get install") and "chromium" in calls[1]
    assert calls[2:] == ["python3 -m course_lib test"]


@pytest.mark.parametrize("browser", ["chromium", "chromium-browser", "google-chrome"])
def test_a_browser_that_is_there_is_used(machine: Machine, browser: str) -> None:
    machine.has(browser)
    assert machine.run()[1] == ["python3 -m course_lib test"]


def test_without_rights_the_tests_run_all_the_same(machine: Machine) -> None:
    machine.has("id", "echo 1000")
    assert machine.run()[1] == ["python3 -m course_lib test"]


def test_without_a_network_the_tests_run_all_the_same(machine: Machine) -> None:
    machine.has("apt-get", "exit 100")
    status, calls, said = machine.run()
    assert (status, calls[-1]) == (0, "python3 -m course_lib test")
    assert "could not be installed" in said


def test_the_status_is_the_suites_and_nothing_is_read(machine: Machine) -> None:
    machine.has("python3", "cat; exit 3")
    status, _, said = machine.run()
    assert status == 3
    assert "must not be read" not in said


def test_what_cannot_be_built_fails_instead_of_skipping(machine: Machine) -> None:
    machine.has("python3", 'echo "CI is $CI"')
    assert "CI is true" in machine.run()[2].splitlines()


def test_the_published_repository_runs_the_same() -> None:
    path = ROOT / ".github" / "workflows" / "tests.yml"
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    commands = [step.get("run") for step in jobs["tests"]["steps"]]
    assert "bash .ci/run" in commands
    assert "python -m course_lib test" in commands

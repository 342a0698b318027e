"""`binder/start` sets what a shared machine needs, then runs what it is given."""

import os
import subprocess
import sys

import pytest

from binder.image import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it is a bash script")


def variables(**given: str) -> dict[str, str]:
    """The environment of what `binder/start` runs."""
    done = subprocess.run(
        [str(ROOT / "binder" / "start"), "env"],
        env={"PATH": os.environ["PATH"]} | given,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return dict(line.split("=", 1) for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("limit", "threads"), [("1.0", "1"), ("0.5", "1"), (".5", "1"), ("4.0", "4")]
)
def test_a_hubs_limit_is_the_number_of_threads(limit: str, threads: str) -> None:
    assert variables(CPU_LIMIT=limit)["OMP_NUM_THREADS"] == threads


def test_without_a_limit_pytorch_counts_the_cores() -> None:
    found = variables()
    assert "OMP_NUM_THREADS" not in found
    assert found["OMP_WAIT_POLICY"] == "PASSIVE"


def test_arguments_and_status_are_those_of_the_command() -> None:
    command = [str(ROOT / "binder" / "start"), "sh", "-c", 'echo "$1"; exit 3', "-"]
    done = subprocess.run([*command, "two words"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (3, "two words\n")

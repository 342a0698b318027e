"""A run may be killed at any moment; taken up again, it ends bit for bit the same."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .tiny import REPOSITORY


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What killing.py found."""
    if not hasattr(os, "fork"):
        pytest.skip("runs are killed in forked processes, which this system lacks")
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(REPOSITORY)}
    program = Path(__file__).with_name("killing.py")
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path_factory.mktemp("runs"))],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_killed_runs_end_with_the_same_bits(found):
    ends = [[run[k] for k in ("step", "weights", "state")] for run in found["runs"]]
    whole = [found["whole"][k] for k in ("step", "weights", "state")]
    assert whole[0] == "step-00000030"
    assert ends == [whole] * len(ends)


def test_they_were_killed_and_could_always_go_on(found):
    killed = [status for run in found["runs"] for status in run["statuses"][:-1]]
    assert killed.count(-signal.SIGKILL) >= 20
    assert set(killed) <= {-signal.SIGKILL, 0}  # 0: done before its time had come
    assert [run["statuses"][-1] for run in found["runs"]] == [0] * len(found["runs"])


def test_a_full_disk_stops_a_run_and_harms_nothing(found):
    full = found["full"]
    assert full["after"] == full["before"] != []
    assert "can't be written" in full["error"]
    assert "make room" in full["error"]
    assert full["weights"] == found["whole"]["weights"]

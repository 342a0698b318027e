"""Two processes make of the same global batches what one makes of them."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from .tiny import REPOSITORY

PROGRAM = Path(__file__).with_name("two_processes.py")


def torchrun(processes: int, folder: Path) -> list[dict]:
    """Run the program in so many processes, and read what each has told."""
    folder.mkdir()
    # On this machine alone, on a port that the launcher finds free and keeps.
    launcher = ["-m", "torch.distributed.run", "--nproc-per-node", str(processes)]
    launcher += ["--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0"]
    launcher += ["--local-addr", "127.0.0.1"]
    program = [str(PROGRAM), str(folder)]
    done = subprocess.run(
        [sys.executable, *(launcher if processes > 1 else []), *program],
        env=os.environ
        | {
            "ACCELERATE_USE_CPU": "true",  # gloo, on a machine with GPUs as well
            "GLOO_SOCKET_IFNAME": loopback(),
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": str(REPOSITORY),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    files = sorted(folder.glob("told-*.json"))
    return [json.loads(file.read_text()) for file in files]


def loopback() -> str:
    """The name of the interface that 127.0.0.1 belongs to."""
    names = [name for _, name in socket.if_nameindex()]
    return next(name for name in names if name.startswith("lo"))


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What one process, and each of two, has told; and the folders."""
    if not torch.distributed.is_gloo_available():
        pytest.skip("this build of PyTorch has no gloo")
    place = tmp_path_factory.mktemp("processes")
    one, two = torchrun(1, place / "one"), torchrun(2, place / "two")
    assert [len(one), len(two)] == [1, 2]
    return one[0], two, place


def test_two_processes_end_with_the_weights_of_one(told):
    one, two, place = told
    assert (one["processes"], two[0]["processes"]) == (1, 2)
    alone = torch.load(place / "one" / "weights-0.pt")
    assert "spare.weight" in alone[1]  # of the second model a part is never used
    for process in "01":
        shared = torch.load(place / "two" / f"weights-{process}.pt")
        torch.testing.assert_close(shared, alone, rtol=1e-5, atol=1e-5)


def test_two_processes_tell_the_losses_of_one(told):
    one, two, _ = told
    for process in two:
        assert process["losses"] == pytest.approx(one["losses"], abs=1e-5)
        assert process["judged"] == pytest.approx(one["judged"], abs=1e-5)


def test_two_processes_are_resumed_bit_for_bit(told):
    one, two, _ = told
    assert [process["resumed"] for process in (one, *two)] == [True] * 3


def test_a_nan_in_one_process_is_named_in_both(told):
    one, two, _ = told
    assert "17" in one["nan"].removeprefix("examples ").split(", ")
    names = [process["nan"].removeprefix("examples ").split(", ") for process in two]
    assert names[0] == names[1]
    assert "17" in names[0]
    assert len(names[0]) == 3  # the piece of that process, not the whole batch


def test_what_the_main_process_cannot_write_stops_both(told):
    _, two, _ = told
    assert ["can't be written" in process["unwritable"] for process in two] == [
        True
    ] * 2

"""Two processes, however launched, make of the same batches what one does."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from course_lib.training.launch import was_left_alone

from .tiny import REPOSITORY

PROGRAM = Path(__file__).with_name("two_processes.py")


# On this machine alone, on a port that the launcher finds free.
LAUNCHERS = {
    "torchrun": "torch.distributed.run --nproc-per-node 2 --rdzv-backend c10d "
    "--rdzv-endpoint 127.0.0.1:0 --local-addr 127.0.0.1",
    "accelerate launch": "accelerate.commands.launch --multi_gpu --num_processes 2 "
    "--main_process_port 0",
}


def start(folder: Path, launcher: str | None = None) -> list[dict]:
    """Run the program in one process or two, and read what each has told."""
    if not torch.distributed.is_gloo_available():
        pytest.skip("this build of PyTorch has no gloo")
    folder.mkdir()
    launched = ["-m", *LAUNCHERS[launcher].split()] if launcher else []
    done = subprocess.run(
        [sys.executable, *launched, str(PROGRAM), str(folder)],
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
def one(tmp_path_factory):
    """What one process has told, and its folder."""
    folder = tmp_path_factory.mktemp("processes") / "one"
    (told,) = start(folder)
    return told, folder


@pytest.fixture(scope="module", params=LAUNCHERS)
def told(request, one, tmp_path_factory):
    """What one process, and each of two, has told; and the folders."""
    folder = tmp_path_factory.mktemp("processes") / "two"
    two = start(folder, request.param)
    assert len(two) == 2
    return one[0], two, one[1], folder


def test_two_processes_end_with_the_weights_of_one(told):
    one, two, alone_in, shared_in = told
    assert (one["processes"], two[0]["processes"]) == (1, 2)
    alone = torch.load(alone_in / "weights-0.pt")
    assert "spare.weight" in alone[1]  # of the second model a part is never used
    for process in "01":
        shared = torch.load(shared_in / f"weights-{process}.pt")
        torch.testing.assert_close(shared, alone, rtol=1e-5, atol=1e-5)


def test_two_processes_tell_the_losses_of_one(told):
    one, two, *_ = told
    for process in two:
        assert process["losses"] == pytest.approx(one["losses"], abs=1e-5)
        assert process["judged"] == pytest.approx(one["judged"], abs=1e-5)


def test_two_processes_are_resumed_bit_for_bit(told):
    one, two, *_ = told
    assert [process["resumed"] for process in (one, *two)] == [True] * 3


def test_a_nan_in_one_process_is_named_in_both(told):
    one, two, *_ = told
    assert "17" in one["nan"].removeprefix("examples ").split(", ")
    names = [process["nan"].removeprefix("examples ").split(", ") for process in two]
    assert names[0] == names[1]
    assert "17" in names[0]
    assert len(names[0]) == 3  # the piece of that process, not the whole batch


def test_what_the_main_process_cannot_write_stops_both(told):
    _, two, *_ = told
    assert ["can't be written" in process["unwritable"] for process in two] == [
        True
    ] * 2


def test_a_launcher_that_starts_one_process_for_two_is_noticed():
    told = {"ACCELERATE_MIXED_PRECISION": "no"}
    lone = told | {"MASTER_ADDR": "127.0.0.1", "ACCELERATE_USE_CPU": "True"}
    assert was_left_alone(lone)
    assert not was_left_alone(told)  # one was asked for
    assert not was_left_alone({"MASTER_ADDR": "127.0.0.1"})
    assert not was_left_alone(lone | {"OMPI_COMM_WORLD_SIZE": "2"})

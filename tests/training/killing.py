"""Kill runs that write checkpoints, at every kind of moment, and see how they end.

Run by test_killed.py as a program of its own, since it forks: a process without
threads. Writes what it found to standard output, as JSON.
"""

import hashlib
import json
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from tiny import examples, noisy, run

from course_lib.errors import CourseError
from course_lib.training import Checkpoints

WRITING = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree"}
RUNS = 24


def go_on(folder: Path) -> None:
    """Begin the run, or take it up: dropout, random collate, parts, validation."""
    run(
        collate=noisy,
        changes={"gradient_accumulation": 2, "validate_every": 7},
        validation=examples(5),
        checkpoints=Checkpoints(folder, every=4, resume=True),
    )


def in_child(task: Callable[[], None]) -> int:
    """Start a task in a process of its own; its number."""
    child = os.fork()
    if child:
        return child
    try:
        task()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def end_of(child: int) -> int:
    """The exit status; negative: the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def moments(folder: Path, react: Callable[[], None]) -> None:
    """Call `react` before each change of what is in a folder."""

    def hook(event: str, args: tuple) -> None:
        if event in WRITING and str(folder) in str(args[0]):
            react()

    sys.addaudithook(hook)


def dies_at(folder: Path, moment: int) -> None:
    """Go on, and be killed before the given change."""
    left = [moment]

    def react() -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    moments(folder, react)
    go_on(folder)


def counts_moments(folder: Path) -> None:
    """Go on, and leave the number of changes beside the folder."""
    seen = []
    moments(folder, lambda: seen.append(1))
    go_on(folder)
    folder.with_suffix(".count").write_text(str(len(seen)))


def fills_the_disk(folder: Path) -> None:
    """Go on where files may no longer become as large as a checkpoint's."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (900, 900))
    try:
        go_on(folder)
    except CourseError as error:
        folder.with_suffix(".error").write_text(str(error))


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of the weights, and of all else that the last checkpoint holds."""
    last = Checkpoints(folder).all()[-1]
    weights = (last.folder / "model.safetensors").read_bytes()
    state = repr(plain(last.state())).encode()
    sums = {"weights": weights, "state": state}
    found = {name: hashlib.sha256(what).hexdigest() for name, what in sums.items()}
    return {"step": last.folder.name, **found}


def plain(value: Any) -> Any:
    """The same with bytes in place of tensors."""
    if isinstance(value, torch.Tensor):
        return str(value.dtype), tuple(value.shape), value.numpy().tobytes()
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value


def killed_until_done(folder: Path, attempts: list[Callable[[], int]]) -> list[int]:
    """Make the attempts one after another, then one that may end; all statuses."""
    statuses = [end_of(attempt()) for attempt in attempts]
    return [*statuses, end_of(in_child(lambda: go_on(folder)))]


def killed_after(folder: Path, seconds: float) -> int:
    """Go on, and be killed from outside after a time."""
    child = in_child(lambda: go_on(folder))
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return child


def main(place: Path) -> None:
    draw = random.Random(0)
    go_on(place / "warm")  # what is imported at first use is imported here
    began = time.perf_counter()
    end_of(in_child(lambda: counts_moments(place / "whole")))
    took = time.perf_counter() - began
    count = int((place / "whole.count").read_text())
    found = {"whole": hashes(place / "whole"), "count": count, "runs": []}

    def attempts(folder: Path, i: int) -> list[Callable[[], int]]:
        """Two kills: the second of a run that has been taken up."""
        if i % 2:
            times = [draw.random() * took * 0.6 for _ in range(2)]
            return [partial(killed_after, folder, seconds) for seconds in times]
        at = [draw.randrange(count * 2 // 3), draw.randrange(count // 3)]
        return [partial(in_child, partial(dies_at, folder, n)) for n in at]

    for i in range(RUNS):
        folder = place / f"run-{i}"
        statuses = killed_until_done(folder, attempts(folder, i))
        found["runs"].append({"statuses": statuses, **hashes(folder)})
    found["full"] = full_disk(place / "full", count)
    print(json.dumps(found))


def full_disk(folder: Path, count: int) -> dict[str, object]:
    """What a full disk does in the middle of a run, and whether it can go on."""
    end_of(in_child(lambda: dies_at(folder, count // 2)))
    before = [checkpoint.step for checkpoint in Checkpoints(folder).all()]
    end_of(in_child(lambda: fills_the_disk(folder)))
    there = Checkpoints(folder).all()
    after = [checkpoint.step for checkpoint in there if checkpoint.fault() is None]
    end_of(in_child(lambda: go_on(folder)))
    error = folder.with_suffix(".error").read_text()
    return {"before": before, "after": after, "error": error, **hashes(folder)}


if __name__ == "__main__":
    main(Path(sys.argv[1]))

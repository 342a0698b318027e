"""What a model costs: bytes on disk, seconds a call, bytes at work.

Each is measured on the machine at hand. Times differ from call to call; sizes do not.
"""

import io
import time
from collections.abc import Callable

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile

from course_lib.errors import CourseError


def bytes_on_disk(model: nn.Module) -> int:
    """The size of a file that holds all weights of a model, each once."""
    file = io.BytesIO()
    torch.save(model.state_dict(), file)
    return file.tell()


def seconds(call: Callable[[], object], times: int = 5) -> float:
    """How long a call takes: the best of several, after one that does not count.

    Other programs on the machine can only make a call slower, never faster.

    Args:
        call: takes nothing; what it returns is thrown away.
        times: how many calls count.

    Raises:
        CourseError: none counts.
    """
    if times < 1:
        raise CourseError(f"times = {times}: expected at least 1")
    call()  # the first one also makes room, and wakes the processor
    taken = []
    for _ in range(times):
        _wait_for_gpu()
        begin = time.perf_counter()
        call()
        _wait_for_gpu()
        taken.append(time.perf_counter() - begin)
    return min(taken)


def peak_memory(call: Callable[[], object]) -> int:
    """Bytes on the CPU that a call needs at its worst moment, beyond those before it.

    Counted are the tensors that PyTorch makes in it, less those that it gives back.
    """
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        call()
    events = seen.profiler.kineto_results.events()
    changes = [event for event in events if event.name() == "[memory]"]
    now = highest = 0
    for change in sorted(changes, key=lambda event: event.start_ns()):
        now += change.nbytes()
        highest = max(highest, now)
    return highest


def _wait_for_gpu() -> None:
    """A GPU works on while Python goes on; a clock has to wait for it."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()

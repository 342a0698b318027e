"""Running a learner's function: it may raise, print, hang or change its inputs."""

import contextlib
import copy
import ctypes
import io
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

PATIENCE = 3.0
KEPT_OUTPUT = 2000  # characters of what an answer prints


class _Stop(BaseException):
    """Raised inside a learner's function that ran past the limit."""


@dataclass
class Outcome:
    """What one call of the answer did.

    Attributes:
        value: what it returned.
        error: what it raised, or None.
        changed: names of the arguments that it changed in place.
        printed: the first KEPT_OUTPUT characters that it printed.
        dropped: how many further characters it printed.
        finished: False when it was stopped at the limit.
    """

    value: Any = None
    error: BaseException | None = None
    changed: tuple[str, ...] = ()
    printed: str = ""
    dropped: int = 0
    finished: bool = False


class _Bounded(io.TextIOBase):
    """A text stream that keeps the beginning and counts the rest."""

    def __init__(self) -> None:
        self.kept, self.dropped = "", 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        room = KEPT_OUTPUT - len(self.kept)
        self.kept += text[:room]
        self.dropped += max(0, len(text) - room)
        return len(text)


@dataclass
class Call:
    """One call to make: inputs by name, passed by position, and who watches it."""

    inputs: Mapping[str, Any]
    watch: AbstractContextManager = field(default_factory=contextlib.nullcontext)


def run(function: Callable[..., Any], calls: list[Call], limit: float) -> list[Outcome]:
    """Make these calls in a thread of their own and return what each did.

    Args:
        function: the learner's answer.
        calls: made in this order; each gets copies of its inputs.
        limit: seconds for all of them together. A machine that is busy with other
            things gives them as much processor time, within PATIENCE times the limit.

    Returns:
        One outcome for each call begun. The last has `finished` False if the
        limit was reached in it; the calls after it were not made.
    """
    outcomes: list[Outcome] = []

    def work() -> None:
        with contextlib.suppress(_Stop):
            for call in calls:
                outcomes.append(Outcome())
                _make(function, call, outcomes[-1])

    # A thread can be left behind whatever it does, on every platform; an alarm
    # signal would need Unix and the main thread.
    worker = threading.Thread(target=work, daemon=True, name="answer")
    start, used = time.monotonic(), time.process_time()
    worker.start()
    try:
        worker.join(limit)
        while (
            worker.is_alive()
            and time.process_time() - used < limit
            and time.monotonic() - start < PATIENCE * limit
        ):
            worker.join(limit / 20)
    finally:
        if worker.is_alive():
            _stop(worker)
    return list(outcomes)


def _make(function: Callable[..., Any], call: Call, outcome: Outcome) -> None:
    arguments = {name: copied(value) for name, value in call.inputs.items()}
    stream = _Bounded()
    try:
        with (
            contextlib.redirect_stdout(stream),
            contextlib.redirect_stderr(stream),
            call.watch,
        ):
            outcome.value = function(*arguments.values())
    except _Stop:
        raise
    except BaseException as error:  # SystemExit too: an answer may call exit()
        outcome.error = error
    outcome.printed, outcome.dropped = stream.kept, stream.dropped
    outcome.changed = tuple(
        name
        for name, value in call.inputs.items()
        if not unchanged(arguments[name], value)
    )
    outcome.finished = True


def _stop(worker: threading.Thread, patience: float = 1.0) -> None:
    """End a thread that runs Python code; one that catches everything stays."""
    deadline = time.monotonic() + patience
    while worker.is_alive() and time.monotonic() < deadline:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(worker.ident or 0), ctypes.py_object(_Stop)
        )
        worker.join(0.02)


def copied(value: Any) -> Any:
    """A copy that the learner may change; functions are passed as they are."""
    if isinstance(value, Tensor):
        return value.clone()
    return value if callable(value) else copy.deepcopy(value)


def unchanged(after: Any, before: Any) -> bool:
    """True if an argument still holds what was passed in."""
    if isinstance(before, torch.Generator):
        return True  # drawing from it is what it is for
    if isinstance(before, (list, tuple)):  # a pair of tensors, a list of numbers
        return len(after) == len(before) and all(map(unchanged, after, before))
    if not isinstance(before, Tensor):
        return callable(before) or bool(after == before)
    if not isinstance(after, Tensor) or after.shape != before.shape:
        return False
    return torch.equal(after.detach().nan_to_num(), before.nan_to_num())

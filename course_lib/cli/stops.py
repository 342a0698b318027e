"""Ctrl-C and SIGTERM while a verb works: an exception, which waits where it would harm.

Python itself ends at once by SIGTERM, and nothing that it had begun is cleaned up.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # the last, where there is one: a closed window


class Stopped(KeyboardInterrupt):
    """A signal asked the command to end.

    Attributes:
        status: what a shell reports of such an end.
    """

    def __init__(self, says: str, status: int) -> None:
        super().__init__(says)
        self.status = status


@contextmanager
def raised(says: str) -> Iterator[None]:
    """Let a signal end this block by `Stopped`.

    Args:
        says: the sentence for whoever asked.
    """

    def stop(number: int, _frame: Any) -> None:
        raise Stopped(says, 128 + number)

    with _handled_by(stop):
        yield


@contextmanager
def held() -> Iterator[list[int]]:
    """Let signals wait until this block is done; it may clear the list that it gets."""
    waiting: list[int] = []
    with _handled_by(lambda number, _frame: waiting.append(number)):
        yield waiting
    if waiting:
        signal.raise_signal(waiting[0])


@contextmanager
def _handled_by(handler: Callable[[int, Any], None]) -> Iterator[None]:
    """Set a handler for all of them, save those that the process is to ignore."""
    here = threading.current_thread() is threading.main_thread()  # others may set none
    there = [getattr(signal, name) for name in NAMES if here and hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in there}
    changed = {n: old for n, old in before.items() if old not in (signal.SIG_IGN, None)}
    try:
        for number in changed:
            signal.signal(number, handler)
        yield
    finally:
        for number, old in changed.items():
            signal.signal(number, old)

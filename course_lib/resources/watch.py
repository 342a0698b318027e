"""A download that is watched: it lasts while bytes come, and ends when they don't.

Hugging Face's own library downloads, with its resuming and its cache. Left alone it
waits minutes for a silent server, does again what can't succeed, and sleeps for as long
as a busy Hub asks. So it works in a thread of its own, and hooks of its HTTP client say
what it asked and what came.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from course_lib.resources import refusals

T = TypeVar("T")
TRIES = 3
LONG = 20_000_000  # bytes, from where a bar is worth its line
_POLL = 0.05  # s
_STEPS = ("connect", "read", "write", "pool")


class Watch:
    """Runs one piece of work with Hugging Face's HTTP client, and ends it in time.

    Attributes:
        silence: seconds without a byte after which the work is given up.
        tries: how often one address may be asked for a file.
        expected: bytes that are to come, for the bar; the work may set it.
    """

    def __init__(self, silence: float, tries: int = TRIES) -> None:
        self.silence, self.tries = silence, tries
        self.expected = 0
        # The client gives up first: its thread then ends in order, without half files.
        # Before it would ask again, it sleeps for a second.
        self._patience = max(silence - 1.2, silence / 2)
        self._ended = False
        self._since = time.monotonic()
        self._asked: Counter[str] = Counter()
        self._answers, self._earlier = 0, 0
        self._response: Any = None

    def run(self, work: Callable[[], T]) -> T:
        """Return what the work returns, or raise what it raises.

        Raises:
            HubError: it stood still for too long; its thread ends by itself.
        """
        results: list[T] = []
        errors: list[BaseException] = []

        def do() -> None:
            try:
                with self._overhearing():
                    results.append(work())
            except BaseException as error:  # raised again below, in the other thread
                errors.append(error)

        # A daemon: neither a look-up of a name nor a lock keeps Python from ending.
        self._thread = threading.Thread(target=do, daemon=True, name="download")
        self._since = time.monotonic()
        self._thread.start()
        try:
            self._attend()
        finally:
            self._end()
        if errors:
            raise errors[0]
        return results[0]

    def check(self) -> None:
        """Called by the work between its steps: stop here if nobody waits for it."""
        if self._ended:
            raise refusals.silent(self.silent_for, self.received)
        self._since = time.monotonic()

    @property
    def silent_for(self) -> float:
        """Seconds since the last byte."""
        return time.monotonic() - self._since

    @property
    def received(self) -> int:
        """Bytes so far."""
        response = self._response
        return self._earlier + (response.num_bytes_downloaded if response else 0)

    def _attend(self) -> None:
        """Wait while there is progress."""
        last = (0, 0)
        with self._bar() as show:
            while self._thread.is_alive():
                self._thread.join(_POLL)
                now = (self._answers, self.received)
                if now != last:
                    last, self._since = now, time.monotonic()
                    show()
                elif self.silent_for > self.silence:
                    raise refusals.silent(self.silent_for, self.received)

    def _end(self) -> None:
        self._ended = True
        if self._thread.is_alive() and self._response is not None:
            self._response.close()

    @contextmanager
    def _bar(self) -> Iterator[Callable[[], None]]:
        """What draws the progress, once it is known that the way is long."""
        from tqdm.auto import tqdm

        bars: list[Any] = []

        def show() -> None:
            if self.expected > LONG:
                if not bars:
                    total = self.expected
                    bars.append(tqdm(total=total, unit="B", unit_scale=True))
                bars[0].update(min(self.received, bars[0].total) - bars[0].n)

        try:
            yield show
        finally:
            for bar in bars:
                bar.close()

    @contextmanager
    def _overhearing(self) -> Iterator[None]:
        """Hear what this thread asks of the shared client, and what it answers."""
        from huggingface_hub import get_session

        hooks = get_session().event_hooks
        hooks["request"].append(self._on_request)
        hooks["response"].append(self._on_response)
        try:
            yield
        finally:
            hooks["request"].remove(self._on_request)
            hooks["response"].remove(self._on_response)

    def _on_request(self, request: Any) -> None:
        if threading.current_thread() is not self._thread:
            return
        # The clock is looked at every so often, so it may be late by as much.
        if self._ended or self.silent_for > self._patience - 2 * _POLL:
            raise refusals.silent(self.silent_for, self.received)
        if request.method == "GET":
            self._asked[str(request.url)] += 1
            if self._asked[str(request.url)] > self.tries:
                raise refusals.broken_off(self.tries)
        limits = dict.fromkeys(_STEPS, self._patience)
        request.extensions = {**request.extensions, "timeout": limits}

    def _on_response(self, response: Any) -> None:
        if threading.current_thread() is not self._thread:
            return
        self._since = time.monotonic()
        self._earlier, self._response = self.received, response
        self._answers += 1
        if response.status_code >= 400:  # raised here, it is not tried again
            raise refusals.said(response.status_code, response.headers)

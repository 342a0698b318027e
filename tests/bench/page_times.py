"""A page of Chromium under a stop-watch: changes to painted, memory, other hosts."""

import contextlib
import functools
import http.server
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from browser.chromium import MISSING, NAMES, OPTIONS

from course_lib.errors import CourseError

# `bench.change(act, done)`: milliseconds from a change until it is painted: the frame
# after the one that drew it begins when that one was handed over. `bench.heard(type)`:
# the same from what the hand did, whose event says when.
STOP_WATCH = """
window.bench = (() => {
  const frame = () => new Promise(requestAnimationFrame);
  const rest = () =>
    new Promise((go) => setTimeout(go, 50 + 17 * Math.random()));
  const change = async (act, done = () => true, seconds = 30) => {
    await rest();
    const begun = performance.now();
    act();
    await frame();
    while (!done()) {
      await frame();
      if (performance.now() - begun > 1000 * seconds) throw new Error(`late: ${done}`);
    }
    await frame();
    return performance.now() - begun;
  };
  const many = async (items, act, done, seconds = 60) => {
    const times = [];
    const end = performance.now() + 1000 * seconds;
    for (const item of items) {
      if (times.length && performance.now() > end) break;
      times.push(await change(() => act(item), () => done(item)));
    }
    return times;
  };
  const heard = (type) =>
    new Promise((done) => {
      const note = async ({ timeStamp }) => {
        await frame();
        await frame();
        done(performance.now() - timeStamp);
      };
      window.addEventListener(type, note, { capture: true, once: true });
    });
  return { frame, change, many, heard };
})();
"""


@dataclass(frozen=True)
class Times:
    """Milliseconds of like changes."""

    median: float
    p95: float
    count: int

    @classmethod
    def of(cls, milliseconds: Sequence[float]) -> "Times":
        """Their median, and what 95 of 100 stay below."""
        ordered = sorted(milliseconds)
        late = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
        return cls(statistics.median(ordered), late, len(ordered))


class Tab:
    """An empty tab with a stop-watch; it reaches no host but this machine.

    Attributes:
        page: Playwright's.
        strangers: addresses that it asked other hosts for.
    """

    def __init__(self, browser: Browser, stand_ins: dict[str, Path]) -> None:
        """Scripts of other hosts are answered by files of the same name, if any."""
        self._context = browser.new_context(viewport={"width": 1366, "height": 900})
        self.page: Page = self._context.new_page()
        self.strangers: list[str] = []
        self._stand_ins = stand_ins
        self.page.add_init_script(STOP_WATCH)
        self.page.route(lambda url: not _is_ours(url), self._answer)
        self._devtools = self._context.new_cdp_session(self.page)

    def _answer(self, route: Route) -> None:
        self.strangers.append(route.request.url)
        file = self._stand_ins.get(route.request.url.rpartition("/")[2])
        if file is None:
            route.abort()
        else:
            route.fulfill(path=file, content_type="text/javascript")

    def by_hand(
        self, event: str, acts: Iterable[Callable[[], None]], seconds: float = 60
    ) -> Times:
        """From each event of mouse or keyboard until it is painted.

        Args:
            event: its name; the page hears it first.
            acts: what a hand does, each makes one such event.
            seconds: no new one begins after so many.
        """
        taken: list[float] = []
        end = time.monotonic() + seconds
        for act in acts:
            if taken and time.monotonic() > end:
                break
            self.page.wait_for_timeout(60)
            self.page.evaluate("(type) => { bench.last = bench.heard(type); }", event)
            act()
            taken.append(self.page.evaluate("bench.last"))
        return Times.of(taken)

    def points(self, selector: str, most: int) -> list[tuple[float, float]]:
        """The middles of the first elements that can be seen, in the window."""
        return self.page.evaluate(
            """([selector, most]) => [...document.querySelectorAll(selector)]
              .map((each) => each.getBoundingClientRect())
              .filter(({ width, y, bottom }) => width && y > 0 && bottom < innerHeight)
              .slice(0, most)
              .map(({ x, y, width, height }) => [x + width / 2, y + height / 2])""",
            [selector, most],
        )

    def heap(self) -> float:
        """MB that the page's JavaScript holds after a clean-up, buffers included."""
        for _ in range(2):  # what the first one frees may hold something else
            self._devtools.send("HeapProfiler.collectGarbage")
        held = self._devtools.send("Runtime.getHeapUsage")
        return (held["usedSize"] + held.get("backingStorageSize", 0)) / 1e6

    def close(self) -> None:
        """Close the tab."""
        self._context.close()


def _is_ours(url: str) -> bool:
    return url.startswith(("http://127.0.0.1", "data:", "blob:", "about:"))


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a window, as the tests of the course start it.

    Raises:
        CourseError: there is none.
    """
    import shutil

    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise CourseError(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_values: Any) -> None:
        """Say nothing of each file."""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder, for this machine alone."""
    handler = functools.partial(_Quiet, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()

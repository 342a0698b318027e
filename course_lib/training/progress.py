"""How far a run is: one line that moves in a terminal or a notebook.

In a log nothing moves: there it is ten lines in all.
"""

import math
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm

PAUSE = 0.2  # s between redrawings
LOG_LINES = 10


class Progress:
    """The line: how many steps of how many, the loss, and tokens a second."""

    def __init__(self, done: int, steps: int, shown: bool) -> None:
        """Begin.

        Args:
            done: steps made before.
            steps: steps in all.
            shown: False shows nothing, and still counts.
        """
        self.step, self.steps, self.unit = done, steps, "tokens"
        self.counted, self.loss, self.validation = 0, math.nan, ""
        self.began = time.perf_counter()
        self._drawn = 0.0
        self._due = False  # a line of the log waits for the validation's results
        out = notebook_line() or sys.stderr
        live = shown and out.isatty()
        self.bar = Bar(initial=done, total=steps, file=out) if live else None
        self.log = out if shown and not live else None

    def advance(self, loss: float, count: int, unit: str) -> None:
        """One more step is made; it saw that many tokens, or examples."""
        self._write()
        self.step += 1
        self.counted, self.unit = self.counted + count, unit
        self.loss = loss
        self._due = self.log is not None and self._is_tenth()
        if self.bar is not None and self.seconds - self._drawn >= PAUSE:
            self._draw()

    def tell(self, values: Mapping[str, float]) -> None:
        """Results of a validation, to be shown from now on."""
        known = ", ".join(f"{name} {value:.3f}" for name, value in values.items())
        self.validation = f" · validation {known}"

    def close(self) -> None:
        """Leave the line as it ends."""
        self._write()
        if self.bar is not None:
            self._draw()
            self.bar.close()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """What is done inside takes no time from the training."""
        before = time.perf_counter()
        yield
        self.began += time.perf_counter() - before

    @property
    def seconds(self) -> float:
        """Spent on training."""
        return time.perf_counter() - self.began

    @property
    def rate(self) -> float:
        """Tokens, or examples, in a second."""
        return self.counted / max(self.seconds, 1e-9)

    def __str__(self) -> str:
        if not self.counted:
            return "nothing was left to do"
        speed = f"{self.rate:,.0f} {self.unit}/s"
        return f"loss {self.loss:.3f}{self.validation} · {speed}"

    def _is_tenth(self) -> bool:
        """Whether this step is the last of a tenth of the run."""
        done = self.step * LOG_LINES
        return done // self.steps > (done - LOG_LINES) // self.steps

    def _write(self) -> None:
        if self._due and self.log is not None:
            self.log.write(f"step {self.step} of {self.steps}: {self}\n")
            self.log.flush()
            self._due = False

    def _draw(self) -> None:
        self._drawn = self.seconds
        self.bar.n = self.step
        self.bar.set_description_str(str(self))  # and draws


class Bar(tqdm):
    """tqdm's bar, drawn when it is asked to and at no other time."""

    monitor_interval = 0  # no thread of its own

    def __init__(self, **settings: Any) -> None:
        terminal = settings["file"] is sys.stderr
        super().__init__(
            dynamic_ncols=terminal,
            ncols=None if terminal else 100,
            bar_format="{n}/{total} |{bar:12}| {elapsed}<{remaining} · {desc}",
            **settings,
        )


class NotebookLine:
    """A line of a cell's output that is written anew each time.

    Not a widget: it needs no extension, and a saved notebook shows how it ended.
    """

    encoding = "utf-8"

    def __init__(self) -> None:
        self.handle: Any = None

    def isatty(self) -> bool:
        """True: what is written replaces what was there."""
        return True

    def write(self, text: str) -> None:
        """Show a text in place of the one before."""
        from IPython.display import display

        line = {"text/plain": text.strip("\r\n")}
        if not line["text/plain"].strip():
            return
        if self.handle is None:
            self.handle = display(line, raw=True, display_id=True)
        else:
            self.handle.update(line, raw=True)

    def flush(self) -> None:
        """Nothing is held back."""


def notebook_line() -> NotebookLine | None:
    """A line in the running cell; None outside of notebooks."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return NotebookLine() if hasattr(shell, "kernel") else None

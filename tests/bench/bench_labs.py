"""How soon a lab's picture follows its slider, in Python and on the screen.

In Python, from the change to the PNG: each lab's controls take turns, every change is
drawn. Beside the time on the clock stands the processor's, which other jobs on the
machine disturb less. In JupyterLab, from a key on the last control until the new
picture is painted in Chromium.
"""

import argparse
import importlib
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import ipywidgets as widgets

LABS = {
    "gaze": "GazeLab",
    "memory": "MemoryLab",
    "tokens": "TokensLab",
    "neighbours": "NeighboursLab",
    "softmax": "SoftmaxLab",
    "mask": "MaskPainter",
    "heads": "HeadsLab",
    "positions": "PositionsLab",
    "rotary": "RotaryLab",
    "residual": "ResidualLab",
    "hidden_word": "HiddenWordLab",
}
ASKED = 150  # milliseconds at the median
HEAD = "| lab | in Python | processor | in JupyterLab | kB a picture |"


def run(arguments: list[str]) -> int:
    """Print the table; non-zero if a median is above what is asked."""
    parser = argparse.ArgumentParser("bench labs", description=__doc__)
    parser.add_argument("labs", nargs="*", choices=[*LABS, []], help="all, if none")
    parser.add_argument("--changes", type=int, default=30, help="of each lab")
    parser.add_argument("--no-browser", action="store_true", help="Python alone")
    options = parser.parse_args(arguments)
    names = options.labs or list(LABS)
    print(f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")
    print(f"Median of {options.changes} changes (and p95), milliseconds.")
    painted = {} if options.no_browser else in_jupyterlab(names, options.changes)
    print(f"\n{HEAD}\n|---|---|---|---|---|")
    slow = False
    for name in names:
        clock, processor, size = measure(name, options.changes)
        work, screen = statistics.median(processor), painted.get(name, [])
        cells = (name, short(clock), f"{work:.0f}", short(screen), f"{size / 1000:.0f}")
        print(f"| {' | '.join(cells)} |", flush=True)
        slow |= any(statistics.median(t) > ASKED for t in (clock, screen) if t)
    print(f"Load of the machine: {os.getloadavg()[0]:.1f}.")
    return int(slow)


def in_jupyterlab(names: list[str], changes: int) -> dict[str, list[float]]:
    """Milliseconds of each change, from a key in Chromium until it is painted."""
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import labs_painted  # Playwright is needed for this alone

    with labs_painted.opened({name: LABS[name] for name in names}) as notebook:
        return {
            name: labs_painted.measure(notebook, LABS[name], changes) for name in names
        }


def short(milliseconds: list[float]) -> str:
    """Median and p95 in a cell: "30 (47)"."""
    if not milliseconds:
        return ""
    late = statistics.quantiles(milliseconds, n=20)[-1]
    return f"{statistics.median(milliseconds):.0f} ({late:.0f})"


def measure(name: str, changes: int) -> tuple[list[float], list[float], int]:
    """Milliseconds of each change, on the clock and of the processor; bytes."""
    module = importlib.import_module(f"course_lib.viz.labs.{name}")
    lab = getattr(module, LABS[name])()
    knobs = list(lab.knobs.values())
    for knob in knobs[:6]:  # caches are warm, as they are after the first drag
        move(knob)
    clock, processor, before = [], [], shown(lab)
    for place in range(changes):
        started, worked = time.perf_counter(), time.process_time()
        move(knobs[place % len(knobs)])
        clock.append(1000 * (time.perf_counter() - started))
        processor.append(1000 * (time.process_time() - worked))
        assert shown(lab) != before, f"{name}: nothing was drawn"
        before = shown(lab)
    return clock, processor, len(lab.image)


def shown(lab: Any) -> tuple[str, str]:
    """What the browser is handed: picture and words."""
    return lab.picture.image, lab.picture.words


def move(knob: widgets.Widget) -> None:
    """One step further; at the end, back to the other end."""
    if isinstance(knob, widgets.Checkbox | widgets.ToggleButton):
        knob.value = not knob.value
    elif isinstance(knob, widgets.Text):
        knob.value += "a"
    elif hasattr(knob, "options"):
        knob.index = (knob.index + 1) % len(knob.options)
    elif isinstance(knob, widgets.FloatLogSlider):
        value = knob.value * knob.base**knob.step
        knob.value = value if value < knob.base**knob.max else knob.base**knob.min
    else:
        value = knob.value + knob.step
        knob.value = value if value <= knob.max else knob.min


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

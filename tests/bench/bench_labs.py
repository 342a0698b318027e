"""How soon a lab's picture follows its slider: from the change to the PNG, in Python.

Each lab's controls take turns; every change is drawn. Beside the time on the clock
stands the processor's, which other jobs on the machine disturb less.
"""

import argparse
import importlib
import os
import statistics
import sys
import time

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
HEAD = "| lab | median ms | p95 ms | processor, median ms | kB a picture |"


def run(arguments: list[str]) -> int:
    """Print the table; non-zero if a median is above what is asked."""
    parser = argparse.ArgumentParser("bench labs", description=__doc__)
    parser.add_argument("labs", nargs="*", choices=[*LABS, []], help="all, if none")
    parser.add_argument("--changes", type=int, default=30, help="of each lab")
    options = parser.parse_args(arguments)
    print(f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")
    print(f"\n{HEAD}\n|---|---|---|---|---|")
    slow = False
    for name in options.labs or LABS:
        clock, processor, size = measure(name, options.changes)
        middle, late = statistics.median(clock), statistics.quantiles(clock, n=20)[-1]
        work = statistics.median(processor)
        print(
            f"| {name} | {middle:.0f} | {late:.0f} | {work:.0f} | {size / 1000:.0f} |",
            flush=True,
        )
        slow |= middle > ASKED
    print(f"Load of the machine: {os.getloadavg()[0]:.1f}.")
    return int(slow)


def measure(name: str, changes: int) -> tuple[list[float], list[float], int]:
    """Milliseconds of each change, on the clock and of the processor; bytes."""
    module = importlib.import_module(f"course_lib.viz.labs.{name}")
    lab = getattr(module, LABS[name])()
    knobs = list(lab.knobs.values())
    for knob in knobs[:6]:  # caches are warm, as they are after the first drag
        move(knob)
    clock, processor, before = [], [], lab.picture.value
    for place in range(changes):
        started, worked = time.perf_counter(), time.process_time()
        move(knobs[place % len(knobs)])
        clock.append(1000 * (time.perf_counter() - started))
        processor.append(1000 * (time.process_time() - worked))
        assert lab.picture.value != before, f"{name}: nothing was drawn"
        before = lab.picture.value
    return clock, processor, len(lab.image)


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

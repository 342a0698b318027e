"""What the attention explorer costs to open and to use, beside bertviz, in Chromium."""

import argparse
import importlib.metadata
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import astuple, is_dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import bertviz_times
import explorer_times
import made_views
from page_times import chromium, served
from views_table import ALL_HEADS, HERE, STRANGER, missed, put_in, table

LENGTHS = (32, 64, 128, 256, 512)
VIEWS = {STRANGER: "head_view", ALL_HEADS: "model_view"}
MOST_HTML, MOST_SECONDS = 500e6, 120
MOST_LINES = 4e6  # of SVG: 9.4 million took 10.2 GB and were not painted
RESULTS = Path(__file__).with_name("RESULTS.md")
HOW = """Attention of 12 layers x 12 heads is made up, half of the heads with a pattern;
the explorer's threshold stands at {least:.1%}, the lowest, where it draws most. Times
are medians, in brackets the 95th percentile; asked is the median, where p95 is not
said. Bold is above what was asked.

{machine}.

- *to painted*: from the event to the frame after the one that drew it
  (requestAnimationFrame twice); software rendering, a window of 1366 x 900. Heads are
  clicked, tokens pointed at with the mouse, the threshold moved by the keyboard.
- *explorer*: a page with the real module, its data in memory, as after the way from
  Python; a fresh tab for each opening. *Lab*: JupyterLab with a kernel, the whole way
  there and back. *one file*: from `to_html`, and for bertviz `html_action="return"`.
- *bertviz*: its head view, all heads of a layer at once as it opens, unless another is
  named. It has no threshold. Its scripts (require.js 2.3.6, d3 5.7.0, jQuery 2.1.0
  instead of 2.0.0, which npm does not have) were answered on this machine; offline it
  draws nothing. Not tried: more than {html:.0f} MB of HTML, or more than {lines:.0f}
  million lines of SVG (9.4 million had taken 10.2 GB, and nothing was painted, when
  they were stopped by hand). Stopped after {seconds} s.
- *page's memory*: what JavaScript holds after a clean-up, with its buffers; an explorer
  in a page keeps the layers that were seen, up to 96 MB.
- *Python grows by*: the highest that a fresh process takes beside the weights.
"""


def run(arguments: list[str]) -> int:
    """Measure, print the table; non-zero if a figure is missed."""
    options = _options(arguments)
    figures = _kept(options.json)
    if options.only != ["table"]:
        figures["machine"] = machine()
    print(figures["machine"], flush=True)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        if "explorer" in options.only:
            _each(options, figures, HERE, lambda n: explorer(n, home))
        if "lab" in options.only:
            lab(options.lengths, figures, home)
        if "bertviz" in options.only:
            stand_ins = bertviz_times.scripts(home / "scripts")
            for view in VIEWS:
                strangers(options.lengths, figures, view, stand_ins, home)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    shown = table(figures, [n for n in LENGTHS if n in figures.get(HERE, {})])
    print(f"\n{shown}\n")
    if options.write:
        put_in(RESULTS, section(figures, shown))
    for says in missed(figures):
        print("above what was asked:", says)
    return int(bool(missed(figures)))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench explorer", description=__doc__)
    parser.add_argument("lengths", nargs="*", type=int, help="tokens; all if none")
    parser.add_argument(
        "--only",
        action="append",
        choices=("explorer", "lab", "bertviz", "table"),
        help="measure this part; all if not given; table: of --json, nothing measured",
    )
    says = "read the figures of earlier runs from there, and keep them with the new"
    parser.add_argument("--json", type=Path, metavar="FILE", help=says)
    parser.add_argument("--write", action="store_true", help="into RESULTS.md as well")
    options = parser.parse_args(arguments)
    if any(not 8 <= length <= 1024 for length in options.lengths):
        parser.error(f"{options.lengths}: lengths are 8 to 1,024 tokens")
    options.lengths = options.lengths or list(LENGTHS)
    options.only = options.only or ["explorer", "lab", "bertviz"]
    return options


def _each(
    options: argparse.Namespace,
    figures: dict[str, Any],
    view: str,
    measured: Callable[[int], dict[str, Any]],
) -> None:
    for length in options.lengths:
        begun = time.perf_counter()
        _keep(figures, view, length, measured(length))
        print(f"{view}, {length}: {time.perf_counter() - begun:.0f} s", flush=True)


def explorer(
    length: int, home: Path, layers: int = 12, heads: int = 12, rounds: int = 40
) -> dict[str, Any]:
    """The explorer at one length, without a notebook."""
    with tempfile.TemporaryDirectory(dir=home) as name:
        folder = Path(name)
        given = (length, folder, layers, heads)
        found = made_views.alone(made_views.explorer_files, *given)
        with chromium() as browser, served(folder) as address:
            found |= explorer_times.measure(browser, address, folder, layers, rounds)
    return found


def lab(lengths: list[int], figures: dict[str, Any], home: Path) -> None:
    """The explorer in JupyterLab, each length in a notebook of its own."""
    import lab_times

    server = lab_times.LabServer(home)
    try:
        with chromium() as browser:
            for length in lengths:
                found = lab_times.measure(browser, server, length)
                _keep(figures, HERE, length, found)
                print(f"lab, {length}", flush=True)
    finally:
        server.close()


def strangers(
    lengths: list[int],
    figures: dict[str, Any],
    view: str,
    stand_ins: dict[str, Path],
    home: Path,
) -> None:
    """A view of bertviz, up to the length at which it has to be stopped."""
    stopped, each = False, 0.0
    for length in lengths:
        says = "not tried" if stopped else _too_much(view, length, each)
        if says:
            found = dict.fromkeys(("open_bytes", "file_ms"), says)
        else:
            found = stranger(length, view, stand_ins, home)
            each = found["open_bytes"] / length**2
        if "stopped" in found:
            print(f"{view}, {length}: {found['stopped']}")
            found["file_ms"], stopped = f"> {MOST_SECONDS} s", True
        _keep(figures, view, length, found)
        print(f"{view}, {length}: {found['file_ms']}", flush=True)


def _too_much(view: str, length: int, each: float) -> str:
    """Why this is not even tried, or nothing; `each` bytes go for a weight."""
    size = each * length**2
    lines = 12 * length**2 * (12 if view == ALL_HEADS else 1)
    if size > MOST_HTML:
        return f"none: {size / 1e6:,.0f} MB"
    return f"none: {lines / 1e6:.1f} M lines" if lines > MOST_LINES else ""


def stranger(
    length: int,
    view: str,
    stand_ins: dict[str, Path],
    home: Path,
    layers: int = 12,
    heads: int = 12,
    rounds: int = 20,
) -> dict[str, Any]:
    """A view of bertviz at one length."""
    with tempfile.TemporaryDirectory(dir=home) as name:
        folder = Path(name)
        given = (VIEWS[view], length, folder, layers, heads)
        found = made_views.alone(made_views.bertviz_file, *given)
        with chromium() as browser, served(folder) as address:
            found |= bertviz_times.measure(
                browser,
                address,
                VIEWS[view],
                stand_ins,
                layers=layers,
                heads=heads,
                rounds=rounds,
                seconds=MOST_SECONDS,
            )
    return found


def _keep(
    figures: dict[str, Any], view: str, length: int, found: dict[str, Any]
) -> None:
    plain = {
        name: list(astuple(value)) if is_dataclass(value) else value
        for name, value in found.items()
    }
    figures.setdefault(view, {}).setdefault(length, {}).update(plain)


def _kept(path: Path | None) -> dict[str, Any]:
    """Figures of earlier runs; JSON has made words of the lengths."""
    if path is None or not path.exists():
        return {}
    kept = json.loads(path.read_text(encoding="utf-8"))
    return {
        view: {int(n): found for n, found in by.items()} if view != "machine" else by
        for view, by in kept.items()
    }


def machine() -> str:
    """Date, machine and versions, in one line."""
    with chromium() as browser:
        versions = [f"Chromium {browser.version}"]
    for name in ("anywidget", "jupyterlab", "bertviz", "playwright"):
        versions.append(f"{name} {importlib.metadata.version(name)}")
    return (
        f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f} as it began{_priority()}; "
        f"Python {platform.python_version()}, {', '.join(versions)}"
    )


def _priority() -> str:
    """How this run stands to other programs, where Linux groups them."""
    group = Path("/proc/self/autogroup")
    nice = int(group.read_text().split()[-1]) if group.exists() else 0
    return f", before other programs (nice {nice})" if nice < 0 else ""


def section(figures: dict[str, Any], shown: str) -> str:
    """What stands under the heading in RESULTS.md."""
    how = HOW.format(
        least=made_views.LEAST,
        machine=figures["machine"],
        html=MOST_HTML / 1e6,
        lines=MOST_LINES / 1e6,
        seconds=MOST_SECONDS,
    )
    above = missed(figures)
    verdict = "\n".join(f"- **Above what was asked**: {says}." for says in above)
    return (
        f"{how}\n{shown}\n\n{verdict or 'Every figure that was asked for is reached.'}"
    )


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

"""How fast models read, write and learn, beside what you would otherwise use."""

import argparse
import gc
import json
import math
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is imported
sys.path.insert(0, str(Path(__file__).parent))

import attending
import characters
import learning
import on_gpu
import reading
import rounding
import torch
import writing
from side_by_side import Limits, Result

ROWS = {**reading.ROWS, **writing.ROWS, **learning.ROWS, **attending.ROWS}
ROWS |= rounding.ROWS | {"characters": characters.row}
ROWS_OF = {"cpu": ROWS, "cuda": on_gpu.ROWS}
UNITS = {"memory": "GB/s"}


def run(arguments: list[str]) -> int:
    """Measure and print rows; non-zero if a figure is missed."""
    options = _options(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    print(_machine())
    limits = Limits(options.device).measure()
    for name, value in limits.items():
        print(f"limit {name}: {value / 1e9:.0f} {UNITS.get(name, 'Gop/s')}", flush=True)
    results: list[Result] = []
    rows = ROWS_OF[options.device]
    for name in options.rows or rows:
        begun = time.perf_counter()
        row = characters.row(options.text) if name == "characters" else rows[name]
        found = row(name, limits)
        results += found
        print(f"\n{name} ({time.perf_counter() - begun:.0f} s)")
        print("\n".join(map(line, found)), flush=True)
        gc.collect()
    if options.json:
        _write(options.json, limits, results)
    return int(not all(result.holds for result in results))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench models", description=__doc__)
    names = "; with --device cuda ".join(map(", ".join, ROWS_OF.values()))
    parser.add_argument("rows", nargs="*", help=f"of {names}; all if none is named")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, help="as many as cores if not given")
    parser.add_argument("--text", type=Path, metavar="FILE", help="for characters")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write it there")
    options = parser.parse_args(arguments)
    rows = ROWS_OF[options.device]
    unknown = [name for name in options.rows if name not in rows]
    if unknown:
        parser.error(
            f"no row {unknown[0]!r} on {options.device}; choose of {', '.join(rows)}"
        )
    if options.device == "cuda" and not torch.cuda.is_available():
        parser.error(
            f"PyTorch {torch.__version__} sees no GPU here: run without --device cuda, "
            "or where there is one"
        )
    return options


def line(result: Result) -> str:
    """One line of the table."""
    least = f"{result.least:.2f}x" if result.least is not None else ""
    verdict = "yes" if result.least is not None else ""
    if not result.holds:
        verdict = "NO"
    ratio = "" if math.isnan(result.ratio) else f"{result.ratio:.2f}x"
    share = "" if result.share is None else f"{result.share:.0%} of {result.limit}"
    return (
        f"  {result.way:<26}{result.seconds * 1e3:>10.1f} ms ±{result.spread:>4.0%}"
        f"{ratio:>9}{least:>8}{verdict:>5}  {share} {result.note}"
    )


def _machine() -> str:
    import transformers

    gpu = f"{torch.cuda.get_device_name()}, " if torch.cuda.is_available() else ""
    return (
        f"{time.strftime('%Y-%m-%d')}, {gpu}{platform.machine()}, "
        f"{os.cpu_count()} cores, {torch.get_num_threads()} threads, "
        f"{torch.backends.cpu.get_cpu_capability()}; "
        f"Python {platform.python_version()}, torch {torch.__version__}, "
        f"Transformers {transformers.__version__}"
    )


def _write(path: Path, limits: dict[str, float], results: list[Result]) -> None:
    content: dict[str, Any] = {
        "machine": _machine(),
        "limits": limits,
        "results": [result.as_dict() for result in results],
    }
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

"""The verb `bench`: benchmarks of the course, side by side in one run."""

import argparse
import importlib.util
from pathlib import Path

from course_lib.errors import CourseError

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "bench"


def run(arguments: list[str]) -> int:
    """Run `bench NAME [options]`; the benchmark in tests/bench/bench_NAME.py."""
    names = sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*"))
    if not names:
        raise CourseError(
            f"No benchmarks in {FOLDER}: they come with the repository, not with the "
            "installed package. Clone the repository and run it there."
        )
    parser = argparse.ArgumentParser("python -m course_lib bench", description=__doc__)
    parser.add_argument("name", choices=names, help="which benchmark")
    parser.add_argument("options", nargs=argparse.REMAINDER, help="passed on to it")
    chosen = parser.parse_args(arguments)
    path = FOLDER / f"bench_{chosen.name}.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.run(chosen.options)

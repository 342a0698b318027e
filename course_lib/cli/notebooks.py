"""`python -m course_lib notebooks`: run the chapters and put them into normal form.

notebooks 03            run chapter 03, then write it in normal form
notebooks --check       say what is not in normal form; write nothing
notebooks --no-run 03   normal form only, outputs stay
notebooks --solved 03   run with every stub replaced by its solution; write nothing
"""

import argparse
import copy
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode

from course_lib.cli import normal_form
from course_lib.errors import CourseError
from course_lib.resources.memory import GB, memory

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = ROOT / "chapters"
CELL_SECONDS = 300
# Comparable on every machine: one thread, no network, no folder of this user.
SETTINGS = {
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "COURSE_PROGRESS": "off",
}
# VmHWM is the kernel's own peak; ru_maxrss would count the parent's before exec.
_MEASURE = """
import json, time
try:
    with open("/proc/self/status") as status:
        peak = next(int(s.split()[1]) / 1024 for s in status if s.startswith("VmHWM"))
except OSError:
    import psutil
    memory = psutil.Process().memory_info()
    peak = getattr(memory, "peak_wset", memory.rss) / 2**20
print(json.dumps({"cpu_seconds": time.process_time(), "megabytes": peak}))
"""


@dataclass(frozen=True)
class Execution:
    """A notebook that has run, and what that cost.

    Attributes:
        notebook: with its outputs.
        wall_seconds: from the kernel's start to its end.
        cpu_seconds: of the kernel, all threads together.
        megabytes: the kernel's peak of resident memory.
    """

    notebook: NotebookNode
    wall_seconds: float
    cpu_seconds: float
    megabytes: float


def run(arguments: Sequence[str] = ()) -> int:
    """The verb: 0 when every chapter is as it should be, else 1."""
    options = _parser().parse_args(arguments)
    chapters = select(options.chapters)
    if not chapters:
        print(f"no chapter called {' '.join(options.chapters)} in {CHAPTERS}")
        return 1
    faults = [fault for path in chapters for fault in _treat(path, options)]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def select(names: Sequence[str]) -> list[Path]:
    """The notebooks meant: all, or by number ("03") or by path."""
    if not names:
        return sorted(CHAPTERS.glob("[0-9][0-9]_*.ipynb"))
    files = [Path(name) for name in names if name.endswith(".ipynb")]
    numbers = [name for name in names if not name.endswith(".ipynb")]
    return files + [p for n in numbers for p in sorted(CHAPTERS.glob(f"{n}*.ipynb"))]


def check(path: Path) -> list[str]:
    """What keeps the file from being in normal form, a line each."""
    notebook = nbformat.read(path, as_version=4)
    wanted = normal_form.normalise(notebook, path.stem)
    found = normal_form.problems(wanted)
    if path.read_text(encoding="utf-8") != normal_form.serialise(wanted):
        found.append("not in normal form: run `python -m course_lib notebooks`")
    return [f"{path.name}: {fault}" for fault in found]


def execute(
    notebook: NotebookNode,
    folder: Path,
    settings: dict[str, str] | None = None,
    python: Path | None = None,
) -> Execution:
    """Run a copy of the notebook in `folder`.

    Args:
        notebook: what to run; it stays as it is.
        folder: where its kernel starts.
        settings: environment variables for the kernel.
        python: the kernel's interpreter; this one, if none is given.

    Raises:
        CellExecutionError: a cell raised, or ran longer than CELL_SECONDS.
        CourseError: the kernel was killed; the message names the cell.
    """
    work = copy.deepcopy(notebook)
    work.cells.append(nbformat.v4.new_code_cell(_MEASURE))
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as user:
        client = NotebookClient(
            work, km=_kernel(Path(user), python), timeout=CELL_SECONDS
        )
        environment = _environment(settings or {}) | {"IPYTHONDIR": user}
        try:
            client.execute(env=environment, cwd=str(folder), cleanup_kc=True)
        except DeadKernelError as error:
            raise CourseError(_died(client)) from error
    costs = json.loads(work.cells.pop().outputs[0].text)
    return Execution(work, time.perf_counter() - started, **costs)


def _died(client: NotebookClient) -> str:
    """Say in which cell a kernel ended without notice, and what to do."""
    code = [cell for cell in client.nb.cells if cell.cell_type == "code"]
    last = code[client.code_cells_executed - 1]  # it counts the one that runs, too
    there = memory()
    free = f" ({there.free / GB:.1f} GB are free now)" if there else ""
    return (
        f"The kernel was killed in the cell {last.id}, most "
        f"often because the memory was full{free}. Close other programs and kernels "
        "and start again. The file is as it was."
    )


def solve(notebook: NotebookNode) -> NotebookNode:
    """A copy with the answers in it.

    A stub holds its exercise's reference solution; the cell of an explorer goes on to
    choose the head that its search asks for.
    """
    from course_lib.exercises.catalogue import find, searches

    solved = copy.deepcopy(notebook)
    for cell in solved.cells:
        for exercise in exercise_ids(cell):
            cell.source = find(exercise).source.rstrip("\n")
        for search in search_ids(cell):
            cell.source += "\n\n" + searches()[search].source.rstrip("\n")
    return solved


def exercise_ids(cell: NotebookNode) -> list[str]:
    """The exercises whose stub this cell is: one, or none."""
    return _tagged(cell, "exercise:")


def search_ids(cell: NotebookNode) -> list[str]:
    """The searches whose explorer this cell shows: one, or none."""
    return _tagged(cell, "search:")


def _tagged(cell: NotebookNode, kind: str) -> list[str]:
    tags = cell.metadata.get("tags", [])
    return [tag.removeprefix(kind) for tag in tags if tag.startswith(kind)]


def unpassed(notebook: NotebookNode) -> list[str]:
    """The check cells whose report does not begin with "Passed", and what it says."""
    said = {
        cell.id: "\n".join(
            output.get("data", {}).get("text/plain", output.get("text", ""))
            for output in cell.outputs
        )
        for cell in notebook.cells
        if "check" in cell.metadata.get("tags", [])
    }
    return [
        f"{name}: {text[:300]}"
        for name, text in said.items()
        if not text.startswith("Passed")
    ]


def formatted(text: str, name: str) -> str:
    """The notebook's text after ruff has sorted imports and laid out the code.

    Where ruff cannot (a cell that is no Python), the text stays as it is.
    """
    # The whole path: by a bare name ruff would not know course_lib as the course's own.
    place = f"--stdin-filename={CHAPTERS / name}"
    for step in (["check", "--fix", "--quiet", "--select=I"], ["format"]):
        command = [sys.executable, "-m", "ruff", *step, place, "-"]
        done = subprocess.run(
            command, input=text, capture_output=True, cwd=CHAPTERS, encoding="utf-8"
        )
        text = text if done.returncode else done.stdout
    return text


def write(notebook: NotebookNode, path: Path) -> None:
    """Put the file in place in one step: a reader sees the old or the new one."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(normal_form.serialise(notebook))
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _treat(path: Path, options: argparse.Namespace) -> list[str]:
    """Do to one notebook what the options ask; return its faults."""
    if options.check:
        return check(path)
    text = formatted(path.read_text(encoding="utf-8"), path.name)
    notebook = nbformat.reads(text, as_version=4)
    if options.no_run:
        notebook = normal_form.normalise(notebook, path.stem)
    else:
        try:
            done = execute(solve(notebook) if options.solved else notebook, path.parent)
        except (CellExecutionError, CourseError, TimeoutError) as error:
            return [f"{path.name}: {error}"]
        notebook = done.notebook
        print(_costs(path, done))
    if options.solved:
        return [f"{path.name}: {fault}" for fault in unpassed(notebook)]
    normal_form.relative_tracebacks(notebook, ROOT)
    normal_form.recompress(notebook)
    write(normal_form.normalise(notebook, path.stem), path)
    return check(path)


def _costs(path: Path, done: Execution) -> str:
    return (
        f"{path.name}: {done.wall_seconds:.1f} s, of which {done.cpu_seconds:.1f} s "
        f"CPU; {done.megabytes:.0f} MB"
    )


def _environment(settings: dict[str, str]) -> dict[str, str]:
    here = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": here, **SETTINGS, **settings}


def _kernel(folder: Path, python: Path | None = None) -> AsyncKernelManager:
    """A kernel of this Python or that one, whatever "python3" this user registered.

    Sockets in `folder` rather than ports: two runs side by side never meet.
    """
    manager = AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
        transport="tcp" if os.name == "nt" else "ipc",
        connection_file=str(folder / "kernel.json"),
    )
    if python is not None:
        manager.kernel_spec.argv[0] = str(python)
    return manager


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m course_lib notebooks",
        description="Run the chapters and put them into normal form.",
    )
    parser.add_argument("chapters", nargs="*", metavar="NN", help="all, if none given")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="report only")
    mode.add_argument("--no-run", action="store_true", help="keep the stored outputs")
    mode.add_argument("--solved", action="store_true", help="try the solutions")
    return parser


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

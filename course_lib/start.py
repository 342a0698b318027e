"""The set-up of a notebook: its one line `start()` does what every chapter needs.

Silent, and without effect on what is computed: figures get the course's look, errors
get a line that explains them, and on Colab what is missing is installed.
"""

import importlib
import importlib.metadata
import importlib.util
import logging
import os
import subprocess
import sys
import textwrap
from types import TracebackType
from typing import Any

WIDTH = 88
# What a Colab runtime lacks of the course's requirements.
COLAB_LACKS = (
    "bertviz",
    "anywidget",
    "accelerate",
    "sacrebleu",
    "torchmetrics",
    "nervaluate",
    "peft",
    "torchao",
)
# Of these an older one may be there: Transformers 5.15 asks more of accelerate than it
# says, torchao before 0.18 packs whole numbers in another class, and peft 0.18 does
# not know that one.
COLAB_AT_LEAST = {"accelerate": (1, 3), "peft": (0, 21, 2), "torchao": (0, 18)}
# Transformers imports torchao where it is installed; both of these then complain of
# parts for other machines, with the time and the path of the file.
CHATTY = ("torchao", "torch.utils._pytree")


def start() -> None:
    """Set a notebook up. Called twice, it changes nothing more."""
    hush()
    if "google.colab" in sys.modules:
        _prepare_colab()
    _style_figures()
    explain_errors()
    _look_back()


def hush() -> None:
    """Keep warnings of libraries that a learner can do nothing about off the page."""
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.ERROR)
    # PyTorch's profiler announces its own beginning and end on every call.
    os.environ.setdefault("KINETO_LOG_LEVEL", "6")


def explain_errors(on: bool = True) -> None:
    """Put a line under tracebacks that says which tensors do not fit, and why.

    Args:
        on: False switches it off again; tracebacks are then IPython's alone.
    """
    shell = _shell()
    if shell is not None:
        shell.set_custom_exc((Exception,) if on else (), _show if on else None)


def _shell() -> Any:
    """The running IPython, None in plain Python."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def _show(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """IPython's own traceback, whole, and the explanation as its last lines."""
    told = (kind, error, trace)
    lines = _explanation(error, trace)
    shown = shell._showtraceback

    def with_lines(kind: object, error: object, traceback: list[str]) -> None:
        shown(kind, error, [*traceback, *lines])

    # Only the last step of IPython's way is extended: whatever it decides before
    # (syntax errors, exception groups, %xmode) stays its decision.
    shell._showtraceback = with_lines
    try:
        shell.showtraceback(told, tb_offset=tb_offset, running_compiled_code=True)
    finally:
        del shell._showtraceback


def _explanation(error: BaseException, trace: TracebackType) -> list[str]:
    try:
        from course_lib.exercises.explain import explain

        text = explain(error, trace) or ""
    except Exception:  # an explanation must never hide the error that it explains
        return []
    folded = (
        textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)
        for line in text.splitlines()
    )
    return ["", *folded] if text else []


def _look_back() -> None:
    """Say what to do where this notebook's last kernel died, most often of memory."""
    shell = _shell()
    if hasattr(shell, "kernel"):
        from course_lib.resources.last_kernel import look_back

        said = look_back(shell)
        if said:
            print(textwrap.fill(said, WIDTH))


def _style_figures() -> None:
    import matplotlib as mpl

    from course_lib.viz.style import RULES

    mpl.rcParams.update(RULES)


def _is_there(name: str) -> bool:
    """Whether a package is installed, and new enough."""
    if not importlib.util.find_spec(name):
        return False
    least = COLAB_AT_LEAST.get(name)
    if least is None:
        return True
    numbers = importlib.metadata.version(name).split(".")[: len(least)]
    return tuple(map(int, numbers)) >= least


def _wanted(name: str) -> str:
    """The package as pip is asked for it."""
    least = COLAB_AT_LEAST.get(name)
    return f"{name}>={'.'.join(map(str, least))}" if least else name


def _prepare_colab() -> None:
    """Install what this runtime lacks, then let it show widgets of others' making."""
    lacking = [_wanted(name) for name in COLAB_LACKS if not _is_there(name)]
    if lacking:
        command = [sys.executable, "-m", "pip", "install", "-q", *lacking]
        done = subprocess.run(command, capture_output=True, text=True)
        importlib.invalidate_caches()
        if done.returncode:
            names = ", ".join(lacking)
            print(f"Not installed: {names}. The chapter goes on without.")
    output = importlib.import_module("google.colab.output")
    output.enable_custom_widget_manager()

"""`start()` is silent, and under a traceback, left whole, stands an explanation."""

import re
import subprocess
import sys
from types import SimpleNamespace

import matplotlib as mpl
import nbclient
import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from course_lib import start as starting
from course_lib.viz.style import RULES

FAILING = (
    "import torch\nquery, key = torch.ones(4, 6), torch.ones(5, 6)\nquery @ key",
    "def outer():\n    return inner()\ndef inner():\n    return 1 + {}\nouter()",
    "eval('1 +')",
    "raise ExceptionGroup('two', [ValueError(1), KeyError(2)])",
    "keyy",
    "%precision 3\nB, T, D = query.shape",
)


@pytest.fixture(scope="module")
def shown() -> tuple[list[list], list[list], list[list]]:
    """What the failing cells show before `start()`, after it, and switched off.

    The first list of each belongs to the cell that sets this up.
    """
    setups = (
        "pass",
        "from course_lib.start import start\nstart()\nstart()",
        "from course_lib.start import explain_errors\nexplain_errors(False)",
    )
    codes = [code for setup in setups for code in (setup, *FAILING)]
    cells = [nbformat.v4.new_code_cell(code) for code in codes]
    notebook = nbformat.v4.new_notebook(cells=cells)
    # A kernel of this Python, whatever this user has registered as "python3".
    specs = KernelSpecManager(kernel_dirs=[])
    kernel = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specs)
    nbclient.NotebookClient(
        notebook, allow_errors=True, km=kernel, timeout=120
    ).execute()
    outputs = [cell.outputs for cell in notebook.cells]
    size = 1 + len(FAILING)
    return outputs[:size], outputs[size : 2 * size], outputs[2 * size :]


def traceback(outputs: list) -> list[str]:
    lines = [line for output in outputs for line in output.get("traceback", [])]
    # What is printed comes in as many pieces as the machine's load makes of it.
    printed = "".join(output.get("text", "") for output in outputs)
    text = "\n".join([*lines, printed])
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return re.sub(r"ipykernel_\d+/\d+|In\[\d+\]", "", plain).splitlines()


def test_the_set_up_says_nothing(shown) -> None:
    assert shown[1][0] == []


@pytest.mark.parametrize("cell", range(1, len(FAILING) + 1))
def test_the_original_traceback_stays_whole(shown, cell) -> None:
    original, explained, _ = (traceback(outputs[cell]) for outputs in shown)
    assert original
    assert explained[: len(original)] == original


def test_below_it_stand_the_tensors_and_what_does_not_match(shown) -> None:
    original = traceback(shown[0][1])
    added = traceback(shown[1][1])[len(original) :]
    assert added == [
        "",
        "In `query @ key`: `query` (T_q, d) = (4, 6), `key` (T_k, d) = (5, 6).",
        "The product sums over the last axis of `query`, d = 6, and the second-to-last "
        "of `key`,",
        "T_k = 5: these two must be equal. `query @ key.mT` would fit and give (4, 5).",
    ]


def test_a_cell_with_magics_is_understood(shown) -> None:
    assert traceback(shown[1][6])[-1] == (
        "`query.shape` = (4, 6) has 2 entries; 3 names wait for them."
    )


def test_where_there_is_nothing_to_say_nothing_is_added(shown) -> None:
    for cell in (2, 3):
        assert traceback(shown[0][cell]) == traceback(shown[1][cell])


def test_one_call_switches_it_off(shown) -> None:
    for cell in range(1, len(FAILING) + 1):
        assert traceback(shown[2][cell]) == traceback(shown[0][cell])


def test_in_plain_python_it_only_sets_the_look_of_figures(capsys) -> None:
    with mpl.rc_context():
        starting.start()
        assert mpl.rcParams["image.cmap"] == RULES["image.cmap"]
        assert mpl.rcParams["axes.titlelocation"] == "left"
    starting.explain_errors(False)
    assert capsys.readouterr() == ("", "")


def test_importing_it_imports_nothing_heavy() -> None:
    program = "import sys, course_lib.start; print(*sys.modules)"
    found = subprocess.check_output([sys.executable, "-c", program], text=True).split()
    assert not {"torch", "matplotlib", "IPython", "transformers"} & set(found)


def test_an_explanation_that_fails_leaves_the_traceback_alone(monkeypatch) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("a bug")

    monkeypatch.setattr("course_lib.exercises.explain.explain", broken)
    error = ValueError("the learner's")
    assert starting._explanation(error, None) == []


class Colab:
    """Stands in for a Colab runtime: what is asked of it is written down."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
        self.commands: list[list[str]] = []
        self.enabled = 0
        output = SimpleNamespace(enable_custom_widget_manager=self._enable)
        monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace())
        monkeypatch.setitem(sys.modules, "google.colab.output", output)
        there = {name: object() for name in starting.COLAB_LACKS} | {"bertviz": None}
        monkeypatch.setattr(
            starting.importlib.util, "find_spec", lambda name: there[name]
        )
        self._status = status
        monkeypatch.setattr(starting.subprocess, "run", self._run)

    def _enable(self) -> None:
        self.enabled += 1

    def _run(self, command: list[str], **_: object) -> SimpleNamespace:
        self.commands.append(command)
        return SimpleNamespace(returncode=self._status)


def test_on_colab_what_is_missing_is_installed_quietly(monkeypatch, capsys) -> None:
    colab = Colab(monkeypatch, status=0)
    starting._prepare_colab()
    assert colab.commands == [[sys.executable, "-m", "pip", "install", "-q", "bertviz"]]
    assert colab.enabled == 1
    assert capsys.readouterr().out == ""


def test_on_colab_what_is_too_old_is_made_new(monkeypatch) -> None:
    colab = Colab(monkeypatch, status=0)
    old = {"torchao": "0.10.0", "accelerate": "1.3.0", "peft": "0.22.0"}
    monkeypatch.setattr(starting.importlib.metadata, "version", old.__getitem__)
    starting._prepare_colab()
    assert colab.commands[0][-2:] == ["bertviz", "torchao>=0.18"]


def test_on_colab_a_failed_installation_is_said_and_does_not_stop(
    monkeypatch, capsys
) -> None:
    colab = Colab(monkeypatch, status=1)
    with mpl.rc_context():
        starting.start()
    assert colab.enabled == 1
    assert "Not installed: bertviz" in capsys.readouterr().out


def test_libraries_that_warn_of_what_is_no_fault_are_silent() -> None:
    said = "import logging; logging.getLogger('torchao').warning('no kernel')"
    for before, shown in (
        ("", True),
        ("import course_lib.start as s; s.hush();", False),
    ):
        ran = subprocess.run(
            [sys.executable, "-c", before + said],
            capture_output=True,
            text=True,
            check=True,
        )
        assert ("no kernel" in ran.stderr) is shown


def test_the_profiler_does_not_announce_itself_in_a_notebook() -> None:
    program = (
        "import course_lib.start as s; s.hush(); import torch\n"
        "with torch.profiler.profile() as p: torch.ones(2) + 1\n"
        "print(len(p.key_averages()) > 0)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert (ran.stdout.strip(), ran.stderr) == ("True", "")

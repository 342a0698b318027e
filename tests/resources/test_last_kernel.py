"""A kernel that died without notice is spoken of; one that was ended is not."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from jupyter_client import BlockingKernelClient, KernelManager
from jupyter_client.kernelspec import KernelSpecManager

from course_lib.resources import last_kernel
from course_lib.resources.memory import GB, Memory

LOOK = """from course_lib.resources.last_kernel import look_back
print(look_back(get_ipython()), flush=True)"""
WORK = "print('working', flush=True)\nwhile True: pass"
SELF = "import os; os._exit(137)"


class Notebook:
    """A kernel as Lab keeps it for a notebook: it may die and be started again."""

    def __init__(self, folder: Path) -> None:
        self.manager = KernelManager(
            kernel_name="python3",
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
            connection_file=str(folder / "kernel-1.json"),
            shutdown_wait_time=2.0,
        )
        self.manager.start_kernel()
        self.client = self._connected()

    def _connected(self) -> BlockingKernelClient:
        client = self.manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        return client

    def run(self, code: str) -> str:
        """The first thing that a cell prints; it may be still at work then."""
        self.client.execute(code)
        while True:
            message = self.client.get_iopub_msg(timeout=60)
            if message["msg_type"] == "stream":
                return message["content"]["text"].strip()
            assert message["msg_type"] != "error", message["content"]

    def interrupt(self) -> None:
        """Stop the cell, and wait until it has stopped."""
        self.manager.interrupt_kernel()
        while True:
            message = self.client.get_iopub_msg(timeout=60)
            if message["content"].get("execution_state") == "idle":
                return

    def restart(self, now: bool = False) -> None:
        """As the button does; now: as the server does after a kernel died."""
        self.client.stop_channels()
        self.manager.restart_kernel(now=now)
        self.client = self._connected()

    def await_death(self) -> None:
        """Until the process is gone."""
        while self.manager.is_alive():
            time.sleep(0.02)

    def close(self) -> None:
        """Leave nothing running."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def notebook(tmp_path: Path) -> Iterator[Notebook]:
    """A kernel that was set up."""
    open_notebook = Notebook(tmp_path)
    assert open_notebook.run(LOOK) == ""
    yield open_notebook
    open_notebook.close()


@pytest.mark.parametrize("how", ["from outside", "by itself"])
def test_a_kernel_that_was_killed(notebook: Notebook, how: str) -> None:
    if how == "by itself":
        notebook.client.execute(SELF)
    else:
        assert notebook.run(WORK) == "working"
        assert notebook.manager.provisioner is not None
        os.kill(notebook.manager.provisioner.pid, getattr(signal, "SIGKILL", 15))
    notebook.await_death()
    notebook.restart(now=True)
    said = notebook.run(LOOK)
    assert said.startswith("The kernel before this one ended without notice")
    assert said.endswith("What you wrote is in the notebook.")
    assert notebook.run(LOOK) == "", "it is said once"
    notebook.restart()
    assert notebook.run(LOOK) == ""


def test_a_kernel_that_was_restarted_interrupted_or_shut_down(
    notebook: Notebook, tmp_path: Path
) -> None:
    notebook.restart()
    assert notebook.run(LOOK) == ""
    assert notebook.run(WORK) == "working"
    notebook.interrupt()
    assert notebook.run(LOOK) == ""
    assert notebook.run(WORK) == "working"
    notebook.restart()  # in the middle of its work: it has to be killed
    assert notebook.run(LOOK) == ""
    notebook.client.stop_channels()
    notebook.manager.shutdown_kernel()
    assert list(tmp_path.glob("course-*")) == []


def test_a_kernel_that_left_by_itself(notebook: Notebook, tmp_path: Path) -> None:
    notebook.client.execute("exit()")
    notebook.await_death()
    assert list(tmp_path.glob("course-*")) == []


def test_the_sentence_tells_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Memory(8 * GB, 1.25 * GB)
    monkeypatch.setattr(last_kernel, "memory", lambda: there)
    assert "notice: the memory was full. 1.2 of 8.0 GB are free now. Close" in (
        last_kernel.sentence(3, 4)
    )
    for before, now in ((4, 4), (None, 4), (4, None), (None, None)):
        assert "most often the memory" in last_kernel.sentence(before, now)
    monkeypatch.setattr(last_kernel, "memory", lambda: None)
    assert "the memory was full. Close" in last_kernel.sentence(3, 4)


@pytest.mark.parametrize("text", ["", "{", "[1]", "{}"])
def test_a_broken_mark_accuses_nobody(tmp_path: Path, text: str) -> None:
    mark = tmp_path / "course-kernel-1.alive"
    mark.write_text(text)
    assert last_kernel._last_words(mark) == ""


def test_without_a_kernel_it_is_silent() -> None:
    assert last_kernel.look_back(SimpleNamespace(kernel=None)) == ""
    told = [sys.executable, "-c", "from course_lib.start import start; start()"]
    done = subprocess.run(told, capture_output=True, text=True, check=True)
    assert done.stdout == ""

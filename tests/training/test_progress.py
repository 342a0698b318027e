"""The line of progress: one that moves for people, ten in all for a log."""

import io
import sys

import pytest

from course_lib.training import progress as module
from course_lib.training.progress import NotebookLine, Progress

from .tiny import examples, run


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


def test_a_log_is_not_flooded(monkeypatch):
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    run(validation=examples(5), changes={"steps": 300}, progress=True)
    lines = log.getvalue().splitlines()
    assert len(lines) == 10
    assert lines[0].startswith("step 30 of 300: loss ")
    assert "\r" not in log.getvalue()
    assert all("validation loss" in line for line in lines)
    assert lines[-1].endswith(" tokens/s")


@pytest.mark.parametrize("steps", [1, 3, 10, 11, 999])
def test_a_log_has_ten_lines_at_most_and_the_last_step(monkeypatch, steps):
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    line = Progress(0, steps, shown=True)
    for _ in range(steps):
        line.advance(0.5, 4, "examples")
    line.close()
    lines = log.getvalue().splitlines()
    assert len(lines) == min(steps, 10)
    assert lines[-1].startswith(f"step {steps} of {steps}: loss 0.500")


def test_a_terminal_has_one_line_that_is_drawn_anew(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    run(validation=examples(5), progress=True)
    text = terminal.getvalue()
    assert text.count("\n") == 1
    assert text.count("\r") < 10  # not once a step
    last = text.rstrip("\n").split("\r")[-1]
    assert last.startswith("30/30 |")
    assert "validation loss" in last
    assert "tokens/s" in last


def test_a_notebook_shows_one_output_that_is_changed(monkeypatch):
    shown = []

    class Handle:
        def update(self, data, raw):
            shown.append(data["text/plain"])

    def display(data, raw, display_id):
        shown.append(data["text/plain"])
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr(module, "notebook_line", NotebookLine)
    run(progress=True)
    assert shown[-1].startswith("30/30 |")
    assert "loss" in shown[-1]


def test_silence_is_silent(monkeypatch, capsys):
    _, result = run(progress=False)
    assert capsys.readouterr() == ("", "")
    assert result.tokens_per_second > 0


def test_a_finished_run_says_so(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    Progress(5, 5, shown=True).close()
    assert "nothing was left to do" in terminal.getvalue()

"""The explorer and its kernel: a cell run fifty times, a kernel that stops."""

import os
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from browser.explorer_lab import ExplorerNotebook
from browser.lab import LabServer

RUNS = 50
WEIGHTS = """import gc, os
import numpy as np
from comm import get_comm_manager
from course_lib.viz.explorer.widget import AttentionExplorer

weights = np.random.default_rng(0).random((3, 4, 40, 40))
weights /= weights.sum(-1, keepdims=True)
words = [f"word{i}" for i in range(40)]
"""
SHOW = "again = AttentionExplorer(weights, words)\nagain"
COUNT = """gc.collect()
found = [each for each in gc.get_objects() if issubclass(type(each), AttentionExplorer)]
print(len(found), len(get_comm_manager().comms))
del found"""


@pytest.fixture(scope="module")
def bare(browser: Browser, lab: LabServer) -> Iterator[ExplorerNotebook]:
    """A notebook with weights and without a model: its kernel may be stopped."""
    context = browser.new_context(viewport={"width": 1366, "height": 900})
    page = context.new_page()
    notebook = ExplorerNotebook(page, lab, "bare.ipynb", (WEIGHTS, SHOW))
    notebook.run(notebook.cell("import gc"))
    yield notebook
    assert notebook.strangers() == []
    context.close()


def measured(notebook: ExplorerNotebook) -> dict[str, float]:
    """What the page holds once its garbage is gone, and what the kernel holds."""
    explorers, lines = notebook.do(COUNT).split()
    session = notebook.page.context.new_cdp_session(notebook.page)
    session.send("HeapProfiler.collectGarbage")
    page = session.send("Memory.getDOMCounters")
    heap = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return {
        "explorers": int(explorers),
        "lines to the page": int(lines),
        "megabytes": heap / 1e6,
        "nodes": page["nodes"],
        "listeners": page["jsEventListeners"],
    }


def run_often(notebook: ExplorerNotebook, times: int) -> None:
    """Press Ctrl+Enter that often, and wait until the last run is over."""
    cell = notebook.cell("again =")
    number = notebook.runs()
    cell.locator(".cm-content").click()
    for _ in range(times):
        notebook.page.keyboard.press("ControlOrMeta+Enter")
    prompt = cell.locator(".jp-InputPrompt")
    expect(prompt).to_have_text(f"[{number + times}]:", timeout=120_000)
    notebook.open("again =")


def test_a_cell_run_fifty_times_keeps_one_explorer(bare: ExplorerNotebook) -> None:
    run_often(bare, 5)  # what is made once is there
    before = measured(bare)
    run_often(bare, RUNS)
    after = measured(bare)
    grown = {name: after[name] - before[name] for name in before}
    assert after["explorers"] == 1
    assert grown["lines to the page"] == 0
    # Lab itself keeps 20 nodes and 54 listeners of every run of any cell, and of a
    # closed widget its module: 0.16 MB for one of this size that draws nothing. An
    # explorer has some 500 nodes.
    assert grown["nodes"] < 40 * RUNS
    assert grown["listeners"] < 70 * RUNS
    assert grown["megabytes"] < 0.22 * RUNS


def test_a_restarted_kernel_is_named_and_the_picture_goes_on(
    bare: ExplorerNotebook,
) -> None:
    shown = bare.open("again =")
    bare.choose("Kernel", "Restart Kernel…")
    bare.page.get_by_role("button", name="Confirm Kernel Restart").click()
    bare.wait_idle()
    stopped_is_named(bare)
    bare.do("'the numbers begin again'")
    bare.run(bare.cell("import gc"))
    shown = bare.open("again =")
    expect(shown.root.get_by_role("alert")).to_be_empty()
    shown.root.get_by_label("Layer", exact=True).select_option("2")
    expect(shown.counts).to_contain_text("lines drawn")


def test_a_kernel_that_died_is_named_and_the_picture_goes_on(
    bare: ExplorerNotebook,
) -> None:
    bare.open("again =")
    os.kill(int(bare.do("print(os.getpid())")), signal.SIGKILL)
    dialog = bare.page.locator(".jp-Dialog", has_text="appears to have died")
    dialog.get_by_role("button", name="Ok").click()
    stopped_is_named(bare)


def stopped_is_named(notebook: ExplorerNotebook) -> None:
    """What is here goes on working; what is missing is called missing, with a cure."""
    cell = notebook.cell("again =")
    root = cell.get_by_role("region", name="Attention explorer")
    root.get_by_role("listbox", name="Queries").get_by_role("option").nth(5).click()
    expect(root.locator(".xp-said")).to_contain_text("'word5' (5) looks at")
    root.get_by_role("tab", name="Matrix").click()
    expect(root.get_by_role("tabpanel", name="Matrix")).to_be_visible()
    root.get_by_label("Show").select_option("mean")
    expect(root.locator(".xp-said")).to_contain_text("'word5' (5)")
    root.get_by_label("Layer", exact=True).select_option("1")
    alert = root.get_by_role("alert")
    expect(alert).to_contain_text("Python is gone: the kernel was restarted")
    expect(alert).to_contain_text("run this explorer's cell again")
    root.get_by_role("tab", name="Head", exact=True).click()
    root.get_by_label("Layer", exact=True).select_option("0")
    expect(root.locator(".xp-counts")).to_contain_text("lines drawn")

"""A cell that runs again frees the explorer that it showed before."""

import gc
import weakref
from types import SimpleNamespace
from typing import Any

import pytest
from attention_samples import WORDS, sample
from IPython.core.interactiveshell import InteractiveShell

from course_lib.viz.explorer import cells
from course_lib.viz.explorer.widget import AttentionExplorer


class Notebook:
    """Runs cells as a kernel does: each result is shown and kept in the history."""

    def __init__(self) -> None:
        self._runs = 0
        self._request: dict[str, Any] = {}
        self.shell = SimpleNamespace(
            user_ns={"_oh": {}, "_": "", "__": "", "___": ""},
            user_ns_hidden={},
            displayhook=SimpleNamespace(_="", __="", ___=""),
            get_parent=lambda: self._request,
        )

    def run(self, cell: str | None, *shown: AttentionExplorer) -> None:
        """Show these; the last one is the cell's result."""
        self._runs += 1
        header = {"msg_id": f"run {self._runs}"}
        self._request = {"metadata": {"cellId": cell}, "header": header}
        for explorer in shown:
            assert explorer._repr_mimebundle_()
        space = self.shell.user_ns
        space["_oh"][self._runs] = space[f"_{self._runs}"] = shown[-1]
        space["_"] = self.shell.user_ns_hidden["_"] = shown[-1]
        self.shell.displayhook._ = shown[-1]


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    made = Notebook()
    monkeypatch.setattr(cells, "_shell", lambda: made.shell)
    monkeypatch.setattr(cells, "_runs", {})
    return made


def explorer() -> AttentionExplorer:
    return AttentionExplorer(sample(), WORDS)


def is_open(shown: AttentionExplorer) -> bool:
    return shown.comm is not None


def test_the_replaced_one_is_closed_and_freed(notebook: Notebook) -> None:
    first = explorer()
    gone = weakref.ref(first)
    notebook.run("a", first)
    del first
    second = explorer()
    notebook.run("a", second)
    gc.collect()
    assert gone() is None and is_open(second)
    assert list(notebook.shell.user_ns["_oh"].values()) == [second]


def test_a_name_keeps_it_and_showing_it_opens_it_again(notebook: Notebook) -> None:
    first = explorer()
    first.selection = {"layer": 1}
    notebook.run("a", first)
    notebook.run("a", explorer())
    assert not is_open(first)
    notebook.run("b", first)
    assert is_open(first) and first.selection["layer"] == 1
    assert "application/vnd.jupyter.widget-view+json" in first._repr_mimebundle_()[0]


def test_what_another_cell_shows_stays_open(notebook: Notebook) -> None:
    first, second = explorer(), explorer()
    notebook.run("a", first, second)
    notebook.run("b", first)
    notebook.run("a", explorer())
    assert is_open(first) and not is_open(second)


def test_the_same_one_shown_again_stays(notebook: Notebook) -> None:
    first = explorer()
    for _ in range(3):
        notebook.run("a", first)
    assert is_open(first)


def test_where_cells_have_no_name_nothing_is_closed(notebook: Notebook) -> None:
    first = explorer()
    notebook.run(None, first)
    notebook.run(None, explorer())
    assert is_open(first)


def test_ipython_keeps_results_where_they_are_looked_for() -> None:
    shell = InteractiveShell()
    shell.run_cell("result = object()\nresult", store_history=True)
    result = shell.user_ns["result"]
    places = (shell.user_ns, shell.user_ns_hidden, vars(shell.displayhook))
    found = [
        any(value is result for name, value in place.items() if name != "result")
        for place in places
    ]
    assert found == [True, True, True] and result in shell.user_ns["_oh"].values()
    cells._forget(shell, result)
    left = [name for place in places for name, v in place.items() if v is result]
    assert left == ["result"]

"""Which cell shows which explorer: a cell that runs again frees what it showed before.

Jupyter's widgets live until they are closed, and a notebook's history keeps what a
cell returned. A cell with an explorer, run fifty times, would keep fifty times its
weights. Here the explorers that a new run replaced are closed and leave the history. A
name that the learner gave keeps its explorer, which opens again when it is shown.
"""

import re
import sys
from typing import Any
from weakref import WeakSet

from ipywidgets import DOMWidget

Run = tuple[str, "WeakSet[DOMWidget]"]
_LAST_RESULTS = re.compile(r"_{1,3}|_\d+")
_runs: dict[str, Run] = {}
"""By cell: its last run, and what that run has shown."""


def note_shown(widget: DOMWidget) -> None:
    """Remember that the running cell shows this; close what its last run showed."""
    for each in (widget.layout, widget):
        if each.comm is None:
            each.open()
    shell = _shell()
    cell, run = _running(shell)
    if cell is None:
        return
    last, shown = _runs.get(cell, (run, WeakSet()))
    if last == run:
        shown.add(widget)
        _runs[cell] = run, shown
        return
    _runs[cell] = run, WeakSet([widget])
    for old in shown:
        if not any(old in now for _, now in _runs.values()):
            _close(old)
            _forget(shell, old)


def _close(widget: DOMWidget) -> None:
    """Close a widget and its layout, so that it may open again."""
    for each in (widget, widget.layout):
        each.close()
        vars(each).pop("_repr_mimebundle_", None)  # ipywidgets forbids to show it


def _shell() -> Any:
    """The notebook's IPython, or None."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def _running(shell: Any) -> tuple[str | None, str]:
    """The cell that runs, where the notebook names it, and which run of it this is."""
    if not hasattr(shell, "get_parent"):
        return None, ""
    request = shell.get_parent()
    metadata = request.get("metadata", {})
    cell = metadata.get("cellId") or metadata.get("colab", {}).get("cell_id")
    return cell, request.get("header", {}).get("msg_id", "")


def _forget(shell: Any, widget: DOMWidget) -> None:
    """Take a result out of the notebook's history: Out[n], _n, and the last three."""
    history = shell.user_ns.get("_oh", {})
    for number in [n for n, result in history.items() if result is widget]:
        del history[number]
    for names in (shell.user_ns, shell.user_ns_hidden, vars(shell.displayhook)):
        for name in [n for n in names if _LAST_RESULTS.fullmatch(n)]:
            if names[name] is widget:
                names[name] = ""  # as IPython begins

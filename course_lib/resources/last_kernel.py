"""Whether the kernel that this notebook had before ended without notice.

A kernel leaves a mark beside its connection file, and takes it away when it is told to
end or ends by itself. A kernel that Lab starts in the place of one that died finds that
one's mark: both have the same connection file. A server that died takes its kernels
along, and the next server's kernels have other files; so what they find is nothing.
"""

import atexit
import json
import os
from pathlib import Path
from typing import Any

from course_lib.resources.memory import GB, memory, times_full

CURE = (
    "Close notebooks that you don't need (in Lab: the list of running kernels, at the "
    "left), take smaller sizes in the cell where it happened, and go on with Run > Run "
    "All Above Selected Cell. What you wrote is in the notebook."
)


def look_back(shell: Any) -> str:
    """What to say of the kernel before this one; "" as a rule.

    It never raises: where a kernel is made differently, it is silent.

    Args:
        shell: the running IPython.
    """
    try:
        from ipykernel.connect import get_connection_file

        file = Path(get_connection_file())
        mark = file.with_name(f"course-{file.stem}.alive")
        said = _last_words(mark)
        _leave(mark, shell.kernel)
    except Exception:  # looking back must never keep a chapter from going on
        return ""
    return said


def _last_words(mark: Path) -> str:
    """The sentence for a mark that another process left."""
    left = _read(mark)
    if left.get("process", os.getpid()) == os.getpid():
        return ""
    return sentence(left.get("times_full"), times_full())


def _read(mark: Path) -> dict[str, Any]:
    """What the mark says; nothing where there is none, or a broken one."""
    try:
        left = json.loads(mark.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return left if isinstance(left, dict) else {}


def sentence(before: int | None, now: int | None) -> str:
    """Say that a kernel ended without notice, why, and what to do.

    Args:
        before: how often the system had ended processes for want of memory.
        now: how often it has by now; None where it does not count.
    """
    there, free = memory(), ""
    if there is not None:
        gigabytes = f"{there.free / GB:.1f} of {there.total / GB:.1f} GB"
        free = f" {gigabytes} are free now."
    full = before is not None and now is not None and now > before
    cause = "the memory was full" if full else "most often the memory was full"
    return f"The kernel before this one ended without notice: {cause}.{free} {CURE}"


def _leave(mark: Path, kernel: Any) -> None:
    """Leave this process's mark, to be taken away when the kernel ends in order."""
    if _read(mark).get("process") == os.getpid():
        return
    entry = {"process": os.getpid(), "times_full": times_full()}
    mark.write_text(json.dumps(entry), encoding="utf-8")

    def take_away() -> None:
        if os.getpid() == entry["process"]:  # not a copy of this process
            mark.unlink(missing_ok=True)

    atexit.register(take_away)
    # A kernel that is told to end while it computes is killed soon after, but hears of
    # it in another thread.
    told = kernel.do_shutdown

    def do_shutdown(restart: bool) -> Any:
        take_away()
        return told(restart)

    kernel.do_shutdown = do_shutdown

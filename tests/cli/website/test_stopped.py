"""`site` ended by Ctrl-C or SIGTERM: nothing is left, and the pages are as before."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from course_lib.cli.setup.place import ROOT
from course_lib.cli.website.folder import MARK

pytestmark = pytest.mark.skipif(os.name == "nt", reason="its processes end at once")

# The verb as it is, over a small course; where Sphinx would work, one waits.
SITE = """
import sys, time, types
from functools import partial
from pathlib import Path
from course_lib.cli import main, site

def build(sources, new, doctrees):
    (new / "index.html").write_text("half")
    print("Sphinx works", flush=True)
    time.sleep(60)

sys.modules["course_lib.cli.website.building"] = types.SimpleNamespace(build=build)
site.require_extra = lambda: None
site.build_site = partial(site.build_site, root=Path(sys.argv.pop(1)))
sys.exit(main(["site", *sys.argv[1:]]))
"""
Start = Callable[..., "subprocess.Popen[str]"]
PHASES = {"running it for its explorers": (), "Sphinx works": ("--still",)}


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Pages of an earlier build."""
    folder = tmp_path / "out" / "site"
    folder.mkdir(parents=True)
    (folder / MARK).touch()
    (folder / "index.html").write_text("earlier")
    return folder


@pytest.fixture
def start(small_course: Path, pages: Path, tmp_path: Path) -> Iterator[Start]:
    """A function that starts the verb with these options."""
    begun: list[subprocess.Popen[str]] = []
    (tmp_path / "temporary").mkdir()
    own = {
        "PYTHONPATH": str(ROOT),
        "COURSE_HANDED_OVER": "1",
        "TMPDIR": str(tmp_path / "temporary"),
    }

    def process(*options: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", SITE, str(small_course), str(pages), *options]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        begun.append(subprocess.Popen(command, env=os.environ | own, **pipes))
        return begun[-1]

    yield process
    for each in begun:
        each.kill()
        each.communicate()


def children(pid: int, least: int) -> list[psutil.Process]:
    """The processes that it has started, once there are so many."""
    for _ in range(600):
        found = psutil.Process(pid).children()
        if len(found) >= least:
            return found
        time.sleep(0.1)
    raise AssertionError("it started none")


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_build_leaves_nothing_and_the_earlier_pages(
    start: Start, pages: Path, tmp_path: Path, phase: str, number: signal.Signals
) -> None:
    process = start(*PHASES[phase])
    assert any(phase in line for line in process.stdout)
    assert len(list(pages.parent.iterdir())) == 2  # the pages and the workshop
    others = children(process.pid, int(not PHASES[phase]))
    process.send_signal(number)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 128 + number
    assert said == f"\nStopped. {pages} is as it was.\n"
    assert list(pages.parent.iterdir()) == [pages]
    assert (pages / "index.html").read_text() == "earlier"
    assert list((tmp_path / "temporary").iterdir()) == []
    _, left = psutil.wait_procs(others, timeout=30)  # ended, if not yet gone
    assert [other for other in left if other.status() != psutil.STATUS_ZOMBIE] == []

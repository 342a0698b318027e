"""bertviz in a page, its scripts served from this machine instead of the network."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from page_times import Tab, Times
from playwright.sync_api import Browser
from playwright.sync_api import Error as PageError

from course_lib.errors import CourseError

# What its pages ask for by name, and where npm's packages hold it. npm has no jQuery
# 2.0.0, which bertviz names; 2.1.0 is the next.
SCRIPTS = {
    "require.min.js": ("requirejs@2.3.6", "requirejs/require.js"),
    "d3.min.js": ("d3@5.7.0", "d3/dist/d3.min.js"),
    "jquery.min.js": ("jquery@2.1.0", "jquery/dist/jquery.min.js"),
}
CHANGE_SECONDS = 15  # for each kind of change: where one takes long, few say enough
DRAWN = {
    "head_view": "document.querySelector('#vis #attention ~ g > rect') !== null",
    "model_view": "document.querySelectorAll('#vis .attn_background').length >= "
    "bench.thumbs && document.querySelector('#vis > svg > g:last-child > :last-child')"
    ".matches('rect')",
}


def scripts(folder: Path) -> dict[str, Path]:
    """The scripts that bertviz loads, by name, installed into a folder by npm.

    Raises:
        CourseError: npm is missing or cannot reach its registry.
    """
    packages = [package for package, _ in SCRIPTS.values()]
    command = ["npm", "install", "--silent", "--prefix", str(folder), *packages]
    try:
        if shutil.which("npm") is None:
            raise FileNotFoundError("npm")
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        raise CourseError(
            f"npm could not install {', '.join(packages)} ({error}): bertviz draws "
            "nothing without them. Install npm, or run with --without-bertviz."
        ) from error
    return {
        name: folder / "node_modules" / place for name, (_, place) in SCRIPTS.items()
    }


def measure(
    browser: Browser,
    address: str,
    view: str,
    stand_ins: dict[str, Path],
    *,
    layers: int = 12,
    heads: int = 12,
    rounds: int = 20,
    seconds: float = 120,
) -> dict[str, Any]:
    """What is measured of a view, "head_view" or "model_view".

    Args:
        seconds: at most, until it is painted.
    """
    tab = Tab(browser, stand_ins)
    found: dict[str, Any] = {}
    try:
        tab.page.add_init_script(f"bench.thumbs = {layers * heads}")
        _open(tab, f"{address}/{view}.html", view, seconds, found)
        if view == "head_view":
            _changes(tab, layers, rounds, found)
    except PageError as error:
        found["stopped"] = str(error).splitlines()[0]
    found["strangers"] = len(tab.strangers)
    return found


def _open(tab: Tab, url: str, view: str, seconds: float, found: dict[str, Any]) -> None:
    tab.page.goto(url, wait_until="commit", timeout=1000 * seconds)
    tab.page.wait_for_function(DRAWN[view], timeout=1000 * seconds)
    found["file_ms"] = Times.of(
        [
            tab.page.evaluate(
                "async () => { await bench.frame(); await bench.frame();"
                " return performance.now(); }"
            )
        ]
    )
    found["heap_mb"] = tab.heap()


def _changes(tab: Tab, layers: int, rounds: int, found: dict[str, Any]) -> None:
    change = """async ([layers, seconds]) => {
      const list = document.querySelector("#layer");
      return bench.many(layers, (layer) => {
        list.value = layer;
        list.dispatchEvent(new Event("change", { bubbles: true }));
      }, () => true, seconds);
    }"""
    for kind in ("layer_first", "layer_again"):
        taken = tab.page.evaluate(change, [list(range(1, layers)), CHANGE_SECONDS])
        found[kind] = Times.of(taken)
    mouse = tab.page.mouse
    tokens = tab.points("#left text", rounds)
    hover = [lambda at=at: mouse.move(*at) for at in tokens]
    found["hover"] = tab.by_hand("mouseover", hover, CHANGE_SECONDS)
    boxes = tab.points("#attention ~ g > rect", 12)
    mouse.move(700, 5)
    clicks = [lambda at=at: mouse.click(*at) for at in boxes[: rounds // 2]]
    found["head"] = tab.by_hand("click", clicks, CHANGE_SECONDS)
    found["heap_seen_mb"] = tab.heap()

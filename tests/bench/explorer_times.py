"""The explorer in a page whose data is there: what JavaScript and painting cost."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from page_times import Tab, Times
from playwright.sync_api import Browser

from course_lib.viz.explorer import bundle

SHELL = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>Explorer</title><style>{styles}</style></head>
<body><main id="here"></main></body></html>"""
# A model whose answers lie in memory; they come in a task of their own, as from Python.
HARNESS = """async () => {
  const json = async (name) => (await fetch(name)).json();
  const traits = JSON.stringify(await json("traits.json"));
  const code = await (await fetch("explorer.js")).text();
  const answers = new Map();
  for (const [name, content] of await json("answers.json")) {
    answers.set(name, [content, await (await fetch(name)).arrayBuffer()]);
  }
  const modelOf = () => {
    const listeners = new Map();
    const own = JSON.parse(traits);
    const of = (event) => listeners.get(event) ?? [];
    const tell = (event, ...values) => of(event).forEach((each) => each(...values));
    const reply = (question) => {
      const { kind, layer, request } = question;
      const [content, buffer] =
        answers.get(kind === "layer" ? `layer-${layer}` : kind) ?? [{}, exact(own)];
      tell("msg:custom", { ...content, request }, [new DataView(buffer)]);
    };
    return {
      get: (name) => own[name],
      set: (name, value) => { own[name] = value; tell(`change:${name}`); },
      save_changes: () => {},
      send: (question) => setTimeout(reply, 0, question),
      on: (event, listener) => listeners.set(event, [...of(event), listener]),
      off: (event, gone) => listeners.set(event, of(event).filter((l) => l !== gone)),
    };
  };
  const exact = (own) => new Float32Array(own.about.parts[0].keys).buffer;
  const el = document.getElementById("here");
  const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  bench.open = async () => {
    bench.close?.();
    const start = async () => {
      const module = await import(address);
      bench.close = module.default.render({ model: modelOf(), el });
    };
    return bench.change(start, bench.shows(0));
  };
}"""
# How a user's changes are made, and when they have happened; in Lab as well.
CONTROLS = """
(() => {
  const one = (selector) => document.querySelector(`.xp-root ${selector}`);
  const counts = () => one(".xp-counts")?.textContent ?? "";
  const shows = (layer) => () =>
    !/^$|Reading/.test(counts()) &&
    one(".xp-chips")?.getAttribute("aria-label").startsWith(`Heads of layer ${layer},`);
  const choose = (layer) => {
    const list = one('select[aria-label="Layer"]');
    list.value = layer;
    list.dispatchEvent(new Event("change"));
  };
  const layers = (list) => bench.many(list, choose, (layer) => shows(layer)());
  const tab = (name, ready) =>
    bench.change(() => [...document.querySelectorAll(".xp-tab")]
      .find((tab) => tab.textContent === name).click(), () => one(ready));
  Object.assign(bench, { shows, layers, tab, counts });
})();
"""


class ExplorerTab(Tab):
    """A tab in which the explorer opens from files that `explorer_files` wrote."""

    def __init__(self, browser: Browser, address: str, folder: Path) -> None:
        super().__init__(browser, {})
        (folder / "explorer.js").write_text(bundle.module(), encoding="utf-8")
        shell = SHELL.format(styles=bundle.styles())
        (folder / "index.html").write_text(shell, encoding="utf-8")
        self.page.goto(f"{address}/index.html")
        self.page.evaluate(CONTROLS)
        self.page.evaluate(HARNESS)

    def layers(self, layers: Sequence[int]) -> list[float]:
        """Milliseconds of each change of the layer."""
        return self.page.evaluate("(list) => bench.layers(list)", list(layers))


def local_changes(tab: Tab, rounds: int) -> dict[str, Times]:
    """Changes by mouse and keyboard that need no layer: head, threshold, hover."""
    mouse, press = tab.page.mouse, tab.page.keyboard.press
    chips = _in_turn(tab.points(".xp-chip", 12)[::-1], rounds)
    clicks = [lambda at=at: mouse.click(*at) for at in chips]
    found = {"head": tab.by_hand("click", clicks)}
    tokens = tab.points(".xp-column .xp-token", 40)
    hover = _in_turn(tokens[::3] + tokens[1::3], rounds)
    moves = [lambda at=at: mouse.move(*at) for at in hover]
    found["hover"] = tab.by_hand("pointermove", moves)
    tab.page.locator(".xp-root input[type=range]").focus()
    keys = ["ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft"] * (rounds // 4)
    slides = [lambda key=key: press(key) for key in keys]
    return found | {"threshold": tab.by_hand("keydown", slides)}


def _in_turn(points: list[Any], count: int) -> Iterator[Any]:
    return itertools.islice(itertools.cycle(points), count)


def measure(
    browser: Browser,
    address: str,
    folder: Path,
    layers: int = 12,
    rounds: int = 40,
    again: int = 50,
) -> dict[str, Any]:
    """Everything that is measured of the explorer in a page of its own.

    Args:
        folder: `explorer_files` wrote there, `address` serves it.
        rounds: changes by hand of each kind, in fours.
        again: layer changes and openings during which memory should not grow.
    """
    opened = []
    for left in reversed(range(5)):
        tab = ExplorerTab(browser, address, folder)
        empty = tab.heap()
        opened.append(tab.page.evaluate("bench.open()"))
        if left:
            tab.close()
    found: dict[str, Any] = {"open_ms": Times.of(opened)}
    found["lines"] = tab.page.evaluate("bench.counts()")
    found["heap_mb"] = tab.heap() - empty
    found["layer_first"] = Times.of(tab.layers(range(1, layers)))
    found["layer_again"] = Times.of(tab.layers(range(layers)))
    found |= local_changes(tab, rounds)
    found["all_heads"] = tab.page.evaluate("bench.tab('All layers', '.xp-thumb')")
    tab.page.evaluate("bench.tab('Head', '.xp-stage')")
    found["heap_seen_mb"] = tab.heap() - empty
    found |= growth(tab, layers, again)
    found["strangers"] = len(tab.strangers)
    tab.close()
    return found | {"file_ms": _file(browser, address)}


def growth(tab: ExplorerTab, layers: int, again: int) -> dict[str, float]:
    """MB more after so many changes of the layer, and after so many openings."""
    before = tab.heap()
    tab.layers([i % layers for i in range(again)])
    changed = tab.heap()
    tab.page.evaluate("bench.open()")
    fresh = tab.heap()
    tab.page.evaluate("async (times) => { while (times--) await bench.open(); }", again)
    return {
        "heap_growth_mb": changed - before,
        "heap_reopened_mb": tab.heap() - fresh,
    }


def _file(browser: Browser, address: str, times: int = 3) -> Times:
    """From the click on the exported page's link until it is painted."""
    taken = []
    for _ in range(times):
        tab = Tab(browser, {})
        tab.page.add_init_script(CONTROLS)
        tab.page.goto(f"{address}/explorer.html", wait_until="commit")
        tab.page.wait_for_function("bench.shows(0)()")
        taken.append(
            tab.page.evaluate(
                "async () => { await bench.frame(); await bench.frame();"
                " return performance.now(); }"
            )
        )
        tab.close()
    return Times.of(taken)

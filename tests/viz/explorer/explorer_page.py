"""An explorer in a browser, its Python half behind it, without a notebook between."""

import base64
import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from course_lib.viz.explorer import bundle
from course_lib.viz.explorer.widget import AttentionExplorer

VIEWS = ("Head", "All layers", "Matrix", "Query–key", "Token strip")
TRAITS = ("about", "selection", "settings", "switched_off")
# What anywidget hands to `render`, played by the page.
MODEL = """() => {
window.open_explorer = (traits, render, el) => {
  const listeners = new Map();
  const of = (event) => listeners.get(event) ?? [];
  const tell = (event, ...values) => of(event).forEach((each) => each(...values));
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  window.heard = [];
  window.put = (name, value) => { traits[name] = value; tell(`change:${name}`); };
  const reply = async (question) => {
    window.heard.push(question);
    if (window.hold) await window.hold(question);
    for (const [content, buffers] of await window.py_ask(JSON.stringify(question)))
      tell("msg:custom", content, buffers.map((b) => new DataView(bytes(b).buffer)));
  };
  const model = {
    get: (name) => traits[name],
    set: (name, value) => {
      window.put(name, value);
      window.py_set(name, JSON.stringify(value));
    },
    save_changes: () => { if (window.gone) throw new Error("Cannot send"); },
    send: (question) => {
      if (window.gone) throw new Error("Cannot send");
      return reply(question);
    },
    on: (event, listener) => listeners.set(event, [...of(event), listener]),
    off: (event, gone) => listeners.set(event, of(event).filter((l) => l !== gone)),
  };
  window.listening = () => [...listeners.values()].flat().length;
  window.close_explorer = render({ model, el });
};
}"""
SHELL = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>Explorer</title><style>{styles}</style></head>
<body><main id="here"></main></body></html>"""


class ExplorerPage:
    """One explorer drawn in a page; what the page sets and asks reaches Python."""

    def __init__(self, page: Page, explorer: AttentionExplorer) -> None:
        self.page, self.explorer = page, explorer
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._note)
        page.expose_function("py_ask", self._ask)
        page.expose_function("py_set", self._set)
        page.set_content(SHELL.format(styles=bundle.styles()))
        page.evaluate(MODEL)
        traits = {name: getattr(explorer, name) for name in TRAITS}
        code = base64.b64encode(bundle.module().encode()).decode()
        page.evaluate(
            """async ([code, traits]) => {
              const module = await import(`data:text/javascript;base64,${code}`);
              const el = document.getElementById("here");
              window.open_explorer(traits, module.default.render, el);
            }""",
            [code, traits],
        )
        expect(self.counts).not_to_contain_text("Reading")

    @property
    def root(self) -> Locator:
        """The explorer."""
        return self.page.get_by_role("region", name="Attention explorer")

    @property
    def counts(self) -> Locator:
        """The line that says what is drawn and what is left out."""
        return self.root.locator(".xp-counts")

    @property
    def said(self) -> Locator:
        """What a screen reader is told."""
        return self.root.locator(".xp-said")

    @property
    def queries(self) -> Locator:
        """The head view's left column."""
        return self.root.get_by_role("listbox", name="Queries")

    def wait_for_ink(self, least: int) -> None:
        """Until so many pixels of the picture's first canvas are painted."""
        self.page.wait_for_function(
            """(least) => {
              const canvas = document.querySelector(".xp-picture canvas");
              if (!canvas) return false;
              const { width, height } = canvas;
              const context = canvas.getContext("2d");
              const { data } = context.getImageData(0, 0, width, height);
              return data.filter((value, i) => i % 4 === 3 && value > 0).length > least;
            }""",
            arg=least,
        )

    def view(self, name: str) -> None:
        """Click a view's tab."""
        self.root.get_by_role("tab", name=name).click()

    def put(self, **traits: Any) -> None:
        """Set traits in Python, and tell the page as the notebook would."""
        for name, value in traits.items():
            setattr(self.explorer, name, value)
            now = getattr(self.explorer, name)
            self.page.evaluate("([n, v]) => window.put(n, v)", [name, now])

    def _ask(self, text: str) -> list[Any]:
        replies: list[Any] = []
        self.explorer.send = lambda content, buffers=(): replies.append(
            [content, [base64.b64encode(buffer).decode() for buffer in buffers]]
        )
        self.explorer._asked(None, json.loads(text), [])
        return replies

    def _set(self, name: str, text: str) -> None:
        setattr(self.explorer, name, json.loads(text))

    def _note(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)


Opened = Callable[[AttentionExplorer], ExplorerPage]

"""bertviz in a notebook's output: on a click, with a plain note, and in a frame.

bertviz draws with scripts of a public server. Nothing is asked of that server before a
reader wishes it; without a network a sentence stands where the drawing would be; and
what bertviz writes, tokens included, cannot reach the notebook around it.
"""

from typing import Any

import anywidget
import traitlets

from course_lib.errors import CourseError

# Shown until a drawing is there; a rule alone decides, so that no script is needed.
NOTE = """<style>
body { margin: 8px; background: #fff; color: #1a1a1a; font: 14px/1.45 sans-serif }
body:has(svg) .no-drawing { display: none }
</style>
<p class="no-drawing">Not drawn (yet). If this line stays, the browser has no network,
or may not reach the public server that holds bertviz's scripts. The explorer shows the
same without one.</p>
"""

MODULE = """
function render({ model, el }) {
  const note = document.createElement("p");
  note.textContent = model.get("title") + ". It loads scripts from a public server. ";
  const button = document.createElement("button");
  button.textContent = "Load and draw";
  button.onclick = () => {
    const frame = document.createElement("iframe");
    frame.title = model.get("title");
    frame.setAttribute("sandbox", "allow-scripts");
    frame.style.cssText =
      "width:100%;height:520px;border:1px solid #888;resize:vertical;background:#fff";
    frame.srcdoc = model.get("page");
    note.replaceChildren(model.get("title"));
    el.append(frame);
    frame.focus();
  };
  note.append(button);
  el.append(note);
}
export default { render };
"""

STYLES = """
.bertviz-page p { color: var(--jp-content-font-color1, inherit); margin: 0.4em 0 }
.bertviz-page button { font: inherit; padding: 2px 10px }
"""


class BertvizPage(anywidget.AnyWidget):
    """A page of bertviz, drawn when the reader asks for it.

    Attributes:
        title: what it shows.
        page: the whole document, held by the kernel and not by the saved notebook.
    """

    _esm = MODULE
    _css = STYLES
    title = traitlets.Unicode().tag(sync=True)
    page = traitlets.Unicode().tag(sync=True)

    def __init__(self, page: Any, title: str) -> None:
        """Take over what bertviz returns.

        Args:
            page: from `head_view`, `model_view` or neuron_view's `show`, each called
                with html_action="return".
            title: what it shows, in a few words.

        Raises:
            CourseError: bertviz displayed the page itself and returned nothing.
        """
        text = getattr(page, "data", None)
        if not isinstance(text, str):
            raise CourseError(
                f"page is {type(page).__name__}, not a page of bertviz: call its view "
                'with html_action="return".'
            )
        document = f"<!DOCTYPE html><meta charset='utf-8'>{NOTE}{text}"
        super().__init__(page=document, title=f"bertviz, {title}")
        self.add_class("bertviz-page")

    def __repr__(self) -> str:
        return (
            f"{self.title} ({len(self.page) / 1e6:.1f} MB).\n"
            "Run this cell and press its button: drawing it needs a network."
        )

    # ipywidgets 7, as on Colab, would show its own words, cut short.
    _ipython_display_ = None

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict, dict]:
        live, metadata = super()._repr_mimebundle_(**options)
        return {**live, "text/plain": repr(self)}, metadata

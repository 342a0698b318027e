"""A lab: sliders over a computation, and one picture that follows them."""

import base64
import html
from collections.abc import Mapping
from typing import Any

import ipywidgets as widgets
import matplotlib as mpl
from matplotlib.figure import Figure

from course_lib.viz.style import RULES, new_figure, png


class Lab:
    """Controls beside a picture. A lab of a chapter is a subclass.

    A subclass sets `title`, `look_for`, `size` (inches) and optionally `presets`
    (name to values of controls), and writes three methods: `controls`, `build`,
    `update`. Displayed without a kernel, the output holds a still picture.
    """

    title = ""
    look_for = ""
    size = (7.0, 3.2)
    presets: Mapping[str, Mapping[str, Any]] = {}

    def __init__(self) -> None:
        self.knobs = self.controls()
        self._start = {name: knob.value for name, knob in self.knobs.items()}
        self.figure = new_figure(*self.size)
        with mpl.rc_context(RULES):
            self.build(self.figure)
        self.picture = widgets.HTML()
        for knob in self.knobs.values():
            knob.observe(self._redraw, names="value")
        self._redraw()
        self.box = self._assemble()

    def controls(self) -> dict[str, widgets.Widget]:
        """The controls by the name under which `update` receives their values."""
        raise NotImplementedError

    def build(self, figure: Figure) -> None:
        """Make axes and artists once."""
        raise NotImplementedError

    def update(self, **values: Any) -> str:
        """Move the artists to these values.

        Returns:
            One or two sentences that say what the picture now shows, in numbers.
        """
        raise NotImplementedError

    def set(self, **values: Any) -> None:
        """Set controls by name and redraw once."""
        self._quiet = True
        try:
            for name, value in values.items():
                self.knobs[name].value = value
        finally:
            self._quiet = False
        self._redraw()

    def reset(self) -> None:
        """Back to the values at the start."""
        self.set(**self._start)

    _quiet = False

    def _redraw(self, _change: object = None) -> None:
        if self._quiet:
            return
        with mpl.rc_context(RULES):
            self.text = self.update(**{n: k.value for n, k in self.knobs.items()})
        self.image = png(self.figure)
        words = html.escape(self.text, quote=True)
        source = base64.b64encode(self.image).decode()
        self.picture.value = (
            f'<figure style="margin:0"><img alt="{words}" style="max-width:100%" '
            f'src="data:image/png;base64,{source}">'
            f'<figcaption aria-live="polite">{words}</figcaption></figure>'
        )

    def _assemble(self) -> widgets.VBox:
        buttons = []
        for name, values in {**self.presets, "Reset": self._start}.items():
            button = widgets.Button(description=name)
            button.on_click(lambda _b, v=values: self.set(**v))
            buttons.append(button)
        head = f"<b>{html.escape(self.title)}</b><br>{html.escape(self.look_for)}"
        return widgets.VBox(
            [
                widgets.HTML(head),
                *self.knobs.values(),
                widgets.HBox(buttons),
                self.picture,
            ]
        )

    def __repr__(self) -> str:
        return f"{self.title}: {self.text}"

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict, dict]:
        still = {
            "text/plain": repr(self),
            "image/png": base64.b64encode(self.image).decode(),
        }
        live = self.box._repr_mimebundle_()
        return {**live, **still}, {"image/png": {"alt": repr(self)}}

"""A lab: sliders over a computation, and one picture that follows them.

The picture is laid out once. After that a control moves artists in the same axes, and
the figure is painted and packed quickly. While a slider is dragged, Jupyter's widgets
keep only its newest value until the last picture is done: nothing queues up here.
"""

import base64
import html
import io
from collections.abc import Mapping
from typing import Any

import ipywidgets as widgets
import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from PIL import Image

from course_lib.viz.labs.picture import FRAME, Picture
from course_lib.viz.palette import few_colours
from course_lib.viz.style import RULES, new_figure

RESET = "Reset"
VIEW = "application/vnd.jupyter.widget-view+json"
# A title that looks for room at every drawing costs a tenth of it.
STYLE = {**RULES, "axes.titley": 1.0}
WIDTH, NAME_WIDTH = "600px", "150px"  # of a control, and of the name in front of it


class Preset(dict[str, Any]):
    """Values of controls by name, and what to look for once they are set."""

    def __init__(self, look_for: str, **values: Any) -> None:
        super().__init__(values)
        self.look_for = look_for


class Lab:
    """Controls beside a picture. A lab of a chapter is a subclass.

    A subclass sets `title`, `look_for`, `size` (inches), `presets` and, where labels
    change their width, `room_for`: values of controls at which they are widest. It
    writes three methods: `controls`, `build`, `update`. Displayed without a kernel,
    the output holds a still picture.
    """

    title = ""
    look_for = ""
    size = (7.0, 3.2)
    presets: Mapping[str, Preset] = {}
    room_for: Mapping[str, Any] = {}

    def __init__(self) -> None:
        self.knobs = self.controls()
        self._start = Preset(self.look_for, **self._values())
        self.figure = new_figure(*self.size)
        self._canvas = FigureCanvasAgg(self.figure)
        with mpl.rc_context(STYLE):
            self.build(self.figure)
            self._lay_out()
        self.picture = Picture(title=self.title)
        self._buttons = {name: self._button(name) for name in (*self.presets, RESET)}
        for knob in self.knobs.values():
            knob.observe(self._redraw, names="value")
        self.box = self._assemble()
        self._redraw()
        self.picture.look_for = self.look_for

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

    def choose(self, name: str) -> None:
        """Set a preset, or "Reset", and say what to look for in it."""
        preset = self._start if name == RESET else self.presets[name]
        self.set(**preset)
        self.picture.look_for = preset.look_for

    def reset(self) -> None:
        """Back to the values at the start."""
        self.choose(RESET)

    _quiet = False
    _drawn: Mapping[str, Any] | None = None

    def _values(self) -> dict[str, Any]:
        return {name: knob.value for name, knob in self.knobs.items()}

    def _lay_out(self) -> None:
        """Find the places of axes and labels; every later picture keeps them."""
        if not isinstance(self.figure.get_layout_engine(), ConstrainedLayoutEngine):
            return
        self.update(**{**self._start, **self.room_for})
        for _ in range(3):  # until square cells have found their place
            self.figure.draw_without_rendering()
        self.figure.set_layout_engine("none")

    def _redraw(self, _change: object = None) -> None:
        values = self._values()
        if self._quiet or values == self._drawn:
            return
        self._drawn = values
        with mpl.rc_context(STYLE):
            self.text = self.update(**values)
            self.image = self._paint()
        width, height = self._canvas.get_width_height()
        with self.picture.hold_sync():  # one message: words and picture together
            self.picture.width, self.picture.height = width, height
            self.picture.words = self.text
            self.picture.image = base64.b64encode(self.image).decode()
        self._mark()

    def _paint(self) -> bytes:
        """The figure as PNG, packed in a hurry."""
        self._canvas.draw()
        buffer = io.BytesIO()
        size = self._canvas.get_width_height(physical=True)
        seen = Image.frombytes("RGBA", size, bytes(self._canvas.buffer_rgba()))
        seen.convert("RGB").save(buffer, format="PNG", compress_level=1)
        return buffer.getvalue()

    def still(self) -> bytes:
        """The picture as PNG with few colours, small enough for a notebook's file."""
        buffer = io.BytesIO()
        with Image.open(io.BytesIO(self.image)) as picture:
            few_colours(picture).save(buffer, format="PNG", optimize=True)
        return buffer.getvalue()

    def _mark(self) -> None:
        """A tick, besides the colour, on the preset that is set."""
        for name, preset in self.presets.items():
            on = all(self._drawn[knob] == value for knob, value in preset.items())
            self._buttons[name].icon = "check" if on else ""
            self._buttons[name].button_style = "info" if on else ""

    def _button(self, name: str) -> widgets.Button:
        says = "Back to the start" if name == RESET else self.presets[name].look_for
        button = widgets.Button(
            description=name,
            tooltip=says,
            layout={"width": "auto", "min_width": "90px"},
        )
        button.on_click(lambda _button: self.choose(name))
        return button

    def _assemble(self) -> widgets.VBox:
        """From top to bottom: title, controls, presets, picture and words."""
        for knob in self.knobs.values():
            if not isinstance(knob, widgets.ToggleButton):
                knob.layout.width, knob.layout.max_width = WIDTH, "100%"
                knob.style.description_width = NAME_WIDTH
        title = html.escape(self.title)
        head = f'<div role="heading" aria-level="4"><b>{title}</b></div>'
        buttons = widgets.HBox(
            list(self._buttons.values()), layout={"flex_flow": "row wrap"}
        )
        parts = (widgets.HTML(head), *self.knobs.values(), buttons)
        box = widgets.VBox([*parts, self.picture])
        box.add_class(FRAME)
        return box

    def __repr__(self) -> str:
        return f"{self.title}: {self.text}"

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict, dict]:
        still = {
            "text/plain": repr(self),
            "image/png": base64.b64encode(self.still()).decode(),
        }
        # Made of the picture's own: ipywidgets 7, as on Colab, has none for a box, and
        # only anywidget says there who may draw the picture inside it.
        shown, metadata = self.picture._repr_mimebundle_()
        live = {VIEW: {**shown[VIEW], "model_id": self.box.model_id}}
        return {**live, **still}, {**metadata, "image/png": {"alt": repr(self)}}

"""A lab's picture and words in the browser: elements that stay while they change.

A screen reader announces new text in an element that it knows, and misses an element
that is made anew. A picture that stays does not flicker either.
"""

from pathlib import Path

import anywidget
import traitlets

STATIC = Path(__file__).parent / "static"
FRAME = "course-lab"  # the class of the box that holds a lab


class Picture(anywidget.AnyWidget):
    """What to look for, a PNG, and the words that say what it shows.

    In a box of the class FRAME it also names the sliders beside it for those who do
    not see their labels.

    Attributes:
        image: PNG as base64.
        width, height: of the picture, in pixels of the page.
        title: what the picture is of; the words stand below it.
        words: what it shows now, in numbers. Never taken for HTML.
        look_for: a line above the picture.
    """

    _esm = (STATIC / "picture.js").read_text(encoding="utf-8")
    _css = (STATIC / "picture.css").read_text(encoding="utf-8")
    image = traitlets.Unicode().tag(sync=True)
    width = traitlets.Int().tag(sync=True)
    height = traitlets.Int().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)
    look_for = traitlets.Unicode().tag(sync=True)

"""Pictures with few colours look as before."""

import io

import numpy as np
from PIL import Image, ImageChops

from course_lib.viz.palette import COLOURS, few_colours
from course_lib.viz.style import new_figure, png

SMALL_STEP = 12  # of 255; below what an eye tells apart at an edge


def drawing() -> Image.Image:
    """A heat map with text: about the most colours that a figure has."""
    figure = new_figure()
    left, right = figure.subplots(1, 2)
    left.imshow(np.random.default_rng(0).random((24, 24)))
    right.plot(np.sin(np.arange(50)))
    right.set_title("sine")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return Image.open(buffer).convert("RGB")


def test_no_colour_moves_far_and_frequent_ones_stay() -> None:
    before = drawing()
    after = few_colours(before)
    assert len(after.getcolors()) <= COLOURS < len(before.getcolors(100_000))
    difference = np.asarray(ImageChops.difference(before, after.convert("RGB")))
    assert difference.max() <= SMALL_STEP
    assert (difference == 0).mean() > 0.85
    assert after.convert("RGB").getpixel((1, 1)) == before.getpixel((1, 1))


def test_a_picture_of_few_colours_is_unchanged() -> None:
    before = Image.linear_gradient("L").resize((64, 64)).convert("RGB")
    after = few_colours(before).convert("RGB")
    assert after.tobytes() == before.tobytes()


def test_the_same_figure_gives_the_same_bytes() -> None:
    figure = new_figure()
    figure.add_subplot().plot([1, 2])
    assert png(figure) == png(figure)
    assert Image.open(io.BytesIO(png(figure))).mode == "P"

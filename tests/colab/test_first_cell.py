"""What a notebook's first cell does in Colab's image, with pip and Git themselves."""

from colab import versions
from colab.image import Image, Run
from course_lib.start import COLAB_LACKS


def test_it_says_nothing_and_shows_nothing(made: tuple[Image, Run]) -> None:
    _, run = made
    said = [cell.outputs for cell in run.done.notebook.cells]
    text = [output.get("text", "") for outputs in said for output in outputs]
    # pip's hint, as on Colab; a message of ours would say "Not installed".
    assert all("restart the kernel" in line for line in text), text


def test_it_brings_the_course_and_what_the_image_lacks(
    made: tuple[Image, Run],
) -> None:
    image, run = made
    assert run.course.is_relative_to(image.environment.folder)
    assert {"course_lib", *COLAB_LACKS} <= run.versions.keys()


def test_what_the_image_holds_stays_as_it_is(made: tuple[Image, Run]) -> None:
    assert versions.image().items() <= made[1].versions.items()


def test_it_switches_widgets_on(made: tuple[Image, Run]) -> None:
    assert made[1].enabled == 1

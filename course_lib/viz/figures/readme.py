"""The picture in the README: `python -m course_lib.viz.figures.readme` draws it again.

Where one head of a real encoder looks from a pronoun, in two sentences that differ in
their last word.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from course_lib.resources import data_folder, recorded
from course_lib.viz.figures.gaze import draw_gaze
from course_lib.viz.style import RULES, new_figure, png

LAYER, HEAD, PRONOUN = 3, 1, "it"
PICTURE = Path("pictures") / "attention.png"


def attention_of_it() -> Figure:
    """The weights of "it" over its sentence, once "too tired", once "too wide"."""
    figure = new_figure(9.0, 4.0)
    titles = {
        "animal": 'One head of a real encoder, asked by "it": the animal was too tired',
        "wide": "The same head when the street is too wide: far less sure",
    }
    with mpl.rc_context(RULES):
        for axes, name in zip(figure.subplots(2, 1), titles, strict=True):
            sentence = recorded(name)
            weights, query = weights_of_it(sentence), sentence["tokens"].index(PRONOUN)
            draw_gaze(axes, sentence["tokens"], weights, query, titles[name])
    return figure


def weights_of_it(sentence: Mapping[str, Any]) -> list[float]:
    """What the head takes from each token for the pronoun, a row that sums to 1."""
    query = sentence["tokens"].index(PRONOUN)
    return sentence["weights"][LAYER, HEAD, query].tolist()


def alt_text() -> str:
    """What the picture shows, for readers who do not see it."""
    tired, wide = recorded("animal"), recorded("wide")

    def weight(sentence: Mapping[str, Any], noun: str) -> str:
        return f"{weights_of_it(sentence)[sentence['tokens'].index(noun)]:.2f}"

    return (
        "Where one attention head of a real encoder looks from the word it. In too "
        f"tired, {weight(tired, 'animal')} of its attention goes to animal; in too "
        f"wide, {weight(wide, 'animal')} goes to animal and {weight(wide, 'street')} "
        "to street."
    )


def main() -> None:
    """Draw the picture into the data folder."""
    path = data_folder() / PICTURE
    path.write_bytes(png(attention_of_it()))
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB. {alt_text()}")


if __name__ == "__main__":
    main()

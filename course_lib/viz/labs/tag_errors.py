"""Lab: wrong tags, one at a time, and what two measures make of them."""

import ipywidgets as widgets
from matplotlib.figure import Figure

from course_lib.tasks.tagging.bio import spans
from course_lib.tasks.tagging.errors import find_errors
from course_lib.tasks.tagging.measures import count, token_accuracy
from course_lib.viz.figures.highlight import in_brackets
from course_lib.viz.figures.pieces import TINTS
from course_lib.viz.labs.lab import Lab, Preset
from course_lib.viz.style import BLUE, ORANGE

SENTENCE = (
    ("Mayor", "O"),
    ("Ada", "B-PER"),
    ("Nwosu", "I-PER"),
    ("of", "O"),
    ("Harrow", "B-ORG"),
    ("Rail", "I-ORG"),
    ("crossed", "O"),
    ("the", "O"),
    ("Severn", "B-LOC"),
    ("Bridge", "I-LOC"),
    ("on", "O"),
    ("foot", "O"),
    (".", "O"),
)
WORDS, TRUE = (list(column) for column in zip(*SENTENCE, strict=True))
CHOICES = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")
TINT = dict(zip(("PER", "ORG", "LOC"), TINTS, strict=False))
PLACES = {f"word{i}": i for i, tag in enumerate(TRUE) if tag != "O"}


def changed(**tags: str) -> dict[str, str]:
    """The tags of the controls, right but for these."""
    return {name: TRUE[place] for name, place in PLACES.items()} | tags


class TagErrorLab(Lab):
    """A sentence whose tags can be spoilt, and the two measures of what is left."""

    title = "What does a wrong tag cost?"
    look_for = "Spoil one tag. Right tags lose a thirteenth; how much does F1 lose?"
    size = (8.6, 3.2)
    presets = {
        "one edge": Preset(
            "Ada alone was found. One tag of 13 is wrong, and a third of the entities.",
            **changed(word2="O"),
        ),
        "wrong type": Preset(
            "Harrow Rail is taken for a place, with both edges right. Two wrong tags "
            "make one entity that is both missed and invented.",
            **changed(word4="B-LOC", word5="I-LOC"),
        ),
        "I- for B-": Preset(
            "An I- that continues nothing is read as the B- it must mean: the entity "
            "is right although its tag is not.",
            **changed(word4="I-ORG"),
        ),
        "nothing": Preset(
            "O everywhere: more than half of the tags are right, and F1 is 0.",
            **dict.fromkeys(PLACES, "O"),
        ),
    }

    def controls(self) -> dict[str, widgets.Widget]:
        return {
            name: widgets.Dropdown(
                options=CHOICES, value=TRUE[place], description=WORDS[place]
            )
            for name, place in PLACES.items()
        }

    def build(self, figure: Figure) -> None:
        upper, lower = figure.subplots(2, 1, height_ratios=(3, 2))
        upper.set_axis_off()
        ends, self.words = 0.0, []
        for word in WORDS:
            style = {"parse_math": False, "ha": "center", "va": "center"}
            middle = ends + len(word) / 2
            box = {"boxstyle": "round,pad=0.25", "lw": 0}
            text = upper.text(middle, 0.62, word, bbox=box, **style)
            self.words.append((text, upper.text(middle, 0.28, "", size=9, **style)))
            ends += max(len(word), 4) + 1.6
        upper.set(xlim=(-1, ends), ylim=(0, 1))
        self.bars = lower.barh([0, 1], [1, 1], color=[ORANGE, BLUE], height=0.6)
        lower.set_yticks([0, 1], ["right tags", "entity F1"])
        lower.invert_yaxis()
        lower.set_xlim(0, 1)
        lower.xaxis.set_major_formatter("{x:.0%}")

    def update(self, **tags: str) -> str:
        found = list(TRUE)
        for name, place in PLACES.items():
            found[place] = tags[name]
        for (word, below), tag in zip(self.words, found, strict=True):
            word.get_bbox_patch().set_facecolor(TINT.get(tag[2:], "#fcfcfc"))
            below.set_text("" if tag == "O" else tag)
        accuracy = token_accuracy([TRUE], [found])
        f1 = float(count([TRUE], [found]).overall.f1)
        for bar, value in zip(self.bars, (accuracy, f1), strict=True):
            bar.set_width(value)
        kinds = [error.kind for error in find_errors([TRUE], [found])]
        said = f"Errors: {', '.join(kinds)}." if kinds else "No error."
        return (
            f"{in_brackets(WORDS, spans(found))} Right tags {accuracy:.0%}, entity F1 "
            f"{f1:.0%}. {said}"
        )

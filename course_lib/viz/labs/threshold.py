"""Lab: from which probability on is a letter urgent, and what does the line cost?"""

import ipywidgets as widgets
import numpy as np
from matplotlib.figure import Figure

from course_lib.viz.labs.lab import Lab, Preset
from course_lib.viz.style import BLUE, GREEN, ORANGE

# Sixteen urgent letters among forty, and how urgent a model finds them, in percent.
_URGENT = "31 42 48 55 58 63 67 72 76 81 84 88 91 94 96 98"
_OTHERS = "2 3 5 6 8 9 11 13 16 18 21 24 27 29 33 36 39 44 47 52 57 62 71 83"
URGENT, OTHERS = (np.array(text.split(), float) / 100 for text in (_URGENT, _OTHERS))


class ThresholdLab(Lab):
    """A threshold over forty letters, and the measures that follow it."""

    title = "Where to draw the line"
    look_for = (
        "Move the line. Which measure falls when you become stricter, which one rises, "
        "and where is F1 highest?"
    )
    size = (8.6, 3.6)
    presets = {
        "miss nothing": Preset(
            "Every urgent letter is found, and ten of the 26 alarms are false. Right "
            "for a fire brigade.",
            threshold=0.3,
        ),
        "be sure": Preset(
            "No false alarm at all, and most urgent letters lie unread.", threshold=0.85
        ),
    }

    def controls(self) -> dict[str, widgets.Widget]:
        """The threshold."""
        line = widgets.FloatSlider(
            value=0.5, min=0.0, max=1.0, step=0.05, description="threshold"
        )
        return {"threshold": line}

    def build(self, figure: Figure) -> None:
        """Letters above, measures below."""
        upper, lower = figure.subplots(2, 1, height_ratios=(2, 3))
        upper.plot(URGENT, np.ones(len(URGENT)), "o", color=ORANGE)
        upper.plot(OTHERS, np.zeros(len(OTHERS)), "s", color=BLUE)
        upper.set_yticks([1, 0], ["urgent", "others"])
        upper.set(xlim=(0, 1), ylim=(-0.6, 1.6), xlabel="probability of urgent")
        self.line = upper.axvline(0.5, color=GREEN)
        names = ("accuracy", "precision", "recall", "F1")
        self.bars = lower.barh(names, [1.0] * 4, color=BLUE, height=0.6)
        lower.invert_yaxis()
        lower.set_xlim(0, 1)
        lower.xaxis.set_major_formatter("{x:.0%}")

    def update(self, threshold: float) -> str:
        """Move the line; count again."""
        self.line.set_xdata([threshold, threshold])
        hits, alarms = (int((group >= threshold).sum()) for group in (URGENT, OTHERS))
        found, texts = hits + alarms, len(URGENT) + len(OTHERS)
        accuracy = (hits + len(OTHERS) - alarms) / texts
        precision = hits / found if found else 0.0
        recall = hits / len(URGENT)
        f1 = 2 * hits / (found + len(URGENT))
        values = (accuracy, precision, recall, f1)
        for bar, value in zip(self.bars, values, strict=True):
            bar.set_width(value)
        return (
            f"{hits} of {len(URGENT)} urgent letters found, {alarms} false alarms. "
            f"Accuracy {accuracy:.0%}, precision {precision:.0%}, recall {recall:.0%}, "
            f"F1 {f1:.0%}."
        )

"""The loss of a run that is being trained, drawn again and again in one place."""

import time
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from IPython.display import display
from matplotlib.figure import Figure

from course_lib.training import Record
from course_lib.viz.style import BLUE, RED, RULES, new_figure, png

PAUSE = 1.0  # s between drawings, at least; and
SHARE = 10  # times what a drawing took, so that it takes little from the training


class LossCurve:
    """A callback of `train` that shows the loss as it falls.

    >>> train(model, data, plan, validation=others, callbacks=[LossCurve()])
    """

    def __init__(self, width: float = 7.0, height: float = 3.2) -> None:
        """Make it, width and height in inches; the first call shows it."""
        self.figure = new_figure(width, height)
        with mpl.rc_context(RULES):
            self.axes = self.figure.subplots()
        self.axes.set(xlabel="step", ylabel="loss", title="Loss")
        (self.training,) = self.axes.plot([], [], color=BLUE, label="training")
        (self.validation,) = self.axes.plot(
            [], [], color=RED, marker="o", markersize=4, label="validation"
        )
        self.handle: Any = None
        self.text = ""
        self._next = float("-inf")  # not before this time

    def __call__(self, history: Sequence[Record], ended: bool) -> None:
        """Draw a run's history, if the last drawing is a while ago or it has ended."""
        begun = time.monotonic()
        if not history or not (ended or begun >= self._next):
            return
        self.draw(history)
        picture = {"image/png": png(self.figure), "text/plain": self.text}
        words = {"image/png": {"alt": self.text}}
        if self.handle is None:
            self.handle = display(picture, metadata=words, raw=True, display_id=True)
        else:
            self.handle.update(picture, metadata=words, raw=True)
        now = time.monotonic()
        self._next = now + max(PAUSE, SHARE * (now - begun))

    def draw(self, history: Sequence[Record]) -> Figure:
        """Draw a history, for instance that of a run that is long over."""
        judged = [record for record in history if "loss" in record.validation]
        self.training.set_data(
            [record.step for record in history], [record.loss for record in history]
        )
        self.validation.set_data(
            [record.step for record in judged],
            [record.validation["loss"] for record in judged],
        )
        self.axes.relim()
        self.axes.autoscale_view()
        if judged and self.axes.get_legend() is None:
            self.axes.legend(frameon=False)
        self.text = _words(history[0], history[-1], judged)
        return self.figure


def _words(first: Record, last: Record, judged: Sequence[Record]) -> str:
    text = (
        f"The training loss goes from {first.loss:.2f} at step {first.step} to "
        f"{last.loss:.2f} at step {last.step}."
    )
    if not judged:
        return text
    best = min(judged, key=lambda record: record.validation["loss"])
    return (
        f"{text} The validation loss is lowest at step {best.step}: "
        f"{best.validation['loss']:.2f}."
    )

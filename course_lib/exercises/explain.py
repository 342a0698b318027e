"""Explains an exception of the learner's: the tensors of the line, what does not fit.

Nothing here runs the learner's code, raises, or guesses: where no rule fits, it says
nothing.
"""

from dataclasses import dataclass
from types import TracebackType

from course_lib.errors import CourseError
from course_lib.exercises.causes import (
    gradients,
    kinds,
    names,
    plain,
    products,
    sizes,
)
from course_lib.exercises.causes.place import Place, find_place
from course_lib.exercises.causes.scene import Scene

_THEMES = (names, plain, kinds, gradients, products, sizes)
# Errors that PyTorch and the course raise when tensors do not fit.
_MISFITS = (
    RuntimeError,
    ValueError,
    TypeError,
    IndexError,
    AssertionError,
    CourseError,
)


@dataclass(frozen=True)
class Cause:
    """Where an exception came from, and why, as far as it is known.

    Attributes:
        line: in the notebook cell or file, from 1; 0 where it is not known.
        code: that line's text.
        sentence: the likely cause, "" where nothing sensible can be said.
        tensors: the tensors of the failing expression with their shapes, or "".
    """

    line: int = 0
    code: str = ""
    sentence: str = ""
    tensors: str = ""


def likely_cause(exception: BaseException, trace: TracebackType | None = None) -> Cause:
    """The line of the learner's that raised, and its likely cause.

    Args:
        exception: what was raised.
        trace: its traceback where the exception no longer carries it.
    """
    try:
        place = find_place(trace or exception.__traceback__)
        return _cause(exception, place) if place else Cause()
    except Exception:  # an explanation must never hide the error that it explains
        return Cause()


def _cause(exception: BaseException, place: Place) -> Cause:
    scene = Scene(exception, place)
    sentence = next(filter(None, (theme.RULES.explain(scene) for theme in _THEMES)), "")
    tensors = ""
    if isinstance(exception, _MISFITS) and scene.named:
        tensors = f"In `{_short(scene.text)}`: {scene.listing()}."
    return Cause(place.line, place.code, sentence, tensors)


def _short(code: str, longest: int = 60) -> str:
    line = " ".join(code.split())
    return line if len(line) <= longest else f"{line[: longest - 3]}..."


def explain(exception: BaseException, trace: TracebackType | None = None) -> str | None:
    """The text under a traceback, or None where there is nothing to say.

    Args:
        exception: what a cell raised.
        trace: its traceback where the exception no longer carries it.
    """
    cause = likely_cause(exception, trace)
    text = "\n".join(filter(None, (cause.tensors, cause.sentence)))
    return text or None

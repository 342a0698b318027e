"""Marks: what a checked answer is worth, by what the checker found.

All cases weigh the same. A case that is right counts whole. One that is not counts up
to half: by the steps that were reached in the first such case, where steps can be
watched. Marks are rounded down to half points.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from course_lib.exercises import catalogue, checker
from course_lib.exercises.report import Report
from course_lib.exercises.unseen import unseen_cases

_stopped: set[str] = set()  # ids whose answer ran on and on in this notebook


def mark(report: Report, points: float) -> tuple[float, str]:
    """The marks for a report and the sentence that explains them."""
    if not report.attempted:
        return 0.0, f"0 of {points:g} points: nothing was written here."
    if report.passed:
        return float(points), f"{points:g} of {points:g} points."
    if not report.cases:
        return 0.0, f"0 of {points:g} points."
    share = Fraction(report.right, report.cases)
    reasons = f"{report.right} of {_of(report.cases, 'case')} right"
    if report.steps and not report.stopped:
        reached = Fraction(len(report.reached), report.steps)
        share += (1 - share) * reached / 2
        reasons += f", {len(report.reached)} of {_of(report.steps, 'step')} reached"
        reasons += f' in the case "{report.case}"'
    given = int(2 * Fraction(points) * share) / 2
    return given, f"{given:g} of {points:g} points: {reasons}."


def _of(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def grade(exercise_id: str, names: Mapping[str, Any], points: float) -> float:
    """Check the answer that a notebook holds, show the report, return the marks.

    Args:
        exercise_id: for example "03.attention".
        names: the notebook's names: `globals()`.
        points: for an answer that passes.
    """
    from IPython.display import display

    exercise = catalogue.find(exercise_id)
    answer, problem = _answer(exercise, names)
    if problem:
        return _say(0.0, f"0 of {points:g} points: {problem}")
    report = checker.check(exercise_id, answer)
    if report.stopped:
        _stopped.add(exercise_id)
    display(report)
    return _say(*mark(report, points))


def grade_unseen(
    exercise_id: str,
    names: Mapping[str, Any],
    points: float,
    seed: int,
    cases: Sequence[int],
) -> float:
    """Try the answer on cases that nobody saw; return the marks.

    Args:
        exercise_id, names, points: as for `grade`.
        seed: decides the numbers of the cases.
        cases: which of them to try, as `proved_cases` found them.
    """
    exercise = catalogue.find(exercise_id)
    answer, problem = _answer(exercise, names)
    if not problem and exercise_id in _stopped:
        problem = "the function did not come to an end above; it is not tried again."
    if problem:
        return _say(0.0, f"0 of {points:g} points: {problem}")
    made = unseen_cases(exercise, seed)
    chosen = [case for n in cases if (case := made[n]) is not None]
    report = checker.examine(exercise, answer, chosen)
    report.steps = 0  # unseen cases count as right or wrong
    if report.attempted and not report.passed:
        print(_unseen(report))
    return _say(*mark(report, points))


def _unseen(report: Report) -> str:
    """What is said of unseen cases: not their numbers, they may serve again."""
    if report.mistake:
        return f"In cases with other numbers it goes wrong, too: {report.mistake}."
    return "It goes wrong in some cases with other numbers, of the same kinds as above."


def _answer(exercise: catalogue.Exercise, names: Mapping[str, Any]) -> tuple[Any, str]:
    """The learner's function, or why there is none."""
    name = exercise.stub_name
    if name not in names:
        return None, (
            f"there is no function `{name}` in this notebook. Its cell is missing, or "
            "the cell stopped with an error; see above."
        )
    answer = names[name]
    if str(getattr(answer, "__module__", "")).startswith("course_lib"):
        return None, f"`{name}` is the course's own function, not an answer."
    return answer, ""


def _say(given: float, sentence: str) -> float:
    print(sentence)
    return given

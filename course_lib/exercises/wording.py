"""The sentences of a report: what is wrong with an answer, in words and numbers."""

from typing import Any

import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Mistake
from course_lib.exercises.compare import (
    Parts,
    first_difference,
    has_parts,
    part_name,
    same,
)
from course_lib.exercises.diagnosis import Tried
from course_lib.exercises.explain import likely_cause
from course_lib.exercises.findings import Findings
from course_lib.exercises.report import number
from course_lib.exercises.runner import Outcome
from course_lib.exercises.watch import Watch

MOST_FINDINGS = 4  # said in words; the picture shows them all


def timed_out(case: Case, limit: float) -> str:
    """The answer never returned."""
    return (
        f"Your function was still running after {limit:.0f} seconds in the case "
        f'"{case.name}" and was stopped. Look for a loop that never ends: does its '
        "condition change inside the loop?"
    )


def named(mistakes: tuple[Mistake, ...], wrong: Tried, watch: Watch) -> str:
    """Known mistakes, one after the other, and how far the answer came."""
    lines = []
    if len(mistakes) > 1:
        what = "what your answer does"
        if not isinstance(wrong.truth, Findings):
            what = "exactly your numbers"
        lines.append(f"{len(mistakes)} mistakes together give {what}.")
    for mistake in mistakes:
        lines.append(f"{mistake.name}: {mistake.says}")
        lines.append(f"Read again: {mistake.read}.")
    done = f', right up to the step "{watch.reached[-1]}"' if watch.reached else ""
    lines.append(f"First seen in the case: {wrong.case.name}{done}.")
    return "\n".join(lines)


def raised(outcome: Outcome, wrong: Tried) -> str:
    """An exception: its line and its likely cause."""
    error = outcome.error
    assert error is not None
    cause = likely_cause(error)
    where = f" in line {cause.line}: `{cause.code}`" if cause.line else ""
    lines = [f"It raised {type(error).__name__}{where}", f"{error}"[:500]]
    if cause.sentence:
        lines.append(f"Likely cause: {cause.sentence}")
    lines.append(f"Inputs of this case ({wrong.case.name}): {_inputs(wrong.case)}.")
    return "\n".join(lines)


def _inputs(case: Case) -> str:
    return ", ".join(
        f"{name} {_shape(value)}".rstrip() for name, value in case.inputs.items()
    )


def _shape(value: Any) -> str:
    """The shape of a tensor, or of all tensors of a pair; "" for anything else."""
    if isinstance(value, Tensor):
        return str(tuple(value.shape))
    if isinstance(value, (list, tuple)) and all(isinstance(v, Tensor) for v in value):
        return " and ".join(map(_shape, value))
    return "None" if value is None else ""


def departure(wrong: Tried, problem: str, watch: Watch, tolerance: float) -> str:
    """Where the answer leaves the reference's path, in numbers; no name is guessed."""
    lines = []
    if problem:
        lines.append(f"Contract: {problem}.")
    returned, wanted = _returned(wrong)
    if returned is None:
        lines.append("Is there a `return` at the end of your function?")
        return "\n".join(lines)
    names = list(watch.targets)
    done = max((names.index(name) for name in watch.reached), default=-1)
    right = same(returned, wanted, tolerance)
    if done == len(names) - 1 and names and not right:
        lines.append(f'Your code computes "{names[done]}" but returns something else.')
    elif done >= 0:
        lines.append(f'Right up to the step "{names[done]}".')
    if done + 1 < len(names):
        lines.append(_step_numbers(names[done + 1], watch, tolerance))
    if not problem:
        lines.append(_answer_numbers(wrong.truth, wrong.value, tolerance))
        lines.append("No known mistake gives these numbers.")
    lines.append(f"First seen in the case: {wrong.case.name}.")
    return "\n".join(line for line in lines if line)


def _returned(wrong: Tried) -> tuple[Any, Any]:
    """What the answer returned, and what it should have."""
    if isinstance(wrong.truth, Parts) and isinstance(wrong.value, tuple):
        return wrong.value[0], wrong.truth[0]
    return wrong.value, wrong.truth


def _step_numbers(step: str, watch: Watch, tolerance: float) -> str:
    candidate = watch.candidate(step)
    if candidate is None:
        shape = tuple(watch.targets[step].shape)
        return f'The next step, "{step}" of shape {shape}, does not occur in your code.'
    found = first_difference(candidate, watch.targets[step], tolerance)
    if found is None:
        return ""
    place, given, expected = found
    return (
        f'It first departs at the step "{step}": entry {list(place)} is '
        f"{number(given)}, expected {number(expected)}."
    )


def _answer_numbers(
    truth: Any, value: Any, tolerance: float, what: str = "your answer"
) -> str:
    if has_parts(truth) and isinstance(value, tuple):
        named = isinstance(truth, Parts)
        for part, (t, v) in enumerate(zip(truth, value, strict=False), 1):
            name = part_name(truth, part)
            text = _answer_numbers(t, v, tolerance, name if named else what)
            if text:
                return text if named else f"{name.capitalize()}. {text}"
        return ""
    if isinstance(truth, Findings):
        return _findings(truth, value)
    if isinstance(truth, float) and isinstance(value, float):
        truth, value = (torch.tensor(n, dtype=torch.float64) for n in (truth, value))
    if not isinstance(truth, Tensor) or not isinstance(value, Tensor):
        return f"It returns {value!r:.300}, expected {truth!r:.300}."
    if truth.shape != value.shape:
        return ""
    found = first_difference(value, truth, tolerance)
    if found is None:
        return ""
    place, given, expected = found
    if not place:
        return f"The number is {given:.4g}, expected {expected:.4g}."
    return (
        f"Entry {list(place)} of {what} is {number(given)}, "
        f"expected {number(expected)}."
    )


def _findings(truth: Findings, value: Findings) -> str:
    """The first few things that are seen of the answer and should be otherwise."""
    lines = [
        f"{name.capitalize()}: {value.seen[name]}, expected {truth.seen[name]}."
        for name in truth.differing(value)
    ]
    return "\n".join(lines[:MOST_FINDINGS])


def also_changed(outcomes: list[Outcome]) -> str:
    """Inputs that a wrong answer also changed."""
    names = {name for outcome in outcomes for name in outcome.changed}
    if not names:
        return ""
    listed = ", ".join(f"`{name}`" for name in sorted(names))
    return f"\nIt also changes {listed} in place; work on a copy."

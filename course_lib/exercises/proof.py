"""Proof of a catalogue: every mistake is caught and named, no right answer is blamed.

The test suite asserts it; `python -m course_lib bench checks` prints it as a table.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

import torch

from course_lib.exercises.catalogue import Exercise
from course_lib.exercises.checker import check
from course_lib.exercises.compare import same
from course_lib.exercises.diagnosis import compatible, outcome
from course_lib.exercises.report import Report

DTYPES = (torch.float32, torch.float64, torch.bfloat16)


@dataclass
class Proof:
    """What the checker made of every answer in a catalogue.

    Attributes:
        exercise: the exercise's id.
        mistakes, caught, named: forms of single mistakes; not passed; named right.
        pairs, pairs_named: the same for two mistakes together. A pair that gives the
            output of another entry, or the truth, cannot be told apart and is
            listed in `alike`.
        right, alarms: right answers tried, and how many of them were blamed.
        milliseconds: wall time of every check.
        faults: what did not hold, in sentences.
    """

    exercise: str
    mistakes: int = 0
    caught: int = 0
    named: int = 0
    pairs: int = 0
    pairs_named: int = 0
    right: int = 0
    alarms: int = 0
    milliseconds: list[float] = field(default_factory=list)
    alike: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median wall time of a check in milliseconds."""
        return statistics.median(self.milliseconds)


def prove(exercise: Exercise) -> Proof:
    """Check every mistake, every pair and every right answer of an exercise."""
    proof = Proof(exercise.id)
    for wrong in singles(exercise):
        _prove_single(exercise, wrong, proof)
    for wrong in pairs(exercise):
        _prove_pair(exercise, wrong, proof)
    for dtype in DTYPES:
        for style, answer in right_answers(exercise).items():
            report = _timed(exercise, answer, proof, dtype)
            proof.right += 1
            if not report.passed:
                proof.alarms += 1
                proof.faults.append(f"{style} in {dtype} is blamed:\n{report}")
    return proof


def singles(exercise: Exercise) -> Iterator[dict[str, Any]]:
    """Every form of every mistake, alone."""
    for mistake in exercise.mistakes:
        for form in mistake.forms:
            yield {mistake.name: form}


def pairs(exercise: Exercise) -> Iterator[dict[str, Any]]:
    """Every two mistakes that can stand in one answer, in their usual forms."""
    for chosen in combinations(exercise.mistakes, 2):
        if compatible(chosen):
            names = [mistake.name for mistake in chosen]
            for forms in product(*(mistake.forms for mistake in chosen)):
                yield dict(zip(names, forms, strict=True))


def right_answers(exercise: Exercise) -> dict[str, Callable[..., Any]]:
    """The reference and its variants, by style."""
    return {"reference": exercise.reference, **exercise.variants}


def alike(exercise: Exercise, one: dict[str, Any], other: dict[str, Any]) -> bool:
    """True if two sets of mistakes cannot be told apart on the check's cases."""
    for case in exercise.cases(torch.float32):
        first, raised = outcome(exercise, case, one)
        second, raised_too = outcome(exercise, case, other)
        tolerance = case.tolerance or exercise.tolerance
        if raised != raised_too or not (raised or same(first, second, tolerance)):
            return False
    return True


def _prove_single(exercise: Exercise, wrong: dict[str, Any], proof: Proof) -> None:
    (name,) = wrong
    report = _timed(exercise, exercise.with_mistakes(wrong), proof)
    proof.mistakes += 1
    proof.caught += not report.passed
    proof.named += report.mistake == name
    if report.mistake != name:
        proof.faults.append(f"{wrong} is called {report.mistake}")


def _prove_pair(exercise: Exercise, wrong: dict[str, Any], proof: Proof) -> None:
    name = "+".join(wrong)
    report = _timed(exercise, exercise.with_mistakes(wrong), proof)
    if report.mistake == name:
        proof.pairs += 1
        proof.pairs_named += 1
    elif any(alike(exercise, wrong, other) for other in _simpler(exercise, wrong)):
        proof.alike.append(f"{name} = {report.mistake or 'the right answer'}")
    else:
        proof.pairs += 1
        proof.faults.append(f"{wrong} is called {report.mistake}")


def _simpler(exercise: Exercise, wrong: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The truth, all single mistakes, and the pairs that are tried before."""
    yield {}
    yield from singles(exercise)
    for pair in pairs(exercise):
        if pair == wrong:
            return
        yield pair


def _timed(
    exercise: Exercise,
    answer: Callable[..., Any],
    proof: Proof,
    dtype: torch.dtype = torch.float32,
) -> Report:
    start = time.perf_counter()
    report = check(exercise.id, answer, dtype)
    proof.milliseconds.append(1000 * (time.perf_counter() - start))
    return report

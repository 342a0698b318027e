"""Cases with other numbers, for grading: made from a seed that learners do not know.

A case keeps its kind: a large number stays large, a row of weights still sums to 1, a
mask still has its row that allows nothing. Only the order of the numbers in a row
changes, or which letters words are made of. What is right on one seed is right on all.
"""

import random
import string
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises import diagnosis
from course_lib.exercises.catalogue import Case, Exercise
from course_lib.exercises.compare import read, same

_LONGER = "length"  # arguments of this name may grow, where no tensor hangs on them


def unseen_cases(exercise: Exercise, seed: int) -> list[Case | None]:
    """The exercise's cases with other numbers; None where nothing could change."""
    # What trials showed is remembered by the case's name; these have the same names.
    diagnosis.forget()
    cases = exercise.cases(torch.float32)
    return [
        _other(case, n, random.Random(f"{seed} {n}")) for n, case in enumerate(cases)
    ]


def proved_cases(exercise: Exercise, seed: int) -> tuple[int, ...]:
    """Numbers of the unseen cases on which every right answer is right.

    The reference and all variants are tried; a case that one of them fails (a tie
    that may be broken either way) is left out, so that nobody is marked down for it.
    """
    cases = unseen_cases(exercise, seed)
    answers = (exercise.reference, *exercise.variants.values())
    return tuple(
        number
        for number, case in enumerate(cases)
        if case is not None and all(_right(exercise, case, one) for one in answers)
    )


def _right(exercise: Exercise, case: Case, answer: Callable[..., Any]) -> bool:
    truth, raised = diagnosis.outcome(exercise, case, {})
    try:
        value = exercise.tried(answer)(*_fresh(case).inputs.values())
    except Exception:
        return False
    reading = read(value, truth)
    tolerance = case.tolerance or exercise.tolerance
    return not raised and not reading.problem and same(reading.value, truth, tolerance)


def _fresh(case: Case) -> Case:
    from course_lib.exercises.runner import copied

    inputs = {name: copied(value) for name, value in case.inputs.items()}
    return replace(case, inputs=inputs)


def _other(case: Case, number: int, chance: random.Random) -> Case | None:
    generator = torch.Generator().manual_seed(chance.randrange(2**31))
    letters = list(string.ascii_lowercase)
    chance.shuffle(letters)
    spelling = str.maketrans(string.ascii_lowercase, "".join(letters))
    free = not any(isinstance(value, Tensor) for value in case.inputs.values())
    inputs = {}
    for name, value in case.inputs.items():
        if name == _LONGER and free:
            inputs[name] = value + chance.randint(1, 3)
        else:
            inputs[name] = _changed(value, generator, spelling)
    if all(_equal(inputs[name], value) for name, value in case.inputs.items()):
        return None
    return replace(case, name=f"unseen case {number + 1}", inputs=inputs)


def _changed(value: Any, generator: torch.Generator, spelling: dict[int, int]) -> Any:
    """A value of the same kind: rows in another order, words in other letters."""
    if isinstance(value, Tensor):
        return _mixed(value, generator)
    if isinstance(value, str):
        return value.translate(spelling)
    if isinstance(value, dict):
        return {_changed(key, generator, spelling): item for key, item in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], str | int):
        if None in value or any(isinstance(part, list) for part in value):
            return value
        order = torch.randperm(len(value), generator=generator).tolist()
        return [value[place] for place in order]
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(_changed(part, generator, spelling) for part in value)
    return value


def _mixed(tensor: Tensor, generator: torch.Generator) -> Tensor:
    """Each row, on the last axis, in an order of its own."""
    if tensor.ndim == 0 or tensor.numel() < 2:
        return tensor
    order = torch.rand(tensor.shape, generator=generator).argsort(-1)
    return tensor.gather(-1, order)


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor):
        return torch.equal(one, other)
    if isinstance(one, list | tuple) and len(one) == len(other):
        return all(map(_equal, one, other))
    return one is other or bool(one == other)

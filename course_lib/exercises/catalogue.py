"""What an exercise is: a contract, a reference, and the answers people really give."""

import ast
import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import torch

from course_lib.exercises.searching import Search

CHAPTERS = tuple(f"{number:02}" for number in range(2, 17))


@dataclass(frozen=True)
class Mistake:
    """One wrong way to compute an answer that has a name.

    Attributes:
        name: as the learner reads it, e.g. "missing-scale".
        says: one to three sentences: what the answer does, and what it should do.
        read: where the chapter explains it, e.g. "03, Why divide by the root of d".
        forms: the values of `wrong[name]` that this name covers. A mistake that has
            a parameter (a fill, a base) lists the usual ones.
        group: mistakes of the same group exclude one another and form no pairs.
        fit: for a mistake with a free parameter: `(inputs, output) -> value | None`
            reads the parameter off the learner's output of one case; the checker
            then confirms it on all cases.
        edge: it shows only in a corner case; it may join a pair as a third.
    """

    name: str
    says: str
    read: str
    forms: tuple[Any, ...] = (True,)
    group: str = ""
    fit: Callable[[Mapping[str, Any], Any], Any] | None = None
    edge: bool = False


@dataclass(frozen=True)
class Case:
    """One set of inputs, passed to the answer in this order.

    Attributes:
        name: said to the learner: "with a mask", "large numbers".
        inputs: argument name to value; tensors, plain values or callables.
        tolerance: largest difference that still counts as equal in float32;
            None takes the exercise's.
    """

    name: str
    inputs: dict[str, Any]
    tolerance: float | None = None


@dataclass(frozen=True)
class Exercise:
    """A task, its reference and its catalogue. Lives in `chapterNN.py`, nowhere else.

    Attributes:
        id: "03.attention".
        title: a few words for headings.
        returns: what the answer is, in symbols: "context (..., T_q, d), weights ...".
        reference: the clean solution that the learner may read; its source uses only
            `math`, `torch` and `F` (torch.nn.functional).
        computation: `(wrong, **inputs) -> dict` of named steps in order. With an
            empty `wrong` it computes the truth; `wrong` maps a mistake's name to one
            of its forms. The two are tested equal.
        answer: the names of the steps that make up the answer. A tuple of two or more
            names means that the answer is a tuple.
        cases: `(dtype) -> list[Case]`, the same inputs on every call. The first case
            is the plainest: it is the one that is watched step by step and drawn.
        mistakes: in the order in which pairs are named ("a+b").
        variants: other correct answers by style: "loops", "einsum", "built-in".
        hints: at least three, from a nudge to nearly the line itself.
        explanation: a short paragraph that goes with the solution.
        tolerance: largest difference that still counts as equal in float32.
        in_place: name of the mistake that is changing an argument; "" where that is
            only worth a remark. Its computation changes its argument too.
        guarded: the argument that this mistake is about; "" for any of them.
        trial: `(answer, *inputs) -> what is compared`, where that is not what one call
            returns: an answer that draws at random is called often and looked at
            through `Findings`. The computation goes through the same trial.
    """

    id: str
    title: str
    returns: str
    reference: Callable[..., Any]
    computation: Callable[..., dict[str, Any]]
    answer: tuple[str, ...]
    cases: Callable[[torch.dtype], list[Case]]
    mistakes: tuple[Mistake, ...]
    variants: Mapping[str, Callable[..., Any]]
    hints: tuple[str, ...]
    explanation: str
    tolerance: float = 1e-4
    in_place: str = ""
    guarded: str = ""
    trial: Callable[..., Any] | None = None

    @property
    def stub_name(self) -> str:
        """The function's name in the notebook: my_attention for 03.attention."""
        return "my_" + self.id.split(".")[1]

    @property
    def signature(self) -> str:
        """Arguments of the answer, e.g. "(query, key, value, mask=None)"."""
        parameters = inspect.signature(self.reference).parameters.values()
        bare = [p.replace(annotation=inspect.Parameter.empty) for p in parameters]
        return str(inspect.Signature(bare))

    @property
    def source(self) -> str:
        """The reference's code as the stub has it: its name there, no annotations.

        Pasted into a notebook it needs no name but math, torch and F.
        """
        lines = inspect.getsource(self.reference).splitlines()
        (function,) = ast.parse("\n".join(lines)).body
        body = lines[function.body[0].lineno - 1 :]
        return "\n".join([f"def {self.stub_name}{self.signature}:", *body]) + "\n"

    def compute(self, inputs: Mapping[str, Any], wrong: Mapping[str, Any]) -> Any:
        """The answer for these inputs with these mistakes in it."""
        steps = self.computation(wrong, **inputs)
        values = tuple(steps[name] for name in self.answer)
        return values if len(values) > 1 else values[0]

    def with_mistakes(self, wrong: Mapping[str, Any]) -> Callable[..., Any]:
        """An answer with these mistakes in it, callable as the learner's is."""
        names = list(inspect.signature(self.reference).parameters)

        def answer(*arguments: Any) -> Any:
            return self.compute(dict(zip(names, arguments, strict=False)), wrong)

        return answer

    def minds(self, changed: tuple[str, ...]) -> bool:
        """True if changing these arguments is a mistake, and not worth a remark."""
        names = changed if not self.guarded else set(changed) & {self.guarded}
        return bool(self.in_place and names)

    def tried(self, answer: Callable[..., Any]) -> Callable[..., Any]:
        """What is called with a case's inputs: the answer, or the trial of it."""
        return answer if self.trial is None else partial(self.trial, answer)

    def expected(self, inputs: Mapping[str, Any], wrong: Mapping[str, Any]) -> Any:
        """What is compared, of an answer with these mistakes in it."""
        if self.trial is None:
            return self.compute(inputs, wrong)
        return self.trial(self.with_mistakes(wrong), *inputs.values())


@cache
def catalogue() -> dict[str, Exercise]:
    """Every exercise of the course by its id."""
    modules = (_module(number) for number in CHAPTERS)
    return {exercise.id: exercise for m in modules for exercise in m.EXERCISES}


@cache
def searches() -> dict[str, Search]:
    """Every exercise whose answer is a head in an explorer, by its id."""
    modules = (_module(number) for number in CHAPTERS)
    found = (search for m in modules for search in getattr(m, "SEARCHES", ()))
    return {search.id: search for search in found}


def find(exercise_id: str) -> Exercise:
    """The exercise with this id.

    Raises:
        KeyError: there is none; the message lists the ids of that chapter, or all.
    """
    known = catalogue() if exercise_id[:2] not in CHAPTERS else _of(exercise_id[:2])
    if exercise_id not in known:
        names = ", ".join(
            [*known, *(i for i in searches() if i[:2] == exercise_id[:2])]
        )
        raise KeyError(f"no exercise {exercise_id!r}; there are {names}")
    return known[exercise_id]


def task(exercise_id: str) -> Exercise | Search:
    """The exercise or the search with this id; raises as `find` does."""
    known = searches() if exercise_id[:2] in CHAPTERS else {}
    return known.get(exercise_id) or find(exercise_id)


def _of(chapter: str) -> dict[str, Exercise]:
    return {exercise.id: exercise for exercise in _module(chapter).EXERCISES}


def _module(chapter: str) -> Any:
    return importlib.import_module(f"{__package__}.chapter{chapter}")

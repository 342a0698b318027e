"""Which known mistake, or which mistakes together, give exactly this answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.compare import read, same

EVERYTHING = "everything"  # the question of a computation that looks at all mistakes
MOST_REMEMBERED = 3000  # outcomes of trials; a catalogue has a few hundred
_remembered: dict[tuple[str, str, str], tuple[Any, bool, list[str]]] = {}


@dataclass(frozen=True)
class Tried:
    """A case with its truth and what the answer did there.

    Attributes:
        case: the inputs.
        truth: the right answer.
        value: the answer's, brought into the truth's form; unused if `failed`.
        failed: True if the answer raised an exception there.
        right: True if both agree.
    """

    case: Case
    truth: Any
    value: Any
    failed: bool
    right: bool


def find_mistakes(exercise: Exercise, tried: list[Tried]) -> tuple[Mistake, ...]:
    """The fewest mistakes of the catalogue that reproduce the answer in every case.

    One mistake is preferred to two. A third is considered only if it is one that
    shows in a corner case alone, as NaN in an empty row does: such a slip hides
    behind others more often than not.

    Returns:
        The mistakes in the catalogue's order; empty if nothing reproduces the
        answer exactly. It never guesses.
    """
    # That two answers both fail says little: they may fail for different reasons.
    if all(one.failed or one.right for one in tried):
        return ()
    # The plainest case comes first: it has no room for most mistakes (of a mask that
    # is not there), so that few different outcomes rule most hypotheses out.
    verdicts = [Verdicts(exercise, one) for one in tried]
    for wrong in hypotheses(exercise, tried):
        if all(known.reproduces(wrong) for known in verdicts):
            return tuple(m for m in exercise.mistakes if m.name in wrong)
    return ()


def hypotheses(exercise: Exercise, tried: list[Tried]) -> Iterator[Mapping[str, Any]]:
    """Every combination of mistakes worth trying, simplest first."""
    # Changing an argument shows in the argument, not in what is returned.
    mistakes = [m for m in exercise.mistakes if m.name != exercise.in_place]
    forms = {mistake.name: list(mistake.forms) for mistake in mistakes}
    for mistake in mistakes:
        for value in _fitted(mistake, tried):
            forms[mistake.name].append(value)
    for size in (1, 2, 3):
        for chosen in combinations(mistakes, size):
            if compatible(chosen):
                for values in product(*(forms[m.name] for m in chosen)):
                    yield dict(zip((m.name for m in chosen), values, strict=True))


def compatible(chosen: tuple[Mistake, ...]) -> bool:
    """True if these mistakes can stand in one answer, the third only as an edge."""
    groups = [mistake.group for mistake in chosen if mistake.group]
    if len(set(groups)) < len(groups):
        return False
    return len(chosen) < 3 or any(mistake.edge for mistake in chosen)


def _fitted(mistake: Mistake, tried: list[Tried]) -> list[Any]:
    """Values of a free parameter, read off the answer where that is possible.

    A parameter that has another value in each case (slopes for 4 heads, for 8) is
    read as a mapping; what the cases tell is put together.
    """
    values: list[Any] = []
    for one in tried:
        if mistake.fit is None or one.failed or one.right:
            continue
        try:
            value = mistake.fit(one.case.inputs, one.value)
        except Exception:  # the learner's value may have any shape or type
            continue
        if value is not None and not any(_equal(value, known) for known in values):
            values.append(value)
    if values and all(isinstance(value, Mapping) for value in values):
        return [{key: v for value in values for key, v in value.items()}]
    return values[:3]


def _equal(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except Exception:  # tensors and arrays of several values
        return False


class Asked(Mapping[str, Any]):
    """Mistakes in an answer, and which of them its computation asked for.

    Attributes:
        mistakes: name to form.
        questions: names in the order in which they were asked for, or EVERYTHING.
    """

    def __init__(self, wrong: Mapping[str, Any]) -> None:
        self.mistakes = dict(wrong)
        self.questions: list[str] = []

    def __getitem__(self, name: str) -> Any:
        self.questions.append(name)
        return self.mistakes[name]

    def __iter__(self) -> Iterator[str]:
        self.questions.append(EVERYTHING)
        return iter(self.mistakes)

    def __len__(self) -> int:
        self.questions.append(EVERYTHING)
        return len(self.mistakes)


class Verdicts:
    """Which hypotheses reproduce the answer in one case.

    A computation that does not ask for a mistake gives the same with it as without
    it: one without a mask never asks how the mask is wrong. What was found is kept in
    a tree of questions, so that each different outcome is computed once.
    """

    def __init__(self, exercise: Exercise, one: Tried) -> None:
        self._exercise, self._one = exercise, one
        self._tree: dict[Any, Any] = {}  # {question: {answer: subtree or verdict}}

    def reproduces(self, wrong: Mapping[str, Any]) -> bool:
        """True if these mistakes give what the learner's answer gave here."""
        answers = {name: repr(value) for name, value in wrong.items()}
        answers[EVERYTHING] = repr(answers)
        tree: Any = self._tree
        while isinstance(tree, dict) and tree:
            (question,) = tree
            tree = tree[question].setdefault(answers.get(question), {})
        if isinstance(tree, bool):
            return tree
        asked = Asked(wrong)
        verdict = self._computed(asked)
        questions = list(dict.fromkeys(asked.questions)) or [EVERYTHING]
        tree = self._tree
        for question in questions[:-1]:
            tree = tree.setdefault(question, {}).setdefault(answers.get(question), {})
        tree.setdefault(questions[-1], {})[answers.get(questions[-1])] = verdict
        return verdict

    def _computed(self, wrong: Mapping[str, Any]) -> bool:
        one = self._one
        expected, raised = outcome(self._exercise, one.case, wrong)
        if raised or one.failed:
            return raised and one.failed
        tolerance = one.case.tolerance or self._exercise.tolerance
        return same(read(one.value, expected).value, expected, tolerance)


def outcome(
    exercise: Exercise, case: Case, wrong: Mapping[str, Any]
) -> tuple[Any, bool]:
    """What is compared of an answer with these mistakes, and whether it raises.

    A trial calls the computation often: what it showed is remembered.
    """
    if exercise.trial is None:
        return _outcome(exercise, case, wrong)
    asked = wrong if isinstance(wrong, Asked) else Asked(wrong)
    kinds = [getattr(value, "dtype", None) for value in case.inputs.values()]
    key = (exercise.id, case.name, f"{kinds} {asked.mistakes}")
    if key not in _remembered:
        if len(_remembered) >= MOST_REMEMBERED:
            _remembered.clear()
        shown = _outcome(exercise, case, asked)
        _remembered[key] = (*shown, list(asked.questions))
    value, raised, questions = _remembered[key]
    asked.questions = list(questions)
    return value, raised


def forget() -> None:
    """Forget what trials showed: cases of the same names are about to change."""
    _remembered.clear()


def _outcome(
    exercise: Exercise, case: Case, wrong: Mapping[str, Any]
) -> tuple[Any, bool]:
    try:
        return exercise.expected(case.inputs, wrong), False
    except Exception:  # some mistakes do not fit some shapes, as the learner's own
        return None, True

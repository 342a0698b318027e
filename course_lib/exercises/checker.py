"""`check`: is the answer right, and if not, where and why not.

It speaks in four ways, as far as each is known: which contract is broken, which
step of the computation the answer reached, which known mistake reproduces it, and
both answers side by side.
"""

import dis
import inspect
from collections.abc import Callable
from typing import Any

import torch

from course_lib.exercises import progress, wording
from course_lib.exercises.catalogue import Case, Exercise, Mistake, task
from course_lib.exercises.compare import describe, read, same
from course_lib.exercises.diagnosis import Tried, find_mistakes, outcome
from course_lib.exercises.report import Report
from course_lib.exercises.runner import Call, Outcome, run
from course_lib.exercises.searching import Search
from course_lib.exercises.watch import Watch

LIMIT = 10.0  # seconds for all cases of one check
attempted: set[str] = set()  # ids tried in this session


def check(exercise_id: str, answer: Any, dtype: torch.dtype = torch.float32) -> Report:
    """Check an answer to an exercise and say what is wrong with it, by name.

    Args:
        exercise_id: for example "03.attention".
        answer: your function; its arguments are passed by position. Where a head is
            to be found, the explorer in which you chose it.
        dtype: of the inputs it is tried on.

    Raises:
        KeyError: there is no such exercise.
    """
    exercise = task(exercise_id)
    if isinstance(exercise, Search):
        report = exercise.judge(answer)
    else:
        report = examine(exercise, answer, exercise.cases(dtype))
    if report.attempted:
        attempted.add(exercise_id)
        progress.note(exercise_id, report.passed)
    return report


def examine(exercise: Exercise, answer: Any, cases: list[Case]) -> Report:
    """Judge an answer by these cases; nothing is noted."""
    problem = _unfit(exercise, answer)
    if problem:
        return Report(exercise.id, message=problem, cases=len(cases))
    if is_stub(answer):
        return _unattempted(exercise, cases)
    watch = _watch(exercise, cases[0])
    calls = [Call(case.inputs) for case in cases]
    if watch.targets:
        calls[0].watch = watch
    outcomes = run(exercise.tried(answer), calls, LIMIT)
    if isinstance(outcomes[0].error, NotImplementedError):
        return _unattempted(exercise, cases)
    report = _judge(exercise, answer, cases, outcomes, watch)
    report.cases, report.steps = len(cases), len(watch.targets)
    report.printed = outcomes[0].printed
    if outcomes[0].dropped:
        report.printed += f"... and {outcomes[0].dropped:,} more characters"
    return report


def is_stub(answer: Callable[..., Any]) -> bool:
    """True for a function whose body does nothing at all."""
    code = getattr(answer, "__code__", None)
    if code is None:
        return False
    nothing = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST", "CACHE"}
    steps = list(dis.get_instructions(code))
    constants = [s.argval for s in steps if "CONST" in s.opname]
    return all(s.opname in nothing for s in steps) and constants == [None]


def _unattempted(exercise: Exercise, cases: list[Case]) -> Report:
    text = (
        f"Fill in `{exercise.stub_name}` and run this cell again. "
        f'`hint("{exercise.id}")` gives a first push.'
    )
    return Report(exercise.id, attempted=False, message=text, cases=len(cases))


def _unfit(exercise: Exercise, answer: object) -> str:
    """Why the answer cannot even be called, or ""."""
    form = f"`{exercise.stub_name}{exercise.signature}`"
    if not callable(answer):
        return f"check needs a function {form}, but was given {describe(answer)}."
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):  # built-in functions may not tell
        return ""
    wanted = inspect.signature(exercise.reference).parameters
    try:
        signature.bind(*wanted)
    except TypeError as error:
        return f"Your function must take {form}; yours is `{signature}`: {error}."
    return ""


def _judge(
    exercise: Exercise,
    answer: Callable[..., Any],
    cases: list[Case],
    outcomes: list[Outcome],
    watch: Watch,
) -> Report:
    if not outcomes[-1].finished:
        return _stopped(exercise, cases, outcomes, watch)
    tried, problems, remarks = _compare(exercise, cases, outcomes)
    if all(one.right for one in tried):
        return _right(exercise, tried, outcomes, watch, remarks)
    at = next(n for n, one in enumerate(tried) if not one.right)
    wrong = tried[at]
    if at:  # the watched case is right: watch the first one that is not
        watch = _watch(exercise, wrong.case)
        if watch.targets:
            run(exercise.tried(answer), [Call(wrong.case.inputs, watch)], LIMIT)
    mistakes = find_mistakes(exercise, tried)
    if mistakes and any(exercise.minds(result.changed) for result in outcomes):
        mistakes = _with_in_place(exercise, mistakes)
    report = Report(exercise.id, reached=watch.reached, remarks=remarks)
    report.right = _count_right(exercise, tried, outcomes)
    report.case, report.expected = wrong.case.name, wrong.truth
    report.given = None if wrong.failed else wrong.value
    report.mistake = "+".join(mistake.name for mistake in mistakes) or None
    if mistakes:
        report.message = wording.named(mistakes, wrong, watch)
    elif wrong.failed:
        report.message = wording.raised(outcomes[at], wrong)
    else:
        tolerance = wrong.case.tolerance or exercise.tolerance
        report.message = wording.departure(wrong, problems[at], watch, tolerance)
    if exercise.in_place not in [mistake.name for mistake in mistakes]:
        report.message += wording.also_changed(outcomes)
    return report


def _stopped(
    exercise: Exercise, cases: list[Case], outcomes: list[Outcome], watch: Watch
) -> Report:
    """What is known of an answer that had to be stopped: the cases before count."""
    done = len(outcomes) - 1
    tried, _, _ = _compare(exercise, cases[:done], outcomes[:done])
    report = Report(exercise.id, reached=watch.reached, case=cases[done].name)
    report.message, report.stopped = wording.timed_out(cases[done], LIMIT), True
    report.right = _count_right(exercise, tried, outcomes[:done])
    return report


def _count_right(
    exercise: Exercise, tried: list[Tried], outcomes: list[Outcome]
) -> int:
    """Cases whose answer is right and leaves alone what it must not change."""
    pairs = zip(tried, outcomes, strict=True)
    return sum(one.right and not exercise.minds(o.changed) for one, o in pairs)


def _right(
    exercise: Exercise,
    tried: list[Tried],
    outcomes: list[Outcome],
    watch: Watch,
    remarks: tuple[str, ...],
) -> Report:
    """Passed, unless the exercise minds that an argument is changed."""
    pairs = zip(tried, outcomes, strict=True)
    first = next((one for one, o in pairs if exercise.minds(o.changed)), None)
    report = Report(exercise.id, reached=watch.reached, remarks=remarks)
    report.right = _count_right(exercise, tried, outcomes)
    if first is not None:
        mistakes = _with_in_place(exercise, ())
        report.mistake, report.case = exercise.in_place, first.case.name
        report.message = wording.named(mistakes, first, watch)
    else:
        report.passed, report.message = True, f"All {len(tried)} cases are right."
    return report


def _with_in_place(
    exercise: Exercise, mistakes: tuple[Mistake, ...]
) -> tuple[Mistake, ...]:
    """These mistakes and the one of changing an argument, in the catalogue's order."""
    names = {exercise.in_place, *(mistake.name for mistake in mistakes)}
    return tuple(m for m in exercise.mistakes if m.name in names)


def _watch(exercise: Exercise, case: Case) -> Watch:
    if any(isinstance(value, torch.Generator) for value in case.inputs.values()):
        return Watch({}, 0.0)  # what is drawn at random cannot be waited for
    steps = exercise.computation({}, **case.inputs)
    return Watch(steps, case.tolerance or exercise.tolerance)


def _compare(
    exercise: Exercise, cases: list[Case], outcomes: list[Outcome]
) -> tuple[list[Tried], list[str], tuple[str, ...]]:
    """Each case with its truth, each broken contract, and every remark."""
    tried, problems, remarks = [], [], []
    for case, result in zip(cases, outcomes, strict=True):
        truth, _ = outcome(exercise, case, {})
        reading = read(result.value, truth)
        failed = result.error is not None
        right = (
            not failed
            and not reading.problem
            and same(reading.value, truth, case.tolerance or exercise.tolerance)
        )
        tried.append(Tried(case, truth, reading.value, failed, right))
        problems.append(reading.problem)
        remarks += reading.remarks
        if right and result.changed and not exercise.minds(result.changed):
            names = ", ".join(f"`{name}`" for name in result.changed)
            remarks.append(
                f"It changes {names} in place: whoever passed it in will be surprised."
            )
    return tried, problems, tuple(dict.fromkeys(remarks))

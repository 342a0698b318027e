"""Marks follow from what the checker found, and the sentence says how."""

import math
from collections.abc import Iterator

import pytest

from course_lib.exercises import marks
from course_lib.exercises.catalogue import catalogue, find
from course_lib.exercises.marks import grade, grade_unseen, mark
from course_lib.exercises.report import Report
from course_lib.exercises.unseen import proved_cases


@pytest.fixture(autouse=True)
def new_notebook(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(marks, "_stopped", set())
    yield


def scores(query, key):
    return query @ key.mT / math.sqrt(query.shape[-1])


def unscaled(query, key):
    return query @ key.mT


def endless(query, key):
    while True:
        query = query + 1


def graded(answer: object, **more: object) -> float:
    return grade("03.scores", {"my_scores": answer, **more}, points=6)


def unseen(answer: object, seed: int = 7) -> float:
    numbers = proved_cases(find("03.scores"), seed)
    return grade_unseen("03.scores", {"my_scores": answer}, 4, seed, numbers)


def test_right_answers_have_all_points() -> None:
    assert (graded(scores), unseen(scores)) == (6, 4)


def test_steps_count_half_and_the_sentence_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert graded(unscaled) == 1.5
    said = capsys.readouterr().out
    assert "1.5 of 6 points: 0 of 4 cases right, 1 of 2 steps reached" in said
    assert unseen(unscaled) == 0
    said = capsys.readouterr().out
    assert "missing-scale" in said and "0 of 4 points: 0 of 4 cases right." in said


def test_cases_count_by_their_share() -> None:
    report = Report("03.scores", case="a batch", right=3, cases=4)
    assert mark(report, 6) == (4.5, "4.5 of 6 points: 3 of 4 cases right.")
    report.reached, report.steps = ["products"], 2
    given, said = mark(report, 6)
    # 3/4 and half of a quarter's half: 13/16 of 6 is 4.875, rounded down.
    assert given == 4.5 and said.endswith('1 of 2 steps reached in the case "a batch".')


def test_more_found_is_never_worth_less() -> None:
    rows = [
        [
            mark(Report("x", right=right, cases=5, steps=4, reached=["s"] * n), 6)[0]
            for n in range(5)
        ]
        for right in range(5)
    ]
    for row in (*rows, *zip(*rows, strict=True)):
        assert list(row) == sorted(row)
    assert max(map(max, rows)) < 6


def test_an_endless_answer_is_tried_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("course_lib.exercises.checker.LIMIT", 0.5)
    assert graded(endless) == 0
    assert "still running" in capsys.readouterr().out
    assert unseen(endless) == 0
    assert "it is not tried again" in capsys.readouterr().out


def test_what_is_missing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert grade("03.scores", {}, points=6) == 0
    assert "there is no function `my_scores`" in capsys.readouterr().out
    assert graded(None) == 0
    assert "check needs a function" in capsys.readouterr().out

    def stub(query, key):
        """Return scores."""

    assert graded(stub) == unseen(stub) == 0
    assert "nothing was written here" in capsys.readouterr().out


def test_the_courses_own_function_is_no_answer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert graded(find("03.scores").reference) == 0
    assert "the course's own function" in capsys.readouterr().out


@pytest.mark.parametrize("name", catalogue())
def test_a_variant_has_all_points_on_unseen_cases(name: str) -> None:
    exercise = find(name)
    numbers = proved_cases(exercise, 11)
    assert numbers, "an exercise without unseen cases has all points in its check"
    answer = list(exercise.variants.values())[-1]
    own = {exercise.stub_name: lambda *given: answer(*given)}
    assert grade_unseen(name, own, 4, 11, numbers[:1]) == 4

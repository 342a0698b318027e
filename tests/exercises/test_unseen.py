"""Unseen cases are other cases of the same kind, the same for the same seed."""

import pytest
import torch

from course_lib.exercises.catalogue import catalogue, find
from course_lib.exercises.unseen import proved_cases, unseen_cases


def inputs(name: str, seed: int) -> list[str]:
    cases = unseen_cases(find(name), seed)
    # A generator's text is its address.
    return [
        repr([v for v in case.inputs.values() if not isinstance(v, torch.Generator)])
        for case in cases
        if case is not None and not any(map(callable, case.inputs.values()))
    ]


@pytest.mark.parametrize("name", catalogue())
def test_a_seed_decides_the_cases(name: str) -> None:
    assert inputs(name, 3) == inputs(name, 3)
    if name != "06.encoder_block":  # its cases hold functions
        assert inputs(name, 3) != inputs(name, 4)


def test_kinds_stay_what_they_are() -> None:
    before = find("03.attention").cases(torch.float32)
    after = unseen_cases(find("03.attention"), 5)
    for old, new in zip(before, after, strict=True):
        assert new is not None
        for name, value in old.inputs.items():
            if value is not None:
                assert torch.equal(
                    value.sort(-1).values, new.inputs[name].sort(-1).values
                )
    for case in unseen_cases(find("09.entropy"), 5):
        sums = case.inputs["weights"].sum(-1)
        assert torch.allclose(sums, torch.ones_like(sums))


def test_words_are_spelt_with_other_letters_and_marks_stay() -> None:
    (case, *_) = unseen_cases(find("02.wordpiece"), 5)
    assert case.inputs["word"] != "unpacking" and len(case.inputs["word"]) == 9
    assert "[UNK]" in case.inputs["vocabulary"]
    assert sum(p.startswith("##") for p in case.inputs["vocabulary"]) >= 2


def test_a_case_that_a_right_answer_fails_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exercise = find("03.scores")
    assert proved_cases(exercise, 5) == (0, 1, 2, 3)
    right = exercise.reference

    def other_right_answer(query, key):
        return right(query, key) if query.ndim < 4 else query

    monkeypatch.setitem(exercise.variants, "odd", other_right_answer)
    assert proved_cases(exercise, 5) == (0, 1, 2)


def test_every_wrong_answer_of_the_catalogue_fails_one_of_them() -> None:
    """Not each: some mistakes show in one designed case alone. Most do."""
    seen = total = 0
    for exercise in catalogue().values():
        if exercise.trial is not None:
            continue
        numbers = set(proved_cases(exercise, 5))
        cases = [c for n, c in enumerate(unseen_cases(exercise, 5)) if n in numbers]
        for mistake in exercise.mistakes:
            total += 1
            wrong = {mistake.name: mistake.forms[0]}
            seen += any(_differs(exercise, case, wrong) for case in cases)
    assert total > 200 and seen / total > 0.9


def _differs(exercise, case, wrong) -> bool:
    try:
        return repr(exercise.compute(case.inputs, wrong)) != repr(
            exercise.compute(case.inputs, {})
        )
    except Exception:
        return True

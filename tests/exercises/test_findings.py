"""Answers that draw at random: what is seen of them, and when two may be the same."""

import pytest
import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake
from course_lib.exercises.compare import read, same
from course_lib.exercises.findings import Findings, Share, share
from course_lib.exercises.report import Report


def coins(rate: float, seed: int, *shape: int) -> Tensor:
    source = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=source) < rate


EVERY = torch.ones(2, 40, 50, dtype=torch.bool)


def test_the_error_of_single_draws_is_the_binomial_one() -> None:
    seen = share(coins(0.2, 1, 2, 40, 50), EVERY)
    assert seen.size == 4000 and abs(seen.value - 0.2) < 4 * seen.error
    assert seen.error == pytest.approx((0.2 * 0.8 / 4000) ** 0.5, rel=0.3)


@pytest.mark.parametrize("shape", [(2, 40, 1), (2, 1, 50), (1, 40, 50)])
def test_draws_for_whole_groups_count_as_few(shape: tuple[int, ...]) -> None:
    together = coins(0.2, 2, *shape).expand(2, 40, 50)
    seen = share(together, EVERY)
    few = (0.2 * 0.8 / (shape[0] * shape[1] * shape[2])) ** 0.5
    assert seen.error == pytest.approx(few, rel=0.4)


def test_a_batch_drawn_as_one_counts_as_one() -> None:
    batches = coins(0.5, 3, 30, 1, 1).expand(30, 5, 6)
    sample = torch.ones_like(batches)
    seen = share(batches, sample)
    assert seen.error == pytest.approx((0.25 / 30) ** 0.5, rel=0.1)


def test_shares_agree_within_their_errors() -> None:
    one, other = Share(0.15, 1000, 0.01), Share(0.19, 1000, 0.01)
    assert one.agrees(other) and not one.agrees(Share(0.23, 1000, 0.01))


def test_an_empty_sample_says_nothing() -> None:
    empty = share(EVERY, ~EVERY)
    assert empty.size == 0 and str(empty) == "none there"
    assert empty.agrees(Share(1.0, 1000, 0.0)) and Share(1.0, 9, 0.0).agrees(empty)


def test_one_exception_to_a_rule_is_too_many() -> None:
    never, once = Share(0, 5000, 1e-4, True), Share(1 / 5000, 5000, 2e-4, True)
    assert not never.agrees(once) and not once.agrees(never)
    assert once.agrees(Share(2 / 5000, 5000, 3e-4, True))
    lax = Share(0, 5000, 1e-4), Share(1 / 5000, 5000, 2e-4)
    assert lax[0].agrees(lax[1])


def test_findings_are_compared_name_by_name() -> None:
    one = Findings({"share": Share(0.5, 100, 0.05), "fact": "kept"})
    assert (
        one.differing(Findings({"share": Share(0.6, 100, 0.05), "fact": "kept"})) == []
    )
    other = Findings({"share": Share(0.99, 100, 0.01), "fact": "lost"})
    assert one.differing(other) == ["share", "fact"]
    assert one.differing(Findings(problem="it returns None")) == ["share", "fact"]
    assert same(one, one, 0.0) and not same(other, one, 0.0)
    assert not same(3, one, 0.0)
    assert read(Findings(problem="it returns None"), one).problem == "it returns None"


def flips(count, generator):
    return torch.rand(count, generator=generator) < 0.3


def trial(answer, count, generator) -> Findings:
    sample = answer(count, generator.clone_state()).view(1, 1, -1)
    return Findings({"heads": share(sample, torch.ones_like(sample))})


def exercise() -> Exercise:
    """A biased coin, small enough to be seen through."""

    def computation(wrong, count, generator):
        rate = wrong.get("wrong-rate", 0.7 if "turned" in wrong else 0.3)
        return {"flips": torch.rand(count, generator=generator) < rate}

    def cases(_dtype):
        generator = torch.Generator().manual_seed(1)
        return [Case("many flips", {"count": 9000, "generator": generator})]

    def fit(_inputs, output: Findings) -> float:
        seen = output.seen["heads"]
        assert isinstance(seen, Share)
        return seen.value

    return Exercise(
        id="99.coin",
        title="A coin",
        returns="flips",
        reference=flips,
        computation=computation,
        answer=("flips",),
        cases=cases,
        mistakes=(
            Mistake("turned", "You count tails.", "99, Coins"),
            Mistake("wrong-rate", "Not 30 %.", "99, Coins", forms=(0.5,), fit=fit),
        ),
        variants={},
        hints=("Draw.",),
        explanation="Draws.",
        trial=trial,
    )


@pytest.fixture
def check_coin(monkeypatch: pytest.MonkeyPatch):
    from course_lib.exercises import checker

    coin = exercise()
    monkeypatch.setattr(checker, "task", lambda _id: coin)

    def check(rate: float, skip: int = 0) -> Report:
        def answer(count, generator):
            torch.rand(skip, generator=generator)
            return torch.rand(count, generator=generator) < rate

        return checker.check("99.coin", answer)

    return check


def test_a_right_answer_may_draw_in_another_order(check_coin) -> None:
    for skip in range(20):
        report = check_coin(0.3, skip)
        assert report.passed and report.remarks == (), report


def test_a_wrong_answer_is_named_whatever_it_draws(check_coin) -> None:
    assert {check_coin(0.7, skip).mistake for skip in range(10)} == {"turned"}
    assert check_coin(0.5, 3).mistake == "wrong-rate"
    assert check_coin(0.41, 3).mistake == "wrong-rate"


def test_the_report_shows_what_was_seen(check_coin) -> None:
    report = check_coin(0.7, 1)
    assert isinstance(report.given, Findings) and isinstance(report.expected, Findings)
    page = report._repr_html_()
    assert "heads" in page and "≠ 70." in page and "What many draws show" in page


def test_findings_without_a_name_are_said_in_words(
    check_coin, monkeypatch: pytest.MonkeyPatch
) -> None:
    from course_lib.exercises import checker

    monkeypatch.setattr(checker, "find_mistakes", lambda *_: ())
    message = check_coin(0.9).message
    assert "Heads: 90." in message and "expected 30." in message

"""`check` on the answers that people give: right, wrong, broken, endless."""

import contextlib
import math
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises import check, checker, coach, hint, runner, solution
from course_lib.exercises.catalogue import find


@pytest.fixture(autouse=True)
def new_session() -> Iterator[None]:
    """Attempts and hints are counted by session; each test starts a new one."""
    checker.attempted.clear()
    coach._given.clear()
    yield


def attention(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None):
    """A right answer that the wrong ones below vary."""
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    weights = scores.softmax(-1).nan_to_num(0.0)
    return weights @ value, weights


def test_a_right_answer_passes_and_its_steps_are_seen() -> None:
    report = check("03.attention", attention)
    assert report.passed and report.attempted and report.mistake is None
    assert report.remarks == ()
    assert report.reached[0] == "products" and report.reached[-1] == "context"
    assert repr(report).startswith("Passed: 03.attention")


def test_the_stub_counts_as_not_attempted() -> None:
    def stub(query, key, value, mask=None):
        """Return context and weights."""

    def refuses(query, key, value, mask=None):
        raise NotImplementedError

    for untouched in (stub, refuses):
        report = check("03.attention", untouched)
        assert not report.passed and not report.attempted
        assert repr(report).startswith("Not attempted yet: 03.attention")


def test_a_forgotten_return_is_not_an_untouched_stub() -> None:
    def forgets(query, key, value, mask=None):
        weights = (query @ key.mT).softmax(-1)  # noqa: F841

    report = check("03.attention", forgets)
    assert report.attempted and not report.passed
    assert "returns None" in report.message and "`return`" in report.message


def test_a_mistake_is_named() -> None:
    def unscaled(query, key, value, mask=None):
        return attention(query * math.sqrt(query.shape[-1]), key, value, mask)

    report = check("03.attention", unscaled)
    assert report.mistake == "missing-scale"
    assert report.verdict == "Not yet: 03.attention (missing-scale)"
    assert find("03.attention").mistakes[0].says in report.message


def test_two_mistakes_are_named_as_a_pair() -> None:
    def both(query, key, value, mask=None):
        query = query * math.sqrt(query.shape[-1])
        return attention(query, key, value, None if mask is None else ~mask)

    assert check("03.attention", both).mistake == "missing-scale+mask-inverted"


@pytest.mark.parametrize("fill", [-1.0, -3.7, -10.0])
def test_any_weak_fill_is_named(fill: float) -> None:
    def weak(query, key, value, mask=None):
        scores = query @ key.mT / math.sqrt(query.shape[-1])
        weights = scores
        if mask is not None:
            weights = scores.masked_fill(~mask, fill)
        weights = weights.softmax(-1)
        if mask is not None:
            weights = weights * mask.any(-1, keepdim=True)
        return weights @ value, weights

    assert check("03.attention", weak).mistake == "mask-too-weak"


def test_an_unknown_mistake_is_not_guessed_but_located() -> None:
    def odd(query, key, value, mask=None):
        scores = query @ key.mT / math.sqrt(query.shape[-1]) * 1.37
        if mask is not None:
            scores = scores.masked_fill(~mask, -math.inf)
        weights = scores.softmax(-1).nan_to_num(0.0)
        return weights @ value, weights

    report = check("03.attention", odd)
    assert report.mistake is None and not report.passed
    assert "products" in report.reached and "weights" not in report.reached
    assert "first departs at the step" in report.message
    assert "expected" in report.message


def test_loops_over_single_numbers_are_watched_too() -> None:
    def loops(query, key, value, mask=None):
        flat = [t.reshape(-1, *t.shape[-2:]) for t in (query, key, value)]
        scores = torch.zeros(flat[0].shape[0], query.shape[-2], key.shape[-2])
        for n in range(scores.shape[0]):
            for i in range(scores.shape[1]):
                for j in range(scores.shape[2]):
                    product = (flat[0][n, i] * flat[1][n, j]).sum()
                    scores[n, i, j] = product / math.sqrt(query.shape[-1])
        if mask is not None:
            scores = scores.reshape(*query.shape[:-1], -1).masked_fill(~mask, -1e9)
        weights = scores.reshape(*query.shape[:-1], -1).softmax(-1)
        if mask is not None:
            weights = weights * mask.any(-1, keepdim=True)
        return weights @ value, weights

    report = check("03.attention", loops)
    assert report.passed
    assert report.reached[0] == "products"


def test_numpy_lists_and_other_dtypes_are_right_with_a_remark() -> None:
    def in_numpy(query, key, value, mask=None):
        return tuple(part.numpy() for part in attention(query, key, value, mask))

    def in_lists(query, key, value, mask=None):
        return [part.tolist() for part in attention(query, key, value, mask)]

    def in_double(query, key, value, mask=None):
        return attention(query.double(), key.double(), value.double(), mask)

    for answer, word in ((in_numpy, "numpy"), (in_lists, "list"), (in_double, "64")):
        report = check("03.attention", answer)
        assert report.passed, report
        assert any(word in remark for remark in report.remarks)


def test_an_answer_that_requires_gradients_is_right() -> None:
    gain = torch.nn.Parameter(torch.ones(()))
    report = check("03.attention", lambda q, k, v, m=None: attention(q * gain, k, v, m))
    assert report.passed and report.remarks == ()


def test_a_numpy_computation_is_right() -> None:
    def scores(query, key):
        query, key = np.asarray(query), np.asarray(key)
        return query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1])

    report = check("03.scores", scores)
    assert report.passed and "numpy" in report.remarks[0]


def test_a_built_in_is_right() -> None:
    def built_in(scores):
        return F.softmax(scores, dim=-1)

    assert check("03.weights", built_in).passed


def test_changed_inputs_are_right_with_a_remark() -> None:
    def in_place(query, key):
        query /= math.sqrt(query.shape[-1])
        return query @ key.mT

    report = check("03.scores", in_place)
    assert report.passed
    assert "`query`" in report.remarks[0] and "in place" in report.remarks[0]


def test_wrong_and_changed_says_both() -> None:
    def in_place(query, key):
        query *= 2
        return query @ key.mT

    report = check("03.scores", in_place)
    assert not report.passed and "changes `query` in place" in report.message


def test_an_exception_shows_line_and_cause() -> None:
    def raises(query, key):
        width = query.shape[-1]
        return query @ key / math.sqrt(width)

    report = check("03.scores", raises)
    assert report.mistake is None
    assert "RuntimeError" in report.message
    assert "query @ key / math.sqrt(width)" in report.message


def test_leaving_the_interpreter_is_survived() -> None:
    report = check("03.scores", lambda query, key: sys.exit(3))
    assert not report.passed and "SystemExit" in report.message


def test_endless_answers_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "LIMIT", 0.3)

    def endless(query, key):
        while True:
            with contextlib.suppress(Exception):
                query = query + 0

    report = check("03.scores", endless)
    assert not report.passed and "still running" in report.message


def test_a_busy_machine_does_not_stop_an_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checker, "LIMIT", 0.05)
    monkeypatch.setattr(runner, "PATIENCE", 1000.0)

    def waits(query, key):  # uses no processor time, as one that is not let on
        time.sleep(0.1)
        return query @ key.mT / math.sqrt(query.shape[-1])

    monkeypatch.setattr(runner.time, "process_time", lambda: 0.0)
    assert check("03.scores", waits).passed


def test_megabytes_of_output_are_cut_and_counted() -> None:
    def chatty(query, key):
        print("x" * 3_000_000)
        return query @ key.mT / math.sqrt(query.shape[-1])

    report = check("03.scores", chatty)
    assert report.passed
    assert len(report.printed) < 3000 and "more characters" in report.printed


def test_wrong_shapes_and_types_break_the_contract() -> None:
    def short(query, key):
        return (query @ key.mT)[..., :1]

    assert "its shape is" in check("03.scores", short).message
    assert "a dict" in check("03.scores", lambda q, k: {"scores": q}).message
    assert (
        "2 values are expected"
        in check("03.attention", lambda q, k, v, m=None: q).message
    )
    integers = check("03.causal_mask", lambda length: torch.ones(length, length).tril())
    assert not integers.passed and "torch.bool" in repr(integers)


def test_what_is_no_function_is_refused_with_the_contract() -> None:
    assert "my_scores(query, key)" in check("03.scores", 3).message
    assert "must take" in check("03.scores", lambda query: query).message


def test_an_unknown_exercise_lists_the_known_ones() -> None:
    with pytest.raises(KeyError, match=r"03\.scores"):
        check("03.nothing", attention)


def test_an_object_with_a_hostile_comparison_is_survived() -> None:
    class Hostile:
        def __eq__(self, other: object) -> bool:
            raise RuntimeError("no")

        __hash__ = None

    report = check("02.merge_pair", lambda words, pair: Hostile())
    assert not report.passed


def test_hostile_text_never_becomes_html() -> None:
    report = check(
        "02.wordpiece", lambda word, vocabulary: ["<script>alert(1)</script>"]
    )
    assert not report.passed
    assert "<script>" not in report._repr_html_()
    assert "&lt;script&gt;" in report._repr_html_()


def test_the_picture_marks_what_differs() -> None:
    def unscaled(query, key):
        return query @ key.mT

    page = check("03.scores", unscaled)._repr_html_()
    assert "target" in page and "yours" in page and "≠" in page


def test_hints_come_one_by_one_and_the_last_stays() -> None:
    hints = find("03.scores").hints
    shown = [hint("03.scores") for _ in range(len(hints) + 1)]
    assert shown[0].startswith(f"Hint 1 of {len(hints)}") and hints[0] in shown[0]
    assert shown[-1] == shown[-2]


def test_the_solution_waits_for_an_attempt() -> None:
    assert "first" in solution("03.scores") and not solution("03.scores").code
    check("03.scores", lambda query, key: query @ key.mT)
    assert solution("03.scores").code.startswith("def my_scores(")
    assert "<pre>" in solution("03.scores")._repr_html_()


@pytest.mark.parametrize("precision", [torch.float64, torch.bfloat16])
def test_other_dtypes_can_be_asked_for(precision: torch.dtype) -> None:
    assert check("03.attention", attention, precision).passed

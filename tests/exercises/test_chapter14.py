"""Filters of logits as learners write them, and what they are told."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course_lib.exercises import check
from course_lib.exercises.catalogue import find
from course_lib.generation import filters

TEMPERATURE, TOP_K, TOP_P = "14.temperature", "14.top_k", "14.top_p"
INF, F64 = math.inf, torch.float64


# The references are what the course itself computes.


def test_the_references_agree_with_the_filters() -> None:
    torch.manual_seed(0)
    logits = 3 * torch.randn(2, 5, 40)
    for t in (0.01, 0.5, 1.0, 3.0):
        expected = filters.temperature(logits, t).softmax(-1)
        given = find(TEMPERATURE).reference(logits, t)
        assert torch.allclose(given, expected, atol=1e-6)
    ties = torch.randint(-3, 4, (20, 12)).float()
    for k in (1, 2, 7, 12, 50):
        for numbers in (logits, ties):
            given = find(TOP_K).reference(numbers, k)
            assert torch.equal(given, filters.top_k(numbers, k))
    for p in (0.01, 0.3, 0.5, 0.9, 0.999):
        assert torch.equal(find(TOP_P).reference(logits, p), filters.top_p(logits, p))


# 14.temperature


def by_hand(logits, t):
    powers = (logits / t - (logits / t).amax(-1, keepdim=True)).exp()
    return powers / powers.sum(-1, keepdim=True)


def in_numpy(logits, t):
    scaled = logits.double().numpy() / t
    powers = np.exp(scaled - scaled.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def row_by_row(logits, t):
    rows = [(row / t).softmax(0) for row in logits.reshape(-1, logits.shape[-1])]
    return torch.stack(rows).reshape(logits.shape)


def naive(logits, t):
    powers = torch.exp(logits / t)
    return powers / powers.sum(-1, keepdim=True)


TEMPERATURE_ANSWERS = [
    (by_hand, None),
    (in_numpy, None),
    (row_by_row, None),
    (lambda x, t: F.softmax(x.div(t), -1), None),
    (lambda x, t: (x / t).log_softmax(-1).exp(), None),
    (lambda x, t: (x * t).softmax(-1), "multiplies-instead-of-divides"),
    (lambda x, t: x.softmax(-1) ** t / (x.softmax(-1) ** t).sum(-1, keepdim=True),)
    + ("multiplies-instead-of-divides",),
    (lambda x, t: x.softmax(-1) / t, "applied-after-softmax"),
    (lambda x, t: (x.softmax(-1) / t).softmax(-1), "applied-after-softmax"),
    (lambda x, t: x.softmax(-1) ** (1 / t), "applied-after-softmax"),
    (lambda x, t: x.softmax(-1) * t,)
    + ("multiplies-instead-of-divides+applied-after-softmax",),
    (naive, "overflow"),
    (lambda x, t: naive(x * t, 1.0), "multiplies-instead-of-divides+overflow"),
    (lambda x, t: (x + t).softmax(-1), "temperature-ignored"),
    (lambda x, t: x.softmax(-1), "temperature-ignored"),
    (lambda x, t: F.normalize(x.softmax(-1) / t, p=1, dim=-1), "temperature-ignored"),
    (lambda x, t: x / t, "softmax-missing"),
    (lambda x, t: (x / t).log_softmax(-1), "log-softmax"),
    (lambda x, t: (x / t).softmax(0), "softmax-over-batch"),
    (lambda x, t: (x / t).exp(), "not-normalised"),
    (lambda x, t: (x / t**2).softmax(-1), "applied-twice"),
    (lambda x, t: F.one_hot(x.argmax(-1), x.shape[-1]).to(x.dtype), "greedy-instead"),
]


@pytest.mark.parametrize(("answer", "name"), TEMPERATURE_ANSWERS)
def test_temperatures_as_people_write_them(answer, name: str | None) -> None:
    judged(TEMPERATURE, answer, name)


def judged(exercise: str, answer, name: str | None) -> None:
    """Passed where no name is given, else called by this name."""
    report = check(exercise, answer)
    assert (report.passed, report.mistake) == (name is None, name), report
    assert report._repr_html_()


def test_a_temperature_of_1_changes_nothing_and_0_is_not_asked_for() -> None:
    logits = torch.tensor([[1.0, 2.0, 4.0]])
    given = find(TEMPERATURE).reference(logits, 1.0)
    assert torch.allclose(given, logits.softmax(-1))
    assert all(c.inputs["temperature"] > 0 for c in find(TEMPERATURE).cases(F64))


# 14.top_k


def topk_and_where(logits, k):
    return torch.where(logits >= logits.topk(k).values.amin(-1, True), logits, -INF)


def numpy_partition(logits, k):
    numbers = logits.double().numpy()
    kth = np.partition(numbers, -k, axis=-1)[..., [-k]]
    return np.where(numbers >= kth, numbers, -np.inf)


def copied_and_written(logits, k):
    result = logits.clone()
    result[result < result.sort(-1).values[..., -k, None]] = float("-inf")
    return result


def one_at_a_time(logits, k):
    """Take the largest away k times; what remains is too small."""
    rest = logits.clone()
    for _ in range(k):
        last = rest.max(-1, keepdim=True)
        rest.scatter_(-1, last.indices, -INF)
    return logits.masked_fill(logits < last.values, -INF)


def scattered(logits, k, count=0, largest=True):
    values, places = logits.topk(k + count, largest=largest)
    return torch.full_like(logits, -INF).scatter(-1, places, values)


def through_python(logits, k):
    rows = logits.reshape(-1, logits.shape[-1]).tolist()
    for row in rows:
        keep = sorted(range(len(row)), key=lambda i, row=row: row[i])[-k:]
        row[:] = [x if i in keep else -INF for i, x in enumerate(row)]
    return torch.tensor(rows, dtype=logits.dtype).reshape(logits.shape)


def below(logits, threshold, fill=-INF):
    return logits.masked_fill(logits < threshold, fill)


def kth(logits, k):
    return logits.topk(k).values[..., -1:]


TOP_K_ANSWERS = [
    (topk_and_where, None),
    (numpy_partition, None),
    (copied_and_written, None),
    (one_at_a_time, None),
    (lambda x, k: below(x, kth(x, k)), None),
    (lambda x, k: below(x, kth(x, k + 1)), "keeps-one-too-many"),
    (lambda x, k: below(x, x.sort(descending=True).values[..., k, None]),)
    + ("keeps-one-too-many",),
    (lambda x, k: x.masked_fill(x > -kth(-x, k), -INF), "keeps-smallest"),
    (lambda x, k: scattered(x, k, largest=False), "keeps-smallest"),
    (lambda x, k: x.masked_fill(x <= kth(x, k), -INF), "ties-drop-all"),
    (lambda x, k: x.masked_fill(x <= kth(x, k + 1), -INF), "ties-drop-all"),
    (scattered, "ties-drop-all"),
    (through_python, "ties-drop-all"),
    (lambda x, k: scattered(x, k, 1), "keeps-one-too-many+ties-drop-all"),
    (lambda x, k: below(x, kth(x, k), 0.0), "zero-instead-of-minus-infinity"),
    (lambda x, k: x * (x >= kth(x, k)), "zero-instead-of-minus-infinity"),
    (lambda x, k: below(x, kth(x, k + 1), 0.0),)
    + ("keeps-one-too-many+zero-instead-of-minus-infinity",),
    (lambda x, k: below(x, kth(x, k), -1e10), "finite-instead-of-minus-infinity"),
    (lambda x, k: below(x, kth(x, k), torch.finfo(x.dtype).min),)
    + ("finite-instead-of-minus-infinity",),
    (lambda x, k: x - 50.0 * (x < kth(x, k)), "finite-instead-of-minus-infinity"),
    (lambda x, k: x.masked_fill(x >= kth(x, k), -INF), "mask-inverted"),
    (lambda x, k: x >= kth(x, k), "returns-the-mask"),
    (lambda x, k: below(x, kth(x, k)).softmax(-1), "returns-probabilities"),
    (lambda x, k: below(x, x.flatten().topk(k).values[-1]),)
    + ("one-threshold-for-all-rows",),
    (lambda x, k: x.topk(k).values, "returns-only-the-best"),
    (lambda x, k: x.topk(k).indices, "returns-only-the-best"),
    (lambda x, k: below(x, kth(x, k)).sort(descending=True).values,)
    + ("returns-sorted",),
]


@pytest.mark.parametrize(("answer", "name"), TOP_K_ANSWERS)
def test_top_k_as_people_write_it(answer, name: str | None) -> None:
    judged(TOP_K, answer, name)


# 14.top_p


def nucleus(logits, p, keep=None, bring_back=None, fill=-INF, add_up=None):
    """Top-p in the learner's hand; each argument replaces one line."""
    ordered, places = torch.sort(logits, descending=True, dim=-1)
    sums = (add_up or (lambda x: x.softmax(-1).cumsum(-1)))(ordered)
    remove = (keep or shifted_right)(sums, p)
    if bring_back is not None:
        return bring_back(logits, ordered, places, remove)
    return logits.masked_fill(remove.scatter(-1, places, remove), fill)


def shifted_right(sums, p):
    remove = sums > p
    remove[..., 1:] = remove[..., :-1].clone()
    remove[..., 0] = False
    return remove


def shifted_twice(sums, p):
    remove = shifted_right(sums, p)
    remove[..., 1:] = remove[..., :-1].clone()
    return remove


def counted(logits, p):
    ordered = logits.sort(-1, descending=True).values
    count = (ordered.softmax(-1).cumsum(-1) < p).sum(-1, keepdim=True)
    return logits.masked_fill(logits < ordered.gather(-1, count), -INF)


def in_numpy_rows(logits, p):
    result = np.full(logits.shape, -np.inf)
    rows = logits.double().numpy().reshape(-1, logits.shape[-1])
    for row, out in zip(rows, result.reshape(rows.shape), strict=True):
        probabilities = np.exp(row - row.max())
        probabilities /= probabilities.sum()
        order = np.argsort(-probabilities)
        count = np.searchsorted(np.cumsum(probabilities[order]), p) + 1
        out[order[:count]] = row[order[:count]]
    return result


def while_loop(logits, p):
    result = torch.full_like(logits, -INF)
    for row, out in zip(logits.flatten(0, -2) if logits.ndim > 1 else [logits],
                        result.flatten(0, -2) if logits.ndim > 1 else [result],
                        strict=True):  # fmt: skip
        left, total = row.softmax(-1).clone(), 0.0
        while total < p:
            best = int(left.argmax())
            total += float(left[best])
            out[best], left[best] = row[best], -1.0
    return result


def scattered_back(logits, ordered, places, remove):
    kept = ordered.masked_fill(remove, -INF)
    return torch.zeros_like(logits).scatter_(-1, places, kept)


def gathered_back(logits, ordered, places, remove):
    return logits.masked_fill(remove.gather(-1, places), -INF)


def through_the_inverse(logits, ordered, places, remove):
    return ordered.masked_fill(remove, -INF).gather(-1, places.argsort(-1))


def not_brought_back(logits, ordered, places, remove):
    return logits.masked_fill(remove, -INF)


def left_sorted(logits, ordered, places, remove):
    return ordered.masked_fill(remove, -INF)


def no_shift(sums, p):
    return sums > p


def no_shift_but_one(sums, p):
    remove = sums > p
    remove[..., 0] = False
    return remove


TOP_P_ANSWERS = [
    (nucleus, None),
    (counted, None),
    (in_numpy_rows, None),
    (while_loop, None),
    (lambda x, p: nucleus(x, p, bring_back=scattered_back), None),
    (lambda x, p: nucleus(x, p, bring_back=through_the_inverse), None),
    (lambda x, p: nucleus(x, p, no_shift), "drops-the-crossing-token"),
    (lambda x, p: nucleus(x, p, no_shift_but_one), "drops-the-crossing-token"),
    (lambda x, p: nucleus(x, p, shifted_twice), "keeps-one-too-many"),
    (lambda x, p: nucleus(x, p, bring_back=not_brought_back), "not-unsorted"),
    (lambda x, p: nucleus(x, p, bring_back=left_sorted), "not-unsorted"),
    (lambda x, p: nucleus(x, p, no_shift, left_sorted),)
    + ("drops-the-crossing-token+not-unsorted",),
    (lambda x, p: nucleus(x, p, bring_back=gathered_back), "unsorted-the-wrong-way"),
    (lambda x, p: nucleus(x, p, add_up=lambda s: s.cumsum(-1)),)
    + ("uses-logits-as-probabilities",),
    (lambda x, p: nucleus(x, p, fill=0.0), "zero-instead-of-minus-infinity"),
    (lambda x, p: nucleus(x, p, fill=-100.0), "finite-instead-of-minus-infinity"),
    (lambda x, p: nucleus(x, p).softmax(-1), "returns-probabilities"),
    (lambda x, p: x.masked_fill(x.softmax(-1) < p, -INF), "threshold-instead-of-sum"),
    (filters.min_p, "threshold-instead-of-sum"),
    (lambda x, p: nucleus(x, 1 - p), "p-of-the-rest"),
    (lambda x, p: nucleus(x, p, add_up=lambda s: s.softmax(0).cumsum(-1)),)
    + ("softmax-over-the-batch",),
]


@pytest.mark.parametrize(("answer", "name"), TOP_P_ANSWERS)
def test_top_p_as_people_write_it(answer, name: str | None) -> None:
    judged(TOP_P, answer, name)


def test_rounding_decides_no_case_of_top_p() -> None:
    """Sums stay away from p, so that bfloat16 keeps the same tokens."""
    for case in find(TOP_P).cases(F64):
        ordered = case.inputs["logits"].sort(-1, descending=True).values
        sums = ordered.softmax(-1).cumsum(-1)
        assert float((sums - case.inputs["p"]).abs().min()) > 0.03, case.name

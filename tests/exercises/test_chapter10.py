"""Answers to chapter 10 as learners write them, and what they are told."""

from collections import defaultdict

import numpy as np
import pytest
import torch
from sklearn.metrics import f1_score

from course_lib.exercises import check
from course_lib.exercises.catalogue import find

MEASURES = "10.accuracy_and_f1"
reference = find(MEASURES).reference


def library(predictions, labels, average="macro"):
    accuracy = np.mean(np.asarray(predictions) == np.asarray(labels))
    return accuracy, f1_score(labels, predictions, average=average, zero_division=0)


def for_lists(predictions, labels):
    right = sum([p == y for p, y in zip(predictions, labels, strict=True)])
    counts = defaultdict(lambda: [0, 0, 0])
    for p, y in zip(predictions, labels, strict=True):
        counts[p][0] += p == y
        counts[p][1] += 1
        counts[y][2] += 1
    scores = [2 * hits / (found + wanted) for hits, found, wanted in counts.values()]
    return right / len(labels), sum(scores) / len(scores)


def for_arrays(predictions, labels):
    scores = []
    for name in np.union1d(predictions, labels):
        hits = np.sum((predictions == name) & (labels == name))
        scores.append(2 * hits / (np.sum(predictions == name) + (labels == name).sum()))
    return (predictions == labels).mean(), np.mean(scores)


def for_tensors(predictions, labels):
    names = torch.unique(torch.cat((predictions, labels)))
    hits = torch.stack([((predictions == n) & (labels == n)).sum() for n in names])
    seen = torch.stack([(predictions == n).sum() + (labels == n).sum() for n in names])
    return predictions.eq(labels).float().mean(), (2 * hits / seen).mean()


@pytest.mark.parametrize("answer", [library, for_lists, for_arrays, for_tensors])
def test_right_answers_pass_whatever_ids_they_expect(answer) -> None:
    report = check(MEASURES, answer)
    assert report.passed, report


def test_tensors_are_numbers_with_a_remark() -> None:
    report = check(MEASURES, for_tensors)
    assert report.remarks == ("It returns a Tensor; a plain number was asked for.",)
    assert "right for lists" in check(MEASURES, for_lists).remarks[0]
    assert "right for arrays" in check(MEASURES, a_set_of_tensors).remarks[0]
    assert check(MEASURES, library).remarks == ()


def by_class(predictions, labels, safe, join):
    """Precision and recall of each class of the labels and predictions, joined."""
    scores = []
    for name in np.union1d(predictions, labels):
        hits = np.sum((predictions == name) & (labels == name))
        with np.errstate(invalid="ignore"):
            precision = hits / np.sum(predictions == name)
            recall = hits / np.sum(labels == name)
        if safe:
            precision, recall = np.nan_to_num([precision, recall])
        with np.errstate(invalid="ignore"):
            scores.append(join(precision, recall))
    return scores


def harmonic(p, r):
    return 2 * p * r / (p + r)


def not_a_number(predictions, labels):
    predictions, labels = predictions.numpy(), labels.numpy()
    return np.mean(predictions == labels), np.mean(
        by_class(predictions, labels, False, harmonic)
    )


def only_the_ratios_guarded(predictions, labels):
    predictions, labels = predictions.numpy(), labels.numpy()
    return np.mean(predictions == labels), np.mean(
        by_class(predictions, labels, True, harmonic)
    )


def gaps_left_out(predictions, labels):
    predictions, labels = predictions.numpy(), labels.numpy()
    return np.mean(predictions == labels), np.nanmean(
        by_class(predictions, labels, False, harmonic)
    )


def plain_mean(predictions, labels):
    predictions, labels = predictions.numpy(), labels.numpy()
    scores = by_class(predictions, labels, True, lambda p, r: (p + r) / 2)
    return np.mean(predictions == labels), np.mean(scores)


def over_the_labels(predictions, labels):
    names = sorted(set(labels.tolist()))
    return reference(predictions, labels)[0], f1_score(
        labels, predictions, labels=names, average="macro", zero_division=0
    )


def a_set_of_tensors(predictions, labels):
    return a_loop_over_entries(predictions, labels, set(predictions) | set(labels))


def a_loop_over_entries(predictions, labels, entries=None):
    scores = []
    for name in entries or [*predictions, *labels]:
        found, wanted = (predictions == name), (labels == name)
        scores.append(2 * (found & wanted).sum() / (found.sum() + wanted.sum()))
    return reference(predictions, labels)[0], float(sum(scores) / len(scores))


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda p, y: library(p, y, "micro"), "micro-instead-of-macro"),
        (not_a_number, "nan-on-absent-class"),
        (only_the_ratios_guarded, "nan-on-absent-class"),
        (gaps_left_out, "nan-on-absent-class"),
        (plain_mean, "precision-recall-mean"),
        (lambda p, y: library(p, y, "weighted"), "weighted-by-support"),
        (over_the_labels, "classes-of-the-labels-only"),
        (a_loop_over_entries, "micro-instead-of-macro"),
        (lambda p, y: reference(p, y)[::-1], "f1-first"),
        (lambda p, y: [100 * n for n in reference(p, y)], "percent"),
        (
            lambda p, y: (sum(p == y).item(), reference(p, y)[1]),
            "counts-instead-of-share",
        ),
    ],
)
def test_mistakes_in_the_learners_words_are_named(answer, name: str) -> None:
    report = check(MEASURES, answer)
    assert report.mistake == name, report


def test_an_unknown_number_is_told_in_full() -> None:
    def answer(predictions, labels):
        accuracy, macro = reference(predictions, labels)
        return accuracy, macro + 0.001

    report = check(MEASURES, answer)
    assert report.mistake is None
    told = "Part 2 of the answer. The number is 0.6644, expected 0.6634."
    assert told in report.message
    assert "part 2 of the answer" in report._repr_html_().lower()


@pytest.mark.parametrize("broken", [0.5, (0.5,), ("half", 0.5), None, (None, 0.5)])
def test_what_is_no_pair_of_numbers_breaks_the_contract(broken) -> None:
    report = check(MEASURES, lambda predictions, labels: broken)
    assert not report.passed and "Contract: " in report.message, report


def test_the_reference_takes_lists_arrays_and_tensors() -> None:
    lists = [0, 1, 1, 2], [0, 1, 2, 2]
    expected = (0.75, pytest.approx((1 + 2 / 3 + 2 / 3) / 3))
    for form in (list, np.array, torch.tensor):
        assert reference(*map(form, lists)) == expected


def test_a_division_by_zero_shows_its_line() -> None:
    def answer(predictions, labels):
        pairs = list(zip(predictions.tolist(), labels.tolist(), strict=True))
        scores = []
        for name in set(labels.tolist()) | set(predictions.tolist()):
            hits = sum(p == y == name for p, y in pairs)
            precision = hits / sum(p == name for p, _ in pairs)
            recall = hits / sum(y == name for _, y in pairs)
            scores.append(harmonic(precision, recall))
        return sum(p == y for p, y in pairs) / len(pairs), sum(scores) / len(scores)

    report = check(MEASURES, answer)
    assert "ZeroDivisionError" in report.message
    assert "precision = hits / sum(p == name for p, _ in pairs)" in report.message

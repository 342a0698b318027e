"""10.accuracy_and_f1: how often a classifier is right, and how fair to each class."""

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise
from course_lib.exercises.chapter10.mistakes import MISTAKES
from course_lib.exercises.trials import in_any_form

Wrong = Mapping[str, Any]
Numbers = Any  # class ids: a tensor (N,), an array or a list


def accuracy_and_f1(predictions, labels):
    predictions, labels = torch.as_tensor(predictions), torch.as_tensor(labels)
    accuracy = (predictions == labels).double().mean().item()
    scores = []
    for name in torch.cat([predictions, labels]).unique():
        found, wanted = predictions == name, labels == name
        hits = (found & wanted).sum().item()
        # 2 P R / (P + R), with hits / found and hits / wanted for P and R
        scores.append(2 * hits / (found.sum().item() + wanted.sum().item()))
    return accuracy, sum(scores) / len(scores)


def _steps(wrong: Wrong, predictions: Tensor, labels: Tensor) -> dict[str, Any]:
    names = _classes(wrong, predictions, labels)
    found = (predictions == names.unsqueeze(-1)).double()  # (classes, N)
    wanted = (labels == names.unsqueeze(-1)).double()
    precision = _ratio(wrong, (found * wanted).sum(-1), found.sum(-1))
    recall = _ratio(wrong, (found * wanted).sum(-1), wanted.sum(-1))
    scores = _scores(wrong, precision, recall)
    macro = _over_classes(wrong, scores, precision, recall, wanted)
    accuracy = (predictions == labels).double().mean()
    if "micro-instead-of-macro" in wrong:
        macro = accuracy  # every wrong answer misses one class and joins another
    if "balanced-accuracy" in wrong:
        accuracy = recall.mean()
    if "counts-instead-of-share" in wrong:
        accuracy = (predictions == labels).double().sum()
    results = [float(accuracy), float(macro)]
    if "percent" in wrong:
        results = [100 * result for result in results]
    if "f1-first" in wrong:
        results.reverse()
    steps = {"precision": precision, "recall": recall, "F1 of each class": scores}
    return {**steps, "accuracy": results[0], "macro F1": results[1]}


def _classes(wrong: Wrong, predictions: Tensor, labels: Tensor) -> Tensor:
    both = torch.cat([predictions, labels])
    if "classes-of-the-labels-only" in wrong:
        return labels.unique()
    if "classes-of-the-predictions-only" in wrong:
        return predictions.unique()
    if "classes-nobody-named" in wrong:
        return torch.arange(int(both.max()) + 1)
    return both.unique()


def _ratio(wrong: Wrong, part: Tensor, whole: Tensor) -> Tensor:
    """0/0 is 0, or NaN."""
    if wrong.get("nan-on-absent-class") not in (None, "mean"):
        return part / whole
    return torch.where(whole > 0, part / whole.clamp_min(1), 0.0)


def _scores(wrong: Wrong, precision: Tensor, recall: Tensor) -> Tensor:
    """One number for each class from its precision and recall."""
    if "precision-recall-mean" in wrong:
        return (precision + recall) / 2
    if "one-of-the-two" in wrong:
        return precision if wrong["one-of-the-two"] == "precision" else recall
    factor = 1 if "two-forgotten" in wrong else 2
    if "root-of-the-product" in wrong:
        return (precision * recall).sqrt()
    total = precision + recall
    scores = factor * precision * recall / total
    how = wrong.get("nan-on-absent-class")
    if how in ("mean", "both", "skipped"):
        return scores
    return scores.masked_fill(total == 0, 0.0)


def _over_classes(
    wrong: Wrong, scores: Tensor, precision: Tensor, recall: Tensor, wanted: Tensor
) -> Tensor:
    """One number for all classes."""
    if "weighted-by-support" in wrong:
        return (scores * wanted.sum(-1)).sum() / wanted.sum()
    if "f1-of-the-means" in wrong:
        return _scores(wrong, precision.mean(), recall.mean())
    if "one-class-only" in wrong:
        return scores[wrong["one-class-only"] :][:1].sum()
    if "sums-classes" in wrong:
        return scores.sum()
    if wrong.get("nan-on-absent-class") in ("skipped", "absent skipped"):
        return scores.nanmean()
    return scores.mean()


def _cases(_dtype: torch.dtype) -> list[Case]:
    def case(name: str, predictions: str, labels: str) -> Case:
        pair = {"predictions": predictions, "labels": labels}
        ids = {k: torch.tensor([int(n) for n in v.split()]) for k, v in pair.items()}
        return Case(name, ids)

    return [
        case(
            "3 classes of different size",
            "0 0 0 0 0 0 0 1 1 0 0 2",
            "0 0 0 0 0 0 0 0 1 1 2 2",
        ),
        case("a class that was never predicted", "0 1 1 0 1 0 0", "0 1 2 0 1 2 1"),
        case("a class that stands in no label", "0 3 1 1 3 0 1 0", "0 1 1 1 0 0 1 1"),
        case("a class that is never right", "0 2 1 0 1 2 0 0", "0 1 2 0 1 0 0 2"),
        case("ids that leave gaps", "2 5 5 9 2 9 5 2 2", "2 5 9 9 2 9 2 2 2"),
    ]


def _lists(predictions: Numbers, labels: Numbers) -> tuple[float, float]:
    """Python alone, for lists: sets of class ids, and four counts a class."""
    pairs = list(zip(predictions, labels, strict=True))
    scores = []
    for name in set(predictions) | set(labels):
        hits = sum(p == name and y == name for p, y in pairs)
        wrongly = sum(p == name and y != name for p, y in pairs)
        missed = sum(p != name and y == name for p, y in pairs)
        precision = hits / (hits + wrongly) if hits + wrongly else 0.0
        recall = hits / (hits + missed) if hits + missed else 0.0
        both = precision + recall
        scores.append(2 * precision * recall / both if both else 0.0)
    return sum(p == y for p, y in pairs) / len(pairs), sum(scores) / len(scores)


def _counters(predictions: Numbers, labels: Numbers) -> tuple[float, float]:
    predictions, labels = [[int(n) for n in ids] for ids in (predictions, labels)]
    found, wanted = Counter(predictions), Counter(labels)
    hits = Counter(p for p, y in zip(predictions, labels, strict=True) if p == y)
    scores = [2 * hits[n] / (found[n] + wanted[n]) for n in found | wanted]
    return hits.total() / len(labels), math.fsum(scores) / len(scores)


def _numpy(predictions: Numbers, labels: Numbers) -> tuple[Any, Any]:
    predictions, labels = np.asarray(predictions), np.asarray(labels)
    names = np.union1d(predictions, labels)[:, None]
    hits = ((predictions == names) & (labels == names)).sum(1)
    with np.errstate(invalid="ignore"):
        precision = np.nan_to_num(hits / (predictions == names).sum(1))
        recall = np.nan_to_num(hits / (labels == names).sum(1))
        scores = np.nan_to_num(2 * precision * recall / (precision + recall))
    return np.mean(predictions == labels), scores.mean()


def _table(predictions: Numbers, labels: Numbers) -> tuple[Tensor, Tensor]:
    """From the confusion matrix: its diagonal, its rows, its columns."""
    predictions, labels = torch.as_tensor(predictions), torch.as_tensor(labels)
    size = int(torch.cat([predictions, labels]).max()) + 1
    cells = (labels * size + predictions).bincount(minlength=size * size)
    table = cells.view(size, size).double()
    seen = table.sum(0) + table.sum(1)
    scores = 2 * table.diagonal()[seen > 0] / seen[seen > 0]
    return table.trace() / table.sum(), scores.mean()


def _as_lists(*ids: Tensor) -> tuple[list[int], ...]:
    return tuple(part.tolist() for part in ids)


def _as_arrays(*ids: Tensor) -> tuple[np.ndarray, ...]:
    return tuple(part.numpy() for part in ids)


ACCURACY_AND_F1 = Exercise(
    id="10.accuracy_and_f1",
    title="Accuracy and macro-F1",
    returns="(accuracy, macro_f1), two plain numbers from 0 to 1",
    reference=accuracy_and_f1,
    computation=_steps,
    answer=("accuracy", "macro F1"),
    cases=_cases,
    mistakes=MISTAKES,
    variants={
        "lists": _lists,
        "counters": _counters,
        "numpy": _numpy,
        "confusion matrix": _table,
    },
    hints=(
        'Take one class at a time and call everything else "other": how many did you '
        "find, how many of those were right, how many should you have found?",
        "Precision is right / found, recall is right / wanted, 0/0 is 0. F1 is "
        "2 P R / (P + R), which is also 2 right / (found + wanted).",
        "Go through `torch.cat([predictions, labels]).unique()`, collect "
        "`2 * hits / (found.sum() + wanted.sum())` for each class, and return their "
        "mean beside `(predictions == labels).float().mean()`. `.item()` makes plain "
        "numbers of them.",
    ),
    explanation="Accuracy counts sentences, so a frequent class decides it. Macro-F1 "
    "counts classes: each has the same say, and one that is never found pulls the mean "
    "down by its whole share. A class counts if it occurs among predictions or labels; "
    "then found + wanted is above 0, and the second form never divides by it.",
    trial=in_any_form(accuracy_and_f1, {"lists": _as_lists, "arrays": _as_arrays}),
)

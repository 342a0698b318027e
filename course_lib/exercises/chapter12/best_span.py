"""12.best_span: where the answer begins and ends."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise
from course_lib.exercises.chapter12.mistakes import SPAN_MISTAKES

Wrong = Mapping[str, Any]
# What a search returns that finds no sum above the 0 it began with.
NOTHING = {"0, 0": (0, 0), "-1, -1": (-1, -1), "None, None": (None, None)}


def best_span(start: Tensor, end: Tensor, max_length: int) -> tuple[int, int]:
    sums = start[:, None] + end[None, :]  # (T, T): rows are starts, columns ends
    allowed = torch.ones_like(sums, dtype=torch.bool)
    allowed = allowed.triu().tril(max_length - 1)  # i <= j, and j - i < max_length
    best = sums.masked_fill(~allowed, -math.inf).argmax()
    return divmod(int(best), len(end))  # row and column of a place in the flat matrix


def _steps(wrong: Wrong, start: Tensor, end: Tensor, max_length: int) -> dict[str, Any]:
    sums = _sums(wrong, start, end)
    allowed_sums = _allowed(wrong, sums, max_length)
    if "independent-argmax" in wrong:
        span = _apart(wrong, start, end, max_length)
    elif "start-chosen-first" in wrong:
        i = _best(start, _first(wrong), None)
        span = i, int(allowed_sums[i].argmax())
    elif "end-chosen-first" in wrong:
        j = _best(end, 0, _behind(wrong))
        span = int(allowed_sums[:, j].argmax()), j
    elif "best-begins-at-zero" in wrong and allowed_sums.max() <= 0:
        span = NOTHING.get(wrong["best-begins-at-zero"])
    else:
        span = divmod(int(allowed_sums.argmax()), len(end))
    found = span if span in (None, (None, None)) else _written(wrong, *span)
    return {"sums": sums, "allowed sums": allowed_sums, "span": found}


def _sums(wrong: Wrong, start: Tensor, end: Tensor) -> Tensor:
    """The score of every pair, (T, T)."""
    if "probabilities-added" in wrong:
        start, end = start.softmax(-1), end.softmax(-1)
    return (
        start[:, None] * end if "product-of-logits" in wrong else start[:, None] + end
    )


def _allowed(wrong: Wrong, sums: Tensor, max_length: int) -> Tensor:
    """The sums, with something low where the pair is no span."""
    j = torch.arange(len(sums))
    i = j[:, None]
    longest = _longest(wrong, max_length)
    in_order, in_reach = i <= j, j - i < longest
    if "length-ignored" in wrong:
        in_reach = j - i < len(sums)
    if "window-not-moved" in wrong:
        in_reach = (j < max_length).expand_as(sums)
    if "one-token-spans-left-out" in wrong:
        in_order = i < j
    if "end-before-start" in wrong:
        both_ways = wrong["end-before-start"] == "as far before as behind"
        in_order = i - j < (longest if both_ways else len(sums))
    zeros = wrong.get("zeros-where-not-allowed")
    low = {side: 0.0 if zeros in ("everywhere", side) else -math.inf for side in SIDES}
    sums = sums.masked_fill(~in_order, low[BELOW]).masked_fill(~in_reach, low[BEYOND])
    left_out = (i < _first(wrong)) | (j >= len(sums) + (_behind(wrong) or 0))
    return sums.masked_fill(left_out, -math.inf)


BELOW, BEYOND = SIDES = ("below the diagonal", "beyond the length")


def _longest(wrong: Wrong, max_length: int) -> int:
    form = wrong.get("length-off-by-one")
    return max_length + {None: 0, "too long": 1, "too short": -1}[form]


def _first(wrong: Wrong) -> int:
    """The first token at which a span may begin."""
    return int("first-token-left-out" in wrong)


def _behind(wrong: Wrong) -> int | None:
    """Where a slice of the possible ends stops."""
    return -1 if "last-token-left-out" in wrong else None


def _best(scores: Tensor, first: int, behind: int | None) -> int:
    return first + int(scores[first:behind].argmax())


def _apart(wrong: Wrong, start: Tensor, end: Tensor, max_length: int) -> tuple:
    """The best start and the best end, each by itself."""
    i, j = _best(start, _first(wrong), None), _best(end, 0, _behind(wrong))
    form = wrong["independent-argmax"]
    if form == "swapped" and j < i:
        return j, i
    if form == "end moved":  # to the nearest place where it makes a span
        return i, max(i, min(j, i + _longest(wrong, max_length) - 1))
    return i, j


def _written(wrong: Wrong, i: int, j: int) -> tuple[int, int]:
    if "end-exclusive" in wrong:
        j += 1
    if "end-counted-from-start" in wrong:
        j -= i - (wrong["end-counted-from-start"] == "length")
    return (j, i) if "start-and-end-swapped" in wrong else (i, j)


def _cases(dtype: torch.dtype) -> list[Case]:
    # Every largest sum is the only one, with the mistakes as well as without.
    rows = (
        ("the best two fit", [0, 4, 9, 3, 1, 3], [4, 5, 4, 9, 8, 6], 3),
        ("best end before start", [5, 7, 2, 0, 0, 8], [0, 0, 5, 7, 9, 2], 3),
        ("best two far apart", [9, 1, 8, 5, 1, 4], [0, 2, 1, 2, 5, 6], 3),
        ("a longest span", [-2, 1, -1, 2, -1, -1, 6], [2, 7, -1, 7, 0, 9, 4], 3),
        ("one more token", [3, 8, 4, 5, 6, 1, 6], [7, 1, 3, 5, 7, 8, 3], 3),
        ("one token", [1, 8, 2, 0, 6, 2], [4, 0, 5, 3, 9, 8], 3),
        ("low scores", [-3, 0, 1, -2, -1, -1, 4], [0, 6, 4, -3, 1, -3, 0], 4),
        ("all below 0", [-4, -2, -1, -3, -8, -5], [-3, -3, -6, -5, -1, -7], 3),
        ("the whole text", [9, 3, 2, 6, 5], [3, 6, 4, 5, 8], 8),
    )
    cases = []
    for name, start, end, max_length in rows:
        shown = f"{name}: start {start}, end {end}, max_length {max_length}"
        scores = [torch.tensor(scores, dtype=dtype) for scores in (start, end)]
        inputs = {"start": scores[0], "end": scores[1], "max_length": max_length}
        cases.append(Case(shown, inputs))
    return cases


def _loops(start: Tensor, end: Tensor, max_length: int) -> tuple[int, int]:
    best, span = -math.inf, (0, 0)
    for i in range(len(start)):
        for j in range(i, min(i + max_length, len(end))):
            if start[i] + end[j] > best:
                best, span = start[i] + end[j], (i, j)
    return span


def _sorted_pairs(start: Tensor, end: Tensor, max_length: int) -> tuple[int, int]:
    starts, ends = start.tolist(), end.tolist()
    pairs = ((i, j) for j in range(len(ends)) for i in range(j + 1))
    allowed = [(i, j) for i, j in pairs if j - i + 1 <= max_length]
    return max(allowed, key=lambda span: starts[span[0]] + ends[span[1]])


def _probabilities(start: Tensor, end: Tensor, max_length: int) -> tuple[int, int]:
    """Products of probabilities: the logarithm of each is a sum of logits."""
    p_start, p_end = start.double().softmax(-1), end.double().softmax(-1)
    products = torch.outer(p_start, p_end).triu().tril(max_length - 1)
    best = products.argmax()
    return int(best // len(end)), int(best % len(end))


def _numpy(start: Tensor, end: Tensor, max_length: int) -> tuple[int, int]:
    sums = np.add.outer(start.double().numpy(), end.double().numpy())
    i, j = np.indices(sums.shape)
    sums[(j < i) | (j >= i + max_length)] = -np.inf
    return np.unravel_index(sums.argmax(), sums.shape)


def _windows(start: Tensor, end: Tensor, max_length: int) -> tuple[int, int]:
    """The best end for each start, then the best start."""
    windows = F.pad(end, (0, max_length - 1), value=-math.inf).unfold(0, max_length, 1)
    best, offset = windows.max(-1)
    i = int((start + best).argmax())
    return i, i + int(offset[i])


BEST_SPAN = Exercise(
    id="12.best_span",
    title="The best span",
    returns="(i, j): first and last token of the best span, two ints",
    reference=best_span,
    computation=_steps,
    answer=("span",),
    cases=_cases,
    mistakes=SPAN_MISTAKES,
    variants={
        "loops": _loops,
        "all pairs": _sorted_pairs,
        "probabilities": _probabilities,
        "numpy": _numpy,
        "windows": _windows,
    },
    hints=(
        "A span is a pair (i, j), and its score the sum start[i] + end[j]. Which of "
        "the T * T pairs are spans of at most max_length tokens?",
        "`start[:, None] + end[None, :]` holds all sums: row i, column j. Spans lie on "
        "the diagonal (i = j, one token) and above it, max_length diagonals in all.",
        "A boolean matrix of ones, `.triu().tril(max_length - 1)`, marks them. Fill "
        "the sums elsewhere with -inf, not with 0: sums may be negative.",
        "`divmod(int(sums.masked_fill(~allowed, -math.inf).argmax()), len(end))`: "
        "argmax counts through the flat matrix, row after row.",
    ),
    explanation="The two best scores may belong to different answers, or stand in the "
    "wrong order. So every allowed pair is scored at once: adding a column to a row "
    "gives all sums, `triu` keeps i <= j, `tril` keeps short spans, and the largest of "
    "what is left wins.",
)

"""11.align_labels: one label for each word, moved onto its word pieces."""

from collections.abc import Mapping
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import torch

from course_lib.exercises.catalogue import Case, Exercise
from course_lib.exercises.chapter11.mistakes import ALIGN_MISTAKES

Wrong = Mapping[str, Any]
Ids = list[int | None]
SPECIAL, FIRST, CONTINUING = "special", "first", "continuing"


def align_labels(word_labels: list[int], word_ids: list[int | None]) -> list[int]:
    labels, previous = [], None
    for word in word_ids:
        if word is None or word == previous:
            labels.append(-100)
        else:
            labels.append(word_labels[word])
        previous = word
    return labels


def _steps(wrong: Wrong, word_labels: list[int], word_ids: Ids) -> dict[str, Any]:
    ids = word_ids
    if "word-zero-as-special" in wrong:  # `if not word` is true of None and of 0
        ids = [word or None for word in word_ids]
    kinds = [_kind(wrong, word_labels, ids, i) for i in range(len(ids))]
    labels, words_begun = [], 0
    for i, (word, kind) in enumerate(zip(ids, kinds, strict=True)):
        words_begun += kind == FIRST
        if kind == SPECIAL:
            labels += _of_special(wrong, ids, i)
            continue
        label = _looked_up(wrong, word_labels, word, words_begun - 1)
        labels += [label] if kind == FIRST else _of_continuing(wrong, label)
    return {"kinds": kinds, "labels": _shifted(wrong, labels)}


def _kind(wrong: Wrong, word_labels: list[int], ids: Ids, i: int) -> str:
    """What the answer takes piece i for."""
    if ids[i] is None:
        return SPECIAL
    return CONTINUING if _continues(wrong, word_labels, ids, i) else FIRST


def _continues(wrong: Wrong, word_labels: list[int], ids: Ids, i: int) -> bool:
    word, previous = ids[i], _word_before(wrong, ids, i)
    across = wrong.get("previous-word-across-sentences")
    if across == "seen":
        return word in ids[:i]
    if "label-on-last-piece" in wrong:
        return word in ids[i + 1 : i + 2]
    if previous is None or word is None:
        return False
    if "compares-labels" in wrong:
        return word_labels[word] == word_labels[previous]
    return word <= previous if across == "only larger" else word == previous


def _word_before(wrong: Wrong, ids: Ids, i: int) -> int | None:
    """The word that piece i is compared with, None where it must begin a new one."""
    if i == 0:
        form = wrong.get("first-piece-compared")
        return {"with the last": ids[-1], "with 0": 0}.get(form)
    if "previous-word-across-sentences" in wrong:
        words = [word for word in ids[:i] if word is not None]
        return words[-1] if words else None
    return ids[i - 1]


def _looked_up(wrong: Wrong, word_labels: list[int], word: Any, begun: int) -> int:
    if "word-id-instead-of-label" in wrong:
        return word
    if "labels-in-order" in wrong:
        word = begun
    side, last = wrong.get("off-by-one", ""), len(word_labels) - 1
    places = {
        "word before": word - 1,
        "word before, none before the first": max(word - 1, 0),
        "word after": word + 1,
        "word after, none after the last": min(word + 1, last),
        "word after, then the first": (word + 1) % (last + 1),
    }
    return word_labels[places.get(side, word)]


def _of_special(wrong: Wrong, ids: Ids, i: int) -> list[Any]:
    """What stands at piece i, a special token: one label, or none."""
    among_others = wrong.get("continuing-pieces-dropped") == "of special tokens too"
    if "special-tokens-dropped" in wrong or (among_others and ids[i - 1 : i] == [None]):
        return []
    form = wrong.get("labels-special-tokens")
    # An answer that asks first whether the piece continues takes the second of two
    # special tokens, None after None, for a continuing one.
    run = ids[i - 1 : i] == [None] if i else form == "once, not the first"
    if form == "all" or (form and not run):
        return [0]
    return [wrong.get("another-number-ignored", -100)]


def _of_continuing(wrong: Wrong, label: int) -> list[Any]:
    if "continuing-pieces-dropped" in wrong:
        return []
    if "continuing-pieces-outside" in wrong:
        return [0]
    form = wrong.get("labels-continuations")
    if form == "b to i":  # where B- tags have odd numbers and I- tags the next
        return [label + label % 2]
    return [label] if form else [wrong.get("another-number-ignored", -100)]


def _shifted(wrong: Wrong, labels: list[int]) -> list[Any]:
    ignored = [wrong.get("another-number-ignored", -100)]
    side = wrong.get("off-by-one")
    if side in ("piece before", "piece before, round the row"):
        return labels[1:] + (labels[:1] if side.endswith("row") else ignored)
    return ignored + labels[:-1] if side == "piece after" else labels


def _cases(_dtype: torch.dtype) -> list[Case]:
    # 0 is O; 1 and 2 are B- and I- of persons, 3 and 4 of places, 5 and 6 of groups.
    n = None
    return [
        _case("a word in three pieces", [0, 1, 2, 0], [n, 0, 1, 1, 1, 2, 3, n]),
        _case(
            "neighbours of one label", [3, 3, 0, 0, 5, 0], [n, 0, 1, 1, 2, 3, 4, 4, n]
        ),
        _case("one word, then a sentence", [1, 0, 4], [n, 0, 0, n, 0, 1, 2, 2, n]),
        _case("two sentences in a row", [5, 6, 3, 0], [n, 0, 1, 1, n, 0, 0, 1, 2, n]),
        _case("a window of a text", [0, 1, 0, 3, 4, 0], [n, 2, 3, 3, 4, n]),
        _case("no special tokens", [5, 0], [0, 0, 0]),
        _case("padding", [3, 0, 1], [n, 0, 1, 1, 2, 2, n, n, n]),
        _case("nothing between two sentences", [1, 0], [n, 0, 1, 1, 0, 0, n]),
        _case("no words", [], [n, n]),
    ]


def _case(name: str, word_labels: list[int], word_ids: Ids) -> Case:
    shown = f"word_labels {word_labels}, word_ids {word_ids}"
    return Case(f"{name}: {shown}", {"word_labels": word_labels, "word_ids": word_ids})


def _neighbours(word_labels: list[int], word_ids: Ids) -> list[int]:
    return [
        -100 if word is None or word == before else word_labels[word]
        for before, word in pairwise([None, *word_ids])
    ]


def _groups(word_labels: list[int], word_ids: Ids) -> list[int]:
    labels: list[int] = []
    for word, pieces in groupby(word_ids):
        first = -100 if word is None else word_labels[word]
        labels += [first] + [-100] * (len(list(pieces)) - 1)
    return labels


def _index(word_labels: list[int], word_ids: Ids) -> list[int]:
    labels = [-100] * len(word_ids)
    for i in range(len(word_ids)):
        if word_ids[i] is not None and (i == 0 or word_ids[i - 1] != word_ids[i]):
            labels[i] = word_labels[word_ids[i]]
    return labels


def _numpy(word_labels: list[int], word_ids: Ids) -> list[int]:
    words = np.array([-1 if word is None else word for word in word_ids])
    before = np.concatenate(([-1], words[:-1]))
    table = np.array([*word_labels, -100])  # -1, a special token, finds the last one
    return np.where(words == before, -100, table[words]).tolist()


ALIGN_LABELS = Exercise(
    id="11.align_labels",
    title="Labels of words on word pieces",
    returns="list[int]: a label for each piece, -100 where none counts",
    reference=align_labels,
    computation=_steps,
    answer=("labels",),
    cases=_cases,
    mistakes=ALIGN_MISTAKES,
    variants={
        "neighbours": _neighbours,
        "groups": _groups,
        "index": _index,
        "numpy": _numpy,
    },
    hints=(
        "Go through `word_ids` piece by piece and append one number for each. There "
        "are three kinds of pieces; which of them gets a label?",
        "Keep the word id of the piece before in `previous`, and begin with None. A "
        "piece whose word equals `previous` continues it.",
        "Set `previous = word` after every piece, special tokens included: that is "
        "how None ends a word when the ids begin again.",
        "`labels.append(-100 if word is None or word == previous else "
        "word_labels[word])`",
    ),
    explanation="`previous` holds the word id directly before, None included. So a "
    "word ends at a special token, and word 0 of a second sentence is new although "
    "word 0 was there before. -100 keeps the list as long as the row of pieces, and "
    "the loss counts every word once.",
)

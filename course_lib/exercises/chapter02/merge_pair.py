"""02.merge_pair: one merge of byte-pair encoding, in every word."""

import re
from collections import Counter
from collections.abc import Mapping
from itertools import groupby
from typing import Any

import torch

from course_lib.exercises.catalogue import Case, Exercise
from course_lib.exercises.chapter02.mistakes import MERGE_MISTAKES

Wrong = Mapping[str, Any]
Symbols = tuple[str, ...]
Words = dict[Symbols, int]
Pair = tuple[str, str]
SEARCHES = ("merges-inside-other-symbols", "order-ignored")
Span = tuple[int, int]  # from, to (exclusive)


def merge_pair(words: dict[tuple[str, ...], int], pair: tuple[str, str]) -> dict:
    result = {}
    for word, count in words.items():
        symbols, i = [], 0
        while i < len(word):
            if word[i : i + 2] == pair:
                symbols.append(pair[0] + pair[1])
                i += 2
            else:
                symbols.append(word[i])
                i += 1
        merged = tuple(symbols)
        result[merged] = result.get(merged, 0) + count
    return result


def _merge_steps(wrong: Wrong, words: Words, pair: Pair) -> dict[str, Any]:
    merged = [_merge_word(wrong, word, pair) for word in words]
    # Which words hold the pair, for an answer that searches as this one does.
    search = {name: wrong[name] for name in wrong if name in SEARCHES}
    held = [_merge_word(search, word, pair) != word for word in words]
    return {"merged words": merged, "result": _collect(wrong, words, merged, held)}


def _merge_word(wrong: Wrong, word: Symbols, pair: Pair) -> tuple[Any, ...]:
    if "nothing-merged" in wrong:
        return word
    if "merges-inside-other-symbols" in wrong:
        return _merge_as_text(wrong, word, pair)
    if "merges-from-the-right" in wrong:
        turned = _spans(wrong, word[::-1], pair[::-1])
        spans = [(len(word) - end, len(word) - start) for start, end in turned[::-1]]
    else:
        spans = _spans(wrong, word, pair)
    return tuple(_symbol(wrong, word[start:end]) for start, end in spans)


def _spans(wrong: Wrong, word: Symbols, pair: Pair) -> list[Span]:
    """Which symbols of the word become one symbol of the result."""
    wanted = {pair, pair[::-1]} if "order-ignored" in wrong else {pair}
    most = 1 if "merges-only-first-occurrence" in wrong else len(word)
    last_start = len(word) - 2 - ("last-pair-missed" in wrong)
    spans: list[Span] = []
    merges, i = 0, 0
    while i < len(word) - ("last-symbol-dropped" in wrong):
        found = word[i : i + 2] in wanted and i <= last_start and merges < most
        merges += found
        spans.append((i, i + 2 if found else i + 1))
        i += 2 if found and "second-symbol-kept" not in wrong else 1
    return spans


def _symbol(wrong: Wrong, part: Symbols) -> Any:
    how = wrong.get("symbols-not-joined") if len(part) > 1 else None
    return part if how == "tuple" else (" " if how == "space" else "").join(part)


def _merge_as_text(wrong: Wrong, word: Symbols, pair: Pair) -> Symbols:
    """Search and replace in a string, guarded on one side or not at all."""
    sides = wrong["merges-inside-other-symbols"]
    orders = [pair, pair[::-1]] if "order-ignored" in wrong else [pair]
    found = "|".join(re.escape(" ".join(order)) for order in orders)
    before = r"(?<!\S)" if sides == "right" else ""
    after = r"(?!\S)" if sides == "left" else ""
    most = 1 if "merges-only-first-occurrence" in wrong else 0
    join = {"space": "\0", "tuple": "\0"}.get(wrong.get("symbols-not-joined", ""), "")
    text = re.sub(
        f"{before}(?:{found}){after}",
        lambda match: match.group().replace(" ", join),
        " ".join(word),
        count=most,
    )
    return tuple(_symbol(wrong, tuple(part.split("\0"))) for part in text.split(" "))


def _collect(
    wrong: Wrong, words: Words, merged: list[Symbols], held: list[bool]
) -> dict[Any, Any]:
    result: dict[Any, Any] = dict(words) if "old-words-kept" in wrong else {}
    skips = "old-words-kept" in wrong or "drops-other-words" in wrong
    for count, new, holds in zip(words.values(), merged, held, strict=True):
        if skips and not holds:
            continue
        key = " ".join(map(str, new)) if "keys-are-strings" in wrong else new
        _count(wrong, result, key, count)
        if "returns-too-early" in wrong:
            break
    return result


def _count(wrong: Wrong, result: dict[Any, Any], key: Any, count: int) -> None:
    lost = wrong.get("loses-counts")
    if lost in ("always one", "none"):
        result[key] = 1 if lost == "always one" else None
        return
    count = 1 if lost == "one each" else count
    stays = wrong.get("counts-not-added")
    if stays == "first":
        result.setdefault(key, count)
    else:
        result[key] = count if stays else result.get(key, 0) + count


def _merge_cases(_dtype: torch.dtype) -> list[Case]:
    return [
        _merge_case(
            "a pair in some words",
            "a k",
            {"b a k e": 4, "b a k e r": 3, "t a k e": 6, "b r e a d": 2},
        ),
        _merge_case(
            "a pair twice in a word",
            "a n",
            {"b a n a n a": 3, "p a n": 2, "n a n": 5, "a": 7},
        ),
        _merge_case(
            "one letter repeated",
            "h h",
            {"s h h h": 2, "h h h h h": 1, "o h": 4, "h h": 3},
        ),
        _merge_case(
            "two words become one",
            "p a",
            {"p a pa": 5, "pa p a": 4, "p a n": 3, "pa n": 2, "n": 6},
        ),
        _merge_case(
            "symbols of several letters",
            "th e",
            {
                "th e": 9,
                "th en": 4,
                "bath e": 3,
                "bath er": 2,
                "o th e r": 5,
                "t h e": 1,
            },
        ),
        _merge_case("a pair that stands nowhere", "q u", {"u q": 2, "q a u": 3}),
    ]


def _merge_case(name: str, pair: str, words: dict[str, int]) -> Case:
    """A case written with spaces between the symbols."""
    apart = {tuple(word.split()): count for word, count in words.items()}
    left, right = pair.split()
    return Case(f"{name}: {left} + {right}", {"words": apart, "pair": (left, right)})


def _merge_by_expression(words: Words, pair: Pair) -> Words:
    """A regular expression that ends at the borders of symbols."""
    found = re.compile(r"(?<!\S)" + re.escape(" ".join(pair)) + r"(?!\S)")
    result: Counter[Symbols] = Counter()
    for word, count in words.items():
        result[tuple(found.sub("".join(pair), " ".join(word)).split(" "))] += count
    return result


def _merge_on_a_stack(words: Words, pair: Pair) -> Words:
    result: Words = {}
    for word, count in words.items():
        stack: list[str] = []
        open_end = False  # True while the top has not been merged
        for symbol in word:
            if open_end and (stack[-1], symbol) == pair:
                stack[-1], open_end = stack[-1] + symbol, False
            else:
                stack.append(symbol)
                open_end = True
        result.setdefault(tuple(stack), 0)
        result[tuple(stack)] += count
    return result


def _merge_by_recursion(words: Words, pair: Pair) -> Words:
    def merged(word: Symbols) -> Symbols:
        if len(word) < 2:
            return word
        if word[:2] == pair:
            return ("".join(pair), *merged(word[2:]))
        return (word[0], *merged(word[1:]))

    new = sorted((merged(word), count) for word, count in words.items())
    return {w: sum(c for _, c in same) for w, same in groupby(new, lambda p: p[0])}


MERGE_PAIR = Exercise(
    id="02.merge_pair",
    title="Merge one pair everywhere",
    returns="dict: each word with the pair merged (a tuple of symbols) to its count",
    reference=merge_pair,
    computation=_merge_steps,
    answer=("result",),
    cases=_merge_cases,
    mistakes=MERGE_MISTAKES,
    variants={
        "regular expression": _merge_by_expression,
        "stack": _merge_on_a_stack,
        "recursion": _merge_by_recursion,
    },
    hints=(
        "Take one word at a time. Walk through its symbols with an index `i` and "
        "collect the new symbols in a list.",
        "At each place look at two neighbours: `word[i : i + 2]` is a tuple and can be "
        "compared with `pair`. After a merge go on by 2, otherwise by 1.",
        "Two old words can become the same new word. `result.get(merged, 0) + count` "
        "adds to what is there already.",
        "`if word[i : i + 2] == pair: symbols.append(pair[0] + pair[1]); i += 2`, else "
        "append `word[i]` and add 1; after the loop `merged = tuple(symbols)`.",
    ),
    explanation=(
        "The index moves by 2 after a merge, so occurrences never overlap and the "
        "leftmost wins. Comparing tuples of whole symbols keeps (th, e) apart from "
        "(bath, e). Words that come out alike add their counts: from here on they are "
        "the same word."
    ),
)

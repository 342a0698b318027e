"""02.wordpiece: one word in the longest pieces that the vocabulary holds."""

from collections.abc import Iterator, Mapping
from typing import Any

import torch

from course_lib.exercises.catalogue import Case, Exercise
from course_lib.exercises.chapter02.mistakes import WORDPIECE_MISTAKES

Wrong = Mapping[str, Any]
Part = tuple[int, int, str]  # from, to, the piece found there; "" where none fits


def wordpiece(word: str, vocabulary: set[str]) -> list[str]:
    pieces, start = [], 0
    while start < len(word):
        prefix = "##" if start > 0 else ""
        end = len(word)
        while end > start and prefix + word[start:end] not in vocabulary:
            end -= 1
        if end == start:
            return ["[UNK]"]
        pieces.append(prefix + word[start:end])
        start = end
    return pieces


def _steps(wrong: Wrong, word: str, vocabulary: set[str]) -> dict[str, Any]:
    word = word.lower() if "lowercased" in wrong else word
    parts = _parts(wrong, word, vocabulary)
    pieces = _pieces(wrong, word, parts)
    if "matches-from-the-end" in wrong and len(pieces) > 1:
        pieces = pieces[::-1]
    return {"parts": parts, "pieces": pieces}


def _parts(wrong: Wrong, word: str, vocabulary: set[str]) -> list[Part]:
    """The word cut into parts, in the order in which they are found."""
    if "searches-all-splits" in wrong:
        splits = list(_splits(wrong, word, vocabulary, 0))
        shortest = wrong["searches-all-splits"] == "fewest pieces"
        if splits:
            return min(splits, key=len) if shortest else splits[0]
    if "longest-anywhere" in wrong:
        return _longest_anywhere(wrong, word, vocabulary, 0, len(word))
    from_end = "matches-from-the-end" in wrong
    parts: list[Part] = []
    at, goal = (len(word), 0) if from_end else (0, len(word))
    while at != goal:
        spans = [(n, at) for n in range(at)] if from_end else _after(wrong, at, goal)
        part = next(_fitting(wrong, word, vocabulary, spans), None)
        parts.append(part or ((at - 1, at, "") if from_end else (at, at + 1, "")))
        at = parts[-1][0] if from_end else parts[-1][1]
    return parts


def _after(wrong: Wrong, start: int, length: int) -> list[tuple[int, int]]:
    """The stretches from a place on, in the order in which they are tried."""
    last = length - 1 if "end-never-reached" in wrong else length
    ends = range(last, start, -1)
    return [(start, end) for end in (ends[::-1] if "shortest-match" in wrong else ends)]


def _fitting(
    wrong: Wrong, word: str, vocabulary: set[str], spans: list[tuple[int, int]]
) -> Iterator[Part]:
    """Those of the stretches that are pieces of the vocabulary."""
    fewest = 2 if "single-letters-never-tried" in wrong else 1
    for start, end in spans:
        for key, piece in _spellings(wrong, word, start, end):
            if key in vocabulary and end - start >= fewest:
                yield start, end, piece


def _spellings(wrong: Wrong, word: str, start: int, end: int) -> Iterator[tuple]:
    """What is looked up for a stretch of the word, and what is noted if it is found."""
    bare = word[start:end]
    marked = "##" + bare if start or "prefix-on-first-piece" in wrong else bare
    missing = wrong.get("missing-continuation-prefix")
    key = marked if missing in (None, "in the answer") else bare
    yield key, marked if missing in (None, "in the search") else bare
    if "continuation-optional" in wrong:
        yield bare, bare


def _splits(
    wrong: Wrong, word: str, vocabulary: set[str], start: int
) -> Iterator[list[Part]]:
    """Every way to build the rest of the word, long pieces first."""
    if start == len(word):
        yield []
    spans = _after(wrong, start, len(word))
    for part in _fitting(wrong, word, vocabulary, spans):
        for rest in _splits(wrong, word, vocabulary, part[1]):
            yield [part, *rest]


def _longest_anywhere(
    wrong: Wrong, word: str, vocabulary: set[str], start: int, end: int
) -> list[Part]:
    """The longest piece wherever it stands, then what is left of it and right of it."""
    if start == end:
        return []
    spans = [(i, j) for i in range(start, end) for j in range(i + 1, end + 1)]
    spans.sort(key=lambda span: span[0] - span[1])
    part = next(_fitting(wrong, word, vocabulary, spans), None)
    if part is None:
        return [(i, i + 1, "") for i in range(start, end)]
    left = _longest_anywhere(wrong, word, vocabulary, start, part[0])
    return [*left, part, *_longest_anywhere(wrong, word, vocabulary, part[1], end)]


def _pieces(wrong: Wrong, word: str, parts: list[Part]) -> list[str]:
    """The parts as the answer lists them, or what it says of a word it cannot build."""
    if "stops-after-first-piece" in wrong:
        parts = parts[:1]
    pieces = [piece for _, _, piece in parts]
    if all(pieces):
        return pieces
    found = pieces[: pieces.index("")]
    start, end, _ = parts[len(found)]
    rest = word[:end] if "matches-from-the-end" in wrong else word[start:]
    name = next((name for name in UNKNOWN if name in wrong), "")
    return {
        "": ["[UNK]"],
        "unknown rest": [*found, "[UNK]"],
        "unknown letters": [piece or "[UNK]" for piece in pieces],
        "empty": [],
        "pieces so far": found,
        "letters skipped": [piece for piece in pieces if piece],
        "whole word": [word],
        "rest as a piece": [*found, "##" + rest if found else rest],
    }[wrong.get(name, "")]


UNKNOWN = (
    "unknown-piece-instead-of-unknown-word",
    "unknown-word-dropped",
    "unknown-text-kept",
)


def _cases(_dtype: torch.dtype) -> list[Case]:
    # Word and vocabulary, written so that a reader sees what each one is for.
    return [
        _case(
            "three pieces", "unpacking", "u un ##n ##pack ##packs pack ing ##ing ##in"
        ),
        _case("a whole word", "harbour", "harb harbour ##our"),
        _case("no piece for the end", "boxy", "b box ##o ##x"),
        _case("no piece for the middle", "jazzy", "j ja ##a ##y"),
        _case("a dead end", "tablet", "tab table let ##let"),
        _case(
            "fewer pieces another way",
            "together",
            "to toge ##to ##toge the ##the r ##r gether ##gether",
        ),
        _case(
            "a longer piece further on",
            "rethinking",
            "re reth ##re ##reth think ##think ink ##ink ing ##ing",
        ),
        _case("two ways to cut", "doing", "do doi ##do ##doi ng ##ng ing ##ing"),
        _case("a capital letter", "Paris", "par Par ##Par ##par paris ##paris is ##is"),
        _case("words that are no continuation", "sunday", "sun day ##d ##ay"),
        _case("a piece with and without ##", "inn", "in ##in ##n"),
        _case("one letter", "a", "a ##a"),
    ]


def _case(name: str, word: str, pieces: str) -> Case:
    vocabulary = {"[UNK]", *pieces.split()}
    return Case(f'{name}: "{word}"', {"word": word, "vocabulary": vocabulary})


def _recursive(word: str, vocabulary: set[str], prefix: str = "") -> list[str]:
    for end in range(len(word), 0, -1):
        if prefix + word[:end] in vocabulary:
            rest = _recursive(word[end:], vocabulary, "##")
            return rest if rest == ["[UNK]"] else [prefix + word[:end], *rest]
    return ["[UNK]"] if word else []


def _by_vocabulary(word: str, vocabulary: set[str]) -> list[str]:
    """Looks through the vocabulary instead of through the word."""
    pieces: list[str] = []
    rest = word
    while rest:
        fits = [p for p in vocabulary if p != "[UNK]" and rest.startswith(p)]
        if not fits:
            return ["[UNK]"]
        pieces.append(max(fits, key=len))
        rest = "##" + rest[len(pieces[-1]) :]
        rest = "" if rest == "##" else rest
    return pieces


def _for_else(word: str, vocabulary: set[str]) -> list[str]:
    pieces: list[str] = []
    start = 0
    while start < len(word):
        for end in reversed(range(start + 1, len(word) + 1)):
            piece = ("##" if pieces else "") + word[start:end]
            if piece in vocabulary:
                break
        else:
            return ["[UNK]"]
        pieces += [piece]
        start = end
    return pieces


WORDPIECE = Exercise(
    id="02.wordpiece",
    title="Cut a word into known pieces",
    returns='list[str]: the pieces of the word, or ["[UNK]"]',
    reference=wordpiece,
    computation=_steps,
    answer=("pieces",),
    cases=_cases,
    mistakes=WORDPIECE_MISTAKES,
    variants={
        "recursion": _recursive,
        "vocabulary first": _by_vocabulary,
        "for and else": _for_else,
    },
    hints=(
        "Keep an index `start` where the next piece must begin. The word is finished "
        "when `start` has reached its length.",
        "For one piece try `end = len(word)` first and let `end` shrink until "
        "`word[start:end]`, with '##' in front unless `start` is 0, is in the "
        "vocabulary.",
        "If `end` has shrunk to `start`, nothing fits: return `['[UNK]']` at once, "
        "whatever you have collected.",
        "`prefix = '##' if start > 0 else ''`, then `while end > start and prefix + "
        "word[start:end] not in vocabulary: end -= 1`.",
    ),
    explanation=(
        "The inner loop tries the longest stretch first and shrinks it a letter at a "
        "time. It is greedy: a piece once taken stays, even where the rest cannot be "
        "built and another cut could have been. That makes it fast."
    ),
)

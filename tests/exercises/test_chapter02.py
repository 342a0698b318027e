"""Answers to chapter 02 as learners write them, and what they are told."""

import re
from collections import Counter, defaultdict

import pytest
import torch

from course_lib.exercises import check
from course_lib.exercises.catalogue import find
from course_lib.tokens import WordPiece, merge_symbols

# 02.merge_pair: each function below is one a learner could have written.


def joined(word, pair):
    return tuple(merge_symbols(word, pair))


def replaced_in_a_string(words, pair):
    a, b = " ".join(pair), "".join(pair)
    return {tuple(" ".join(w).replace(a, b).split()): n for w, n in words.items()}


def guarded_on_one_side(words, pair):
    result = Counter()
    found = re.compile(r"\b" + re.escape(" ".join(pair)))  # \b: only the beginning
    for word, count in words.items():
        result[tuple(found.sub("".join(pair), " ".join(word)).split())] += count
    return result


def found_with_index(words, pair):
    result = Counter()
    for word, count in words.items():
        for i in range(len(word) - 1):
            if word[i : i + 2] == pair:
                word = (*word[:i], "".join(pair), *word[i + 2 :])
                break
        result[word] += count
    return result


def only_words_with_the_pair(words, pair):
    result = defaultdict(int)
    for word, count in words.items():
        if pair in zip(word, word[1:], strict=False):
            result[joined(word, pair)] += count
    return dict(result)


def a_counter_of_words(words, pair):
    return Counter(joined(word, pair) for word in words)


def keys_without_counts(words, pair):
    return dict.fromkeys(joined(word, pair) for word in words)


def a_comprehension(words, pair):
    return {joined(word, pair): count for word, count in words.items()}


def a_loop_over_pairs(words, pair):
    result = Counter()
    for word, count in words.items():
        new = []
        for i in range(len(word)):
            new.append("".join(pair) if word[i : i + 2] == pair else word[i])
        result[tuple(new)] += count
    return result


def the_tail_forgotten(words, pair):
    result = Counter()
    for word, count in words.items():
        new, i = [], 0
        while i < len(word) - 1:
            found = word[i : i + 2] == pair
            new.append("".join(pair) if found else word[i])
            i += 1 + found
        result[tuple(new)] += count
    return result


def backwards(words, pair):
    result = Counter()
    for word, count in words.items():
        new = list(word)
        i = len(new) - 2
        while i >= 0:
            if tuple(new[i : i + 2]) == pair:
                new[i : i + 2] = ["".join(pair)]
                i -= 1
            i -= 1
        result[tuple(new)] += count
    return result


def as_a_set(words, pair):
    result = Counter()
    for word, count in words.items():
        new, i = [], 0
        while i < len(word):
            two = word[i : i + 2]
            found = len(two) == 2 and sorted(two) == sorted(pair)
            new.append("".join(two) if found else word[i])
            i += 1 + found
        result[tuple(new)] += count
    return result


def a_list_against_a_tuple(words, pair):
    result = Counter()
    for word, count in words.items():
        word = list(word)
        new = []
        while word:
            if word[:2] == pair:
                new.append("".join(pair))
                del word[:2]
            else:
                new.append(word.pop(0))
        result[tuple(new)] += count
    return result


def a_copy_with_additions(words, pair):
    result = dict(words)
    for word, count in words.items():
        new = joined(word, pair)
        if new != word:
            result[new] = result.get(new, 0) + count
    return result


def strings_as_keys(words, pair):
    result = Counter()
    for word, count in words.items():
        result[" ".join(joined(word, pair))] += count
    return result


def return_in_the_loop(words, pair):
    result = {}
    for word, count in words.items():
        result[joined(word, pair)] = count
        return result


def the_pair_as_symbol(words, pair):
    result = Counter()
    for word, count in words.items():
        new, i = [], 0
        while i < len(word):
            found = word[i : i + 2] == pair
            new.append(pair if found else word[i])
            i += 1 + found
        result[tuple(new)] += count
    return result


MERGE_ANSWERS = {
    replaced_in_a_string: "merges-inside-other-symbols+counts-not-added",
    guarded_on_one_side: "merges-inside-other-symbols",
    found_with_index: "merges-only-first-occurrence",
    only_words_with_the_pair: "drops-other-words",
    a_counter_of_words: "loses-counts",
    keys_without_counts: "loses-counts",
    a_comprehension: "counts-not-added",
    a_loop_over_pairs: "second-symbol-kept",
    the_tail_forgotten: "last-symbol-dropped",
    backwards: "merges-from-the-right",
    as_a_set: "order-ignored",
    a_list_against_a_tuple: "nothing-merged",
    a_copy_with_additions: "old-words-kept",
    strings_as_keys: "keys-are-strings",
    return_in_the_loop: "returns-too-early",
    the_pair_as_symbol: "symbols-not-joined",
}


@pytest.mark.parametrize("answer", MERGE_ANSWERS, ids=lambda f: f.__name__)
def test_what_people_write_for_merge_pair_is_named(answer) -> None:
    assert check("02.merge_pair", answer).mistake == MERGE_ANSWERS[answer]


def test_an_answer_on_the_librarys_merge_passes() -> None:
    def answer(words, pair):
        result = Counter()
        for word, count in words.items():
            result[joined(word, pair)] += count
        return result

    report = check("02.merge_pair", answer)
    assert report.passed and report.remarks == ()


def test_words_changed_in_place_are_right_with_a_remark() -> None:
    def answer(words, pair):
        old = dict(words)
        words.clear()
        for word, count in old.items():
            words[joined(word, pair)] = words.get(joined(word, pair), 0) + count
        return words

    report = check("02.merge_pair", answer)
    assert report.passed
    assert any("`words` in place" in remark for remark in report.remarks)


# 02.wordpiece


def greedy(word, vocabulary, *, ends=None, mark="##", give_up=None, note=None):
    """The usual loop; each keyword replaces one line of it."""
    pieces, start = [], 0
    while start < len(word):
        for end in (ends or (lambda s, n: range(n, s, -1)))(start, len(word)):
            piece = (mark if start else "") + word[start:end]
            if piece in vocabulary:
                break
        else:
            return (give_up or (lambda p, w: ["[UNK]"]))(pieces, word[start:])
        pieces.append((note or str)(piece))
        start = end
    return pieces


def usual(**how):
    return lambda word, vocabulary: greedy(word, vocabulary, **how)


def from_the_back(word, vocabulary):
    pieces, end = [], len(word)
    while end:
        for start in range(end):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary:
                break
        else:
            return ["[UNK]"]
        pieces.insert(0, piece)
        end = start
    return pieces


def with_second_thoughts(word, vocabulary, mark=""):
    if not word:
        return []
    for end in range(len(word), 0, -1):
        if mark + word[:end] in vocabulary:
            rest = with_second_thoughts(word[end:], vocabulary, "##")
            if rest != ["[UNK]"]:
                return [mark + word[:end], *rest]
    return ["[UNK]"]


def always_marked(word, vocabulary):
    pieces, start = [], 0
    while start < len(word):
        fits = [
            n
            for n in range(start, len(word))
            if "##" + word[start : n + 1] in vocabulary
        ]
        if not fits:
            return ["[UNK]"]
        pieces.append("##" + word[start : fits[-1] + 1])
        start = fits[-1] + 1
    return pieces


def unmarked_too(word, vocabulary):
    known = {piece.removeprefix("##") for piece in vocabulary if piece.startswith("##")}
    pieces, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            part = word[start:end]
            if start and part in known:
                part = "##" + part
                break
            if part in vocabulary:
                break
        else:
            return ["[UNK]"]
        pieces.append(part)
        start = end
    return pieces


def without_a_loop(word, vocabulary):
    for end in range(len(word), 0, -1):
        if word[:end] in vocabulary:
            return [word[:end]]
    return ["[UNK]"]


WORD_ANSWERS = {
    "shortest-match": usual(ends=lambda s, n: range(s + 1, n + 1)),
    "missing-continuation-prefix": usual(mark=""),
    "unknown-piece-instead-of-unknown-word": usual(give_up=lambda p, w: [*p, "[UNK]"]),
    "prefix-on-first-piece": always_marked,
    "continuation-optional": unmarked_too,
    "unknown-word-dropped": usual(give_up=lambda p, w: p),
    "unknown-text-kept": lambda w, v: greedy(w, v, give_up=lambda p, _: [w]),
    "matches-from-the-end": from_the_back,
    "searches-all-splits": with_second_thoughts,
    "single-letters-never-tried": usual(ends=lambda s, n: range(n, s + 1, -1)),
    "end-never-reached": usual(ends=lambda s, n: range(n - 1, s, -1)),
    "stops-after-first-piece": without_a_loop,
    "lowercased": lambda w, v: greedy(w.lower(), v),
    "shortest-match+missing-continuation-prefix": usual(
        ends=lambda s, n: range(s + 1, n + 1), mark=""
    ),
    "missing-continuation-prefix+unknown-word-dropped": usual(
        note=lambda piece: piece.removeprefix("##"), give_up=lambda p, w: []
    ),
}


@pytest.mark.parametrize("name", WORD_ANSWERS)
def test_what_people_write_for_wordpiece_is_named(name) -> None:
    assert check("02.wordpiece", WORD_ANSWERS[name]).mistake == name


def test_the_librarys_wordpiece_passes() -> None:
    def answer(word, vocabulary):
        return WordPiece(vocabulary).split_word(word)

    assert check("02.wordpiece", answer).passed


def test_a_tuple_of_pieces_is_right_with_a_remark() -> None:
    report = check(
        "02.wordpiece", lambda word, vocabulary: tuple(greedy(word, vocabulary))
    )
    assert report.passed and "a list was asked for" in " ".join(report.remarks)


def test_the_unknown_token_without_a_list_breaks_the_contract() -> None:
    report = check("02.wordpiece", usual(give_up=lambda p, w: "[UNK]"))
    assert report.mistake is None and "it returns a str, not a list" in report.message


def test_an_answer_that_fits_nothing_gets_no_name() -> None:
    report = check("02.wordpiece", lambda word, vocabulary: list(word))
    assert report.mistake is None and "No known mistake" in report.message
    for answer in (lambda words, pair: {}, lambda words, pair: {pair: 1}):
        report = check("02.merge_pair", answer)
        assert report.mistake is None and "No known mistake" in report.message


def test_a_loop_that_never_moves_on_is_stopped(monkeypatch) -> None:
    monkeypatch.setattr("course_lib.exercises.checker.LIMIT", 0.2)

    def answer(word, vocabulary):
        start = 0
        while start < len(word):
            pass

    assert "never ends" in check("02.wordpiece", answer).message


@pytest.mark.parametrize("name", ["02.merge_pair", "02.wordpiece"])
def test_cases_are_new_on_every_call(name) -> None:
    """An answer that changes its inputs must not spoil the next check."""
    first, second = (find(name).cases(torch.float32) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert one.inputs == other.inputs
        parts = [(one.inputs[key], other.inputs[key]) for key in one.inputs]
        assert all(a is not b for a, b in parts if isinstance(a, (dict, set)))

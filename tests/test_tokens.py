"""Tokens: piece for piece and id for id what Hugging Face `tokenizers` gives."""

import json
from collections import Counter
from unicodedata import category, ucd_3_2_0

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from course_lib.errors import CourseError
from course_lib.resources import course_text
from course_lib.resources.encoder import installed_folder
from course_lib.tokens import (
    WORD_PATTERN,
    BytePairEncoder,
    WordPiece,
    as_bytes,
    from_bytes,
    merge_symbols,
    pad_batch,
    split_like_bert,
    split_words,
    train_bpe,
)

TEXTS = [
    "",
    " ",
    "\n\n\n",
    "a",
    "Don't stop: 3,141 (or 2.718)?!",
    "  two  spaces\tand a tab \n",
    "café, naïve, Ångström, straße",
    "привет мир, 你好世界 こんにちは",
    "🙂🙃 e\u0301 \u200b \ufeff x\u0000y",
    "QUIZ jazz xylophone " * 3,
    "a" * 300,
]
any_text = st.text(max_size=60)  # any characters but lone surrogates
# Two letters: long runs, overlaps and ties that prose does not have.
tight_words = st.dictionaries(
    st.text("ab", min_size=1, max_size=8), st.integers(1, 4), max_size=8
)


def trained(byte_level: bool) -> BytePairEncoder:
    return BytePairEncoder.train(course_text(), 600, byte_level=byte_level)


ENCODERS = {level: trained(level) for level in (False, True)}


def library_bpe(ours: BytePairEncoder) -> models.BPE:
    """The library's model on our vocabulary and our merges."""
    return models.BPE(ours.vocabulary, ours.merges, unk_token=ours.unknown)


def library_words(byte_level: bool) -> pre_tokenizers.PreTokenizer:
    split = pre_tokenizers.Split(Regex(WORD_PATTERN), "isolated")
    if not byte_level:
        return split
    spell = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return pre_tokenizers.Sequence([split, spell])


MODELS = {level: library_bpe(ours) for level, ours in ENCODERS.items()}


# Byte-pair encoding: training


def recounted(words: dict[str, int], num_merges: int) -> list[tuple[str, str]]:
    """Algorithm 1 as chapter 02 shows it: count every pair anew before each merge."""
    split = {word: list(word) for word in words}
    age = {c: i for i, c in enumerate(sorted(set("".join(words))))}
    merges = []
    for _ in range(num_merges):
        pairs: Counter[tuple[str, str]] = Counter()
        for word, symbols in split.items():
            for pair in zip(symbols, symbols[1:], strict=False):
                pairs[pair] += words[word]
        if not pairs:
            break
        best = min(pairs, key=lambda p: (-pairs[p], age[p[0]], age[p[1]]))
        split = {word: merge_symbols(symbols, best) for word, symbols in split.items()}
        merges.append(best)
        age.setdefault("".join(best), len(age))
    return merges


@given(tight_words, st.integers(0, 12))
def test_training_is_counting_anew_before_each_merge(words, num_merges) -> None:
    assert train_bpe(words, num_merges) == recounted(words, num_merges)


@pytest.mark.parametrize("byte_level", [False, True])
def test_training_learns_the_librarys_merges_and_ids(byte_level: bool) -> None:
    ours = ENCODERS[byte_level]
    theirs = Tokenizer(models.BPE(unk_token="[UNK]"))
    theirs.pre_tokenizer = library_words(byte_level)
    alphabet = pre_tokenizers.ByteLevel.alphabet() if byte_level else []
    trainer = trainers.BpeTrainer(
        vocab_size=len(ours.vocabulary),
        special_tokens=["[UNK]"],
        initial_alphabet=alphabet,
        show_progress=False,
    )
    theirs.train_from_iterator([course_text()], trainer)
    assert theirs.get_vocab() == ours.vocabulary
    merges = json.loads(theirs.to_str())["model"]["merges"]
    assert [tuple(pair) for pair in merges] == ours.merges


@given(tight_words.filter(bool), st.integers(0, 12))
def test_ties_and_overlaps_are_settled_as_in_the_library(words, num_merges) -> None:
    theirs = Tokenizer(models.BPE())
    theirs.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    size = len(set("".join(words))) + num_merges
    trainer = trainers.BpeTrainer(vocab_size=size, show_progress=False)
    corpus = [" ".join([word] * count) for word, count in words.items()]
    theirs.train_from_iterator(corpus, trainer)
    expected = [tuple(p) for p in json.loads(theirs.to_str())["model"]["merges"]]
    ours = train_bpe(words, num_merges)
    # The library counts pieces, not merges: one that makes a piece anew is free.
    assert expected[: len(ours)] == ours and len(ours) <= num_merges


def test_training_stops_when_nothing_is_left_to_merge() -> None:
    assert train_bpe({"ab": 2, "c": 9}, 50) == [("a", "b")]
    assert train_bpe({}, 5) == train_bpe({"ab": 1}, 0) == []


@given(st.lists(st.sampled_from("ab"), max_size=9))
def test_a_merge_joins_from_the_left_without_overlap(symbols) -> None:
    merged = merge_symbols(symbols, ("a", "b"))
    assert "".join(merged) == "".join(symbols)
    assert ("a", "b") not in zip(merged, merged[1:], strict=False)
    run = merge_symbols(["a"] * len(symbols), ("a", "a"))
    assert run == ["aa"] * (len(symbols) // 2) + ["a"] * (len(symbols) % 2)


# Byte-pair encoding: splitting


@pytest.mark.parametrize("byte_level", [False, True])
@given(word=any_text)
def test_words_split_as_in_the_library(byte_level: bool, word: str) -> None:
    ours, theirs = ENCODERS[byte_level], MODELS[byte_level]
    spelled = as_bytes(word) if byte_level else word
    expected = theirs.tokenize(spelled)
    assert ours.split_word(word) == [token.value for token in expected]
    assert [ours.vocabulary[p] for p in ours.split_word(word)] == [
        token.id for token in expected
    ]


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(*[st.sampled_from(["a", "b", "ab", "ba", "aa"])] * 2), max_size=6
    ),
    st.text("abc", max_size=12),
)
def test_merges_in_any_order_split_as_in_the_library(merges, word) -> None:
    """Lists that no training gives: a pair may come before what makes its parts."""
    merges = list(dict.fromkeys(merges))
    ours = BytePairEncoder(["a", "b", "ab", "ba", "aa"], merges)
    theirs = library_bpe(ours).tokenize(word)
    assert ours.split_word(word) == [token.value for token in theirs]


@pytest.mark.parametrize("byte_level", [False, True])
def test_texts_encode_as_in_the_library(byte_level: bool) -> None:
    ours = ENCODERS[byte_level]
    theirs = Tokenizer(MODELS[byte_level])
    theirs.pre_tokenizer = library_words(byte_level)
    for text in [*TEXTS, course_text()]:
        assert ours.encode(text) == theirs.encode(text).ids, text[:40]


@given(any_text)
def test_words_joined_are_the_text(text: str) -> None:
    assert "".join(split_words(text)) == text


@given(any_text)
def test_bytes_lose_nothing(text: str) -> None:
    ours = ENCODERS[True]
    assert from_bytes(as_bytes(text)) == text
    assert ours.decode(ours.encode(text)) == text
    assert ours.unknown not in ours.tokenize(text)


def test_bytes_are_spelled_as_in_the_library() -> None:
    spell = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    everything = "".join(map(chr, range(1, 0x300))) + "日本🙂"
    ((expected, _),) = spell.pre_tokenize_str(everything)
    assert as_bytes(everything) == expected
    assert from_bytes(as_bytes("é")[0]) == "\ufffd"  # half a character


def test_an_unknown_character_is_lost_in_characters_alone() -> None:
    ours = ENCODERS[False]
    assert ours.decode(ours.encode(course_text())) == course_text()
    assert ours.tokenize("Q") == ["[UNK]"]
    assert ours.encode("QX") == [0, 0]
    assert ours.decode([0]) == "[UNK]"


def test_several_special_tokens_come_first() -> None:
    ours = BytePairEncoder.train("low lower", 2, special=("?", "<pad>", "<end>"))
    assert list(ours.vocabulary)[:3] == ["?", "<pad>", "<end>"]
    assert ours.encode("low!")[-1] == 0


def test_an_id_out_of_range_is_named() -> None:
    ours = ENCODERS[False]
    for index in (-1, len(ours.vocabulary)):
        with pytest.raises(CourseError, match=f"no piece has id {index}"):
            ours.decode([index])


# WordPiece

PIECES = [
    "[UNK]",
    "a",
    "b",
    "ab",
    "un",
    "##a",
    "##b",
    "##ab",
    "##aba",
    "é",
    "##é",
    "##",
]


@given(st.text("abun", max_size=12) | any_text)
def test_words_come_apart_as_in_the_librarys_wordpiece(word: str) -> None:
    ours = WordPiece(PIECES)
    theirs = models.WordPiece(ours.vocabulary, unk_token="[UNK]").tokenize(word)
    assert ours.split_word(word) == [token.value for token in theirs]


def test_very_long_words_are_unknown_as_in_the_library() -> None:
    ours = WordPiece(PIECES, longest_word=20)
    theirs = models.WordPiece(
        ours.vocabulary, unk_token="[UNK]", max_input_chars_per_word=20
    )
    for length in (0, 1, 20, 21):
        expected = [token.value for token in theirs.tokenize("a" * length)]
        assert ours.split_word("a" * length) == expected
    assert ours.split_word("a" * 21) == ["[UNK]"]


def bert_pieces(vocabulary: dict[str, int]) -> Tokenizer:
    theirs = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    theirs.normalizer = normalizers.BertNormalizer(lowercase=True)
    theirs.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return theirs


def test_a_vocabulary_trained_by_the_library_gives_its_ids() -> None:
    theirs = bert_pieces({"[UNK]": 0})
    trainer = trainers.WordPieceTrainer(
        vocab_size=800, special_tokens=["[UNK]"], show_progress=False
    )
    theirs.train_from_iterator([course_text()], trainer)
    vocabulary = theirs.get_vocab()
    ours = WordPiece(sorted(vocabulary, key=vocabulary.get))
    texts = [text for text in TEXTS if "\u200b" not in text]  # invisible characters
    for text in [*texts, course_text()]:
        assert ours.encode(text) == theirs.encode(text).ids, text[:40]


# Python and the library know different versions of Unicode: the old part is shared.
BMP = [chr(code) for code in range(0x20, 0xA000)]
OLD = [c for c in BMP if ucd_3_2_0.category(c) == category(c) and category(c)[0] != "C"]
visible = st.sampled_from(OLD) | st.sampled_from([c for c in OLD if ord(c) < 0x180])


@given(st.text(visible, max_size=30))
def test_text_is_cut_as_for_bert(text: str) -> None:
    bert = bert_pieces({"[UNK]": 0})
    normal = bert.normalizer.normalize_str(text)
    expected = [word for word, _ in bert.pre_tokenizer.pre_tokenize_str(normal)]
    assert split_like_bert(text) == expected


@pytest.mark.skipif(installed_folder() is None, reason="optional encoder not installed")
def test_berts_own_vocabulary_gives_the_librarys_ids() -> None:
    folder = installed_folder()
    lines = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    ours, theirs = WordPiece(lines), Tokenizer.from_file(str(folder / "tokenizer.json"))
    theirs.no_truncation()
    theirs.no_padding()
    texts = [text for text in TEXTS if "\u200b" not in text]
    for text in [*texts, course_text()]:
        assert ours.encode(text) == theirs.encode(text, add_special_tokens=False).ids


def test_wordpiece_reads_back_words() -> None:
    ours = WordPiece(["[UNK]", "token", "##izer", "##s"])
    assert ours.tokenize("Tokenizers, tokens") == [
        "token",
        "##izer",
        "##s",
        "[UNK]",
        "token",
        "##s",
    ]
    assert ours.decode(ours.encode("Tokenizers tokens")) == "tokenizers tokens"
    with pytest.raises(CourseError, match="no piece has id 4"):
        ours.decode([4])


def test_a_vocabulary_without_the_unknown_token_is_refused() -> None:
    with pytest.raises(CourseError, match="without '\\[UNK\\]'"):
        WordPiece(["a", "b"])
    assert WordPiece(["<unk>"], unknown="<unk>").tokenize("x") == ["<unk>"]


# Batches


def test_a_batch_is_filled_up_and_says_where() -> None:
    ids, mask = pad_batch([[5, 6, 7], [8], []], pad_id=2)
    assert ids.tolist() == [[5, 6, 7], [8, 2, 2], [2, 2, 2]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0], [0, 0, 0]]
    assert ids.dtype == mask.dtype == torch.int64


def test_an_empty_batch_is_refused() -> None:
    with pytest.raises(CourseError, match="no sequence"):
        pad_batch([])
    ids, mask = pad_batch([[]])
    assert ids.shape == mask.shape == (1, 0) and mask.dtype == torch.int64

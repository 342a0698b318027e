"""Tokenizers that AutoTokenizer opens, each in its model's layout."""

import json
from pathlib import Path

import pytest
from transformers import (
    AutoTokenizer,
    BertTokenizer,
    GPT2Tokenizer,
    PreTrainedTokenizerFast,
)

from course_lib.pretraining import vocabulary

ENGLISH = ["Maya gave the old map to Tom.", "He doesn't see her brother's red car."] * 9
FRENCH = ["Maya a donné la vieille carte à Tom.", "Il ne voit pas l'été."] * 9


def opened(made: PreTrainedTokenizerFast, folder: Path) -> PreTrainedTokenizerFast:
    """The tokenizer as a learner opens it."""
    vocabulary.save(made, folder)
    return AutoTokenizer.from_pretrained(folder, local_files_only=True)


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> PreTrainedTokenizerFast:
    made = vocabulary.wordpiece(ENGLISH, 300, longest=64)
    return opened(made, tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="module")
def gpt(tmp_path_factory: pytest.TempPathFactory) -> PreTrainedTokenizerFast:
    made = vocabulary.byte_pairs(ENGLISH, 400, longest=64)
    return opened(made, tmp_path_factory.mktemp("gpt"))


@pytest.fixture(scope="module")
def marian(tmp_path_factory: pytest.TempPathFactory) -> PreTrainedTokenizerFast:
    made = vocabulary.sentence_pieces(ENGLISH + FRENCH, 400, longest=64)
    return opened(made, tmp_path_factory.mktemp("marian"))


def test_bert_puts_texts_between_special_tokens(bert: PreTrainedTokenizerFast) -> None:
    batch = bert("Maya gave it.", "To Tom.")
    tokens = bert.convert_ids_to_tokens(batch.input_ids)
    assert (tokens[0], tokens[-1], tokens.count("[SEP]")) == ("[CLS]", "[SEP]", 2)
    first = tokens.index("[SEP]") + 1
    second = len(tokens) - first
    assert batch.token_type_ids == [0] * first + [1] * second
    names = (bert.pad_token, bert.unk_token, bert.mask_token, bert.model_max_length)
    assert names == ("[PAD]", "[UNK]", "[MASK]", 64)
    assert bert.pad_token_id == 0


def test_bert_keeps_capitals(bert: PreTrainedTokenizerFast) -> None:
    assert bert.tokenize("Tom") == ["Tom"]
    ids = bert("Maya gave the map to Tom.", add_special_tokens=False).input_ids
    assert bert.decode(ids) == "Maya gave the map to Tom."


def test_the_classes_of_bert_and_gpt_2_read_the_same(
    bert: PreTrainedTokenizerFast, gpt: PreTrainedTokenizerFast
) -> None:
    for ours, kind in ((bert, BertTokenizer), (gpt, GPT2Tokenizer)):
        theirs = kind.from_pretrained(ours.name_or_path, local_files_only=True)
        for text in ENGLISH[:2]:
            assert theirs(text).input_ids == ours(text).input_ids


def test_gpt_gives_every_text_back(gpt: PreTrainedTokenizerFast) -> None:
    text = "Maya said, \"Où est l'île ?\"\n\n  😀 Tom's."
    ids = gpt(text).input_ids
    assert gpt.decode(ids) == text
    assert gpt.eos_token_id not in ids, "as with GPT-2, a prompt stands alone"
    assert gpt.bos_token == gpt.eos_token == gpt.pad_token == "<|endoftext|>"
    assert gpt.model_max_length == 64


@pytest.mark.parametrize("text", [ENGLISH[0], ENGLISH[1], FRENCH[0], FRENCH[1]])
def test_marian_ends_texts_and_gives_them_back(
    text: str, marian: PreTrainedTokenizerFast
) -> None:
    ids = marian(text).input_ids
    assert ids[-1] == marian.eos_token_id and marian.unk_token_id not in ids
    assert marian.decode(ids, skip_special_tokens=True) == text
    assert marian.bos_token is None
    assert len({marian.eos_token_id, marian.pad_token_id, marian.unk_token_id}) == 3


def test_the_class_is_one_that_every_version_knows(tmp_path: Path) -> None:
    made = vocabulary.wordpiece(ENGLISH, 200, longest=8)
    vocabulary.save(made, tmp_path)
    settings = json.loads((tmp_path / "tokenizer_config.json").read_text())
    assert settings["tokenizer_class"] == "PreTrainedTokenizerFast"
    assert vocabulary.load(tmp_path).get_vocab() == made.get_vocab()


@pytest.mark.parametrize(
    "learn", [vocabulary.wordpiece, vocabulary.byte_pairs, vocabulary.sentence_pieces]
)
def test_the_same_texts_give_the_same_tokens(learn) -> None:
    # The library's own trainer for WordPiece does not.
    learned = [learn(ENGLISH + FRENCH, 380, longest=8) for _ in range(3)]
    one, *others = [each.backend_tokenizer.to_str() for each in learned]
    assert others == [one, one]

"""Models of a few weights, with tokenizers of the world, in one folder."""

import sys
from pathlib import Path

import pytest
import torch
from transformers import PreTrainedTokenizerFast

from course_lib.cli.bench import FOLDER
from course_lib.models import GPT, Bert, BertConfig, GPTConfig, Seq2Seq, Seq2SeqConfig
from course_lib.models.saving import Pretrained
from course_lib.pretraining import corpus, vocabulary

sys.path.insert(0, str(FOLDER))  # its modules are found as the benchmark finds them

CARD = "# A model\n\n<!-- figures -->\nnone yet\n<!-- /figures -->\n\nMore.\n"


def bert(tokens: int) -> Bert:
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = BertConfig(vocab_size=tokens, intermediate_size=16, **sizes)
    return Bert(config, head="masked-words")


def gpt(tokens: int) -> GPT:
    sizes = {"n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 64}
    return GPT(GPTConfig(vocab_size=tokens, **sizes))


def marian(tokenizer: PreTrainedTokenizerFast) -> Seq2Seq:
    sides = {
        f"{side}_{what}": number
        for side in ("encoder", "decoder")
        for what, number in (("layers", 1), ("attention_heads", 2), ("ffn_dim", 16))
    }
    pad, end = tokenizer.pad_token_id, tokenizer.eos_token_id
    ends = {"eos_token_id": end, "decoder_start_token_id": pad}
    config = Seq2SeqConfig(
        vocab_size=len(tokenizer), d_model=16, pad_token_id=pad, **ends, **sides
    )
    return Seq2Seq(config)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """course-bert, course-gpt and course-marian, untrained."""
    folder = tmp_path_factory.mktemp("models")
    texts = list(corpus.world(60_000, seed=0))
    pairs = [text for pair in corpus.world_pairs_of(300, seed=0) for text in pair]
    pieces = vocabulary.wordpiece(texts, 600, 256)
    pairs_of_bytes = vocabulary.byte_pairs(texts, 600, 64)
    both = vocabulary.sentence_pieces(pairs, 600, 128)
    torch.manual_seed(5)
    made: dict[str, tuple[Pretrained, object]] = {
        "course-bert": (bert(len(pieces)), pieces),
        "course-gpt": (gpt(len(pairs_of_bytes)), pairs_of_bytes),
        "course-marian": (marian(both), both),
    }
    for name, (model, tokenizer) in made.items():
        model.save_pretrained(folder / name, tokenizer=tokenizer)
        (folder / name / "README.md").write_text(CARD, encoding="utf-8")
    return folder

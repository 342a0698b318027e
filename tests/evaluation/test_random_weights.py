"""An untrained model of the same size."""

import pytest
import torch

from course_lib.evaluation import untrained
from course_lib.models import GPT, Bert, BertConfig, GPTConfig, Seq2Seq, Seq2SeqConfig

BERT = {"vocab_size": 9, "hidden_size": 8, "num_attention_heads": 2}
BERT |= {"num_hidden_layers": 1, "intermediate_size": 8}
MARIAN = {"vocab_size": 9, "d_model": 8, "encoder_layers": 1, "decoder_layers": 1}
MARIAN |= {"encoder_attention_heads": 2, "decoder_attention_heads": 2}


def gpt() -> GPT:
    return GPT(GPTConfig(vocab_size=9, n_embd=8, n_layer=1, n_head=2))


def seq2seq() -> Seq2Seq:
    sides = {"encoder_ffn_dim": 8, "decoder_ffn_dim": 8, "pad_token_id": 0}
    return Seq2Seq(Seq2SeqConfig(**MARIAN, **sides))


def bert() -> Bert:
    return Bert(BertConfig(**BERT), head="masked-words")


@pytest.mark.parametrize("make", [bert, gpt, seq2seq])
def test_it_has_the_same_shapes_and_other_weights(make):
    trained = make()
    before = torch.get_rng_state()
    new = untrained(trained, seed=1)
    assert torch.equal(torch.get_rng_state(), before)
    assert not new.training
    ours, theirs = trained.state_dict(), new.state_dict()
    assert {n: x.shape for n, x in ours.items()} == {
        n: x.shape for n, x in theirs.items()
    }
    assert any(not torch.equal(ours[name], theirs[name]) for name in ours)


def test_a_seed_gives_the_same_weights_again():
    model = gpt()
    first, again, other = (untrained(model, seed).words.weight for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)

"""Which weights Muon changes, and which AdamW."""

import pytest
import torch

from course_lib.models import GPT, GPTConfig, Seq2Seq, Seq2SeqConfig
from course_lib.pretraining.optimisers import hidden_matrices, muon_and_adamw
from course_lib.training import TrainingPlan

PLAN = TrainingPlan(steps=4, learning_rate=0.01)
SIZES = {
    "vocab_size": 20,
    "d_model": 8,
    "max_position_embeddings": 8,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 16,
    "decoder_ffn_dim": 16,
    "pad_token_id": 2,
    "decoder_start_token_id": 2,
}


def models() -> list[torch.nn.Module]:
    gpt = GPTConfig(vocab_size=20, n_positions=8, n_embd=8, n_layer=2, n_head=2)
    return [GPT(gpt), Seq2Seq(Seq2SeqConfig(**SIZES))]


@pytest.mark.parametrize("model", models(), ids=["gpt", "seq2seq"])
def test_tables_of_words_are_none_of_the_matrices(model) -> None:
    matrices = hidden_matrices(model)
    named = {id(x): name for name, x in model.named_parameters()}
    names = [named[id(x)] for x in matrices]
    assert len(names) == len(set(names)) >= 8
    assert not [name for name in names if "words" in name or "positions" in name]


@pytest.mark.parametrize("model", models(), ids=["gpt", "seq2seq"])
def test_every_weight_belongs_to_one_optimiser(model) -> None:
    muon, others = muon_and_adamw(model, PLAN)
    taken = [x for one in (muon, others) for g in one.param_groups for x in g["params"]]
    ids = [id(x) for x in taken]
    assert sorted(ids) == sorted({id(x) for x in model.parameters()})
    assert {g["lr"] for one in (muon, others) for g in one.param_groups} == {0.01}


def test_an_older_pytorch_takes_adamw_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.optim, "Muon")
    [only] = muon_and_adamw(models()[0], PLAN)
    assert isinstance(only, torch.optim.AdamW)

"""Adapters begin as nothing, learn alone, and can be merged."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_lib.compression import LowRankLinear, add_low_rank, merge_low_rank
from course_lib.errors import CourseError
from course_lib.models import Bert, BertConfig


def model():
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_attention_heads": 2, "intermediate_size": 32}
    config = BertConfig(vocab_size=30, num_hidden_layers=2, **sizes)
    return Bert(config, head="classification").eval()


def test_a_layer_computes_what_the_paper_says():
    torch.manual_seed(0)
    layer = nn.Linear(6, 4)
    low = LowRankLinear(layer, rank=2, alpha=3.0)
    nn.init.normal_(low.b)
    x = torch.randn(5, 6)
    expected = layer(x) + 3.0 / 2 * x @ low.a.T @ low.b.T
    assert torch.allclose(low(x), expected, atol=1e-6)
    assert torch.allclose(low.merged()(x), expected, atol=1e-5)


def test_it_begins_as_it_was_and_trains_little():
    base = model()
    adapted = add_low_rank(base, rank=2)
    ids = torch.arange(8)[None]
    assert torch.equal(adapted(ids).logits, base(ids).logits)
    learning = [n for n, p in adapted.named_parameters() if p.requires_grad]
    assert len(learning) == 4 and all(n[-2:] in (".a", ".b") for n in learning)
    assert all(p.requires_grad for p in base.parameters())


def test_only_the_pairs_learn_and_merging_keeps_the_answers():
    adapted = add_low_rank(model(), rank=2, names=("qkv", "inner"))
    before = {n: p.clone() for n, p in adapted.named_parameters()}
    trained = [p for p in adapted.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=0.5)
    ids = torch.arange(8)[None]
    for _ in range(3):
        optimizer.zero_grad()
        F.cross_entropy(adapted(ids).logits, torch.tensor([1])).backward()
        optimizer.step()
    moved = {n for n, p in adapted.named_parameters() if not torch.equal(p, before[n])}
    assert moved and all(n[-2:] in (".a", ".b") for n in moved)
    merged = merge_low_rank(adapted)
    assert not any(isinstance(m, LowRankLinear) for m in merged.modules())
    assert torch.allclose(merged(ids).logits, adapted(ids).logits, atol=1e-5)
    assert set(merged.state_dict()) == set(model().state_dict())


def test_names_and_ranks_that_are_none_are_refused():
    with pytest.raises(CourseError, match="no linear layer of Bert is called query"):
        add_low_rank(model(), names=("query",))
    with pytest.raises(CourseError, match="rank = 0"):
        add_low_rank(model(), rank=0)

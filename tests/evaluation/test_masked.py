"""Hidden tokens: which are drawn, and how a model's guesses are ranked."""

import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.evaluation import MaskedTokens, chosen_places, restored
from course_lib.evaluation.shares import Share
from course_lib.models import Bert, BertConfig

MASK = 9


class Favours(nn.Module):
    """Gives the same probabilities at every place; keeps what it was given."""

    def __init__(self, *probabilities: float) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.tensor(probabilities).log())
        self.read: list[tuple[list, list]] = []

    def forward(self, ids, attention_mask):
        self.read.append((ids.tolist(), attention_mask.tolist()))
        return SimpleNamespace(logits=self.logits.expand(*ids.shape, -1))


def places(*rows: list[int]) -> list[torch.Tensor]:
    return [torch.tensor(row, dtype=torch.bool) for row in rows]


def test_so_many_places_are_drawn_and_never_a_special_one():
    ids = [7, *range(20), 8]
    drawn = torch.Generator().manual_seed(1)
    found = [chosen_places(ids, 0.15, drawn, never={7, 8}) for _ in range(50)]
    assert all(each.sum() == 3 for each in found)  # 18 are free: 7 and 8 occur twice
    often = torch.stack(found).sum(0)
    assert often[[0, 8, 9, 21]].sum() == 0
    assert (often > 0).sum() == 18
    again = chosen_places(ids, 0.15, torch.Generator().manual_seed(1), never={7, 8})
    assert torch.equal(again, found[0])


def test_at_least_one_is_drawn_and_nothing_free_is_an_error():
    generator = torch.Generator()
    assert chosen_places([1, 2], 0.15, generator).sum() == 1
    with pytest.raises(CourseError, match="none of these 2 tokens"):
        chosen_places([7, 8], 0.15, generator, never={7, 8})


def test_guesses_are_ranked_and_surprises_are_logarithms():
    model = Favours(0.1, 0.5, 0.15, 0.25)
    texts = [[1, 2, 3], [0, 1]]
    found = restored(model, texts, places([1, 0, 1], [1, 0]), MASK, batch_size=1)
    assert found.hidden.tolist() == [1, 3, 0]
    assert found.ranks.tolist() == [0, 1, 3]
    expected = [-math.log(p) for p in (0.5, 0.25, 0.1)]
    assert found.nats.tolist() == pytest.approx(expected)
    assert found.perplexity == pytest.approx((0.5 * 0.25 * 0.1) ** (-1 / 3))
    assert found.among() == Share(1, 3)
    assert found.among(2) == Share(2, 3)


def test_a_batch_is_padded_masked_and_put_back_in_order():
    model = Favours(0.1, 0.5, 0.15, 0.25)
    texts = [[1, 2], [3, 2, 1], [3]]
    found = restored(model, texts, places([0, 1], [1, 0, 1], [1]), MASK)
    assert found.hidden.tolist() == [2, 3, 1, 3]
    (ids, there), *more = model.read
    assert not more
    assert ids == [[MASK, 2, MASK], [1, MASK, 0], [MASK, 0, 0]]
    assert there == [[1, 1, 1], [1, 1, 0], [1, 0, 0]]


def test_padding_changes_nothing_for_a_bert():
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=10,
        hidden_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
    )
    bert = Bert(config, head="masked-words").eval()
    texts, hidden = [[1, 2, 3, 4, 5], [6, 7]], places([0, 1, 0, 0, 1], [0, 1])
    together = restored(bert, texts, hidden, MASK)
    alone = [restored(bert, [t], [p], MASK) for t, p in zip(texts, hidden, strict=True)]
    nats = torch.cat([one.nats for one in alone])
    assert torch.allclose(together.nats, nats, atol=1e-5)
    masked = torch.tensor([[1, MASK, 3, 4, MASK]])
    logs = bert(masked).logits.log_softmax(-1)
    assert together.nats[0].item() == pytest.approx(-logs[0, 1, 2].item(), abs=1e-5)


def test_hidden_tokens_that_are_never_guessed_have_a_share_too():
    found = MaskedTokens(torch.tensor([1]), torch.tensor([5]), torch.tensor([2.0]))
    assert found.among(5) == Share(0, 1)
    assert found.among(6) == Share(1, 1)

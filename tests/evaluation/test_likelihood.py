"""Surprise and perplexity, of models whose probabilities are known."""

import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.evaluation import Perplexity, surprises
from course_lib.evaluation.likelihood import pieces
from course_lib.models import GPT, GPTConfig

SMALL = {"vocab_size": 11, "n_positions": 16, "n_embd": 8, "n_layer": 1, "n_head": 2}


class CountsItsContext(nn.Module):
    """Gives the token 1 a log-odds of as many as there are tokens up to it."""

    def __init__(self) -> None:
        super().__init__()
        self.config = SimpleNamespace(n_positions=8)
        self.none = nn.Parameter(torch.zeros(()))

    def forward(self, ids: torch.Tensor) -> SimpleNamespace:
        logits = torch.zeros(*ids.shape, 2)
        logits[..., 1] = torch.arange(1, ids.shape[1] + 1)
        return SimpleNamespace(logits=logits)


def after(context: int) -> float:
    """Surprise of `CountsItsContext` at the token 1 behind so many tokens."""
    return math.log(1 + math.exp(-context))


@pytest.fixture(scope="module")
def gpt() -> GPT:
    torch.manual_seed(0)
    return GPT(GPTConfig(**SMALL)).eval()


def test_surprises_agree_with_the_models_own_loss(gpt):
    texts = [[1, 2, 3, 4, 5, 6], [7, 8], [9, 10, 1, 2]]
    found = surprises(gpt, texts, batch_size=2)
    for text, each in zip(texts, found, strict=True):
        ids = torch.tensor([text])
        assert len(each) == len(text) - 1
        assert each.mean().item() == pytest.approx(gpt(ids, labels=ids).loss.item())


def test_a_model_in_training_is_judged_without_dropout(gpt):
    expected = surprises(gpt, [[1, 2, 3]])[0]
    gpt.train()
    assert torch.equal(surprises(gpt, [[1, 2, 3]])[0], expected)
    assert gpt.training
    gpt.eval()


def test_each_token_of_a_long_text_is_predicted_once_with_half_a_window_before_it():
    found = surprises(CountsItsContext(), [[1] * 14])[0]
    # The first piece has the tokens 0 to 7, then 4 to 11 and 6 to 13.
    contexts = [1, 2, 3, 4, 5, 6, 7, 4, 5, 6, 7, 6, 7]
    assert found.tolist() == pytest.approx([after(n) for n in contexts], rel=1e-4)


@pytest.mark.parametrize("length", [2, 7, 8, 9, 12, 13, 31])
def test_pieces_count_every_token_but_the_first_once(length):
    cut = list(pieces([[0] * length], 8))
    counted = [i for piece in cut for i in range(piece.counted, piece.end)]
    assert counted == list(range(1, length))
    assert all(piece.end - piece.start <= 8 for piece in cut)
    assert all(piece.counted - piece.start >= 4 for piece in cut[1:])


def test_a_shorter_window_sees_less():
    found = surprises(CountsItsContext(), [[1] * 5], window=2)[0]
    assert found.tolist() == pytest.approx([after(1)] * 4, rel=1e-4)


def test_perplexity_of_an_even_choice_is_the_number_of_choices():
    even = torch.full((6,), math.log(10.0))
    found = Perplexity.of([even, even[:2]], ["one two three", "four"])
    assert (found.tokens, found.words) == (8, 4)
    assert found.per_token == pytest.approx(10)
    assert found.per_word == pytest.approx(100)  # two tokens a word


def test_what_cannot_be_measured_is_refused(gpt):
    with pytest.raises(CourseError, match="text 1 has 1 tokens"):
        surprises(gpt, [[1, 2], [1]])
    with pytest.raises(CourseError, match="window is 1"):
        surprises(gpt, [[1, 2]], window=1)
    with pytest.raises(CourseError, match="2 texts"):
        Perplexity.of([torch.ones(3)], ["one", "two"])

"""Minimal pairs: where they differ, and margins that were computed by hand."""

import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.evaluation import masked_margins, with_beginning, writing_margins
from course_lib.evaluation.minimal_pairs import differing_words


def pair(right: str, wrong: str, context: str = "") -> SimpleNamespace:
    return SimpleNamespace(context=context, right=right, wrong=wrong)


class Bigram(nn.Module):
    """Scores of the next token by the last one; a masked one's by the one before."""

    def __init__(self, size: int, scores: dict[tuple[int, int], float]) -> None:
        super().__init__()
        self.config = SimpleNamespace(n_positions=32)
        self.table = nn.Parameter(torch.zeros(size, size))
        for (before, token), score in scores.items():
            self.table.data[before, token] = score

    def forward(self, ids, attention_mask=None):
        if attention_mask is not None:  # restores words instead
            ids = ids.roll(1, dims=1)
        return SimpleNamespace(logits=self.table[ids])


@pytest.mark.parametrize(
    "right, wrong, words",
    [
        ("The keys are here.", "The keys is here.", ("are", "is")),
        ("She laughs.", "He laughs.", ("She", "He")),
        ("There she laughs.", "There she laugh.", ("laughs", "laugh")),
        ("A big red dog", "A small old dog", ("big red", "small old")),
        ('He said, "she is!"', 'He said, "they is!"', ('"she', '"they')),
    ],
)
def test_words_that_differ_are_found(right, wrong, words):
    spans = differing_words(right, wrong)
    assert (right[spans[0]], wrong[spans[1]]) == words


@pytest.mark.parametrize("wrong", ["the dog is here", "the dog here", "the dog"])
def test_sentences_without_a_changed_word_are_refused(wrong):
    with pytest.raises(CourseError, match="do not differ in a word"):
        differing_words("the dog is here", wrong)


def test_a_model_that_writes_is_judged_by_the_whole_sentence(tokenizer):
    word = tokenizer.get_vocab()
    scores = {(word["keys"], word["are"]): 2.0, (word["is"], word["here"]): 0.5}
    model = Bigram(len(tokenizer), scores)
    pairs = [
        pair("the keys are here", "the keys is here"),
        pair("the keys are here", "the keys is here", context="she laughs."),
        pair("the key is here", "the key are here"),
    ]
    found = writing_margins(model, tokenizer, pairs)
    rest = len(tokenizer) - 1
    better = math.log(math.exp(0.5) / (math.exp(0.5) + rest)) - math.log(1 / (rest + 1))
    # "are" is 2 more probable behind "keys", "here" is less so behind "are".
    assert found.tolist() == pytest.approx([2 - better, 2 - better, better], abs=1e-5)


def test_a_model_that_restores_is_judged_by_the_word(tokenizer):
    word = tokenizer.get_vocab()
    scores = {(word["keys"], word["are"]): 2.0, (word["is"], word["here"]): 0.5}
    model = Bigram(len(tokenizer), scores)
    pairs = [
        pair("the keys are here", "the keys is here"),
        pair("the key is here", "the key are here"),
        pair("the keys is here", "the keys are here", context="he laughs."),
    ]
    found = masked_margins(model, tokenizer, pairs)
    assert found.tolist() == pytest.approx([2, 0, -2], abs=1e-5)


def test_all_tokens_of_a_word_are_hidden(tokenizer):
    word, size = tokenizer.get_vocab(), len(tokenizer)
    scores = {(word["[MASK]"], word["##dly"]): 3.0, (word["laughs"], word["lou"]): 1.0}
    model = Bigram(size, scores)
    pairs = [pair("he laughs loudly.", "he laughs here.")]
    first = 1 - math.log(math.e + size - 1)
    second = 3 - math.log(math.exp(3) + size - 1)
    here = -math.log(math.e + size - 1)
    found = masked_margins(model, tokenizer, pairs)
    assert found.item() == pytest.approx(first + second - here, abs=1e-5)


def test_the_beginning_stands_in_front_once(tokenizer):
    assert tokenizer.convert_ids_to_tokens(with_beginning(tokenizer, "she is")) == [
        "[CLS]",
        "she",
        "is",
    ]
    with pytest.raises(CourseError, match="no bos_token"):
        with_beginning(SimpleNamespace(bos_token_id=None), "she is")

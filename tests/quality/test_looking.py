"""The best head of a pattern: chosen on half of the texts, measured on the others."""

import pytest
import torch
from looking import Text, best, head_figures, nearest_before, right_names, scores

from course_lib.head_patterns import PATTERNS, even, linked
from course_lib.models import GPT, GPTConfig

PREVIOUS = PATTERNS["previous token"]


def text(length: int, links=()) -> Text:
    ids = torch.arange(length)
    targets = {"previous": PREVIOUS(ids), "linked": linked(length, links)}
    return Text(ids, targets)


def previous(length: int) -> torch.Tensor:
    return PREVIOUS(torch.arange(length)).float()


def test_scores_count_queries_not_texts():
    texts = [text(3), text(5, links=[(4, [0])])]

    def look(ids):
        right = len(ids) == 3
        head = previous(3) if right else torch.eye(5)
        return torch.stack([head, even(len(ids))])[None]

    found = scores(look, texts)
    assert found["previous"].shape == (1, 2)
    assert found["previous"][0, 0].item() == pytest.approx(2 / 6)  # of 2 + 4 queries
    assert found["linked"][0].tolist() == pytest.approx([0, 1 / 5])


def test_a_head_is_not_measured_on_what_it_was_chosen_by():
    texts = [text(4), text(6)]

    def look(ids):
        lucky = previous(4) if len(ids) == 4 else torch.eye(6)
        return torch.stack([even(len(ids)), lucky])[:, None]

    layer, head, value = best(look, texts)["previous"]
    assert (layer, head) == (1, 0)
    assert value == 0
    assert "linked" not in best(look, texts)  # no query anywhere


def test_figures_stand_beside_an_untrained_model_and_an_even_head():
    config = GPTConfig(vocab_size=9, n_positions=16, n_embd=8, n_layer=2, n_head=2)
    texts = [text(8), text(7), text(6)]
    (figure,) = head_figures(GPT(config).eval(), texts, is_causal=True)
    assert figure.what.startswith("previous: share of weight, layer ")
    chance = sum(1 / n for n in range(2, 8)) / 6  # the second text has 7 tokens
    assert figure.beside["even"] == pytest.approx(chance)
    assert 0 < figure.untrained < 1


def test_the_right_name_is_asked_for_where_there_are_others():
    ids = torch.arange(5)  # names at 0 and 2, pronouns at 1, 3 and 4
    names = torch.zeros(5, 5, dtype=torch.bool)
    names[:, [0, 2]] = True
    targets = {"pronoun": linked(5, [(1, [0]), (3, [0]), (4, [2])])}
    story = Text(ids, targets, names.tril())
    # At 1 only one name is seen. The nearest one is wrong at 3, and right at 4.
    right, count = right_names(nearest_before, [story, story], "pronoun")
    assert (right.tolist(), count) == ([[2]], 4)

    def look(ids):
        always_first = torch.full((5, 5), 0.1)
        always_first[:, 0] = 0.2
        always_first[:, 1] = 0.7  # no name: it does not count
        right = torch.eye(5)[[0, 0, 2, 0, 2]]
        return torch.stack([always_first, right])[None]

    right, count = right_names(look, [story], "pronoun")
    assert (right.tolist(), count) == ([[1, 2]], 2)


def test_the_nearest_stands_before():
    order = nearest_before(torch.arange(5))[0, 0, 2].argsort(descending=True)
    assert order.tolist() == [2, 1, 0, 3, 4]

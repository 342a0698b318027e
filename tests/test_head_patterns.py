"""Patterns of attention heads, on weights whose scores are known beforehand."""

import pytest
import torch

from course_lib import head_patterns
from course_lib.errors import CourseError, ShapeError
from course_lib.head_patterns import PATTERNS, even, hits, labels, linked, mass

A, B, C, D = range(4)
IDS = torch.tensor([A, B, C, A, B, D])


def places(targets: torch.Tensor) -> list[tuple[int, int]]:
    return [tuple(pair) for pair in targets.nonzero().tolist()]


def looking(targets: torch.Tensor) -> torch.Tensor:
    """Weights of a head that looks at the pattern, and elsewhere at its own place."""
    rows = torch.where(targets.any(-1, keepdim=True), targets, torch.eye(len(targets)))
    return rows / rows.sum(-1, keepdim=True)


@pytest.mark.parametrize(
    "name, expected",
    [
        ("previous token", [(1, 0), (2, 1), (3, 2), (4, 3), (5, 4)]),
        ("next token", [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]),
        ("same place", [(i, i) for i in range(6)]),
        ("first token", [(i, 0) for i in range(1, 6)]),
        ("same token", [(0, 3), (1, 4), (3, 0), (4, 1)]),
        ("induction", [(3, 1), (4, 2)]),
    ],
)
def test_where_a_pattern_looks(name, expected):
    assert places(PATTERNS[name](IDS)) == expected


def test_induction_leaves_out_the_querys_own_place():
    # Behind the first A stands the second one: it can't tell what comes behind itself.
    assert places(head_patterns.induction(torch.tensor([A, A]))) == []
    assert places(head_patterns.induction(torch.tensor([A, A, A]))) == [(2, 1)]


def test_patterns_hold_for_a_text_of_one_token():
    found = {name: pattern(IDS[:1]).tolist() for name, pattern in PATTERNS.items()}
    assert found.pop("same place") == [[True]]
    assert all(value == [[False]] for value in found.values())


def test_mass_is_the_mean_share_over_queries_with_a_key():
    targets = linked(3, [(1, [0]), (2, [0, 1])])
    weights = torch.tensor([[1.0, 0, 0], [0.25, 0.75, 0], [0.5, 0.25, 0.25]])
    assert mass(weights, targets).item() == pytest.approx((0.25 + 0.75) / 2)
    assert hits(weights, targets).item() == pytest.approx(0.5)


def test_every_head_of_every_layer_gets_its_own_score():
    names = list(PATTERNS)
    heads = torch.stack([looking(PATTERNS[name](IDS)) for name in names])
    weights = heads.view(2, 3, 6, 6)
    for place, name in enumerate(names):
        scores = mass(weights, PATTERNS[name](IDS))
        assert scores.shape == (2, 3)
        assert scores.flatten()[place].item() == pytest.approx(1.0)
        assert hits(weights, PATTERNS[name](IDS)).flatten()[place] == 1


def test_no_query_to_judge_is_not_a_score_of_zero():
    targets = head_patterns.induction(torch.tensor([A, B]))
    assert mass(torch.eye(2), targets).isnan()
    assert hits(torch.eye(2), targets).isnan()


def test_an_even_head_gets_what_chance_gives():
    previous = PATTERNS["previous token"](torch.arange(4))
    assert mass(even(4), previous).item() == pytest.approx(1 / 4)
    expected = (1 / 2 + 1 / 3 + 1 / 4) / 3
    causal = even(4, is_causal=True)
    assert mass(causal, previous).item() == pytest.approx(expected)
    assert causal.triu(1).sum() == 0
    assert torch.allclose(causal.sum(-1), torch.ones(4))


def test_heads_are_named_by_the_pattern_they_follow():
    previous = looking(PATTERNS["previous token"](IDS))
    copying = looking(PATTERNS["induction"](IDS))
    copying[[0, 1, 2, 5]] = even(6)[[0, 1, 2, 5]]
    weights = torch.stack([previous, copying, even(6)])[None]
    found = labels(weights, IDS)
    assert found.keys() == {(0, 0), (0, 1)}
    name, score = found[0, 0]
    assert name == "previous token"
    assert score == pytest.approx(1.0)
    assert found[0, 1][0] == "induction"
    assert labels(weights, IDS, least=0.99).keys() == found.keys()


def test_a_pattern_without_queries_names_no_head():
    ids = torch.arange(5)  # nothing stands twice
    weights = looking(PATTERNS["previous token"](ids))[None, None]
    assert labels(weights, ids)[0, 0][0] == "previous token"


@pytest.mark.parametrize("link", [(3, [0]), (0, [3]), (-1, [0])])
def test_a_link_outside_the_text_is_refused(link):
    with pytest.raises(CourseError, match="places go from 0 to 2"):
        linked(3, [link])


def test_what_does_not_fit_is_refused():
    targets = PATTERNS["previous token"](IDS)
    with pytest.raises(ShapeError, match=r"\(5, 5\).*\(6, 6\)"):
        mass(torch.eye(5), targets)
    with pytest.raises(ShapeError, match="one text"):
        labels(torch.eye(6), IDS)
    with pytest.raises(ShapeError, match="one text"):
        PATTERNS["same token"](IDS[None])

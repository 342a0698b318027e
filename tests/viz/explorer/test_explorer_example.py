"""The model with an induction circuit: what its heads are said to do, they do."""

import numpy as np
import pytest

from course_lib.errors import CourseError
from course_lib.viz.explorer.example import (
    INDUCTION,
    PREVIOUS,
    VERSE,
    induction_example,
)
from course_lib.viz.explorer.explore import explore


@pytest.fixture(scope="module")
def explorer():
    return explore(*induction_example())


def test_512_tokens_show_a_previous_token_and_an_induction_head(explorer) -> None:
    assert len(explorer.part.query_tokens) == 512
    labels = {
        (layer, head): label
        for layer, row in enumerate(explorer.part.head_labels)
        for head, label in enumerate(row)
        if label
    }
    assert labels == {PREVIOUS: "previous token", INDUCTION: "induction"}
    for head, figure in ((PREVIOUS, "previous"), (INDUCTION, "induction")):
        assert explorer.part.head_figures[figure][head] > 0.99


def test_both_heads_are_needed_and_no_other_is(explorer) -> None:
    verse = VERSE.split()
    answer = explorer.effects.ablate([("self", *INDUCTION)])
    assert answer.labels[0] == verse[512 % len(verse)]
    assert answer.before[0] > 0.8 and answer.after[0] < 0.1
    importance = explorer.effects.importance(lambda done, of: None)["self"]
    assert {tuple(head) for head in np.argwhere(importance > 0.5)} == {
        PREVIOUS,
        INDUCTION,
    }
    assert np.sort(importance.ravel())[-3] < 1e-6


def test_it_goes_on_with_the_verse(explorer) -> None:
    words = VERSE.split()
    now = explorer.effects.begin(" ".join([*words, *words[:3]]))
    for following in words[3:8]:
        assert now.labels[0] == following
        now = explorer.effects.append(int(now.ids[0]))


@pytest.mark.parametrize("tokens", [0, 513])
def test_it_has_places_for_512_tokens(tokens: int) -> None:
    with pytest.raises(CourseError, match="take 1 to 512"):
        induction_example(tokens)

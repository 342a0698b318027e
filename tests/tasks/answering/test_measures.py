"""Exact match and F1, baselines, and the table that shows them."""

import json

import numpy as np
import pytest
from datasets import Dataset

from course_lib.tasks.answering.baselines import NOTHING, SENTENCE, baselines
from course_lib.tasks.answering.evaluation import AnswerEvaluation
from course_lib.tasks.answering.measures import exact_spans_of, measured

TRUTH = [
    {"text": ["the white cat", "cat"], "answer_start": [0, 10]},
    {"text": ["a red rope"], "answer_start": [3]},
    {"text": [], "answer_start": []},
    {"text": [], "answer_start": []},
]


def test_words_count_not_articles_or_capitals():
    exact, f1 = measured(["The White Cat!", "red hat", "", "a hat"], TRUTH)
    assert exact.tolist() == [1, 0, 1, 0]
    assert f1 == pytest.approx([1, 0.5, 1, 0])


def test_an_answer_where_there_is_one_must_not_be_left_out():
    exact, f1 = measured(["", ""], TRUTH[:2])
    assert exact.tolist() == f1.tolist() == [0, 0]


def test_windows_are_right_where_both_edges_are():
    start, end = np.eye(4)[[1, 2, 0]], np.eye(4)[[2, 2, 0]]
    places = np.array([1, 2, 0]), np.array([2, 3, 0])
    assert exact_spans_of(((start, end), places)) == {
        "exact_spans": pytest.approx(2 / 3)
    }


def test_baselines_say_nothing_or_the_nearest_sentence():
    context = "Ada sold a rope. Ben has a cat!\nNobody came."
    rows = {"question": ["Who sold the rope?", "??"], "context": [context, "..."]}
    found = baselines(Dataset.from_dict(rows))
    assert found == {NOTHING: ["", ""], SENTENCE: ["Ada sold a rope.", ""]}


@pytest.fixture
def evaluation():
    said = {"mine": ["white cat", "red rope", "", "x"], NOTHING: [""] * 4}
    return AnswerEvaluation.of(TRUTH, said)


def test_figures_are_told_apart_by_kind_of_question(evaluation):
    mine, nothing = evaluation.scores
    assert (mine.exact, mine.answerable, mine.unanswerable) == (0.75, 1.0, 0.5)
    assert (nothing.exact, nothing.answerable, nothing.unanswerable) == (0.5, 0.0, 1.0)
    assert (evaluation.questions, evaluation.answered) == (4, 2)
    low, high = mine.exact_interval
    assert 0 <= low < 0.75 < high <= 1


def test_it_is_kept_and_read_again(evaluation):
    kept = json.loads(json.dumps(evaluation.to_dict()))
    assert AnswerEvaluation.from_dict(kept) == evaluation


def test_it_is_shown_beside_the_baselines(evaluation):
    text, page = str(evaluation), evaluation._repr_html_()
    for shown in (text, page):
        assert "On 4 questions kept aside (2 have no answer" in shown
        assert "mine" in shown and NOTHING in shown and "75.0%" in shown
        assert "do not tell which is better" in shown
    assert (
        "<script"
        not in AnswerEvaluation.of(
            TRUTH, {"<script>": [""] * 4, "b": [""] * 4}
        )._repr_html_()
    )

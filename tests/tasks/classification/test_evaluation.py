"""Figures, intervals and tables of an evaluation."""

import json

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from course_lib.tasks.classification.evaluation import (
    Evaluation,
    Score,
    bootstrap,
    macro_f1,
    macro_f1s,
)

LABELS = ("bad", "fair", "good")


@pytest.fixture
def answers():
    """True labels of 80 texts, and what two classifiers say of them."""
    draw = np.random.default_rng(0)
    truth = draw.integers(0, 3, 80)
    found = [np.where(draw.random(80) < p, truth, (truth + 1) % 3) for p in (0.8, 0.5)]
    return truth, {"mine": found[0], "baseline": found[1]}


@pytest.fixture
def evaluation(answers):
    return Evaluation.of(LABELS, *answers)


def test_figures_are_those_of_scikit_learn(answers, evaluation):
    truth, found = answers
    for score, said in zip(evaluation.scores, found.values(), strict=True):
        assert score.accuracy == accuracy_score(truth, said)
        expected = f1_score(truth, said, average="macro")
        assert score.macro_f1 == pytest.approx(expected)
        assert np.array(score.confusion).sum(axis=1).tolist() == [
            (truth == i).sum() for i in range(3)
        ]
    assert evaluation.texts == 80
    assert evaluation.accuracy == evaluation.scores[0].accuracy


def test_a_label_that_nobody_names_is_left_out_of_macro_f1():
    counts = np.array([[3, 1, 0], [1, 3, 0], [0, 0, 0]])
    assert macro_f1(counts) == pytest.approx(0.75)
    # Named but never right: it counts, as 0.
    assert macro_f1(np.array([[3, 0, 1], [0, 4, 0], [0, 0, 0]])) < 0.75


def test_many_matrices_at_once_have_the_macro_f1_of_each():
    draw = np.random.default_rng(2)
    counts = draw.multinomial(6, [1 / 9] * 9, size=200).reshape(-1, 3, 3)
    assert (counts.sum(-1) + counts.sum(-2) == 0).any()  # labels that do not occur
    each = [macro_f1(one) for one in counts]
    assert macro_f1s(counts) == pytest.approx(each, abs=1e-12)


def test_wilson_s_interval_is_the_published_one():
    # Newcombe 1998, table 1: 81 of 263.
    truth = np.zeros(263, dtype=int)
    found = (np.arange(263) >= 81).astype(int)
    low, high = Score.of("one", truth, found, 2).accuracy_interval
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


def test_the_bootstrap_draws_texts(answers):
    truth, found = answers
    score = Score.of("mine", truth, found["mine"], 3)
    draw = np.random.default_rng(1)
    values = []
    for _ in range(300):
        some = draw.integers(0, 80, 80)
        values.append(f1_score(truth[some], found["mine"][some], average="macro"))
    expected = np.quantile(values, [0.025, 0.975])
    assert score.macro_f1_interval == pytest.approx(expected, abs=0.03)
    counts = np.array(score.confusion)
    assert bootstrap(counts) == bootstrap(counts)  # of one seed


def test_rivals_are_compared_on_the_same_texts(answers, evaluation):
    truth, found = answers
    mine, its = (one == truth for one in found.values())
    assert evaluation.rivalry == ((mine & ~its).sum(), (its & ~mine).sum())
    assert evaluation.chance < 0.05
    assert "The better one is mine." in str(evaluation)


@pytest.mark.parametrize(
    ("rivalry", "chance"), [((10, 0), 2 / 2**10), ((3, 3), 1.0), ((0, 0), 1.0)]
)
def test_chance_is_mcnemar_s_exact_probability(rivalry, chance, evaluation):
    other = Evaluation(LABELS, evaluation.scores, rivalry)
    assert other.chance == pytest.approx(chance)
    assert ("do not tell which is better" in str(other)) == (chance > 0.05)


def test_it_survives_a_json_file(evaluation):
    kept = json.loads(json.dumps(evaluation.to_dict()))
    assert Evaluation.from_dict(kept) == evaluation


def test_it_is_read_in_a_terminal(evaluation):
    lines = str(evaluation).splitlines()
    assert lines[0].startswith("On 80 texts kept aside (bad ")
    heading = "            accuracy   95 % interval  macro-F1   95 % interval"
    assert lines[2].split() == heading.split()
    mine = next(line for line in lines if line.startswith("mine"))
    assert f"{evaluation.accuracy:.1%}" in mine
    assert max(map(len, lines[2:5])) <= 88
    assert lines[-4].split() == list(LABELS)
    assert [int(x) for x in lines[-1].split()[1:]] == list(evaluation.confusion[2])


def test_it_is_a_table_in_a_notebook_and_labels_stay_text(answers):
    labels = ("<script>alert(1)</script>", "a & b", "c")
    shown = Evaluation.of(labels, *answers)._repr_html_()
    assert shown.count("<table>") == 2
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "a &amp; b" in shown
    assert '<th scope="col">accuracy</th>' in shown


def test_of_many_labels_the_largest_confusions_are_named():
    names = [f"topic {i}" for i in range(20)]
    truth = np.repeat(np.arange(20), 5)
    found = truth.copy()
    found[:4], found[5:7] = 1, 2  # topic 0 is taken for 1, topic 1 for 2
    evaluation = Evaluation.of(names, truth, {"mine": found})
    lines = str(evaluation).splitlines()
    assert "20 labels" in lines[0]
    assert lines[-2].split() == ["topic", "0", "topic", "1", "4"]
    assert lines[-1].split() == ["topic", "1", "topic", "2", "2"]


def test_without_baselines_nothing_is_compared(answers):
    truth, found = answers
    alone = Evaluation.of(LABELS, truth, {"mine": found["mine"]})
    assert alone.rivalry is None
    assert alone.chance is None
    assert "only" not in str(alone)
    assert Evaluation.from_dict(json.loads(json.dumps(alone.to_dict()))) == alone

"""Figures, intervals, kinds of error and tables of a tagger's evaluation."""

import json
import random

import numpy as np
import pytest

from course_lib.tasks.tagging import TagEvaluation, find_errors, spans
from course_lib.tasks.tagging.errors import KINDS
from course_lib.tasks.tagging.evaluation import bootstrap
from course_lib.tasks.tagging.measures import count, entity_f1, f1_of

TRUE = [
    ["B-PER", "I-PER", "O", "B-LOC", "O"],
    ["O", "B-ORG", "I-ORG", "I-ORG", "O", "B-LOC"],
    ["O", "O", "O"],
]
FOUND = [
    ["B-PER", "I-PER", "O", "B-ORG", "O"],  # LOC taken for ORG
    ["O", "O", "B-ORG", "I-ORG", "O", "O"],  # an edge wrong, a LOC missed
    ["O", "B-MISC", "O"],  # one invented
]


@pytest.fixture
def evaluation():
    nothing = [["O"] * len(tags) for tags in TRUE]
    return TagEvaluation.of(TRUE, {"mine": FOUND, "nothing": nothing}, unread=2)


def test_an_entity_is_right_if_type_and_edges_are(evaluation):
    mine = evaluation.scores[0]
    assert (mine.precision, mine.recall) == (1 / 4, 1 / 4)
    assert evaluation.f1 == 1 / 4
    assert evaluation.token_accuracy == pytest.approx(9 / 14)
    by_type = {one.type: (one.entities, one.f1) for one in mine.types}
    assert by_type == {"LOC": (2, 0), "MISC": (0, 0), "ORG": (1, 0), "PER": (1, 1)}
    assert (evaluation.entities, evaluation.sentences, evaluation.words) == (4, 3, 14)


def test_tags_are_right_where_no_entity_is(evaluation):
    nothing = evaluation.scores[1]
    assert nothing.f1 == nothing.precision == 0
    assert nothing.token_accuracy == pytest.approx(7 / 14)


def test_errors_have_kinds(evaluation):
    found = [(e.kind, e.sentence, e.true, e.found) for e in find_errors(TRUE, FOUND)]
    assert found == [
        ("wrong type", 0, ("LOC", 3, 4), ("ORG", 3, 4)),
        ("wrong edge", 1, ("ORG", 1, 4), ("ORG", 2, 4)),
        ("missed", 1, ("LOC", 5, 6), None),
        ("invented", 2, None, ("MISC", 1, 2)),
    ]
    assert evaluation.errors == dict.fromkeys(KINDS, 1)
    assert evaluation.scores[1].errors == (0, 0, 4, 0)


def some_tags(draw, length=9):
    tags = ["O", "O", "B-X", "I-X", "B-Y", "I-Y"]
    return [draw.choice(tags) for _ in range(length)]


def test_nervaluate_counts_what_sets_of_entities_count():
    draw = random.Random(0)
    true, found = ([some_tags(draw) for _ in range(60)] for _ in range(2))
    counted = count(true, found)
    rows = [
        (len(set(spans(a)) & set(spans(b))), len(spans(b)), len(spans(a)))
        for a, b in zip(true, found, strict=True)
    ]
    assert counted.sentences.tolist() == [list(row) for row in rows]
    right, said, real = np.array(rows).sum(axis=0)
    assert counted.overall.precision == pytest.approx(right / said)
    assert counted.overall.recall == pytest.approx(right / real)
    assert counted.overall.f1 == pytest.approx(entity_f1(np.array([right, said, real])))


def test_errors_and_right_ones_are_all_that_was_found():
    draw = random.Random(1)
    true, found = ([some_tags(draw) for _ in range(60)] for _ in range(2))
    errors = find_errors(true, found)
    wrong = sum(error.found is not None for error in errors)
    right, said, _ = count(true, found).sentences.sum(axis=0)
    assert right + wrong == said


def test_the_bootstrap_draws_sentences():
    counts = np.array([[1, 1, 1]] * 30 + [[0, 1, 1]] * 30)
    values = bootstrap(counts)
    assert values.mean() == pytest.approx(0.5, abs=0.03)
    assert values.std() == pytest.approx(np.sqrt(0.25 / 60), rel=0.25)
    assert np.array_equal(values, bootstrap(counts))  # of one seed
    assert bootstrap(np.zeros((4, 3), dtype=int)).tolist() == [0.0] * len(values)


def test_rivals_are_compared_on_the_same_sentences():
    true = [["B-X", "O"]] * 40
    half = [["B-X", "O"]] * 20 + [["O", "O"]] * 20
    nothing = [["O", "O"]] * 40
    clear = TagEvaluation.of(true, {"half": half, "nothing": nothing})
    assert clear.lead[0] > 0.4
    assert "The better one is half." in str(clear)
    assert "The better one is half." in str(
        TagEvaluation.of(true, {"nothing": nothing, "half": half})
    )
    same = TagEvaluation.of(true, {"half": half, "other": half})
    assert same.lead == (0, 0)
    assert "do not tell which is better" in str(same)


def test_without_baselines_nothing_is_compared():
    alone = TagEvaluation.of(TRUE, {"mine": FOUND})
    assert alone.lead is None
    assert "points" not in str(alone)
    assert TagEvaluation.from_dict(json.loads(json.dumps(alone.to_dict()))) == alone


def test_it_survives_a_json_file(evaluation):
    kept = json.loads(json.dumps(evaluation.to_dict()))
    assert TagEvaluation.from_dict(kept) == evaluation


def test_it_is_read_in_a_terminal(evaluation):
    lines = str(evaluation).splitlines()
    assert "3 sentences kept aside (14 words, 4 entities)" in lines[0]
    assert "2 words behind what the model reads count as O" in lines[0]
    assert next(x for x in lines if x.startswith("mine")).split()[1] == "25.0%"
    assert max(map(len, lines[2:5])) <= 88
    last = "Errors of mine: 1 wrong type, 1 wrong edge, 1 missed, 1 invented."
    assert lines[-1] == last


def test_it_is_a_table_in_a_notebook_and_types_stay_text():
    tags = [["B-<script>alert(1)</script>", "O"]]
    shown = TagEvaluation.of(tags, {"a & b": tags})._repr_html_()
    assert shown.count("<table>") == 2
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "a &amp; b" in shown


def test_what_is_chosen_by_is_f1_over_the_words_that_count():
    names = ("O", "B-X", "I-X")
    labels = np.array([[-100, 1, 2, -100, 0], [-100, 0, 1, -100, -100]])
    said = np.array([[0, 1, 2, 1, 0], [1, 0, 0, 0, 0]])
    logits = np.eye(3)[said]
    assert f1_of(names)((logits, labels))["f1"] == pytest.approx(2 / 3)
    assert f1_of(names)((logits[:, :1], labels[:, :1]))["f1"] == 0

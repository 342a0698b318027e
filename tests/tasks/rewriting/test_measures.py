"""Measures, baselines and tables of written texts."""

import json

import numpy as np
import pytest
from datasets import Dataset
from sacrebleu import corpus_bleu

from course_lib.tasks.rewriting import baselines
from course_lib.tasks.rewriting.evaluation import RewritingEvaluation
from course_lib.tasks.rewriting.measures import SUMMARIES, TRANSLATION, rouge
from course_lib.tasks.rewriting.text_pairs import TextPairs

TRUTH = ["Peter lost the red rope.", "It rained in Dunmere all day.", "Nobody came."]
WRITTEN = ["Peter lost a red rope.", "It rained in Dunmere all day.", "Ada sang."]


def test_translations_are_measured_as_the_field_does():
    bleu, chrf, exact = (one.whole(WRITTEN, TRUTH) for one in TRANSLATION)
    assert bleu == pytest.approx(corpus_bleu(WRITTEN, [TRUTH]).score)
    assert 0 < bleu < 100 and 0 < chrf < 100
    assert exact == pytest.approx(100 / 3)
    assert all(one.whole(TRUTH, TRUTH) == pytest.approx(100) for one in TRANSLATION)


def test_rouge_counts_shared_words_pairs_and_order():
    text, reference = "the cat saw the dog", "the dog saw the cat"
    values = [float(rouge(kind)([text], [reference])[0]) for kind in "12L"]
    assert values == pytest.approx([100.0, 75.0, 60.0])
    assert [one.name for one in SUMMARIES] == ["ROUGE-1", "ROUGE-2", "ROUGE-L"]


@pytest.mark.parametrize("measure", [*TRANSLATION, *SUMMARIES], ids=lambda m: m.name)
def test_other_samples_give_values_around_it(measure):
    drawn = measure.resampled(WRITTEN * 5, TRUTH * 5, 40)
    assert drawn.shape == (40,) and np.ptp(drawn) > 0
    assert drawn.min() <= measure.whole(WRITTEN, TRUTH) <= drawn.max()
    assert (measure.resampled(WRITTEN * 5, TRUTH * 5, 40) == drawn).all()


@pytest.fixture
def pairs():
    """A train split of two, and a test split of two."""

    def split(sources, targets):
        return Dataset.from_dict({"source": sources, "target": targets})

    news = 'A "fox" ran. The fox ran into the house of the vicar!\nAll laughed.'
    known = split(["The cat slept.", "A dog sang."], ["Le chat dormait.", "x"])
    asked = split(["The black cat slept.", news], ["Le chat noir dormait.", "y"])
    return TextPairs.of({"train": known, "validation": known, "test": asked})


def test_a_translator_has_to_beat_copies_and_a_memory(pairs):
    found = baselines.for_translation(pairs)
    assert found[baselines.COPY][0] == "The black cat slept."
    assert found[baselines.MEMORY][0] == "Le chat dormait."


def test_a_summariser_has_to_beat_the_lead(pairs):
    found = baselines.for_summaries(pairs)
    assert found[baselines.LEAD][1] == 'A "fox" ran.'
    assert found[baselines.CENTRAL][1] == "The fox ran into the house of the vicar!"
    assert baselines.central("???") == "???"


@pytest.fixture
def evaluation():
    written = {"mine": TRUTH, "copy": WRITTEN, "worse": ["x", "y", "z"]}
    return RewritingEvaluation.of(TRANSLATION, TRUTH, written)


def test_it_stands_beside_the_best_baseline(evaluation):
    assert evaluation["BLEU"] == pytest.approx(100)
    assert evaluation.rival == "copy"
    low, high = evaluation.scores[1].interval
    assert low < evaluation.scores[1].values[0] < high
    assert evaluation.lead[0] >= 0


def test_it_is_kept_and_read_again(evaluation):
    kept = json.loads(json.dumps(evaluation.to_dict()))
    assert RewritingEvaluation.from_dict(kept) == evaluation


def test_it_is_shown(evaluation):
    for shown in (str(evaluation), evaluation._repr_html_()):
        assert "On 3 texts kept aside" in shown
        assert all(word in shown for word in ("BLEU", "chrF", "exact", "mine", "copy"))
        assert "The BLEU of mine less that of copy" in shown

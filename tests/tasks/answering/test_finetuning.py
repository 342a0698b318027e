"""From questions to an answerer that finds, is tested, saved and read again."""

import shutil
from types import SimpleNamespace

import pytest
import torch
from datasets import DatasetDict
from transformers import (
    AutoModelForQuestionAnswering,
    BertConfig,
    BertForQuestionAnswering,
)

from course_lib.errors import CourseError
from course_lib.tasks import finetune_answerer, load_answerer
from course_lib.tasks.answering import Answerer, AnswererTuning
from course_lib.tasks.answering.baselines import NOTHING, SENTENCE
from tests.tasks.tiny import asked, passages, questions

CONTEXT = "the tent was rude"
QUESTIONS = ["soup", "lovely", "and"]  # a thing, how it was, and nothing
QUICK = {"epochs": 15, "device": "cpu", "progress": False, "stride": 4}
QUICK |= {"learning_rate": 4e-3, "batch_size": 8}


def tune(model, data=None, **settings):
    """Fine-tune on questions, quickly and without a word."""
    data = questions(train=240) if data is None else data
    return finetune_answerer(data, model=model, **(QUICK | settings))


@pytest.fixture(scope="module", params=[False, True], ids=["own loop", "Trainer"])
def tuned(request, bert, tmp_path_factory):
    """An answerer made in one of the two ways, and where it was saved."""
    folder = tmp_path_factory.mktemp("saved") / "answerer"
    return tune(bert, save=folder, with_trainer=request.param), folder


def test_it_learns_where_answers_are(tuned):
    answerer, _ = tuned
    assert answerer.evaluation.exact > 0.6
    assert answerer.evaluation.lead[0] > 0
    thing, word, nothing = answerer.predict(QUESTIONS, CONTEXT)
    assert thing[:3] == ("tent", 4, 8) and word[:3] == ("rude", 13, 17)
    assert nothing[:3] == ("", -1, -1)
    assert all(0.5 < one.probability <= 1 for one in (thing, word, nothing))


def test_it_is_tested_beside_baselines(tuned):
    evaluation = tuned[0].evaluation
    names = [score.name for score in evaluation.scores]
    assert names == ["tiny-bert, fine-tuned", NOTHING, SENTENCE]
    assert (evaluation.questions, evaluation.answered) == (30, 23)
    looked = {"loss", "exact_spans"}
    history = tuned[0].result.history
    assert all(set(r.validation) == looked for r in history if r.validation)


def test_transformers_opens_what_was_saved(tuned):
    answerer, folder = tuned
    model = AutoModelForQuestionAnswering.from_pretrained(folder)
    pair = answerer.tokenizer(QUESTIONS[0], CONTEXT, return_tensors="pt")
    said = model(**pair)
    ours = answerer.model(**pair)
    assert torch.allclose(said.start_logits, ours.start_logits, atol=1e-5)
    start, end = int(said.start_logits.argmax()), int(said.end_logits.argmax())
    assert answerer.tokenizer.decode(pair.input_ids[0, start : end + 1]) == "tent"


def test_one_call_reads_it_again(tuned):
    answerer, folder = tuned
    again = load_answerer(folder, device="cpu")
    assert again.evaluation == answerer.evaluation
    again.settings = answerer.settings
    assert again.predict(QUESTIONS, CONTEXT) == answerer.predict(QUESTIONS, CONTEXT)


class Finds(torch.nn.Module):
    """Points at one token wherever it stands, and else at the first."""

    def __init__(self, token):
        super().__init__()
        self.token = token

    def forward(self, input_ids, **_):
        logits = 9.0 * (input_ids == self.token)
        logits[:, 0] = 5.0
        return SimpleNamespace(start_logits=logits, end_logits=logits)


def test_a_long_passage_is_searched_to_its_end(tuned):
    tokenizer = tuned[0].tokenizer
    finds = Finds(tokenizer.convert_tokens_to_ids("tent"))
    answerer = Answerer(finds, tokenizer, AnswererTuning(stride=4), device="cpu")
    long = "and was the " * 20
    (found,) = answerer.predict("soup", long + CONTEXT)
    assert found[:3] == ("tent", len(long) + 4, len(long) + 8)
    (none,) = answerer.predict("soup", long)
    assert none[:3] == ("", -1, -1)
    assert answerer.predict([], CONTEXT) == []


def test_answers_do_not_depend_on_their_neighbours(tuned):
    answerer, _ = tuned
    data = asked(20, seed=8)
    many = answerer.predict(data["question"][:], data["context"][:])
    alone = [
        answerer.predict([q], [c])[0]
        for q, c in zip(data["question"], data["context"], strict=True)
    ]
    assert [one[:3] for one in many] == [one[:3] for one in alone]


def test_what_is_no_question_is_named(tuned):
    answerer, _ = tuned
    with pytest.raises(CourseError, match="2 questions and 1 passages"):
        answerer.predict(["a", "b"], ["c"])
    with pytest.raises(CourseError, match="question 1 is None"):
        answerer.predict(["a", None], CONTEXT)
    with pytest.raises(CourseError, match="passage 0 is ' '"):
        answerer.predict(["a"], " ")


def test_it_measures_itself_on_other_questions(tuned):
    answerer, _ = tuned
    data = passages([CONTEXT] * 2, QUESTIONS[:2], ["tent", "rude"])
    evaluation = answerer.evaluate(data)
    assert (evaluation.questions, evaluation.exact) == (2, 1.0)
    assert evaluation.scores[0].unanswerable is None
    with pytest.raises(CourseError, match="no column answers"):
        answerer.evaluate(data.remove_columns("answers"))


def test_both_ways_learn_the_same(bert, tmp_path):
    base = tmp_path / "base"
    shutil.copytree(bert, base)
    config = BertConfig.from_pretrained(base)
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    torch.manual_seed(1)
    BertForQuestionAnswering(config).save_pretrained(base)
    settings = {"batch_size": 60, "epochs": 20, "learning_rate": 3e-3}
    own = tune(base, questions(), **settings)
    theirs = tune(base, questions(), with_trainer=True, **settings)
    looked = [
        {r.step: r.validation["loss"] for r in one.result.history if r.validation}
        for one in (own, theirs)
    ]
    assert looked[0] == pytest.approx(looked[1], abs=1e-3)
    assert own.result.best_value == pytest.approx(theirs.result.best_value)
    values = list(looked[0].values())
    assert values[-1] < values[0] - 0.2  # they did learn


NO_ANSWERS = passages([CONTEXT] * 3, ["a", "b", "c"], [None] * 3)
FAULTY = {
    "there is no test split, which is to be tested on": ("test", None),
    "there is no train split": ("train", NO_ANSWERS.select([])),
    "train has no column question": ("train", NO_ANSWERS.remove_columns("question")),
    "no question to learn from has an answer": ("train", NO_ANSWERS),
}


@pytest.mark.parametrize("message", FAULTY)
def test_data_that_are_not_in_order_are_refused(message, bert, tmp_path):
    split, table = FAULTY[message]
    data = {**questions(), split: table}
    data = DatasetDict({name: one for name, one in data.items() if one is not None})
    with pytest.raises(CourseError, match=message):
        tune(bert, data, save=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_an_answer_that_is_elsewhere_is_refused(bert):
    row = {**NO_ANSWERS[0], "answers": {"text": ["tent"], "answer_start": [0]}}
    data = {**questions(), "train": NO_ANSWERS.from_list([row])}
    with pytest.raises(CourseError, match="question 0 of train.*answer_start"):
        tune(bert, data)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"stride": -1}, "stride = -1: expected a whole number of at least 0"),
        ({"longest_answer": 0}, "longest_answer = 0: expected"),
        ({"balanced": True}, "no setting balanced"),
        ({"stride": 30}, "stride=30 needs more"),
    ],
)
def test_a_setting_that_is_none_is_refused(settings, message, bert):
    with pytest.raises(CourseError, match=message):
        tune(bert, **settings)

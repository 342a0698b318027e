"""Sentences are checked, repaired and cut before anything learns from them."""

import pytest
from datasets import DatasetDict, List, Value
from transformers import AutoTokenizer

from course_lib.errors import CourseError
from course_lib.tasks.recipe import apart, looked_at
from course_lib.tasks.tagging.baselines import NOTHING, REMEMBERED, baselines
from course_lib.tasks.tagging.settings import TaggerTuning
from course_lib.tasks.tagging.tagged_sentences import TaggedSentences, encode
from tests.tasks.tagging.tagged import NAMES, sentences, table


def changed(split, rows, names=NAMES):
    """Sentences with other rows for a split."""
    return DatasetDict({**sentences(), split: table(rows, names)})


GOOD_ROW = (["soup", "was", "warm"], ["B-THING", "O", "B-GOOD"])
NUMBERS = table([GOOD_ROW]).cast_column("tags", List(Value("int64")))
PARTS = table([GOOD_ROW], ("O", "NOUN", *NAMES[1:]))
FAULTY = {
    "expected splits by name": sentences()["train"],
    "there is no test split, which is to be tested on": DatasetDict(
        {k: v for k, v in sentences().items() if k != "test"}
    ),
    "there is no train split": changed("train", []),
    "has no column tokens; it has words, tags": DatasetDict(
        {k: v.rename_column("tokens", "words") for k, v in sentences().items()}
    ),
    "the tags are numbers without names": DatasetDict(
        dict.fromkeys(sentences(), NUMBERS)
    ),
    "the tags are O, NOUN, .*expected O, B-TYPE": DatasetDict(
        dict.fromkeys(sentences(), PARTS)
    ),
    "the tags of validation are not those of train": changed(
        "validation", [GOOD_ROW], tuple(reversed(NAMES))
    ),
    "sentence 1 of test has 2 words and 1 tags": changed(
        "test", [GOOD_ROW, (["a", "b"], ["O"])]
    ),
    "sentence 0 of test has 0 words": changed("test", [([], [])]),
    "every word to learn from has the tag O": changed("train", [(["a"], ["O"])]),
}


@pytest.mark.parametrize("message", FAULTY)
def test_data_that_are_not_in_order_are_refused(message):
    with pytest.raises(CourseError, match=message):
        TaggedSentences.of(FAULTY[message])


def test_words_without_a_tag_are_refused():
    data = sentences()
    hollow = data["test"].to_dict()
    hollow["tags"][3][0] = -1
    data["test"] = data["test"].from_dict(hollow, features=data["test"].features)
    with pytest.raises(CourseError, match="sentence 3 of test has words without a tag"):
        TaggedSentences.of(data)


def test_an_i_that_continues_nothing_is_repaired_and_said():
    rows = [(["warm", "fresh", "soup"], ["I-GOOD", "I-GOOD", "I-THING"])]
    made = TaggedSentences.of(changed("train", rows))
    assert made.tags("train") == [["B-GOOD", "I-GOOD", "B-THING"]]
    assert made.repaired == 2
    assert "2 tags I- continue no entity" in str(made)
    assert TaggedSentences.of(sentences()).repaired == 0
    assert "I-" not in str(TaggedSentences.of(sentences()))


def test_where_there_is_no_b_an_i_is_read_as_one():
    names = ("O", "I-X")
    data = DatasetDict(dict.fromkeys(sentences(), table([(["a"], ["I-X"])], names)))
    made = TaggedSentences.of(data)
    assert made.tags("train") == [["I-X"]]
    assert made.counts() == {"X": 1}


def test_it_tells_what_there_is():
    made = TaggedSentences.of(sentences())
    assert "60 to learn from, 20 to choose by, 30 to be tested on" in str(made)
    assert list(made.counts())[0] == "THING"
    assert made.counts()["THING"] == 60


def test_the_first_piece_of_a_word_has_its_label(bert):
    tokenizer = AutoTokenizer.from_pretrained(bert, model_max_length=32)
    more = min(piece for piece in tokenizer.get_vocab() if piece.startswith("##"))
    rows = [(["the", f"soup{more[2:]}", "tent"], ["O", "B-THING", "I-THING"])]
    made = encode(TaggedSentences.of(changed("test", rows)), "test", tokenizer, print)
    pieces = tokenizer.convert_ids_to_tokens(made[0]["input_ids"])
    assert pieces == ["[CLS]", "the", "soup", more, "tent", "[SEP]"]
    assert made[0]["labels"] == [-100, 0, 5, -100, 6, -100]


def test_long_sentences_are_cut_and_counted(bert, capsys):
    tokenizer = AutoTokenizer.from_pretrained(bert)
    tokenizer.model_max_length = 6
    made = encode(TaggedSentences.of(sentences()), "test", tokenizer, print)
    assert max(map(len, made["input_ids"])) == 6
    data = sentences()["test"]["tokens"]
    cut = sum(len(words) > 4 for words in data)
    said = capsys.readouterr().out
    assert f"{cut} of 30 sentences in test are cut off after 6 tokens" in said
    assert f"{cut} words are not read" in said


def test_the_baselines_know_the_training_alone():
    rows = [(["soup", "was", "new"], ["O", "B-GOOD", "B-GOOD"])] * 5
    data = TaggedSentences.of(changed("test", rows))
    found = baselines(data)
    assert list(found) == [NOTHING, REMEMBERED]
    assert found[NOTHING] == [["O"] * 3] * 5
    assert found[REMEMBERED] == [["B-THING", "O", "O"]] * 5


def test_looking_stays_cheap_and_learning_groups_by_length():
    plan = TaggerTuning(epochs=1).plan(4200, 384, "f1")
    assert plan.group_by_length
    assert plan.patience is None
    assert len(looked_at(plan, 3000)) <= 210
    assert len(looked_at(plan, 100)) == 100
    assert 100 <= len(looked_at(TaggerTuning(epochs=1).plan(50, 384, "f1"), 900)) <= 110


@pytest.mark.parametrize(
    ("examples", "epochs", "looked", "every"),
    [(4200, 1, 210, 26), (420, 2, 100, 12), (420, 4, 10, 10), (48, 1, 100, 3)],
)
def test_short_runs_are_looked_at_less_often(examples, epochs, looked, every):
    plan = TaggerTuning(epochs=epochs).plan(examples, 384, "f1")
    assert apart(plan, looked).validate_every == every


@pytest.mark.parametrize(
    ("examples", "epochs"), [(40, 15), (400, 10), (2000, 2), (4200, 1), (50_000, 1)]
)
def test_few_sentences_are_seen_more_often(examples, epochs):
    plan = TaggerTuning().plan(examples, 384, "f1")
    assert plan.steps * plan.batch_size / examples == pytest.approx(epochs, abs=0.3)
    assert TaggerTuning(epochs=3).plan(160, 384, "f1").steps == 30


@pytest.mark.parametrize(
    ("width", "rate"), [(1024, 5e-5), (768, 5e-5), (384, 2e-4), (256, 3e-4)]
)
def test_narrow_models_learn_at_higher_rates(width, rate):
    assert TaggerTuning().plan(400, width, "f1").learning_rate == pytest.approx(rate)
    chosen = TaggerTuning(learning_rate=1e-3).plan(400, width, "f1")
    assert chosen.learning_rate == 1e-3

"""From sentences with tags to a tagger that answers, is tested, saved, read again."""

import shutil

import pytest
import torch
from datasets import DatasetDict
from tokenizers import ByteLevelBPETokenizer
from transformers import (
    AutoModelForTokenClassification,
    BertConfig,
    BertForTokenClassification,
    RobertaConfig,
    RobertaModel,
    RobertaTokenizer,
    pipeline,
)

from course_lib.errors import CourseError
from course_lib.tasks import finetune_tagger, load_tagger
from course_lib.tasks.tagging import Entity, tagger
from course_lib.tasks.tagging.baselines import NOTHING, REMEMBERED
from tests.tasks.tagging.tagged import NAMES, sentences, table

TEXT = "the soup was lovely warm. the film was dull"
FOUND = [
    Entity("THING", "soup", 4, 8),
    Entity("GOOD", "lovely warm", 13, 24),
    Entity("THING", "film", 30, 34),
    Entity("BAD", "dull", 39, 43),
]
QUICK = {"epochs": 8, "device": "cpu", "progress": False}


def tune(model, data=None, **settings):
    """Fine-tune on sentences, quickly and without a word."""
    data = sentences() if data is None else data
    return finetune_tagger(data, model=model, **(QUICK | settings))


@pytest.fixture(scope="module", params=[False, True], ids=["own loop", "Trainer"])
def tuned(request, bert, tmp_path_factory):
    """A tagger made in one of the two ways, and where it was saved."""
    folder = tmp_path_factory.mktemp("saved") / "tagger"
    settings = {"epochs": 40, "learning_rate": 5e-3, "with_trainer": request.param}
    return tune(bert, save=folder, **settings), folder


def test_it_finds_entities_where_they_stand(tuned):
    found = tuned[0].predict(TEXT)
    assert found == [FOUND]
    assert all(TEXT[one.start : one.end] == one.words for one in found[0])


def test_a_list_of_words_has_places_in_it(tuned):
    words = ["the", "soup", "was", "lovely", "warm"]
    expected = [Entity("THING", "soup", 1, 2), Entity("GOOD", "lovely warm", 3, 5)]
    assert tuned[0].predict([words, TEXT, []]) == [expected, FOUND, []]
    assert tuned[0].predict([]) == []
    assert tuned[0].predict(["", " "]) == [[], []]


def test_it_is_tested_beside_baselines(tuned):
    evaluation = tuned[0].evaluation
    names = [score.name for score in evaluation.scores]
    assert names == ["tiny-bert, fine-tuned", NOTHING, REMEMBERED]
    assert evaluation.f1 == 1
    assert evaluation.scores[1].f1 == 0
    assert evaluation.scores[1].token_accuracy > 0.3
    assert evaluation.sentences == 30
    assert "F1 100.0%" in repr(tuned[0])


def test_the_best_weights_are_those_of_the_best_f1(tuned):
    result = tuned[0].result
    looked = {r.step: r.validation for r in result.history if r.validation}
    assert len(looked) >= 10
    assert all(set(values) == {"loss", "f1"} for values in looked.values())
    assert result.best_value == max(values["f1"] for values in looked.values())


def test_transformers_opens_what_was_saved(tuned):
    _, folder = tuned
    model = AutoModelForTokenClassification.from_pretrained(folder)
    assert tuple(model.config.id2label.values()) == NAMES
    ner = pipeline("ner", model=str(folder), device="cpu", aggregation_strategy="first")
    found = [(e["entity_group"], e["start"], e["end"]) for e in ner(TEXT)]
    assert found == [(e.type, e.start, e.end) for e in FOUND]


def test_one_call_reads_it_again(tuned):
    first, folder = tuned
    again = load_tagger(folder, device="cpu")
    assert again.predict([TEXT]) == first.predict([TEXT])
    assert again.names == NAMES
    assert again.evaluation == first.evaluation
    assert again.tokenizer.model_max_length == 32


def test_answers_do_not_depend_on_their_neighbours(tuned):
    first, _ = tuned
    many = [TEXT, "the tent was kind and " * 2, "the room was rude"] * 30
    assert first.predict(many)[:3] == [first.predict(one)[0] for one in many[:3]]


def test_words_behind_the_limit_are_not_read_and_said(tuned):
    first, _ = tuned
    long = ["the"] * 40 + ["soup"]
    with pytest.warns(UserWarning, match="11 words were not read.*at most 32 tokens"):
        found = first.predict([long])[0]
    assert all(one.end <= 30 for one in found)
    data = table([(long, ["O"] * 40 + ["B-THING"])])
    evaluation = first.evaluate(data)
    assert evaluation.unread == 11
    assert evaluation.errors["missed"] == 1


def test_something_else_than_a_text_is_named(tuned):
    with pytest.raises(CourseError, match="text 1 is None, a NoneType"):
        tuned[0].predict(["fine", None])
    with pytest.raises(CourseError, match=r"text 0 is \['a', 3\]"):
        tuned[0].predict([["a", 3]])


def test_it_measures_itself_on_other_sentences(tuned):
    evaluation = tuned[0].evaluate(table([(["the", "soup"], ["O", "B-THING"])]))
    assert (evaluation.f1, evaluation.token_accuracy) == (1, 1)
    assert len(evaluation.scores) == 1
    other = table([(["soup"], ["B-X"])], ("O", "B-X"))
    with pytest.raises(CourseError, match="have the tags O, B-X, the tagger knows O"):
        tuned[0].evaluate(other)


def test_invalid_tags_count_as_the_entities_they_mean(tuned):
    rows = [(["the", "soup", "was", "warm"], ["O", "I-THING", "O", "I-GOOD"])]
    assert tuned[0].evaluate(table(rows)).f1 == 1


def test_both_ways_learn_the_same(bert, tmp_path):
    # The same beginning, no dropout, and all sentences in every step, so that their
    # order is the same too: what remains is the computation.
    base = tmp_path / "base"
    shutil.copytree(bert, base)
    config = BertConfig.from_pretrained(base, num_labels=len(NAMES))
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    torch.manual_seed(1)
    BertForTokenClassification(config).save_pretrained(base)
    settings = {"batch_size": 60, "epochs": 30, "learning_rate": 5e-3}
    own = tune(base, **settings)
    theirs = tune(base, with_trainer=True, **settings)
    looked = [
        {r.step: r.validation["loss"] for r in one.result.history if r.validation}
        for one in (own, theirs)
    ]
    assert looked[0] == pytest.approx(looked[1], abs=1e-3)
    assert own.result.best_value == pytest.approx(theirs.result.best_value)
    assert own.result.best_step == theirs.result.best_step
    assert own.evaluation == theirs.evaluation
    assert min(looked[0].values()) < 0.3  # of 1.9: they did learn


@pytest.mark.parametrize("with_trainer", [False, True])
def test_a_seed_decides_everything(with_trainer, bert):
    way = {"with_trainer": with_trainer, "epochs": 1}
    once, again, other = (
        tune(bert, seed=seed, **way).model.state_dict() for seed in (1, 1, 2)
    )
    assert all(torch.equal(once[name], again[name]) for name in once)
    assert any(not torch.equal(once[name], other[name]) for name in once)


def test_it_says_what_it_does_or_nothing(bert, capsys):
    tune(bert, max_length=5, progress=True, epochs=1)
    said = capsys.readouterr().out
    assert "60 to learn from, 20 to choose by, 30 to be tested on" in said
    assert "of 60 sentences in train are cut off after 5 tokens" in said
    tune(bert, epochs=1)
    tune(bert, epochs=1, with_trainer=True)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")


def test_sentences_that_no_piece_is_left_of_stop_nothing(bert):
    data = sentences(train=5)
    rows = [([chr(0x200B)], ["O"])] * 4
    data = DatasetDict(
        {**data, "train": table([*rows, *[_row(x) for x in data["train"]]])}
    )
    made = tune(bert, data, batch_size=1, epochs=1)
    assert all(x.isfinite().all() for x in made.model.state_dict().values())


def _row(example):
    return example["tokens"], [NAMES[i] for i in example["tags"]]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epoch": 3}, "no setting epoch; choose from epochs, learning_rate"),
        ({"balanced": True}, "no setting balanced"),
        ({"max_length": 33}, "max_length = 33, but the model reads at most 32"),
        ({"batch_size": 0}, "batch_size = 0: expected a whole number"),
    ],
)
def test_a_setting_that_is_none_is_refused(settings, message, bert):
    with pytest.raises(CourseError, match=message):
        tune(bert, **settings)


def test_a_tagger_of_other_tags_is_no_beginning(tuned):
    rows = [(["soup"], ["B-X"])]
    data = dict.fromkeys(sentences(), table(rows, ("O", "B-X")))
    with pytest.raises(CourseError, match="a tagger of 7 labels already.*have 2"):
        tune(tuned[1], DatasetDict(data))


def test_an_encoder_is_not_read_as_a_tagger(bert):
    with pytest.raises(CourseError, match="BertForMaskedLM, no tagger"):
        load_tagger(bert)


def test_nothing_else_is_written_over(bert, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.txt").write_text("years of work")
    with pytest.raises(CourseError, match="something other than a tagger"):
        tune(bert, save=tmp_path / "thesis")
    assert [p.name for p in (tmp_path / "thesis").iterdir()] == ["chapter1.txt"]


def test_a_full_disk_does_not_cost_what_was_learned(bert, tmp_path, monkeypatch):
    def full(self, folder):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tagger.Tagger, "save", full)
    with pytest.warns(UserWarning, match="tagger could not be saved.*No space left"):
        tune(bert, epochs=1, save=tmp_path / "new")


def test_a_model_that_reads_spaces_reads_words(tmp_path):
    folder = tmp_path / "tiny-roberta"
    folder.mkdir()
    maker = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    texts = [" ".join(words) for words in sentences()["train"]["tokens"]]
    maker.train_from_iterator(texts, vocab_size=300, special_tokens=special)
    maker.save_model(str(folder))
    files = {n: str(folder / f) for n, f in (("vocab", "vocab.json"),
                                             ("merges", "merges.txt"))}  # fmt: skip
    RobertaTokenizer(**files).save_pretrained(folder)
    config = RobertaConfig(vocab_size=maker.get_vocab_size(), hidden_size=32)
    config.num_hidden_layers, config.num_attention_heads = 1, 2
    config.intermediate_size, config.max_position_embeddings = 64, 40
    RobertaModel(config).save_pretrained(folder)
    made = tune(folder, epochs=15, learning_rate=1e-2, save=tmp_path / "new")
    assert made.evaluation.f1 > 0.8
    again = load_tagger(tmp_path / "new", device="cpu")
    assert again.predict([TEXT]) == made.predict([TEXT])

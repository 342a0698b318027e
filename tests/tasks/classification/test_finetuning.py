"""From a CSV's texts to a classifier that answers, is tested, saved and read again."""

import shutil

import pytest
import torch
from datasets import DatasetDict, Value
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertConfig,
    BertForSequenceClassification,
    BertTokenizer,
    DistilBertConfig,
    DistilBertModel,
    pipeline,
)

from course_lib.errors import CourseError
from course_lib.tasks import finetune_classifier, lesson, load_classifier, run
from course_lib.tasks.classification import finetuning
from course_lib.tasks.classification.baselines import MAJORITY, TFIDF
from course_lib.training import TrainingResult
from tests.tasks.tiny import change_config, dataset, reviews

TEXTS = ["the soup was lovely and warm", "the film was dull", "the tent was kind"]
QUICK = {"epochs": 8, "device": "cpu", "progress": False, "learning_rate": 1.2e-3}


def tune(model, data=None, **settings):
    """Fine-tune on reviews, quickly and without a word."""
    data = reviews() if data is None else data
    return finetune_classifier(data, model=model, **(QUICK | settings))


@pytest.fixture(scope="module", params=[False, True], ids=["own loop", "Trainer"])
def tuned(request, bert, tmp_path_factory):
    """A classifier made in one of the two ways, and where it was saved."""
    folder = tmp_path_factory.mktemp("saved") / "classifier"
    settings = {"epochs": 20, "patience": None, "with_trainer": request.param}
    return tune(bert, save=folder, **settings), folder


def test_it_learns_to_tell_texts_apart(tuned):
    classifier, _ = tuned
    assert [one.label for one in classifier.predict(TEXTS)] == ["good", "bad", "good"]
    assert all(0.5 < one.probability <= 1 for one in classifier.predict(TEXTS))
    assert classifier.evaluation.accuracy == 1


def test_it_is_tested_beside_baselines(tuned):
    evaluation = tuned[0].evaluation
    names = [score.name for score in evaluation.scores]
    assert names == ["tiny-bert, fine-tuned", MAJORITY, TFIDF]
    assert evaluation.texts == 30
    assert evaluation.scores[1].accuracy == 0.5
    for name in names:
        assert name in str(evaluation)


def test_it_tells_how_the_training_went(tuned):
    result = tuned[0].result
    assert isinstance(result, TrainingResult)
    assert result.steps == 75
    looked = {r.step: r.validation for r in result.history if r.validation}
    assert all(set(values) == {"loss", "macro_f1"} for values in looked.values())
    best = max(values["macro_f1"] for values in looked.values())
    assert looked[result.best_step]["macro_f1"] == result.best_value == best
    assert [r.step for r in result.history[:4]] == [7, 10, 14, 20]
    assert result.history[-1].loss < result.history[0].loss
    assert result.tokens_per_second > 0


def test_transformers_opens_what_was_saved(tuned):
    classifier, folder = tuned
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert model.config.id2label == {0: "bad", 1: "good"}
    assert model.config.label2id == {"bad": 0, "good": 1}
    logits = model(**tokenizer(TEXTS, padding=True, return_tensors="pt")).logits
    theirs = logits.softmax(dim=-1)
    assert torch.allclose(theirs, classifier.probabilities(TEXTS), atol=1e-5)
    answers = pipeline("text-classification", model=str(folder), device="cpu")(TEXTS)
    assert [one["label"] for one in answers] == ["good", "bad", "good"]


def test_one_call_reads_it_again(tuned):
    classifier, folder = tuned
    again = load_classifier(folder, device="cpu")
    assert again.predict(TEXTS) == classifier.predict(TEXTS)
    assert again.labels == ("bad", "good")
    assert again.evaluation == classifier.evaluation
    assert again.tokenizer.model_max_length == 32
    kept = {file.name for file in folder.iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= kept


def test_a_text_alone_is_a_list_of_one(tuned):
    classifier, _ = tuned
    assert classifier.predict(TEXTS[0]) == classifier.predict(TEXTS[:1])
    assert classifier.predict([]) == []


def test_answers_do_not_depend_on_their_neighbours(tuned):
    classifier, _ = tuned
    many = TEXTS * 30 + ["the room was rude " * 20]
    alone = torch.cat([classifier.probabilities([text]) for text in TEXTS])
    assert torch.allclose(classifier.probabilities(many)[:3], alone, atol=1e-5)


def test_something_else_than_a_text_is_named(tuned):
    with pytest.raises(CourseError, match="text 1 is None, a NoneType"):
        tuned[0].predict(["fine", None])


def test_it_measures_itself_on_other_texts(tuned):
    classifier, _ = tuned
    evaluation = classifier.evaluate(dataset([0, 1, 1], seed=9))
    assert evaluation.confusion == ((1, 0), (0, 2))
    assert len(evaluation.scores) == 1
    with pytest.raises(CourseError, match="labels worse, better.*knows bad, good"):
        classifier.evaluate(dataset([0, 1], names=("worse", "better")))


def test_both_ways_learn_the_same(bert, tmp_path):
    # The same beginning, no dropout, and all texts in every step, so that their order
    # is the same too: what remains is the computation.
    base = tmp_path / "base"
    shutil.copytree(bert, base)
    config = BertConfig.from_pretrained(base)
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    torch.manual_seed(1)
    BertForSequenceClassification(config).save_pretrained(base)
    data = reviews(good_in=4)  # uneven: the weighed loss has to agree as well
    settings = {"batch_size": 60, "epochs": 30, "learning_rate": 5e-3}
    settings["patience"] = None
    own = tune(base, data, **settings)
    theirs = tune(base, data, with_trainer=True, **settings)
    looked = [
        {r.step: r.validation["loss"] for r in one.result.history if r.validation}
        for one in (own, theirs)
    ]
    assert looked[0] == pytest.approx(looked[1], abs=1e-3)
    assert own.result.best_value == pytest.approx(theirs.result.best_value)
    assert own.result.best_step == theirs.result.best_step
    ours = own.probabilities(TEXTS)
    assert torch.allclose(ours, theirs.probabilities(TEXTS), atol=1e-4)
    assert min(looked[0].values()) < 0.3  # of 0.69: they did learn


@pytest.mark.parametrize("with_trainer", [False, True])
def test_a_seed_decides_everything(with_trainer, bert):
    way = {"with_trainer": with_trainer, "epochs": 2}
    once, again, other = (
        tune(bert, seed=seed, **way).probabilities(TEXTS) for seed in (1, 1, 2)
    )
    assert torch.equal(once, again)
    assert not torch.equal(once, other)


def test_a_rare_label_is_weighed(bert, capsys):
    data = reviews(good_in=6, train=120)
    weighed = tune(bert, data, epochs=15, progress=True)
    assert "each counts as much as any other" in capsys.readouterr().out
    assert weighed.evaluation.macro_f1 > 0.9
    tune(bert, data, epochs=1, balanced=False, progress=True)
    assert "counts as much" not in capsys.readouterr().out


def test_it_stops_early_and_keeps_the_best(bert):
    classifier = tune(bert, epochs=40, patience=1, learning_rate=0.3)
    result = classifier.result
    assert result.stopped_early
    assert result.best_step < result.steps < 150


def test_it_says_what_it_does_or_nothing(bert, capsys):
    tune(bert, max_length=4, progress=True, epochs=1)
    said = capsys.readouterr().out
    assert "60 to learn from, 20 to choose by, 30 to be tested on" in said
    assert "60 of 60 texts in train have more than 4 tokens" in said
    tune(bert, epochs=1)
    tune(bert, epochs=1, with_trainer=True)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")


def without(split):
    """Reviews that lack a split."""
    return DatasetDict({k: v for k, v in reviews().items() if k != split})


def changed(split, table):
    """Reviews with another table for a split."""
    return DatasetDict({**reviews(), split: table})


SWAPPED = dataset([0, 1], names=("good", "bad"))
NUMBERS = dataset([0, 1]).cast_column("label", Value("int64"))
THREE = ("bad", "good", "fair")
FAULTY = {
    "there is no test split, which is to be tested on": without("test"),
    "there is no validation split, which is to choose by": without("validation"),
    "there is no train split": changed("train", dataset([])),
    "has no column text; it has review, label": DatasetDict(
        {k: v.rename_column("text", "review") for k, v in reviews().items()}
    ),
    "labels: data = data.class_encode_column": changed("train", NUMBERS),
    "the labels of test are not those of train": changed("test", SWAPPED),
    "has one label, good": changed("train", dataset([1, 1, 1])),
    "no text to learn from has the label fair": DatasetDict(
        dict.fromkeys(reviews(), dataset([0, 1] * 5, names=THREE))
    ),
    "1 of the 3 texts in validation have no label": changed(
        "validation", dataset([0, 1, -1])
    ),
    "expected splits by name": dataset([0, 1]),
}


@pytest.mark.parametrize("message", FAULTY)
def test_data_that_are_not_in_order_are_refused(message, bert, tmp_path):
    with pytest.raises(CourseError, match=message):
        tune(bert, FAULTY[message], save=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_an_unknown_model_is_refused(tmp_path):
    with pytest.raises(CourseError, match="no-such-model"):
        tune(tmp_path / "no-such-model")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epoch": 3}, "no setting epoch; choose from epochs, learning_rate"),
        ({"max_length": 33}, "max_length = 33, but the model reads at most 32"),
        ({"max_length": 2}, "max_length = 2: expected a whole number"),
        ({"learning_rate": 0.0}, "learning_rate = 0.0 must be above 0"),
        ({"batch_size": 0}, "batch_size = 0: expected a whole number"),
        ({"epochs": -1}, "epochs = -1 must be above 0"),
    ],
)
def test_a_setting_that_is_none_is_refused(settings, message, bert):
    with pytest.raises(CourseError, match=message):
        tune(bert, **settings)


@pytest.fixture
def copy(bert, tmp_path):
    """A copy of the tiny BERT, to be spoilt."""
    shutil.copytree(bert, tmp_path / "copy")
    return tmp_path / "copy"


def test_a_model_without_its_tokenizer_is_refused(copy):
    for file in copy.glob("*token*"):
        file.unlink()
    (copy / "vocab.txt").unlink(missing_ok=True)
    with pytest.raises(CourseError, match="holds no tokenizer"):
        tune(copy)


def test_a_tokenizer_of_another_model_is_refused(copy):
    BertTokenizer(vocab={"[PAD]": 0, "[UNK]": 1}).save_pretrained(copy)
    with pytest.raises(CourseError, match=r"the tokenizer has \d tokens, the model"):
        tune(copy)


def test_a_damaged_tokenizer_is_named(copy):
    (copy / "tokenizer.json").write_text("{")
    with pytest.raises(CourseError, match="tokenizer in .*copy can't be read"):
        tune(copy)


def test_a_stand_in_is_tested_under_its_own_name(bert, tmp_path, monkeypatch):
    stand_in = tmp_path / "course-bert"
    shutil.copytree(bert, stand_in)
    monkeypatch.setattr(run, "resolve", lambda name: stand_in)
    evaluation = tune("bert-base-uncased", epochs=1).evaluation
    assert evaluation.scores[0].name == "course-bert, fine-tuned"


def test_a_classifier_of_other_labels_is_no_beginning(tuned):
    names = dict.fromkeys(reviews(), dataset([0, 1, 2] * 5, names=THREE))
    with pytest.raises(CourseError, match="a classifier of 2 labels already.*have 3"):
        tune(tuned[1], DatasetDict(names))


def test_another_architecture_is_left_to_transformers(copy):
    words = len(BertTokenizer.from_pretrained(copy))
    config = DistilBertConfig(vocab_size=words, dim=32, n_layers=1, n_heads=2)
    config.hidden_dim = 64
    DistilBertModel(config).save_pretrained(copy)
    with pytest.raises(CourseError, match="a 'distilbert'.*with_trainer=True"):
        tune(copy)
    classifier = tune(copy, with_trainer=True, epochs=1, save=copy / "new")
    again = load_classifier(copy / "new", device="cpu")
    assert again.predict(TEXTS) == classifier.predict(TEXTS)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("thesis", "holds something other than a classifier, and is left"),
        ("notes.txt", "is a file"),
        ("copy", "is the model to begin with"),
    ],
)
def test_nothing_else_is_written_over(place, message, copy, tmp_path):
    (tmp_path / "thesis").mkdir()
    for file in (tmp_path / "thesis" / "chapter1.txt", tmp_path / "notes.txt"):
        file.write_text("years of work")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    with pytest.raises(CourseError, match=message):
        tune(copy, save=tmp_path / place)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_a_folder_that_nobody_may_write_in_is_refused(bert, tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda place, mode: place != tmp_path)
    with pytest.raises(CourseError, match="nothing can be written in"):
        tune(bert, save=tmp_path / "deep" / "down")
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_is_not_written_over_either(bert, copy):
    with pytest.raises(CourseError, match="something other than a classifier"):
        tune(bert, save=copy)


def test_a_classifier_may_be_replaced(tuned, bert, tmp_path):
    shutil.copytree(tuned[1], tmp_path / "old")
    new = tune(bert, save=tmp_path / "old", epochs=1, seed=3)
    again = load_classifier(tmp_path / "old", device="cpu")
    assert again.predict(TEXTS) == new.predict(TEXTS)
    assert again.evaluation == new.evaluation


def test_an_encoder_is_not_read_as_a_classifier(bert):
    with pytest.raises(CourseError, match="BertForMaskedLM, no classifier"):
        load_classifier(bert)


def test_damaged_figures_do_not_spoil_a_classifier(tuned, tmp_path):
    shutil.copytree(tuned[1], tmp_path / "copy")
    (tmp_path / "copy" / "evaluation.json").write_text('{"labels": 3}')
    assert load_classifier(tmp_path / "copy", device="cpu").evaluation is None


def test_a_full_disk_does_not_cost_what_was_learned(bert, tmp_path, monkeypatch):
    def full(self, folder):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(finetuning.Classifier, "save", full)
    with pytest.warns(UserWarning, match="could not be saved.*No space left"):
        classifier = tune(bert, epochs=1, save=tmp_path / "new")
    assert len(classifier.predict(TEXTS)) == 3


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory"),
        MemoryError(),
    ],
)
def test_where_memory_runs_out_a_cure_is_named(error, bert, monkeypatch):
    def greedy(*_, **__):
        raise error

    monkeypatch.setattr(lesson, "train", greedy)
    with pytest.raises(CourseError, match="batch_size=4; or max_length"):
        tune(bert)


def test_other_errors_are_passed_on(bert, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("something else")

    monkeypatch.setattr(lesson, "train", broken)
    with pytest.raises(RuntimeError, match="something else"):
        tune(bert)


def test_a_saved_classifier_of_16_bits_computes_in_32(tuned, tmp_path):
    shutil.copytree(tuned[1], tmp_path / "half")
    model = AutoModelForSequenceClassification.from_pretrained(tuned[1])
    model.half().save_pretrained(tmp_path / "half")
    change_config(tmp_path / "half", dtype="float16")
    again = load_classifier(tmp_path / "half", device="cpu")
    assert {p.dtype for p in again.model.parameters()} == {torch.float32}
    assert again.predict(TEXTS)[0].label == "good"

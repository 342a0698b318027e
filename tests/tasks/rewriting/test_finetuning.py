"""From pairs of texts to a translator that writes, is tested, saved and read again."""

import shutil

import pytest
import torch
from datasets import Dataset, DatasetDict
from transformers import AutoModelForSeq2SeqLM

from course_lib.errors import CourseError
from course_lib.models import Seq2Seq, Seq2SeqConfig
from course_lib.pretraining.vocabulary import sentence_pieces
from course_lib.tasks import (
    finetune_summariser,
    finetune_translator,
    load_summariser,
    load_translator,
)
from course_lib.tasks.rewriting.baselines import COPY, LEAD, MEMORY
from course_lib.tasks.rewriting.smoothing import smoothed

WORDS = {"one": "un", "two": "deux", "red": "rouge", "cat": "chat", "dog": "chien"}
TEXTS = ["two dog one red", "one cat dog two", "red cat two two dog"]
FRENCH = [" ".join(WORDS[word] for word in text.split()) for text in TEXTS]
QUICK = {"epochs": 2, "device": "cpu", "progress": False, "longest_written": 30}


def pairs(count, seed):
    """Texts of words, each translated by itself."""
    draw = torch.Generator().manual_seed(seed)
    names = list(WORDS)
    texts = [
        [names[i] for i in torch.randint(len(names), (4 + n % 2,), generator=draw)]
        for n in range(count)
    ]
    said = [[WORDS[word] for word in text] for text in texts]
    columns = {"source": map(" ".join, texts), "target": map(" ".join, said)}
    return Dataset.from_dict({name: list(texts) for name, texts in columns.items()})


def data(train=80):
    """Three splits."""
    sizes = {"train": train, "validation": 16, "test": 20}
    return DatasetDict({n: pairs(k, seed) for seed, (n, k) in enumerate(sizes.items())})


@pytest.fixture(scope="module")
def marian(tmp_path_factory):
    """The folder of a tiny encoder-decoder with random weights and no dropout."""
    folder = tmp_path_factory.mktemp("models") / "tiny-marian"
    known = [text for row in pairs(100, 9).to_list() for text in row.values()]
    tokenizer = sentence_pieces(known, 60, 32)
    pad, end = tokenizer.pad_token_id, tokenizer.eos_token_id
    sides = {
        f"{side}_{name}": value
        for side in ("encoder", "decoder")
        for name, value in (("layers", 1), ("attention_heads", 2), ("ffn_dim", 64))
    }
    torch.manual_seed(0)
    config = Seq2SeqConfig(
        vocab_size=len(tokenizer),
        d_model=32,
        max_position_embeddings=32,
        dropout=0.0,
        init_std=0.2,
        pad_token_id=pad,
        eos_token_id=end,
        forced_eos_token_id=end,
        decoder_start_token_id=pad,
        bad_words_ids=[[pad]],
        max_length=32,
        **sides,
    )
    Seq2Seq(config).save_pretrained(folder, tokenizer=tokenizer)
    return folder


def tune(model, given=None, **settings):
    """Fine-tune on pairs, quickly and without a word."""
    given = data() if given is None else given
    return finetune_translator(given, model=model, **(QUICK | settings))


@pytest.fixture(scope="module", params=[False, True], ids=["own loop", "Trainer"])
def tuned(request, marian, tmp_path_factory):
    """A translator made in one of the two ways, and where it was saved."""
    folder = tmp_path_factory.mktemp("saved") / "translator"
    way = {"with_trainer": request.param, "epochs": 15, "learning_rate": 5e-3}
    return tune(marian, data(500), save=folder, patience=None, **way), folder


def test_it_learns_to_translate(tuned):
    translator, _ = tuned
    assert translator.evaluation["exact"] > 70
    assert translator.evaluation.lead[0] > 0
    assert translator.predict(TEXTS) == FRENCH
    assert translator.predict(TEXTS[0], num_beams=3) == FRENCH[:1]
    assert translator.predict([]) == []


def test_it_is_tested_beside_baselines(tuned):
    evaluation = tuned[0].evaluation
    names = [score.name for score in evaluation.scores]
    assert names == ["tiny-marian, fine-tuned", COPY, MEMORY]
    assert evaluation.texts == 20


def test_transformers_opens_what_was_saved(tuned):
    translator, folder = tuned
    model = AutoModelForSeq2SeqLM.from_pretrained(folder)
    batch = translator.tokenizer(TEXTS[:1], return_tensors="pt")
    ids, mask = batch["input_ids"], batch["attention_mask"]
    written = model.generate(ids, attention_mask=mask, max_new_tokens=30)
    text = translator.tokenizer.batch_decode(written, skip_special_tokens=True)
    assert [one.strip() for one in text] == FRENCH[:1]


def test_one_call_reads_it_again(tuned):
    translator, folder = tuned
    again = load_translator(folder, device="cpu")
    assert again.predict(TEXTS) == translator.predict(TEXTS)
    assert again.evaluation == translator.evaluation
    assert "BLEU" in repr(again)


def test_it_measures_itself_on_other_pairs(tuned):
    evaluation = tuned[0].evaluate(pairs(6, 77))
    assert evaluation.texts == 6 and evaluation.lead is None
    with pytest.raises(CourseError, match="has no column target"):
        tuned[0].evaluate(pairs(6, 77).remove_columns("target"))
    with pytest.raises(CourseError, match="text 1 is None"):
        tuned[0].predict(["one", None])


@pytest.mark.parametrize("label_smoothing", [0.0, 0.2])
def test_both_ways_learn_the_same(marian, label_smoothing):
    settings = {"batch_size": 80, "epochs": 12, "learning_rate": 5e-3}
    settings |= {"label_smoothing": label_smoothing, "patience": None}
    own = tune(marian, **settings)
    theirs = tune(marian, with_trainer=True, **settings)
    looked = [
        {r.step: r.validation["loss"] for r in one.result.history if r.validation}
        for one in (own, theirs)
    ]
    assert looked[0] == pytest.approx(looked[1], abs=2e-3)
    values = list(looked[0].values())
    assert values[-1] < values[0] - 0.3  # they did learn


def test_smoothing_spreads_over_all_words():
    logits, labels = torch.randn(1, 3, 7), torch.tensor([[2, -100, 5]])
    logs = logits.log_softmax(-1)
    truth = torch.full((2, 7), 0.1 / 7)
    truth[0, 2] += 0.9
    truth[1, 5] += 0.9
    expected = -(truth * logs[0, [0, 2]]).sum(-1).mean()
    assert torch.allclose(smoothed(logits, labels, 0.1), expected)


def test_summaries_have_their_own_measures(marian, tmp_path):
    way = QUICK | {"save": tmp_path / "mine"}
    made = finetune_summariser(data(), model=marian, **way)
    assert made.evaluation.measures == ("ROUGE-1", "ROUGE-2", "ROUGE-L")
    assert made.evaluation.scores[1].name == LEAD
    again = load_summariser(tmp_path / "mine", device="cpu")
    assert again.evaluation == made.evaluation


def test_what_is_cut_is_said(marian, capsys):
    tune(marian, longest_written=2, progress=True)
    assert "80 of 80 pairs in train" in capsys.readouterr().out


FAULTY = {
    "there is no test split, which is to be tested on": ("test", None),
    "train has no column source": ("train", pairs(3, 0).remove_columns("source")),
    "pair 1 of train has the target ' '": (
        "train",
        Dataset.from_dict({"source": ["a", "b"], "target": ["c", " "]}),
    ),
}


@pytest.mark.parametrize("message", FAULTY)
def test_data_that_are_not_in_order_are_refused(message, marian, tmp_path):
    split, table = FAULTY[message]
    given = {**data(), split: table}
    given = {name: one for name, one in given.items() if one is not None}
    with pytest.raises(CourseError, match=message):
        tune(marian, given, save=tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"label_smoothing": 1.0}, "label_smoothing = 1.0: expected a share"),
        ({"num_beams": 0}, "num_beams = 0: expected a whole number"),
        ({"balanced": True}, "no setting balanced"),
    ],
)
def test_a_setting_that_is_none_is_refused(settings, message, marian):
    with pytest.raises(CourseError, match=message):
        tune(marian, **settings)


def test_another_kind_of_model_is_refused(bert, marian, tmp_path):
    with pytest.raises(CourseError, match="holds a 'bert'"):
        tune(bert)
    shutil.copytree(marian, tmp_path / "copy")
    with pytest.raises(CourseError, match="is the model to begin with"):
        tune(tmp_path / "copy", save=tmp_path / "copy")

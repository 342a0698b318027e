"""Heads equal Transformers', with their losses; a new head is announced."""

import pytest
import torch
from likeness import assert_alike, assert_same_answer, assert_same_gradients, shaken
from safetensors.torch import load_file, save_file

from course_lib.errors import CourseError
from course_lib.models import Bert, BertConfig, CheckpointError

transformers = pytest.importorskip("transformers")
transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()

SMALL = {
    "vocab_size": 50,
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 40,
    "max_position_embeddings": 16,
}
HEADS = {
    "masked-words": "ForMaskedLM",
    "classification": "ForSequenceClassification",
    "tagging": "ForTokenClassification",
    "answer-span": "ForQuestionAnswering",
}
BOTH = ("Bert", "Roberta")
EVERYTHING = {"output_attentions": True, "output_hidden_states": True}
SILENT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}


def random_model(kind, head, **changes):
    torch.manual_seed(0)
    settings = SMALL | {"pad_token_id": 1} | changes
    config = getattr(transformers, f"{kind}Config")(
        **settings, attn_implementation="eager"
    )
    return shaken(getattr(transformers, f"{kind}{HEADS[head]}")(config))


def random_batch(head, num_labels=2):
    """Texts of different lengths, padded with 1, and what is to be found in them."""
    draw = torch.Generator().manual_seed(1)
    mask = (torch.arange(9) < torch.tensor([[9], [2], [5]])).long()
    ids = torch.randint(2, 50, (3, 9), generator=draw).masked_fill(mask == 0, 1)
    batch = {"input_ids": ids, "attention_mask": mask}
    if head == "answer-span":
        # The last answer was cut off with its text.
        batch["start_positions"] = torch.tensor([0, 1, 12])
        batch["end_positions"] = torch.tensor([3, 1, 14])
    elif head == "classification":
        batch["labels"] = torch.randint(num_labels, (3,), generator=draw)
    else:
        size = 50 if head == "masked-words" else num_labels
        labels = torch.randint(size, (3, 9), generator=draw)
        hidden = torch.rand(3, 9, generator=draw) < 0.5
        batch["labels"] = labels.masked_fill(hidden | (mask == 0), -100)
    return batch


def pair(kind, head, folder, **changes):
    """A model of Transformers, and ours of the same weights."""
    theirs = random_model(kind, head, **changes)
    theirs.save_pretrained(folder)
    return theirs, Bert.from_pretrained(folder, head=head)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("kind", BOTH)
@torch.no_grad()
def test_equals_transformers(kind, head, tmp_path, capsys):
    for number, changes in enumerate(({}, {"num_labels": 5, "hidden_act": "relu"})):
        if head == "answer-span":
            changes.pop("num_labels", None)
        theirs, ours = pair(kind, head, tmp_path / str(number), **changes)
        batch = random_batch(head, theirs.config.num_labels)
        answer = ours(**batch, **EVERYTHING)
        assert_same_answer(answer, theirs(**batch, **EVERYTHING))
        without = {name: batch[name] for name in ("input_ids", "attention_mask")}
        assert_same_answer(ours(**without), theirs(**without))
        assert ours(**without).loss is None
        first = ours(**without)[0]
        assert first is not None and first.shape == theirs(**without)[0].shape
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("kind", BOTH)
def test_gradients_equal_transformers(kind, head, tmp_path):
    theirs, ours = pair(kind, head, tmp_path, **SILENT)
    for model in (ours, theirs):
        model.train()(**random_batch(head)).loss.backward()
    assert_same_gradients(ours, theirs)


PROBLEMS = {
    "one of three": (3, torch.tensor([2, 0, 1])),
    "any of three": (3, torch.tensor([[1.0, 0, 1], [0, 0, 0], [0, 1, 0]])),
    "a value": (1, torch.tensor([0.5, -2.0, 1.0])),
}


@pytest.mark.parametrize("count, labels", PROBLEMS.values(), ids=PROBLEMS.keys())
@torch.no_grad()
def test_what_labels_look_like_decides_about_the_loss(count, labels, tmp_path):
    theirs, ours = pair("Bert", "classification", tmp_path, num_labels=count)
    batch = random_batch("classification") | {"labels": labels}
    expected = theirs(**batch)
    assert_alike(ours(**batch).loss, expected.loss)
    one = {name: x[:1] for name, x in batch.items()}
    assert_alike(ours(**one).loss, theirs(**one).loss)


@torch.no_grad()
def test_the_problem_may_be_said(tmp_path):
    said = {"num_labels": 3, "problem_type": "regression"}
    theirs, ours = pair("Bert", "classification", tmp_path, **said)
    batch = random_batch("classification") | {"labels": torch.randn(3, 3)}
    assert_alike(ours(**batch).loss, theirs(**batch).loss)
    wrong = Bert.from_pretrained(tmp_path, head="classification", problem_type="x")
    with pytest.raises(CourseError, match="no problem type 'x'; choose single_label"):
        wrong(**batch)


def test_names_of_labels(tmp_path):
    names = {0: "sad", 1: "happy", 2: "so so"}
    theirs = random_model("Bert", "classification", id2label=names)
    theirs.save_pretrained(tmp_path)
    ours = Bert.from_pretrained(tmp_path, head="classification")
    assert ours.config.id2label == names and ours.config.num_labels == 3
    ours.save_pretrained(tmp_path / "ours")
    again = transformers.AutoConfig.from_pretrained(tmp_path / "ours")
    assert again.id2label == names and again.label2id["so so"] == 2
    other = Bert.from_pretrained(tmp_path, id2label={0: "a", 1: "b"})
    assert other.config.id2label == {0: "a", 1: "b"}


# --- new heads --------------------------------------------------------------------


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("kind", BOTH)
def test_a_new_head_is_announced(kind, head, tmp_path, capsys):
    torch.manual_seed(0)
    config = getattr(transformers, f"{kind}Config")(**SMALL, pad_token_id=1)
    theirs = shaken(getattr(transformers, f"{kind}Model")(config))
    theirs.save_pretrained(tmp_path)
    torch.manual_seed(5)
    ours = Bert.from_pretrained(tmp_path, head=head, num_labels=4, **SILENT)
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and f"no head for {head}: a new one" in said
    labels = 2 if head == "answer-span" else 4
    batch = random_batch(head, labels)
    answer = ours(**batch, output_hidden_states=True)
    expected = theirs(batch["input_ids"], batch["attention_mask"])[0]
    assert_alike(answer.hidden_states[-1], expected)
    # It begins small, so that nothing is preferred, and can be trained.
    size = {"masked-words": 50, "answer-span": 9}.get(head, 4)
    assert abs(answer.loss.item() - torch.tensor(float(size)).log().item()) < 1.0
    answer.loss.backward()
    assert all(x.device.type == "cpu" for x in ours.parameters())
    grads = [
        x.grad is not None for name, x in ours.named_parameters() if "head" in name
    ]
    assert grads and all(grads)
    torch.manual_seed(5)
    again = Bert.from_pretrained(tmp_path, head=head, num_labels=4)
    for name, x in ours.state_dict().items():
        assert torch.equal(again.state_dict()[name], x)


def test_the_first_layer_of_a_new_classifier_is_the_pooler(tmp_path, capsys):
    torch.manual_seed(0)
    theirs = shaken(transformers.BertModel(transformers.BertConfig(**SMALL)))
    theirs.save_pretrained(tmp_path)
    ours = Bert.from_pretrained(tmp_path, head="classification")
    assert torch.equal(ours.head.dense.weight, theirs.pooler.dense.weight)
    assert "a new one" in capsys.readouterr().out


def test_the_head_of_another_task_is_left_alone(tmp_path, capsys):
    for kind in BOTH:
        random_model(kind, "masked-words").save_pretrained(tmp_path)
        Bert.from_pretrained(tmp_path, head="answer-span")
        assert "no head for answer-span" in capsys.readouterr().out
    # One that also told whether two sentences belong together.
    theirs = transformers.BertForPreTraining(transformers.BertConfig(**SMALL)).eval()
    theirs.save_pretrained(tmp_path)
    ours = Bert.from_pretrained(tmp_path, head="masked-words")
    assert capsys.readouterr().out == ""
    ids = torch.arange(2, 9)[None]
    assert_alike(ours(ids).logits, theirs(ids).prediction_logits)


def test_a_head_in_bfloat16(tmp_path, capsys):
    torch.manual_seed(0)
    theirs = transformers.BertModel(transformers.BertConfig(**SMALL))
    theirs.to(torch.bfloat16).save_pretrained(tmp_path)
    ours = Bert.from_pretrained(tmp_path, head="masked-words")
    assert {x.dtype for x in ours.parameters()} == {torch.bfloat16}


def test_a_new_model_shares_its_table_of_words():
    model = Bert(BertConfig(**SMALL), head="masked-words")
    assert model.head.output.weight is model.embeddings.words.weight
    assert (model.embeddings.words.weight[0] == 0).all()
    assert model.pooler is None


def test_each_dropout_has_its_place():
    shares = {"hidden_dropout_prob": 0.3, "classifier_dropout": 0.4}
    for head in ("classification", "tagging"):
        model = Bert(BertConfig(**SMALL | shares), head=head)
        assert model.head.dropout.p == 0.4
        model = Bert(BertConfig(**SMALL | {"hidden_dropout_prob": 0.3}), head=head)
        assert model.head.dropout.p == 0.3


# --- what does not fit ------------------------------------------------------------


@pytest.fixture
def classifier(tmp_path):
    """A whole checkpoint with a head, to be damaged."""
    random_model("Bert", "classification").save_pretrained(tmp_path / "bert")
    return tmp_path / "bert"


def test_half_a_head_is_no_head(classifier):
    weights = classifier / "model.safetensors"
    whole = load_file(weights)
    for lacking in ("classifier.bias", "bert.pooler.dense.weight"):
        save_file({n: x for n, x in whole.items() if n != lacking}, weights)
        with pytest.raises(CheckpointError, match=rf"missing \(1\): {lacking}$"):
            Bert.from_pretrained(classifier, head="classification")
    save_file(whole | {"surprise": torch.zeros(1)}, weights)
    for head in ("classification", None):
        with pytest.raises(CheckpointError, match=r"extra \(1\): surprise$"):
            Bert.from_pretrained(classifier, head=head)


def test_a_head_for_other_labels_is_misshapen(classifier):
    message = r"misshapen \(2\): .*classifier.weight is \(2, 24\), expected \(5, 24\)"
    with pytest.raises(CheckpointError, match=message):
        Bert.from_pretrained(classifier, head="classification", num_labels=5)


def test_unknown_heads_settings_and_labels(classifier, tmp_path):
    with pytest.raises(CourseError, match="no head 'qa'; choose one of masked-words"):
        Bert.from_pretrained(classifier, head="qa")
    with pytest.raises(CourseError, match="no head 'qa'; choose"):
        Bert(BertConfig(**SMALL), head="qa")
    with pytest.raises(CourseError, match="Bert has no setting dropout; choose from"):
        Bert.from_pretrained(classifier, dropout=0.1)
    batch = random_batch("classification")
    with pytest.raises(CourseError, match="no head to be given labels: make it with"):
        Bert.from_pretrained(classifier)(**batch)
    with pytest.raises(TypeError, match="start_positions"):
        model = Bert.from_pretrained(classifier, head="classification")
        model(**random_batch("answer-span"))
    random_model("Bert", "masked-words", tie_word_embeddings=False).save_pretrained(
        tmp_path / "untied"
    )
    with pytest.raises(CourseError, match="tie_word_embeddings = False"):
        Bert.from_pretrained(tmp_path / "untied", head="masked-words")

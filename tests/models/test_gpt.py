"""GPT equals Transformers' GPT2LMHeadModel, and refuses checkpoints that do not fit."""

import json
from dataclasses import asdict

import pytest
import torch
from likeness import assert_alike, assert_same_answer, assert_same_gradients, shaken
from safetensors.torch import load_file, save_file

from course_lib.errors import CourseError, ShapeError
from course_lib.models import GPT, CheckpointError, GPTConfig

transformers = pytest.importorskip("transformers")
transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()

SMALL = {
    "vocab_size": 50,
    "n_positions": 16,
    "n_embd": 24,
    "n_layer": 3,
    "n_head": 4,
    "bos_token_id": None,
    "eos_token_id": 0,
}
SHAPES = {
    "small": {},
    "one head, one layer": {"n_head": 1, "n_layer": 1},
    "narrow inside": {"n_inner": 7, "layer_norm_epsilon": 0.1},
    "other activation": {"activation_function": "relu"},
    "a last layer of its own": {"tie_word_embeddings": False},
    "wide": {"n_embd": 96, "n_head": 12, "vocab_size": 200},
}
EVERYTHING = {"output_attentions": True, "output_hidden_states": True}


def random_model(**changes):
    torch.manual_seed(0)
    config = transformers.GPT2Config(**SMALL | changes, attn_implementation="eager")
    return shaken(transformers.GPT2LMHeadModel(config))


@pytest.fixture
def checkpoint(tmp_path):
    """A whole checkpoint, to be damaged."""
    random_model().save_pretrained(tmp_path / "gpt")
    return tmp_path / "gpt"


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """A model of Transformers, and ours of the same weights."""
    folder = tmp_path_factory.mktemp("gpt")
    theirs = random_model()
    theirs.save_pretrained(folder)
    return theirs, GPT.from_pretrained(folder)


def random_ids(batch=3, length=9, size=50):
    return torch.randint(size, (batch, length), generator=torch.manual_seed(1))


@pytest.mark.parametrize("changes", SHAPES.values(), ids=SHAPES.keys())
@torch.no_grad()
def test_equals_transformers(changes, tmp_path):
    theirs = random_model(**changes)
    theirs.save_pretrained(tmp_path)
    ours = GPT.from_pretrained(tmp_path)
    ids = random_ids()
    labels = ids.masked_fill(ids < 10, -100)
    answer = ours(ids, labels=labels, **EVERYTHING)
    expected = theirs(ids, labels=labels, **EVERYTHING)
    assert len(answer.attentions) == theirs.config.n_layer
    assert_same_answer(answer, expected)
    assert torch.equal(answer.last_hidden_state, answer.hidden_states[-1])
    # The path without weights is another kernel, not another result.
    assert_alike(ours(ids).logits, expected.logits)
    assert ours(ids, labels=labels).loss is not None and ours(ids).loss is None


def test_gradients_equal_transformers(tmp_path):
    silent = {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
    for tied in (True, False):
        theirs = random_model(**silent, tie_word_embeddings=tied).train()
        theirs.save_pretrained(tmp_path)
        ours = GPT.from_pretrained(tmp_path).train()
        ids = random_ids()
        for model in (ours, theirs):
            model(ids, labels=ids).loss.backward()
        assert_same_gradients(ours, theirs)


@torch.no_grad()
def test_a_text_read_in_parts(pair):
    theirs, ours = pair
    ids = random_ids(length=12)
    whole = ours(ids, **EVERYTHING)
    cache = None
    for start, end in ((0, 5), (5, 6), (6, 7), (7, 12)):
        answer = ours(ids[:, start:end], past_key_values=cache, **EVERYTHING)
        cache = answer.past_key_values
        assert cache.get_seq_length() == end
        assert_alike(answer.logits, whole.logits[:, start:end])
        for part, all_ in zip(answer.attentions, whole.attentions, strict=True):
            assert_alike(part, all_[:, :, start:end, :end])
    first = theirs(ids[:, :5])
    expected = theirs(ids[:, 5:], past_key_values=first.past_key_values)
    found = ours(ids[:, 5:], past_key_values=ours(ids[:, :5]).past_key_values)
    assert_alike(found.logits, expected.logits)


@torch.no_grad()
def test_padding_on_either_side(pair):
    theirs, ours = pair
    ids = random_ids()
    for padded in (torch.arange(9) < 6, torch.arange(9) >= 4):
        mask = padded.long().expand(3, 9).clone()
        mask[1] = 1
        places = (mask.cumsum(1) - 1).clamp(min=0)
        given = {"attention_mask": mask, "position_ids": places}
        found, expected = (
            model(ids, **given, **EVERYTHING) for model in (ours, theirs)
        )
        real = mask.bool()
        assert_alike(found.logits[real], expected.logits[real])
        assert_alike(ours(ids, **given).logits[real], expected.logits[real])
        for one, other in zip(found.attentions, expected.attentions, strict=True):
            rows = real[:, None].expand(one.shape[:3])
            assert_alike(one[rows], other[rows])
            assert (one.masked_select(~real[:, None, None]) == 0).all()
        # As if it were not there.
        for i in range(3):
            alone = ours(ids[i : i + 1, real[i]]).logits[0]
            assert_alike(found.logits[i, real[i]], alone)


@torch.no_grad()
def test_other_ways_to_call_it(pair):
    theirs, ours = pair
    ids = random_ids()
    vectors = torch.randn(3, 9, 24)
    expected = theirs(inputs_embeds=vectors).logits
    assert_alike(ours(inputs_embeds=vectors).logits, expected)
    expected = theirs(ids, logits_to_keep=2).logits
    assert_alike(ours(ids, logits_to_keep=2).logits, expected)
    whole = torch.ones_like(ids)
    assert_alike(ours(ids, attention_mask=whole).logits, theirs(ids).logits)
    assert ours(ids, use_cache=False).past_key_values is None
    assert ours(ids, labels=ids).past_key_values is None
    ours.train()
    assert ours(ids).past_key_values is None
    ours.eval()


@torch.no_grad()
def test_follows_device_and_dtype(device, dtype, tmp_path):
    theirs = random_model()
    theirs.save_pretrained(tmp_path)
    ids = random_ids()
    exact = theirs.double()(ids).logits
    model = GPT.from_pretrained(tmp_path).to(device, dtype)
    assert model.output.weight is model.words.weight
    answer = model(ids.to(device), **EVERYTHING)
    for x in (answer.logits, *answer.attentions, *answer.hidden_states):
        assert x.dtype == dtype and x.device.type == device
    tolerance = {torch.float64: 1e-6, torch.float32: 1e-5}.get(dtype, 0.15)
    torch.testing.assert_close(
        answer.logits.cpu().double(), exact, rtol=tolerance, atol=tolerance
    )


def test_a_loss_of_half_precision_is_computed_in_float32(pair):
    ours = GPT(GPTConfig(**SMALL)).to(torch.bfloat16)
    ids = random_ids()
    assert ours(ids, labels=ids).loss.dtype == torch.float32


def test_a_new_model_starts_small():
    torch.manual_seed(0)
    sizes = {"vocab_size": 3000, "n_embd": 96, "n_layer": 4}
    model = GPT(GPTConfig(**SMALL | sizes))
    assert abs(model.words.weight.std().item() - 0.02) < 0.001
    assert model.output.weight is model.words.weight
    block = model.blocks[0]
    assert abs(block.attention.qkv.weight.std().item() - 0.02) < 0.001
    calm = 0.02 / 8**0.5
    for layer in (block.attention.output, block.feed_forward.outer):
        assert abs(layer.weight.std().item() - calm) < 0.0005
    loss = model(ids := random_ids(), labels=ids).loss
    assert abs(loss.item() - torch.tensor(3000.0).log().item()) < 0.3


def test_each_dropout_has_its_place():
    shares = {"resid_pdrop": 0.3, "attn_pdrop": 0.2, "embd_pdrop": 0.1}
    model = GPT(GPTConfig(**SMALL | shares))
    assert model.dropout.p == 0.1
    assert {block.dropout.p for block in model.blocks} == {0.3}
    assert {block.attention.dropout for block in model.blocks} == {0.2}


# --- inputs that do not fit -------------------------------------------------------


def test_inputs_that_do_not_fit_are_named(pair):
    model = pair[1]
    ids = random_ids()
    with pytest.raises(ShapeError, match=r"input_ids has shape \(9,\).*unsqueeze"):
        model(ids[0])
    with pytest.raises(ShapeError, match="17 tokens, the model has .* for 16: cut"):
        model(torch.zeros(1, 17, dtype=torch.long))
    cache = model(random_ids(length=16)).past_key_values
    with pytest.raises(ShapeError, match="17 tokens, the model has .* for 16: cut"):
        model(ids[:, :1], past_key_values=cache)
    with pytest.raises(ShapeError, match="positions 3 to 16 are asked .* 0 to 15"):
        model(ids[:, :2], position_ids=torch.tensor([[3, 16]]))
    with pytest.raises(CourseError, match="input_ids holds 3 to 50, .* 0 to 49: tok"):
        model(torch.tensor([[3, 50]]))
    with pytest.raises(ShapeError, match=r"mask \(3, 1, 1, 8\)"):
        model(ids, attention_mask=torch.ones(3, 8))
    with pytest.raises(ShapeError, match="start a new batch"):
        model(ids[:1, :4], past_key_values=model(ids).past_key_values)


# --- checkpoints ------------------------------------------------------------------


@torch.no_grad()
def test_checkpoints_of_all_ages(checkpoint, tmp_path):
    expected = GPT.from_pretrained(checkpoint)(random_ids()).logits
    tensors = load_file(checkpoint / "model.safetensors")
    # The first ones had no prefix, and held their causal masks.
    old = {name.removeprefix("transformer."): x for name, x in tensors.items()}
    old |= {f"h.{i}.attn.bias": torch.ones(1, 1, 16, 16) for i in range(3)}
    old |= {f"h.{i}.attn.masked_bias": torch.tensor(-1e4) for i in range(3)}
    copy = {"lm_head.weight": tensors["transformer.wte.weight"].clone()}
    for variant in (old, tensors | copy, old | copy):
        save_file(variant, checkpoint / "model.safetensors")
        found = GPT.from_pretrained(checkpoint)
        assert torch.equal(found(random_ids()).logits, expected)
    # And the model without its last layer.
    theirs = random_model()
    theirs.transformer.save_pretrained(tmp_path / "base")
    found = GPT.from_pretrained(tmp_path / "base")(random_ids())
    assert_alike(found.last_hidden_state, theirs.transformer(random_ids())[0])


QKV = "transformer.h.1.attn.c_attn.weight"
DAMAGES = {
    "missing": ({QKV: None}, [f"missing (1): {QKV}"]),
    "extra": ({"surprise": torch.zeros(2)}, ["extra (1): surprise"]),
    "not transposed": (
        {QKV: torch.zeros(72, 24)},
        [f"misshapen (1): {QKV} is (72, 24), expected (24, 72)"],
    ),
    "another last layer": (
        {"lm_head.weight": torch.zeros(50, 24)},
        ["extra (1): lm_head.weight"],
    ),
    "one of each": (
        {QKV: torch.zeros(2), "surprise": torch.zeros(2), QKV[:-6] + "bias": None},
        ["missing (1)", "extra (1)", "misshapen (1)", "is (2,), expected (24, 72)"],
    ),
}


@pytest.mark.parametrize("changes, parts", DAMAGES.values(), ids=DAMAGES.keys())
def test_what_does_not_fit_is_listed_exactly(changes, parts, checkpoint):
    tensors = load_file(checkpoint / "model.safetensors") | changes
    kept = {name: x for name, x in tensors.items() if x is not None}
    save_file(kept, checkpoint / "model.safetensors")
    with pytest.raises(CheckpointError) as caught:
        GPT.from_pretrained(checkpoint)
    message = str(caught.value)
    assert [part for part in parts if part not in message] == []
    kinds = [kind for kind in ("missing", "extra", "misshapen") if kind in message]
    assert len(kinds) == sum(kind in " ".join(parts) for kind in kinds)


@pytest.mark.parametrize(
    "name, value",
    [
        ("model_type", "llama"),
        ("model_type", "bert"),
        ("add_cross_attention", True),
        ("scale_attn_by_inverse_layer_idx", True),
    ],
)
def test_another_architecture_is_refused(name, value, checkpoint):
    config = checkpoint / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {name: value}))
    with pytest.raises(CourseError, match=f"config.json says {name} = {value!r}; GPT"):
        GPT.from_pretrained(checkpoint)


def test_settings_can_be_changed_at_load(checkpoint):
    model = GPT.from_pretrained(checkpoint, resid_pdrop=0.4, eos_token_id=[1, 2])
    assert model.blocks[0].dropout.p == 0.4 and model.config.eos_token_id == [1, 2]
    with pytest.raises(CourseError, match="GPT has no setting dropout; choose from"):
        GPT.from_pretrained(checkpoint, dropout=0.4)


def test_defaults_are_those_of_transformers():
    theirs = transformers.GPT2Config()
    for name, value in asdict(GPTConfig()).items():
        assert getattr(theirs, name) == value

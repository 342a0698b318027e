"""Seq2Seq equals Transformers' MarianMTModel, and refuses what does not fit."""

import json
from dataclasses import asdict

import pytest
import torch
from likeness import assert_alike, assert_same_answer, assert_same_gradients, shaken
from safetensors.torch import load_file, save_file

from course_lib.errors import CourseError, ShapeError
from course_lib.models import CheckpointError, Seq2Seq, Seq2SeqConfig
from course_lib.models.seq2seq import split_positions
from course_lib.positions import sinusoidal_positions

transformers = pytest.importorskip("transformers")
transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()

SMALL = {
    "vocab_size": 50,
    "max_position_embeddings": 16,
    "d_model": 24,
    "encoder_layers": 2,
    "decoder_layers": 3,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 3,
    "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 20,
    "pad_token_id": 39,
    "decoder_start_token_id": 38,
}
TWO_VOCABULARIES = {
    "share_encoder_decoder_embeddings": False,
    "decoder_vocab_size": 40,
}
SHAPES = {
    "small": {},
    "long embeddings": {"scale_embedding": True},
    "other activation": {"activation_function": "swish"},
    "two vocabularies": TWO_VOCABULARIES,
    "one layer each": {"encoder_layers": 1, "decoder_layers": 1},
    "wide": {"d_model": 96, "encoder_attention_heads": 12, "scale_embedding": True},
}
EVERYTHING = {"output_attentions": True, "output_hidden_states": True}


def random_model(**changes):
    torch.manual_seed(0)
    config = transformers.MarianConfig(**SMALL | changes, attn_implementation="eager")
    model = shaken(transformers.MarianMTModel(config))
    model.final_logits_bias.normal_()
    return model


@pytest.fixture
def checkpoint(tmp_path):
    """A whole checkpoint, to be damaged."""
    random_model().save_pretrained(tmp_path / "marian")
    return tmp_path / "marian"


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """A model of Transformers, and ours of the same weights."""
    folder = tmp_path_factory.mktemp("marian")
    theirs = random_model()
    theirs.save_pretrained(folder)
    return theirs, Seq2Seq.from_pretrained(folder)


def random_batch():
    """Texts of different lengths, and others to be written."""
    draw = torch.Generator().manual_seed(1)
    ids = torch.randint(38, (3, 9), generator=draw)
    labels = torch.randint(38, (3, 7), generator=draw)
    mask = (torch.arange(9) < torch.tensor([[9], [1], [5]])).long()
    ends = torch.tensor([[7], [3], [5]])
    labels = labels.masked_fill(torch.arange(7) >= ends, -100)
    ids = ids.masked_fill(mask == 0, 39)
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


@pytest.mark.parametrize("changes", SHAPES.values(), ids=SHAPES.keys())
@torch.no_grad()
def test_equals_transformers(changes, tmp_path):
    theirs = random_model(**changes)
    theirs.save_pretrained(tmp_path)
    ours = Seq2Seq.from_pretrained(tmp_path)
    batch = random_batch()
    answer, expected = (model(**batch, **EVERYTHING) for model in (ours, theirs))
    assert len(answer.cross_attentions) == theirs.config.decoder_layers
    assert_same_answer(answer, expected)
    # The path without weights is another kernel, not another result.
    assert_alike(ours(**batch).logits, expected.logits)


@pytest.mark.parametrize("changes", [{"scale_embedding": True}, TWO_VOCABULARIES])
def test_gradients_equal_transformers(changes, tmp_path):
    theirs = random_model(dropout=0.0, **changes).train()
    theirs.save_pretrained(tmp_path)
    ours = Seq2Seq.from_pretrained(tmp_path).train()
    for model in (ours, theirs):
        model(**random_batch()).loss.backward()
    assert_same_gradients(ours, theirs)


@torch.no_grad()
def test_other_ways_to_call_it(pair):
    theirs, ours = pair
    ids, mask, labels = random_batch().values()
    written = labels.clamp(min=0)
    given = {"attention_mask": mask, "decoder_input_ids": written}
    expected = theirs(ids, **given)
    assert_alike(ours(ids, **given).logits, expected.logits)
    read = ours.encode(ids, mask)
    assert_alike(read.last_hidden_state, expected.encoder_last_hidden_state)
    for memory in (read, (read[0],), read.to_tuple()):
        found = ours(encoder_outputs=memory, **given).logits
        assert_alike(found, expected.logits)
    hidden = (torch.arange(7) < torch.tensor([[7], [3], [5]])).long()
    expected = theirs(ids, **given, decoder_attention_mask=hidden).logits
    found = ours(ids, **given, decoder_attention_mask=hidden).logits
    assert_alike(found[hidden.bool()], expected[hidden.bool()])


@torch.no_grad()
def test_a_text_written_in_parts(pair):
    theirs, ours = pair
    ids, mask, labels = random_batch().values()
    written = labels.clamp(min=0)
    whole = ours(ids, mask, written, **EVERYTHING)
    memory = ours.encode(ids, mask)
    cache = ours.new_cache(2)
    for start, end in ((0, 3), (3, 4), (4, 7)):
        answer = ours(
            attention_mask=mask,
            decoder_input_ids=written[:, start:end],
            encoder_outputs=memory,
            past_key_values=cache,
            **EVERYTHING,
        )
        assert answer.past_key_values is cache and cache.get_seq_length() == end
        assert_alike(answer.logits, whole.logits[:, start:end])
        pairs = zip(answer.cross_attentions, whole.cross_attentions, strict=True)
        for part, all_ in pairs:
            assert_alike(part, all_[:, :, start:end])
    assert ours(ids, mask, labels=labels).past_key_values is None
    assert ours(ids, mask, written, use_cache=False).past_key_values is None


@torch.no_grad()
def test_padding_changes_nothing_for_the_text(pair):
    ours = pair[1]
    ids, mask, labels = random_batch().values()
    whole = ours(ids, mask, labels.clamp(min=0)).logits
    for i, length in enumerate(mask.sum(dim=1).tolist()):
        alone = ours(ids[i : i + 1, :length], None, labels[i : i + 1].clamp(min=0))
        assert_alike(whole[i], alone.logits[0])


def test_labels_are_read_one_place_later(pair):
    theirs, ours = pair
    labels = torch.tensor([[4, 5, 6], [7, -100, -100]])
    assert ours.shifted(labels).tolist() == [[38, 4, 5], [38, 7, 39]]
    expected = theirs.prepare_decoder_input_ids_from_labels(labels)
    assert torch.equal(ours.shifted(labels), expected)


def test_positions_have_sines_in_front():
    table = split_positions(20, 6)
    alternating = sinusoidal_positions(20, 6)
    torch.testing.assert_close(table[:, :3], alternating[:, 0::2])
    torch.testing.assert_close(table[:, 3:], alternating[:, 1::2])


@torch.no_grad()
def test_follows_device_and_dtype(device, dtype, tmp_path):
    theirs = random_model()
    theirs.save_pretrained(tmp_path)
    batch = random_batch()
    exact = theirs.double()(**batch).logits
    model = Seq2Seq.from_pretrained(tmp_path).to(device, dtype)
    assert model.output.weight is model.encoder_embeddings.words.weight
    there = {name: ids.to(device) for name, ids in batch.items()}
    answer = model(**there, **EVERYTHING)
    for x in (answer.logits, *answer.cross_attentions, *answer.encoder_hidden_states):
        assert x.dtype == dtype and x.device.type == device
    tolerance = {torch.float64: 1e-5, torch.float32: 1e-5}.get(dtype, 0.2)
    torch.testing.assert_close(
        answer.logits.cpu().double(), exact, rtol=tolerance, atol=tolerance
    )


def test_a_new_model_starts_small():
    torch.manual_seed(0)
    model = Seq2Seq(Seq2SeqConfig(**SMALL | {"vocab_size": 3000, "d_model": 96}))
    words = model.encoder_embeddings.words.weight
    assert model.output.weight is model.decoder_embeddings.words.weight is words
    assert abs(words.std().item() - 0.02) < 0.001
    assert (words[39] == 0).all()  # padding
    assert (model.encoder[0].attention.qkv.bias == 0).all()
    two = Seq2Seq(Seq2SeqConfig(**SMALL | TWO_VOCABULARIES))
    assert two.output.out_features == 40
    assert two.output.weight is two.decoder_embeddings.words.weight
    assert two.encoder_embeddings.words.num_embeddings == 50


# --- what does not fit ------------------------------------------------------------


def test_inputs_that_do_not_fit_are_named(pair):
    model = pair[1]
    ids = random_batch()["input_ids"]
    with pytest.raises(ShapeError, match=r"input_ids has shape \(9,\).*unsqueeze"):
        model(ids[0], decoder_input_ids=ids)
    with pytest.raises(ShapeError, match=r"decoder_input_ids has shape \(9,\)"):
        model(ids, decoder_input_ids=ids[0])
    with pytest.raises(CourseError, match="give decoder_input_ids or"):
        model(ids)
    long = torch.zeros(1, 17, dtype=torch.long)
    with pytest.raises(ShapeError, match="17 tokens, the model has .* for 16: cut"):
        model(long, decoder_input_ids=ids)
    with pytest.raises(ShapeError, match="17 tokens, the model has .* for 16: cut"):
        model(ids[:1], decoder_input_ids=long)
    with pytest.raises(CourseError, match="input_ids holds 50 to 50, .* 0 to 49"):
        model(torch.tensor([[50]]), decoder_input_ids=ids)
    with pytest.raises(TypeError, match="output_attention"):
        model(ids, decoder_input_ids=ids, output_attention=True)


@torch.no_grad()
def test_checkpoints_of_all_kinds(checkpoint, tmp_path):
    batch = random_batch()
    expected = Seq2Seq.from_pretrained(checkpoint)(**batch).logits
    # Some hold what is computed, and copies of the table of words.
    tensors = load_file(checkpoint / "model.safetensors")
    table = tensors["model.shared.weight"]
    for side in ("encoder", "decoder"):
        tensors[f"model.{side}.embed_positions.weight"] = split_positions(16, 24)
        tensors[f"model.{side}.embed_tokens.weight"] = table.clone()
    tensors["lm_head.weight"] = table.clone()
    save_file(tensors, checkpoint / "model.safetensors")
    found = Seq2Seq.from_pretrained(checkpoint)
    assert torch.equal(found(**batch).logits, expected)
    # And the model without its last layer.
    theirs = random_model().model
    theirs.save_pretrained(tmp_path / "base")
    found = Seq2Seq.from_pretrained(tmp_path / "base")(**batch, **EVERYTHING)
    assert (Seq2Seq.from_pretrained(tmp_path / "base").final_logits_bias == 0).all()
    ids = Seq2Seq.from_pretrained(checkpoint).shifted(batch["labels"])
    answer = theirs(batch["input_ids"], batch["attention_mask"], decoder_input_ids=ids)
    assert_alike(found.decoder_hidden_states[-1], answer.last_hidden_state)


QUERY = "model.decoder.layers.1.encoder_attn.q_proj.weight"
DAMAGES = {
    "missing": ({QUERY: None}, [f"missing (1): {QUERY}"]),
    "extra": ({"surprise": torch.zeros(2)}, ["extra (1): surprise"]),
    "misshapen": (
        {QUERY: torch.zeros(24, 2)},
        [f"misshapen (1): {QUERY} is (24, 2), expected (24, 24)"],
    ),
    "bias": (
        {"final_logits_bias": torch.zeros(1, 49)},
        ["final_logits_bias is (1, 49), expected (1, 50)"],
    ),
    "another last layer": (
        {"lm_head.weight": torch.zeros(50, 24)},
        ["extra (1): lm_head.weight"],
    ),
    "no words": ({"model.shared.weight": None}, ["missing (1): model.shared.weight"]),
}


@pytest.mark.parametrize("changes, parts", DAMAGES.values(), ids=DAMAGES.keys())
def test_what_does_not_fit_is_listed_exactly(changes, parts, checkpoint):
    tensors = load_file(checkpoint / "model.safetensors") | changes
    kept = {name: x for name, x in tensors.items() if x is not None}
    save_file(kept, checkpoint / "model.safetensors")
    with pytest.raises(CheckpointError) as caught:
        Seq2Seq.from_pretrained(checkpoint)
    assert [part for part in parts if part not in str(caught.value)] == []


@pytest.mark.parametrize(
    "name, value",
    [
        ("model_type", "bart"),
        ("tie_word_embeddings", False),
        ("normalize_before", True),
        ("encoder_layerdrop", 0.1),
    ],
)
def test_another_architecture_is_refused(name, value, checkpoint):
    config = checkpoint / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {name: value}))
    with pytest.raises(CourseError, match=f"config.json says {name} = {value!r}; Seq2"):
        Seq2Seq.from_pretrained(checkpoint)


def test_defaults_are_those_of_transformers():
    theirs = transformers.MarianConfig()
    for name, value in asdict(Seq2SeqConfig()).items():
        if name == "decoder_vocab_size":  # there: already the other one's
            value = theirs.vocab_size
        assert getattr(theirs, name, None) == value

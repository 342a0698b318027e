"""GPT-2: a stack of causal blocks that continues a text.

Equal to Transformers' `GPT2LMHeadModel`, and called in the same way.

Source: Radford et al. 2019, Language Models are Unsupervised Multitask Learners.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from os import PathLike
from typing import Any, ClassVar, Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.blocks import EncoderBlock
from course_lib.cache import ModelCache
from course_lib.models.answer import Answer
from course_lib.models.checkpoints import (
    Sources,
    fill,
    locate,
    read_tensors,
    read_writing_config,
)
from course_lib.models.gpt_step import GPTStep
from course_lib.models.heads import IGNORED, word_loss
from course_lib.models.inputs import going_on, visible, words
from course_lib.models.saving import Pretrained
from course_lib.models.settings import Settings
from course_lib.models.writing import Writing
from course_lib.positions import LearnedPositions


@dataclass(frozen=True)
class GPTConfig(Settings):
    """The settings of a GPT-2, by the names of Hugging Face's config.json."""

    MODEL: ClassVar[str] = "GPT"
    KINDS: ClassVar[Mapping[str, Mapping[str, Any]]] = {"gpt2": {}}
    PLAIN: ClassVar[Mapping[str, Any]] = {
        "scale_attn_weights": True,
        "scale_attn_by_inverse_layer_idx": False,
        "add_cross_attention": False,
    }

    model_type: str = "gpt2"
    vocab_size: int = 50257
    n_positions: int = 1024
    n_embd: int = 768
    n_layer: int = 12
    n_head: int = 12
    n_inner: int | None = None
    activation_function: str = "gelu_new"
    resid_pdrop: float = 0.1
    embd_pdrop: float = 0.1
    attn_pdrop: float = 0.1
    layer_norm_epsilon: float = 1e-5
    initializer_range: float = 0.02
    tie_word_embeddings: bool = True
    bos_token_id: int | None = 50256
    eos_token_id: int | list[int] | None = 50256
    pad_token_id: int | None = None


@dataclass
class GPTAnswer(Answer):
    """What `GPT` returns.

    Attributes:
        loss: when labels were given: mean surprise at the next token, in nats.
        logits: (B, T, V), a score for every token to come next.
        past_key_values: keys and values of all positions, for the next call.
        hidden_states: on request, L + 1 times (B, T, D): embeddings, then each block;
            the last one after the norm.
        attentions: on request, L times (B, H, T, T_k): the weights of each block.
        last_hidden_state: (B, T, D), from which the logits are made.
    """

    loss: Tensor | None = None
    logits: Tensor | None = None
    past_key_values: ModelCache | None = None
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None
    last_hidden_state: Tensor | None = None


class GPT(Writing, Pretrained):
    """GPT-2: token ids in, scores for the next token out.

    >>> model = GPT.from_pretrained(folder)
    >>> answer = model(tokenizer("Attention is", return_tensors="pt").input_ids)
    >>> answer.logits[0, -1].argmax()
    """

    architecture = "GPT2LMHeadModel"

    def __init__(self, config: GPTConfig) -> None:
        """Make a GPT with random weights.

        Args:
            config: its sizes.
        """
        super().__init__()
        self.config = config
        width = config.n_embd
        norm = partial(nn.LayerNorm, eps=config.layer_norm_epsilon)
        self.words = nn.Embedding(config.vocab_size, width)
        self.positions = LearnedPositions(config.n_positions, width)
        self.dropout = nn.Dropout(config.embd_pdrop)
        self.blocks = nn.ModuleList(
            EncoderBlock(
                width,
                config.n_head,
                config.n_inner or 4 * width,
                activation=config.activation_function,
                dropout=config.resid_pdrop,
                attention_dropout=config.attn_pdrop,
                norm=norm,
            )
            for _ in range(config.n_layer)
        )
        self.norm = norm(width)
        self.output = nn.Linear(width, config.vocab_size, bias=False)
        self.apply(self._start_small)
        if config.tie_word_embeddings:  # the table of words, read backwards
            self.output.weight = self.words.weight
        self._calm_the_stream()

    @classmethod
    def from_pretrained(cls, folder: str | PathLike[str], **changes: Any) -> Self:
        """Read a GPT-2 checkpoint as Hugging Face keeps it, ready to be used.

        Args:
            folder: holds config.json and model.safetensors, or its shards; or the
                name of a model on the Hub.
            changes: settings in place of those in config.json.

        Returns:
            The model in evaluation mode.

        Raises:
            CheckpointError: a file is missing or damaged, or the tensors do not fit;
                the message lists which. No pickle is opened.
            CourseError: the checkpoint holds another architecture.
        """
        folder = locate(folder)
        config = GPTConfig.from_dict(read_writing_config(folder), **changes)
        tensors, prefix = _belonging(read_tensors(folder), config)
        with torch.device("meta"):  # no values, so none are drawn in vain
            model = cls(config)
        fill(model, tensors, model.sources(prefix), model.transposed)
        return model.eval()

    def forward(
        self,
        input_ids: Tensor | None = None,
        past_key_values: ModelCache | None = None,
        attention_mask: Tensor | None = None,
        *,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool = False,
        output_hidden_states: bool = False,
        logits_to_keep: int = 0,
    ) -> GPTAnswer:
        """Read texts, or go on reading them.

        Args:
            input_ids: (B, T), or instead of them
            inputs_embeds: (B, T, D), vectors in place of the words' embeddings.
            past_key_values: of the positions before these; these join them.
            attention_mask: (B, T_k), past positions too: 1 for tokens, 0 for padding.
            position_ids: (B, T), where they do not follow on from the past.
            labels: (B, T), as a rule the input_ids; -100 is left out.
            use_cache: return past_key_values; None means unless training.
            output_attentions, output_hidden_states: see GPTAnswer.
            logits_to_keep: of how many last positions to score; 0 means all.
        """
        past = going_on(self, past_key_values, use_cache, labels)
        start = past.get_seq_length() if past else 0
        x = words(self.words, input_ids, inputs_embeds)
        x = self.dropout(self.positions(x, start, position_ids))
        mask = visible(attention_mask, start + x.shape[1])
        answer = self._read(x, mask, past, output_attentions, output_hidden_states)
        x = answer.last_hidden_state[:, -logits_to_keep:]
        answer.logits = self.output(x)
        answer.loss = next_word_loss(answer.logits, labels)
        return answer

    def _read(
        self,
        x: Tensor,
        mask: Tensor | None,
        past: ModelCache | None,
        output_attentions: bool,
        output_hidden_states: bool,
    ) -> GPTAnswer:
        """Run x (B, T, D) through the blocks."""
        caches = past.own if past else [None] * len(self.blocks)
        states, attentions = [], []
        for block, cache in zip(self.blocks, caches, strict=True):
            states.append(x)
            x, weights = block(
                x, mask, is_causal=True, cache=cache, return_weights=output_attentions
            )
            attentions.append(weights)
        x = self.norm(x)
        return GPTAnswer(
            past_key_values=past,
            hidden_states=(*states, x) if output_hidden_states else None,
            attentions=tuple(attentions) if output_attentions else None,
            last_hidden_state=x,
        )

    def new_cache(self, capacity: int = 64) -> ModelCache:
        """An empty cache for this model, with room for `capacity` positions."""
        return ModelCache(len(self.blocks), capacity=capacity)

    def new_step(self, cache: ModelCache) -> GPTStep:
        """The fast way to read one more token at a time, adding to this cache."""
        return GPTStep(self, cache)

    def _start_small(self, layer: nn.Module) -> None:
        """Random weights as GPT-2's training began: narrow normal, biases 0."""
        if isinstance(layer, (nn.Linear, nn.Embedding)):
            nn.init.normal_(layer.weight, std=self.config.initializer_range)
        if isinstance(layer, nn.Linear) and layer.bias is not None:
            nn.init.zeros_(layer.bias)

    def _calm_the_stream(self) -> None:
        """The stream adds up 2 L updates: each begins smaller by the root of that."""
        std = self.config.initializer_range / math.sqrt(2 * len(self.blocks) or 1)
        for block in self.blocks:
            nn.init.normal_(block.attention.output.weight, std=std)
            nn.init.normal_(block.feed_forward.outer.weight, std=std)

    @property
    def transposed(self) -> tuple[str, ...]:
        """GPT-2 keeps its layers' weights as (in, out): it called them Conv1D."""
        kinds = ("attention.qkv", "attention.output", "feed_forward.")
        names = (name for name, x in self.named_parameters() if x.dim() == 2)
        return tuple(name for name in names if any(kind in name for kind in kinds))

    def sources(self, prefix: str = "transformer.") -> Sources:
        """Where each tensor of this model stands in a Hugging Face checkpoint.

        Args:
            prefix: of all names but the output layer's; "" in the oldest checkpoints.
        """
        layers = {ours: f"{prefix}{theirs}" for ours, theirs in AROUND.items()}
        layers["output"] = "lm_head"
        for i in range(len(self.blocks)):
            for ours, theirs in BLOCK.items():
                layers[f"blocks.{i}.{ours}"] = f"{prefix}h.{i}.{theirs}"
        sources = {}
        for name, _ in self.named_parameters():  # shared ones once
            layer, kind = name.rsplit(".", 1)
            sources[name] = (f"{layers[layer]}.{kind}",)
        return sources


def next_word_loss(logits: Tensor, labels: Tensor | None) -> Tensor | None:
    """Mean surprise, in nats, of each position's logits (B, T, V) at the next label.

    Labels are (B, T); -100 is left out.
    """
    if labels is None:
        return None
    # Labels move, not logits: those would be copied, and there are V times as many.
    following = F.pad(labels[:, 1:], (0, 1), value=IGNORED)
    return word_loss(logits.float(), following)


def _belonging(
    tensors: Mapping[str, Tensor], config: GPTConfig
) -> tuple[dict[str, Tensor], str]:
    """A checkpoint's tensors without those that are not learned; their prefix."""
    learned = {
        name: x
        for name, x in tensors.items()
        if not name.endswith((".attn.bias", ".attn.masked_bias"))  # causal masks
    }
    known = any(name.startswith("transformer.") for name in learned)
    prefix = "transformer." if known else ""
    table, output = learned.get(f"{prefix}wte.weight"), learned.get("lm_head.weight")
    tied = config.tie_word_embeddings and table is not None and output is not None
    if tied and torch.equal(table, output):
        del learned["lm_head.weight"]  # written twice
    return learned, prefix


# Our layers, and Hugging Face's.
AROUND = {"words": "wte", "positions.table": "wpe", "norm": "ln_f"}
BLOCK = {
    "norm1": "ln_1",
    "attention.qkv": "attn.c_attn",
    "attention.output": "attn.c_proj",
    "norm2": "ln_2",
    "feed_forward.inner": "mlp.c_fc",
    "feed_forward.outer": "mlp.c_proj",
}

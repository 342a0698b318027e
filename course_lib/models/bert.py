"""BERT: a stack of encoder blocks that reads a text in both directions.

Equal to Transformers' `BertModel`, and called in the same way.

Source: Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn

from course_lib.attention import padding_mask
from course_lib.blocks import EncoderBlock
from course_lib.errors import CourseError, ShapeError
from course_lib.models.answer import Answer
from course_lib.models.checkpoints import Sources, fill, read_config, read_tensors
from course_lib.positions import LearnedPositions


@dataclass(frozen=True)
class BertConfig:
    """The settings of a BERT, by the names of Hugging Face's config.json."""

    vocab_size: int = 30522
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    hidden_act: str = "gelu"
    hidden_dropout_prob: float = 0.1
    attention_probs_dropout_prob: float = 0.1
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-12
    pad_token_id: int | None = 0

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """Take what describes the encoder from the contents of a config.json.

        Raises:
            CourseError: it describes another architecture, or a kind of BERT that is
                not a plain encoder.
        """
        ours = {"model_type": "bert", "position_embedding_type": "absolute"}
        ours |= {"is_decoder": False, "add_cross_attention": False}
        for name, expected in ours.items():
            if settings.get(name, expected) != expected:
                raise CourseError(
                    f"config.json says {name} = {settings[name]!r}; Bert is a plain "
                    f"encoder with {name} = {expected!r}: choose another checkpoint"
                )
        known = {field.name for field in fields(cls)}
        return cls(**{name: settings[name] for name in known & settings.keys()})


@dataclass
class BertAnswer(Answer):
    """What `Bert` returns.

    Attributes:
        last_hidden_state: (B, T, D), one vector for each token in its context.
        pooler_output: (B, D), made from the first token; None without a pooler.
        hidden_states: on request, L + 1 times (B, T, D): embeddings, then each block.
        attentions: on request, L times (B, H, T, T): the weights of each block.
    """

    last_hidden_state: Tensor
    pooler_output: Tensor | None = None
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None


class BertEmbeddings(nn.Module):
    """The sum of three embeddings: which token, in which of two texts, where."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.words = nn.Embedding(config.vocab_size, width, config.pad_token_id)
        self.types = nn.Embedding(config.type_vocab_size, width)
        self.positions = LearnedPositions(config.max_position_embeddings, width)
        self.norm = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(
        self,
        words: Tensor,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
    ) -> Tensor:
        """Add types and positions to the vectors of words (B, T, D)."""
        if token_type_ids is None:
            types = self.types.weight[0]  # everything is of the first text
        else:
            types = look_up(self.types, token_type_ids, "token_type_ids")
        x = self.positions(words + types, positions=position_ids)
        return self.dropout(self.norm(x))


class Bert(nn.Module):
    """BERT's encoder: token ids in, one vector for each token out.

    >>> model = Bert.from_pretrained(folder)
    >>> answer = model(**tokenizer("Attention, please", return_tensors="pt"))
    >>> answer.last_hidden_state
    """

    def __init__(self, config: BertConfig, *, pooler: bool = True) -> None:
        """Make a BERT with random weights.

        Args:
            config: its sizes.
            pooler: whether it has the layer that makes `pooler_output`.
        """
        super().__init__()
        self.config = config
        width = config.hidden_size
        self.embeddings = BertEmbeddings(config)
        self.blocks = nn.ModuleList(
            EncoderBlock(
                width,
                config.num_attention_heads,
                config.intermediate_size,
                pre_norm=False,
                activation=config.hidden_act,
                dropout=config.hidden_dropout_prob,
                attention_dropout=config.attention_probs_dropout_prob,
                norm=partial(nn.LayerNorm, eps=config.layer_norm_eps),
            )
            for _ in range(config.num_hidden_layers)
        )
        self.pooler = nn.Linear(width, width) if pooler else None
        self.apply(self._start_small)

    @classmethod
    def from_pretrained(cls, folder: str | PathLike[str]) -> Self:
        """Read a BERT checkpoint as Hugging Face keeps it, ready to be used.

        Args:
            folder: holds config.json and model.safetensors, or its shards.

        Returns:
            The model in evaluation mode, with a pooler if the checkpoint has one.

        Raises:
            CheckpointError: a file is missing or damaged, or the tensors do not fit;
                the message lists which. No pickle is opened.
            CourseError: the checkpoint holds another architecture.
        """
        config = BertConfig.from_dict(read_config(Path(folder)))
        tensors, prefix = encoder_tensors(read_tensors(Path(folder)))
        pooler = any(name.startswith(f"{prefix}pooler.") for name in tensors)
        with torch.device("meta"):  # no values, so none are drawn in vain
            model = cls(config, pooler=pooler)
        fill(model, tensors, model.sources(prefix))
        return model.eval()

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        *,
        output_attentions: bool = False,
        output_hidden_states: bool = False,
    ) -> BertAnswer:
        """Read a batch of texts.

        Args:
            input_ids: (B, T), or instead of them
            inputs_embeds: (B, T, D), vectors in place of the words' embeddings.
            attention_mask: (B, T), 1 for tokens and 0 for padding; or boolean
                (B, T, T), True where a token may attend.
            token_type_ids: (B, T), 0 for the first text of a pair and 1 for the second.
            position_ids: (T,) or (B, T), where they are not 0, 1, 2, ...
            output_attentions: return every block's weights.
            output_hidden_states: return what goes into and comes out of every block.
        """
        words = self._words(input_ids, inputs_embeds)
        mask = attention_mask
        if mask is not None and mask.dim() != 3:
            mask = padding_mask(mask)  # (B, 1, T)
        x = self.embeddings(words, token_type_ids, position_ids)
        states, attentions = [x], []
        for block in self.blocks:
            x, weights = block(x, mask, return_weights=output_attentions)
            states.append(x)
            attentions.append(weights)
        return BertAnswer(
            x,
            None if self.pooler is None else self.pooler(x[:, 0]).tanh(),
            tuple(states) if output_hidden_states else None,
            tuple(attentions) if output_attentions else None,
        )

    def _words(self, input_ids: Tensor | None, inputs_embeds: Tensor | None) -> Tensor:
        if (input_ids is None) == (inputs_embeds is None):
            raise CourseError("give input_ids or inputs_embeds, one of the two")
        if inputs_embeds is not None:
            return inputs_embeds
        if input_ids.dim() != 2:
            raise ShapeError(
                f"input_ids has shape {tuple(input_ids.shape)}, expected (B, T): "
                'call the tokenizer with return_tensors="pt", or add unsqueeze(0)'
            )
        return look_up(self.embeddings.words, input_ids, "input_ids")

    def _start_small(self, layer: nn.Module) -> None:
        """Random weights as BERT's training began: narrow normal, biases 0."""
        if isinstance(layer, (nn.Linear, nn.Embedding)):
            nn.init.normal_(layer.weight, std=self.config.initializer_range)
        if isinstance(layer, nn.Linear):
            nn.init.zeros_(layer.bias)
        if isinstance(layer, nn.Embedding) and layer.padding_idx is not None:
            nn.init.zeros_(layer.weight[layer.padding_idx])

    def sources(self, prefix: str = "") -> Sources:
        """Where each tensor of this model stands in a Hugging Face checkpoint.

        Args:
            prefix: "bert." where the checkpoint also holds a head beside the encoder.
        """
        layers = EMBEDDINGS | POOLER
        for i in range(len(self.blocks)):
            layers |= {
                f"blocks.{i}.{ours}": tuple(f"encoder.layer.{i}.{one}" for one in parts)
                for ours, parts in BLOCK.items()
            }
        sources = {}
        for name in self.state_dict():
            layer, kind = name.rsplit(".", 1)  # kind: "weight" or "bias"
            sources[name] = tuple(f"{prefix}{one}.{kind}" for one in layers[layer])
        return sources


def look_up(table: nn.Embedding, ids: Tensor, name: str) -> Tensor:
    """The rows of a table for ids (B, T): (B, T, D).

    Raises:
        CourseError: an id has no row. (CUDA does not tell in time.)
    """
    try:
        return table(ids)
    except IndexError:
        raise CourseError(
            f"{name} holds {ids.min().item()} to {ids.max().item()}, the model knows "
            f"0 to {table.num_embeddings - 1}: tokenizer and model do not belong "
            "together"
        ) from None


def encoder_tensors(tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], str]:
    """What belongs to the encoder in a checkpoint that may hold a head besides.

    Returns:
        Those tensors, with today's names for norms, and the prefix of the names.
    """
    prefix = "bert." if any(name.startswith("bert.") for name in tensors) else ""
    found = {
        name.replace("Norm.gamma", "Norm.weight").replace("Norm.beta", "Norm.bias"): x
        for name, x in tensors.items()
        if name.startswith(prefix)
    }
    found.pop(f"{prefix}embeddings.position_ids", None)  # 0, 1, 2, ...: not learned
    return found, prefix


# Our layers, and Hugging Face's of which they consist.
EMBEDDINGS = {
    "embeddings.words": ("embeddings.word_embeddings",),
    "embeddings.types": ("embeddings.token_type_embeddings",),
    "embeddings.positions.table": ("embeddings.position_embeddings",),
    "embeddings.norm": ("embeddings.LayerNorm",),
}
BLOCK = {
    "attention.qkv": (
        "attention.self.query",
        "attention.self.key",
        "attention.self.value",
    ),
    "attention.output": ("attention.output.dense",),
    "norm1": ("attention.output.LayerNorm",),
    "feed_forward.inner": ("intermediate.dense",),
    "feed_forward.outer": ("output.dense",),
    "norm2": ("output.LayerNorm",),
}
POOLER = {"pooler": ("pooler.dense",)}

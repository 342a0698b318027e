"""BERT: a stack of encoder blocks that reads a text in both directions.

Equal to Transformers' `BertModel` and `RobertaModel`, with and without heads, and
called in the same way. RoBERTa is BERT trained for longer on more text. It computes
the same; only names, numbers, and where positions begin to count are others.

Sources: Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers;
Liu et al. 2019, RoBERTa: A Robustly Optimized BERT Pretraining Approach.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from os import PathLike
from typing import Any, Self

import torch
from torch import Tensor, nn

from course_lib.blocks import EncoderBlock
from course_lib.errors import CourseError
from course_lib.models import bert_names
from course_lib.models.answer import Answer
from course_lib.models.bert_config import BertConfig
from course_lib.models.checkpoints import (
    Sources,
    fill,
    locate,
    read_config,
    read_tensors,
)
from course_lib.models.heads import HEADS, HeadAnswer
from course_lib.models.inputs import look_up, visible, words
from course_lib.models.saving import Pretrained
from course_lib.positions import LearnedPositions


@dataclass
class BertAnswer(Answer):
    """What `Bert` returns without a head.

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
        self.config = config
        self.words = nn.Embedding(config.vocab_size, width, config.pad_token_id)
        self.types = nn.Embedding(config.type_vocab_size, width)
        self.positions = LearnedPositions(config.max_position_embeddings, width)
        if config.first_position:  # padding stands nowhere: nothing is learned of it
            self.positions.table.padding_idx = config.pad_token_id
        self.norm = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(
        self,
        input_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
    ) -> Tensor:
        """Words, or vectors in their place, with types and positions: (B, T, D)."""
        x = words(self.words, input_ids, inputs_embeds)
        if token_type_ids is None:
            types = self.types.weight[0]  # everything is of the first text
        else:
            types = look_up(self.types, token_type_ids, "token_type_ids")
        if position_ids is None and input_ids is not None:
            position_ids = self._count(input_ids)
        start = self.config.first_position
        x = self.positions(x + types, start, position_ids)
        return self.dropout(self.norm(x))

    def _count(self, input_ids: Tensor) -> Tensor | None:
        """RoBERTa's positions, which leave padding out; None where they need not."""
        start = self.config.first_position
        if start == 0:
            return None
        is_word = input_ids != self.config.pad_token_id
        if input_ids.device.type == "cpu" and is_word.all():
            return None
        return (is_word.cumsum(dim=-1) * is_word) + (start - 1)


class Bert(Pretrained):
    """BERT's encoder: token ids in, one vector for each token out; or a head's answer.

    >>> model = Bert.from_pretrained(folder)
    >>> answer = model(**tokenizer("Attention, please", return_tensors="pt"))
    >>> answer.last_hidden_state
    """

    def __init__(
        self, config: BertConfig, *, pooler: bool = True, head: str | None = None
    ) -> None:
        """Make a BERT with random weights.

        Args:
            config: its sizes.
            pooler: whether it has the layer that makes `pooler_output`.
            head: "masked-words", "classification", "tagging" or "answer-span";
                None gives the encoder alone. A head reads the encoder's vectors, so
                there is no other pooler then.

        Raises:
            CourseError: there is no such head.
        """
        super().__init__()
        _require_head(head, config)
        self.config, self.head_name = config, head
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
        self.pooler = nn.Linear(width, width) if pooler and head is None else None
        self.head = HEADS[head](config) if head else None
        self.apply(self._start_small)
        if head == "masked-words":
            self.head.output.weight = self.embeddings.words.weight

    @classmethod
    def from_pretrained(
        cls, folder: str | PathLike[str], *, head: str | None = None, **changes: Any
    ) -> Self:
        """Read a BERT or RoBERTa checkpoint as Hugging Face keeps it, ready to be used.

        Args:
            folder: holds config.json and model.safetensors, or its shards; or the
                name of a model on the Hub.
            head: as for `Bert(...)`. Where the checkpoint has none of that kind, a new
                one begins with random weights, and one line says so.
            changes: settings in place of those in config.json, such as
                `num_labels=3` or `hidden_dropout_prob=0.0`.

        Returns:
            The model in evaluation mode; without a head, with a pooler if the
            checkpoint has one.

        Raises:
            CheckpointError: a file is missing or damaged, or the tensors do not fit;
                the message lists which. No pickle is opened.
            CourseError: the checkpoint holds another architecture.
        """
        folder = locate(folder)
        config = BertConfig.from_dict(read_config(folder), **changes)
        _require_head(head, config)
        kind = config.model_type
        tensors = bert_names.belonging(read_tensors(folder), kind, head)
        prefix = bert_names.encoder_prefix(tensors, kind)
        new = bert_names.new_layers(tensors, kind, head, prefix)
        pooler = any(name.startswith(f"{prefix}pooler.") for name in tensors)
        with torch.device("meta"):  # no values, so none are drawn in vain
            model = cls(config, pooler=pooler, head=head)
        sources = model.sources(prefix)
        known = {n: x for n, x in sources.items() if n.rpartition(".")[0] not in new}
        fill(model, tensors, known)
        model._begin(sources.keys() - known.keys(), folder)
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
        **labels: Tensor | None,
    ) -> BertAnswer | HeadAnswer:
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
            labels: for a head, as `labels`; answer spans take `start_positions`
                and `end_positions`. With them the answer holds a loss.
        """
        x = self.embeddings(input_ids, inputs_embeds, token_type_ids, position_ids)
        mask = visible(attention_mask, x.shape[1])
        states, attentions = [x], []
        for block in self.blocks:
            x, weights = block(x, mask, return_weights=output_attentions)
            states.append(x)
            attentions.append(weights)
        answer = self._answer(x, labels)
        if output_hidden_states:
            answer.hidden_states = tuple(states)
        if output_attentions:
            answer.attentions = tuple(attentions)
        return answer

    def _answer(
        self, x: Tensor, labels: Mapping[str, Tensor | None]
    ) -> BertAnswer | HeadAnswer:
        """What is made of the encoder's vectors (B, T, D)."""
        if self.head is not None:
            return self.head(x, **labels)
        given = [name for name, x in labels.items() if x is not None]
        if given:
            raise CourseError(
                f"this Bert has no head to be given {' or '.join(given)}: make it "
                f"with head={' or '.join(map(repr, HEADS))}"
            )
        pooled = None if self.pooler is None else self.pooler(x[:, 0]).tanh()
        return BertAnswer(x, pooled)

    def _start_small(self, layer: nn.Module) -> None:
        """Random weights as BERT's training began: narrow normal, biases 0."""
        if isinstance(layer, (nn.Linear, nn.Embedding)):
            nn.init.normal_(layer.weight, std=self.config.initializer_range)
        if isinstance(layer, nn.Linear):
            nn.init.zeros_(layer.bias)
        if isinstance(layer, nn.Embedding) and layer.padding_idx is not None:
            nn.init.zeros_(layer.weight[layer.padding_idx])

    def _begin(self, new: Iterable[str], folder: str | PathLike[str]) -> None:
        """Random weights for a head that a checkpoint did not hold."""
        new = sorted(new)
        for name in new:
            layer, _, kind = name.rpartition(".")
            empty = self.get_parameter(name)
            dtype = self.embeddings.words.weight.dtype
            value = torch.zeros(empty.shape, dtype=dtype)
            if value.dim() == 2:
                nn.init.normal_(value, std=self.config.initializer_range)
            elif kind == "weight":  # of a norm
                nn.init.ones_(value)
            setattr(self.get_submodule(layer), kind, nn.Parameter(value))
        if new:
            print(
                f"{folder} has no head for {self.head_name}: a new one begins with "
                "random weights. Train it before you trust it."
            )

    @property
    def architecture(self) -> str:
        """Transformers' class of the same computation."""
        kind = {"bert": "Bert", "roberta": "Roberta"}[self.config.model_type]
        return kind + (self.head.architecture if self.head else "Model")

    def sources(self, prefix: str | None = None) -> Sources:
        """Where each tensor of this model stands in a Hugging Face checkpoint.

        Args:
            prefix: of the encoder's names; None takes the one with which Transformers
                saves such a model: "bert." where a head stands beside the encoder.
        """
        kind = self.config.model_type
        if prefix is None:
            prefix = f"{kind}." if self.head else ""
        layers = bert_names.layers(kind, self.head_name, len(self.blocks), prefix)
        own = dict(self.named_parameters())  # shared ones once
        sources = {}
        for name in own:
            layer, part = name.rsplit(".", 1)  # part: "weight" or "bias"
            sources[name] = tuple(f"{one}.{part}" for one in layers[layer])
        return sources


def _require_head(head: str | None, config: BertConfig) -> None:
    if head is not None and head not in HEADS:
        raise CourseError(f"no head {head!r}; choose one of {', '.join(HEADS)}")
    if head == "masked-words" and not config.tie_word_embeddings:
        raise CourseError(
            "config.json says tie_word_embeddings = False; the head for masked words "
            "reads the table of words backwards: choose another checkpoint"
        )

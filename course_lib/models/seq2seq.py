"""The encoder-decoder of 2017: one text is read, another is written.

Equal to Transformers' `MarianMTModel`, whose checkpoints translate between hundreds of
languages, and called in the same way.

Sources: Vaswani et al. 2017, Attention Is All You Need; Junczys-Dowmunt et al. 2018,
Marian: Fast Neural Machine Translation in C++.
"""

import math
from dataclasses import dataclass
from os import PathLike
from typing import Any, Self

import torch
from torch import Tensor, nn

from course_lib.blocks import DecoderBlock, EncoderBlock
from course_lib.cache import ModelCache
from course_lib.errors import ShapeError
from course_lib.models import seq2seq_names
from course_lib.models.answer import Answer
from course_lib.models.checkpoints import (
    Sources,
    fill,
    locate,
    read_tensors,
    read_writing_config,
)
from course_lib.models.heads import IGNORED, word_loss
from course_lib.models.inputs import going_on, visible, words
from course_lib.models.saving import Pretrained
from course_lib.models.seq2seq_config import Seq2SeqConfig
from course_lib.models.writing import Writing
from course_lib.positions import sinusoidal_positions


@dataclass
class EncoderAnswer(Answer):
    """What the encoder returns.

    Attributes:
        last_hidden_state: (B, T, D), the memory that the decoder looks at.
        hidden_states: on request, L + 1 times (B, T, D).
        attentions: on request, L times (B, H, T, T).
    """

    last_hidden_state: Tensor
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None


@dataclass
class Seq2SeqAnswer(Answer):
    """What `Seq2Seq` returns. T_q counts the text written, T_k the text read.

    Attributes:
        loss: when labels were given: mean surprise at them, in nats.
        logits: (B, T_q, V), a score for every token to come next.
        past_key_values: keys and values of all positions, for the next call.
        decoder_hidden_states: on request, L + 1 times (B, T_q, D).
        decoder_attentions: on request, L times (B, H, T_q, T_q).
        cross_attentions: on request, L times (B, H, T_q, T_k): which tokens of the
            text read each token written was made from.
        encoder_last_hidden_state: (B, T_k, D)
        encoder_hidden_states: on request, L + 1 times (B, T_k, D).
        encoder_attentions: on request, L times (B, H, T_k, T_k).
    """

    loss: Tensor | None = None
    logits: Tensor | None = None
    past_key_values: ModelCache | None = None
    decoder_hidden_states: tuple[Tensor, ...] | None = None
    decoder_attentions: tuple[Tensor, ...] | None = None
    cross_attentions: tuple[Tensor, ...] | None = None
    encoder_last_hidden_state: Tensor | None = None
    encoder_hidden_states: tuple[Tensor, ...] | None = None
    encoder_attentions: tuple[Tensor, ...] | None = None


class Seq2SeqEmbeddings(nn.Module):
    """Words, as long as the positions' vectors that are added to them."""

    def __init__(self, config: Seq2SeqConfig, table: nn.Embedding) -> None:
        super().__init__()
        self.words = table
        self.scale = math.sqrt(config.d_model) if config.scale_embedding else 1.0
        self.dropout = nn.Dropout(config.dropout)
        positions = split_positions(config.max_position_embeddings, config.d_model)
        self.register_buffer("positions", positions, persistent=False)

    def forward(self, ids: Tensor, name: str, start: int = 0) -> Tensor:
        """Vectors (B, T, D) of ids (B, T), the first of which stands at `start`."""
        x = words(self.words, ids, name=name) * self.scale
        end = start + x.shape[1]
        if end > len(self.positions):
            raise ShapeError(
                f"the text has {end} tokens, the model has positions for "
                f"{len(self.positions)}: cut the text, or split it into parts"
            )
        return self.dropout(x + self.positions[start:end])


class Seq2Seq(Writing, Pretrained):
    """An encoder-decoder: a text in, scores for the next token of another text out.

    >>> model = Seq2Seq.from_pretrained(folder)
    >>> batch = tokenizer(["Attention, please"], return_tensors="pt")
    >>> model(**batch, labels=labels).loss
    """

    architecture = "MarianMTModel"

    def __init__(self, config: Seq2SeqConfig) -> None:
        """Make an encoder-decoder with random weights.

        Args:
            config: its sizes.
        """
        super().__init__()
        self.config = config
        table, written = self._tables()
        self.encoder_embeddings = Seq2SeqEmbeddings(config, table)
        self.decoder_embeddings = Seq2SeqEmbeddings(config, written)
        self.encoder = self._stack(EncoderBlock, "encoder")
        self.decoder = self._stack(DecoderBlock, "decoder")
        self.output = nn.Linear(config.d_model, written.num_embeddings, bias=False)
        bias = torch.zeros(1, written.num_embeddings)
        self.register_buffer("final_logits_bias", bias)
        self.apply(self._start_small)
        self.output.weight = written.weight  # the table of words, read backwards

    def _tables(self) -> tuple[nn.Embedding, nn.Embedding]:
        """The words of the text read and of the text written; as a rule the same."""
        config = self.config
        sizes = config.vocab_size, config.decoder_vocab_size or config.vocab_size
        if config.share_encoder_decoder_embeddings:
            sizes = sizes[:1]
        pad, width = config.pad_token_id, config.d_model
        tables = [nn.Embedding(size, width, pad) for size in sizes]
        return tables[0], tables[-1]

    def _stack(self, block: type[nn.Module], side: str) -> nn.ModuleList:
        """The blocks of one side."""
        config = self.config
        return nn.ModuleList(
            block(
                config.d_model,
                getattr(config, f"{side}_attention_heads"),
                getattr(config, f"{side}_ffn_dim"),
                pre_norm=False,
                activation=config.activation_function,
                dropout=config.dropout,
                attention_dropout=config.attention_dropout,
            )
            for _ in range(getattr(config, f"{side}_layers"))
        )

    @classmethod
    def from_pretrained(cls, folder: str | PathLike[str], **changes: Any) -> Self:
        """Read a MarianMT checkpoint as Hugging Face keeps it, ready to be used.

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
        config = Seq2SeqConfig.from_dict(read_writing_config(folder), **changes)
        shared = config.share_encoder_decoder_embeddings
        tensors, prefix = seq2seq_names.belonging(read_tensors(folder), shared)
        with torch.device("meta"):  # no values, so none are drawn in vain
            model = cls(config)
        fill(model, tensors, model.sources(prefix))
        return model.eval()

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: EncoderAnswer | tuple[Tensor, ...] | None = None,
        past_key_values: ModelCache | None = None,
        *,
        labels: Tensor | None = None,
        **options: bool | None,
    ) -> Seq2SeqAnswer:
        """Read texts and score the texts written so far, or go on writing.

        Args:
            input_ids: (B, T_k), the texts to be read.
            attention_mask: (B, T_k), 1 for tokens and 0 for padding.
            decoder_input_ids: (B, T_q), the texts written so far.
            decoder_attention_mask: (B, T_q), past positions too.
            encoder_outputs: what `encode` returned, in place of input_ids.
            past_key_values: of the positions written before these.
            labels: (B, T_q), what is to be written; -100 is left out.
            options: `use_cache`, `output_attentions`, `output_hidden_states`, as for
                GPT; the encoder's are returned, too.
        """
        past = going_on(self, past_key_values, options.pop("use_cache", None), labels)
        memory = encoder_outputs
        if memory is None:
            memory = self.encode(input_ids, attention_mask, **options)
        elif not isinstance(memory, EncoderAnswer):
            memory = EncoderAnswer(*memory)
        if decoder_input_ids is None and labels is not None:
            decoder_input_ids = self.shifted(labels)
        masks = decoder_attention_mask, attention_mask
        answer = self._write(decoder_input_ids, memory, masks, past, **options)
        answer.loss = word_loss(answer.logits, labels)
        return answer

    def encode(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        *,
        output_attentions: bool = False,
        output_hidden_states: bool = False,
    ) -> EncoderAnswer:
        """Read texts; the arguments are those of `forward`."""
        x = self.encoder_embeddings(input_ids, "input_ids")
        mask = visible(attention_mask, x.shape[1])
        states, attentions = [x], []
        for block in self.encoder:
            x, weights = block(x, mask, return_weights=output_attentions)
            states.append(x)
            attentions.append(weights)
        return EncoderAnswer(
            x,
            tuple(states) if output_hidden_states else None,
            tuple(attentions) if output_attentions else None,
        )

    def _write(
        self,
        ids: Tensor,
        encoded: EncoderAnswer,
        masks: tuple[Tensor | None, Tensor | None],
        past: ModelCache | None,
        *,
        output_attentions: bool = False,
        output_hidden_states: bool = False,
    ) -> Seq2SeqAnswer:
        """Run the decoder over ids (B, T_q), looking at what the encoder made."""
        memory = encoded.last_hidden_state  # (B, T_k, D)
        start = past.get_seq_length() if past else 0
        x = self.decoder_embeddings(ids, "decoder_input_ids", start)
        mask = visible(masks[0], start + x.shape[1])
        memory_mask = visible(masks[1], memory.shape[1])
        caches = past.pairs() if past else [None] * len(self.decoder)
        states, attentions, across = [x], [], []
        for block, cache in zip(self.decoder, caches, strict=True):
            options = {"cache": cache, "return_weights": output_attentions}
            x, weights, cross_weights = block(x, memory, mask, memory_mask, **options)
            states.append(x)
            attentions.append(weights)
            across.append(cross_weights)
        return Seq2SeqAnswer(
            None,
            self.output(x) + self.final_logits_bias,
            past,
            tuple(states) if output_hidden_states else None,
            tuple(attentions) if output_attentions else None,
            tuple(across) if output_attentions else None,
            *(memory, encoded.hidden_states, encoded.attentions),
        )

    def shifted(self, labels: Tensor) -> Tensor:
        """What the decoder reads to write labels (B, T): the same, one place later."""
        behind = labels.roll(1, dims=-1)
        behind[:, 0] = self.config.decoder_start_token_id
        return behind.masked_fill(behind == IGNORED, self.config.pad_token_id)

    def new_cache(self, capacity: int = 64) -> ModelCache:
        """An empty cache for this model, with room for `capacity` tokens written."""
        return ModelCache(len(self.decoder), cross_attention=True, capacity=capacity)

    def _start_small(self, layer: nn.Module) -> None:
        """Random weights as Marian's begin in Transformers: narrow normal, biases 0."""
        if isinstance(layer, (nn.Linear, nn.Embedding)):
            nn.init.normal_(layer.weight, std=self.config.init_std)
        if isinstance(layer, nn.Linear) and layer.bias is not None:
            nn.init.zeros_(layer.bias)
        if isinstance(layer, nn.Embedding):
            nn.init.zeros_(layer.weight[layer.padding_idx])

    def sources(self, prefix: str = "model.") -> Sources:
        """Where each tensor of this model stands in a Hugging Face checkpoint.

        Args:
            prefix: of all names but the last layer's.
        """
        shared = self.config.share_encoder_decoder_embeddings
        depths = len(self.encoder), len(self.decoder)
        layers = seq2seq_names.layers(depths, shared)
        sources = {"final_logits_bias": ("final_logits_bias",)}
        for name, _ in self.named_parameters():  # shared ones once
            layer, kind = name.rsplit(".", 1)
            sources[name] = tuple(f"{prefix}{one}.{kind}" for one in layers[layer])
        return sources


def split_positions(length: int, d_model: int) -> Tensor:
    """The sinusoidal positions (T, D), all sines in front of all cosines.

    The 2017 code laid them out so, and Marian does; the paper's formula alternates.
    """
    # In float64, as in Transformers; on the CPU, even while the model has no values.
    table = sinusoidal_positions(length, d_model, device="cpu", dtype=torch.float64)
    halves = torch.cat([table[:, 0::2], table[:, 1::2]], dim=-1)
    return halves.to(torch.get_default_dtype())

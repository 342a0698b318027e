"""The settings of an encoder-decoder."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from course_lib.models.settings import Settings


@dataclass(frozen=True)
class Seq2SeqConfig(Settings):
    """The settings of an encoder-decoder, by the names of config.json."""

    MODEL: ClassVar[str] = "Seq2Seq"
    KINDS: ClassVar[Mapping[str, Mapping[str, Any]]] = {"marian": {}}
    PLAIN: ClassVar[Mapping[str, Any]] = {
        "is_encoder_decoder": True,
        "tie_word_embeddings": True,
        "normalize_before": False,
        "normalize_embedding": False,
        "add_final_layer_norm": False,
        "static_position_embeddings": True,
        "activation_dropout": 0.0,
        "encoder_layerdrop": 0.0,
        "decoder_layerdrop": 0.0,
    }

    model_type: str = "marian"
    vocab_size: int = 58101
    decoder_vocab_size: int | None = None
    d_model: int = 1024
    encoder_layers: int = 12
    decoder_layers: int = 12
    encoder_attention_heads: int = 16
    decoder_attention_heads: int = 16
    encoder_ffn_dim: int = 4096
    decoder_ffn_dim: int = 4096
    activation_function: str = "gelu"
    dropout: float = 0.1
    attention_dropout: float = 0.0
    max_position_embeddings: int = 1024
    scale_embedding: bool = False
    share_encoder_decoder_embeddings: bool = True
    init_std: float = 0.02
    pad_token_id: int = 58100
    eos_token_id: int | list[int] | None = 0
    bos_token_id: int | None = None
    decoder_start_token_id: int = 58100
    forced_eos_token_id: int | None = 0
    bad_words_ids: list[list[int]] | None = None
    max_length: int | None = None
    num_beams: int | None = None
    is_encoder_decoder: bool = True

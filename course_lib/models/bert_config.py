"""The settings of BERT and of RoBERTa."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from course_lib.models.settings import Settings


def _label_names(count: int) -> dict[int, str]:
    return {i: f"LABEL_{i}" for i in range(count)}


@dataclass(frozen=True)
class BertConfig(Settings):
    """The settings of a BERT, by the names of Hugging Face's config.json."""

    MODEL: ClassVar[str] = "Bert"
    KINDS: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "bert": {},
        "roberta": {
            "vocab_size": 50265,
            "pad_token_id": 1,
            "bos_token_id": 0,
            "eos_token_id": 2,
        },
    }
    PLAIN: ClassVar[Mapping[str, Any]] = {
        "position_embedding_type": "absolute",
        "is_decoder": False,
        "add_cross_attention": False,
    }

    model_type: str = "bert"
    vocab_size: int = 30522
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    hidden_act: str = "gelu"
    hidden_dropout_prob: float = 0.1
    attention_probs_dropout_prob: float = 0.1
    classifier_dropout: float | None = None
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-12
    pad_token_id: int | None = 0
    bos_token_id: int | None = None
    eos_token_id: int | list[int] | None = None
    tie_word_embeddings: bool = True
    problem_type: str | None = None
    id2label: dict[int, str] = field(default_factory=lambda: _label_names(2))

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any], **changes: Any) -> Self:
        """As for all settings; `num_labels` names that many labels LABEL_0, ..."""
        given = dict(settings)
        # Hugging Face writes names that follow from others, too.
        for source in (given, changes):
            source.pop("label2id", None)
            count = source.pop("num_labels", None)
            if count is not None and len(source.get("id2label", ())) != count:
                source["id2label"] = _label_names(count)
            if "id2label" in source:
                names = source["id2label"].items()
                source["id2label"] = {int(i): name for i, name in names}
        return super().from_dict(given, **changes)

    def to_dict(self) -> dict[str, Any]:
        """The contents of a config.json."""
        label2id = {name: i for i, name in self.id2label.items()}
        return super().to_dict() | {"label2id": label2id}

    @property
    def num_labels(self) -> int:
        """How many labels a text, or a token, may have."""
        return len(self.id2label)

    @property
    def head_dropout(self) -> float:
        """Share of what a head reads that training drops."""
        share = self.classifier_dropout
        return self.hidden_dropout_prob if share is None else share

    @property
    def first_position(self) -> int:
        """Where positions begin to count: RoBERTa keeps the first for padding."""
        return (self.pad_token_id or 0) + 1 if self.model_type == "roberta" else 0

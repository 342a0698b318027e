"""The pretrained model that a classifier begins with, and one that is read again."""

from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import float32, nn

from course_lib.errors import CourseError
from course_lib.models import Bert
from course_lib.models.bert_config import BertConfig
from course_lib.models.checkpoints import read_config
from course_lib.resources.pretrained import load_tokenizer
from course_lib.tasks.quiet import quiet_transformers
from course_lib.tasks.saved import is_classifier
from course_lib.training.randomness import seeded

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

OWN_KINDS = tuple(BertConfig.KINDS)
READS = 512  # tokens, where config.json does not say


@dataclass(frozen=True)
class Start:
    """A pretrained encoder, and the labels that it is to tell apart.

    Attributes:
        folder: holds config.json, model.safetensors and the tokenizer's files.
        labels: their names, by number.
        with_trainer: whether it becomes a model of Transformers, not the course's.
    """

    folder: Path
    labels: tuple[str, ...]
    with_trainer: bool = False

    def __post_init__(self) -> None:
        kind = self.config.get("model_type")
        if not self.with_trainer and kind not in OWN_KINDS:
            raise CourseError(
                f"{self.folder} holds a {kind!r}; the course's own model reads "
                f"{' and '.join(OWN_KINDS)}. With with_trainer=True, Transformers "
                "trains its own"
            )
        known = self.config.get("id2label", ("LABEL_0", "LABEL_1"))  # if none is said
        if is_classifier(self.folder) and len(known) != len(self.labels):
            raise CourseError(
                f"{self.folder} is a classifier of {len(known)} labels already, your "
                f"data have {len(self.labels)}: begin with the encoder that it was "
                "made from"
            )

    @cached_property
    def config(self) -> dict[str, Any]:
        """What config.json says."""
        return read_config(self.folder)

    @property
    def width(self) -> int:
        """D, the width of the model."""
        return self.config.get("hidden_size") or self.config.get("dim") or 768

    def tokenizer(self) -> "PreTrainedTokenizerBase":
        """The model's tokenizer; CourseError where there is none that fits."""
        return read_tokenizer(self.folder, self.config)

    def model(self, seed: int) -> nn.Module:
        """The model with a head for the labels, in 32 bits.

        Args:
            seed: decides the weights of layers that the checkpoint does not hold.
        """
        names = dict(enumerate(self.labels))
        with seeded(seed):
            if self.with_trainer:
                return _theirs(self.folder, id2label=names, label2id=_numbers(names))
            with redirect_stdout(StringIO()):  # that its head is new: it will learn
                made = Bert.from_pretrained(
                    self.folder, head="classification", id2label=names
                )
        return made.float()  # shipped weights have 16 bits: too few to learn in


def read_classifier(
    folder: Path,
) -> "tuple[nn.Module, PreTrainedTokenizerBase, tuple[str, ...]]":
    """A saved classifier: its model in 32 bits, its tokenizer, the labels' names.

    Raises:
        CourseError: the folder holds none, or its files are damaged.
    """
    config = read_config(folder)
    if not is_classifier(folder):
        raise CourseError(
            f"{folder} holds {', '.join(config.get('architectures') or ['a model'])}, "
            "no classifier: finetune_classifier(data, model=...) makes one of it"
        )
    if config["model_type"] in OWN_KINDS:
        model = Bert.from_pretrained(folder, head="classification").float()
        names = model.config.id2label
    else:
        model = _theirs(folder)
        names = model.config.id2label
    tokenizer = read_tokenizer(folder, config)
    return model, tokenizer, tuple(names[i] for i in sorted(names))


def read_tokenizer(
    folder: Path, config: Mapping[str, Any]
) -> "PreTrainedTokenizerBase":
    """The tokenizer in a model's folder; it cuts where the model can't read on.

    Args:
        folder: the model's.
        config: what config.json says there.

    Raises:
        CourseError: there is none, or it is not this model's.
    """
    try:
        tokenizer = load_tokenizer(folder, stand_in=None)
    except (OSError, ValueError, KeyError) as error:
        raise CourseError(f"the tokenizer in {folder} can't be read: {error}") from None
    tokenizer.model_max_length = min(tokenizer.model_max_length, _reads(config))
    return tokenizer


def _reads(config: Mapping[str, Any]) -> int:
    """How many tokens of a text a model reads at most."""
    positions = config.get("max_position_embeddings", READS)
    # RoBERTa and its kin keep the first positions for padding.
    kept = "roberta" in config["model_type"]
    return positions - ((config.get("pad_token_id") or 0) + 1) * kept


def _theirs(folder: Path, **settings: Any) -> nn.Module:
    """A classifier of Transformers."""
    from transformers import AutoModelForSequenceClassification

    try:
        with quiet_transformers():
            return AutoModelForSequenceClassification.from_pretrained(
                folder,
                dtype=float32,
                local_files_only=True,
                use_safetensors=True,
                **settings,
            )
    except (OSError, ValueError, RuntimeError) as error:
        raise CourseError(f"Transformers can't read {folder}: {error}") from error


def _numbers(names: dict[int, str]) -> dict[str, int]:
    return {name: number for number, name in names.items()}

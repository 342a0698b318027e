"""The pretrained model that a task begins with, and a trained one, read again."""

from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import float32, nn

from course_lib.errors import CourseError
from course_lib.models import Bert, Seq2Seq
from course_lib.models.checkpoints import read_config
from course_lib.resources.pretrained import load_tokenizer
from course_lib.tasks.kinds import Kind
from course_lib.tasks.quiet import quiet_transformers
from course_lib.tasks.saved import is_trained
from course_lib.training.randomness import seeded

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

READS = 512  # tokens, where config.json does not say


@dataclass(frozen=True)
class Start:
    """A pretrained model, and what it is to become.

    Attributes:
        folder: holds config.json, model.safetensors and the tokenizer's files.
        kind: what it becomes.
        labels: the names of what it tells apart, by number; none where it doesn't.
        with_trainer: whether it becomes a model of Transformers, not the course's.
    """

    folder: Path
    kind: Kind
    labels: tuple[str, ...] = ()
    with_trainer: bool = False

    def __post_init__(self) -> None:
        type_, own = self.config.get("model_type"), self.kind.own
        if not self.with_trainer and type_ not in own:
            raise CourseError(
                f"{self.folder} holds a {type_!r}; the course's own model reads "
                f"{' and '.join(own)}. With with_trainer=True, Transformers "
                "trains its own"
            )
        known = self.config.get("id2label", ("LABEL_0", "LABEL_1"))  # if none is said
        trained = self.labels and is_trained(self.folder, self.kind)
        if trained and len(known) != len(self.labels):
            raise CourseError(
                f"{self.folder} is {self.kind.a_noun} of {len(known)} labels already, "
                f"your data have {len(self.labels)}: begin with the encoder that it "
                "was made from"
            )

    @cached_property
    def config(self) -> dict[str, Any]:
        """What config.json says."""
        return read_config(self.folder)

    @property
    def width(self) -> int:
        """D, the width of the model."""
        found = (self.config.get(name) for name in ("hidden_size", "dim", "d_model"))
        return next((width for width in found if width), 768)

    def tokenizer(self) -> "PreTrainedTokenizerBase":
        """The model's tokenizer; CourseError where there is none that fits."""
        return read_tokenizer(self.folder, self.config)

    def model(self, seed: int) -> nn.Module:
        """The model, in 32 bits; where the task needs a head, with one.

        Args:
            seed: decides the weights of layers that the checkpoint does not hold.
        """
        names = dict(enumerate(self.labels))
        with seeded(seed), redirect_stdout(StringIO()):  # that its head is new
            if self.with_trainer:
                named = {"id2label": names, "label2id": _numbers(names)}
                return _theirs(self.folder, self.kind, **named if names else {})
            made = _own(self.folder, self.kind, **{"id2label": names} if names else {})
        return made.float()  # shipped weights have 16 bits: too few to learn in


def read_trained(
    folder: Path, kind: Kind
) -> "tuple[nn.Module, PreTrainedTokenizerBase]":
    """A saved model of this kind, in 32 bits, and its tokenizer.

    Raises:
        CourseError: the folder holds none, or its files are damaged.
    """
    config = read_config(folder)
    if not is_trained(folder, kind):
        raise CourseError(
            f"{folder} holds {', '.join(config.get('architectures') or ['a model'])}, "
            f"no {kind.noun}: {kind.made_by}(data, model=...) makes one of it"
        )
    read = _own if config["model_type"] in kind.own else _theirs
    return read(folder, kind).float(), read_tokenizer(folder, config)


def label_names(model: nn.Module) -> tuple[str, ...]:
    """The names of the labels that a model tells apart, by number."""
    names = model.config.id2label
    return tuple(names[i] for i in sorted(names))


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


def _own(folder: Path, kind: Kind, **settings: Any) -> nn.Module:
    """A model of the course."""
    if kind.head is None:
        return Seq2Seq.from_pretrained(folder, **settings)
    return Bert.from_pretrained(folder, head=kind.head, **settings)


def _theirs(folder: Path, kind: Kind, **settings: Any) -> nn.Module:
    """A model of Transformers."""
    import transformers

    try:
        with quiet_transformers():
            return getattr(transformers, kind.auto).from_pretrained(
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

"""What a recipe is: what a model learns from, its sizes, and its plan."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor, nn

from course_lib.models.saving import Pretrained
from course_lib.training import TrainingPlan
from course_lib.training.feed import Data
from course_lib.training.terms import Terms, label_terms

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

Arrays = Mapping[str, np.ndarray]
"""Token ids as a recipe keeps them on the disk."""

Texts = Sequence[Any]
"""Documents, or pairs of sentences."""

VALIDATIONS = 20  # in a run
TOKENIZER_CHARACTERS = 4_000_000  # of the world are enough to learn pieces from


@dataclass(frozen=True)
class Card:
    """What a model's card says besides numbers.

    Attributes:
        title: e.g. "a small BERT".
        learns: the task, in a sentence.
        data: what it learned from.
        can: what it is good for, a line each.
        cannot: where it fails, a line each.
        use: lines of Python that use it.
        tags: for the Hub.
    """

    title: str
    learns: str
    data: str
    can: tuple[str, ...]
    cannot: tuple[str, ...]
    use: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Recipe(ABC):
    """How one model is made. Subclasses say what is special to it.

    Attributes:
        name: of the model.
        card: what its card says.
        steps: of the full run.
        batch_size: rows in a step; None where the data are batches already.
        learning_rate: the highest.
        amount: how much of the world it reads: characters, or pairs.
        validation_amount: the same for validation.
        written_times: how often each written text stands among the world's.
        vocab_size: tokens in the vocabulary.
        length: T, positions of the model.
        weight_decay: see TrainingPlan.
        warmup: share of the run in which the learning rate rises.
    """

    name: str
    card: Card
    steps: int
    batch_size: int | None
    learning_rate: float
    amount: int
    validation_amount: int
    written_times: int
    vocab_size: int
    length: int
    weight_decay: float = 0.05
    warmup: float = 0.05

    @abstractmethod
    def texts(self, split: str, seed: int) -> Texts:
        """What it reads: "train", "validation" of the world, "written" kept aside."""

    @abstractmethod
    def tokenizer(self, texts: Texts) -> "PreTrainedTokenizerFast":
        """A tokenizer learned from these."""

    @abstractmethod
    def encode(self, tokenizer: "PreTrainedTokenizerFast", texts: Texts) -> Arrays:
        """The texts as ids."""

    @abstractmethod
    def examples(
        self, arrays: Arrays, tokenizer: "PreTrainedTokenizerFast", seed: int
    ) -> Data:
        """What `train` is given."""

    @abstractmethod
    def model(self, tokenizer: "PreTrainedTokenizerFast") -> Pretrained:
        """The model, with random weights, and dropout for those who train it on."""

    def learner(self, model: Pretrained) -> nn.Module:
        """What `train` trains: the model, or something around its layers."""
        return model

    @property
    @abstractmethod
    def sizes(self) -> str:
        """L, H, D and T, for people."""

    @property
    @abstractmethod
    def step_says(self) -> str:
        """What a step holds, for people."""

    @property
    def terms(self) -> Terms:
        """Over how many terms a batch's loss is a mean."""
        return label_terms

    def collate(
        self, tokenizer: "PreTrainedTokenizerFast"
    ) -> Callable[[list[Tensor]], Mapping[str, Tensor]] | None:
        """What makes a batch of rows; None where the data are batches already."""
        return None

    def plan(self, steps: int, seed: int, precision: str) -> TrainingPlan:
        """The plan of a run of so many steps."""
        return TrainingPlan(
            steps=steps,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            warmup_steps=int(self.warmup * steps),
            weight_decay=self.weight_decay,
            betas=(0.9, 0.98),
            mixed_precision=precision,
            seed=seed,
            validate_every=max(1, steps // VALIDATIONS),
            report_every=max(1, steps // VALIDATIONS),
        )


def without_dropout(model: nn.Module) -> nn.Module:
    """The model, its dropout switched off.

    The world never runs out of new text, so there is nothing to guard against; the
    config keeps the dropout for those who train the model on with few texts.
    """
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        elif isinstance(getattr(module, "dropout", None), float):
            module.dropout = 0.0
    return model


def sample(texts: Iterable[str], characters: int = TOKENIZER_CHARACTERS) -> list[str]:
    """The first texts, until they have so many characters."""
    taken = []
    for text in texts:
        taken.append(text)
        characters -= len(text)
        if characters <= 0:
            break
    return taken

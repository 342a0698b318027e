"""A trained classifier: it answers, is measured, is saved and read again."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.errors import CourseError
from course_lib.resources.devices import device as choose_device
from course_lib.tasks.classification.evaluation import Evaluation
from course_lib.tasks.kinds import CLASSIFIER
from course_lib.tasks.trained import Trained

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase

    from course_lib.training import TrainingResult

BATCH = 64


class Prediction(NamedTuple):
    """What a classifier says of a text.

    Attributes:
        label: the most probable one, by its name.
        probability: what the model gives it, 0 to 1.
    """

    label: str
    probability: float


class Classifier(Trained):
    """A model and its tokenizer, made for labels.

    >>> classifier.predict(["Not bad at all.", "Never again."])
    [Prediction(label='positive', probability=0.93), ...]

    Attributes:
        model: the course's `Bert`, or one of Transformers', in evaluation mode.
        tokenizer: cuts texts as the model was trained on them, and where they are too
            long.
        labels: their names, by number.
        evaluation: its figures on the test split, where it was tested.
        result: how the training went; None after loading.
    """

    kind = CLASSIFIER

    def __init__(
        self,
        model: nn.Module,
        tokenizer: "PreTrainedTokenizerBase",
        labels: Sequence[str],
        *,
        evaluation: Evaluation | None = None,
        result: "TrainingResult | None" = None,
        device: str | None = None,
    ) -> None:
        """Join them; `device` as for training, None takes the fastest."""
        self.device = choose_device(device)
        self.model = model.to(self.device).eval()
        self.tokenizer, self.labels = tokenizer, tuple(labels)
        self.evaluation, self.result = evaluation, result

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """The most probable label of each text; of a text alone, a list of one."""
        best = self.probabilities(texts).max(dim=-1)
        numbers = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        return [Prediction(self.labels[i], value) for i, value in numbers]

    @torch.inference_mode()
    def probabilities(self, texts: Sequence[str]) -> Tensor:
        """What the model gives each label: (N, labels), rows of sum 1.

        Raises:
            CourseError: something in the list is no text.
        """
        texts = [texts] if isinstance(texts, str) else list(texts)
        for number, text in enumerate(texts):
            if not isinstance(text, str):
                raise CourseError(
                    f"text {number} is {text!r}, a {type(text).__name__}: give a list "
                    "of strings"
                )
        found = torch.empty(len(texts), len(self.labels))
        for numbers in _alike(texts):
            batch = self._batch([texts[i] for i in numbers])
            logits = self.model(**batch).logits  # (B, labels)
            found[numbers] = logits.float().softmax(dim=-1).cpu()
        return found

    def answers(self, texts: "Dataset") -> np.ndarray:
        """The numbers of the labels predicted for a split's column text: (N,)."""
        return self.probabilities(texts["text"][:]).argmax(dim=-1).numpy()

    def evaluate(self, texts: "Dataset") -> Evaluation:
        """Measure it on texts with columns text and label, of the same labels.

        Raises:
            CourseError: the labels are others.
        """
        names = tuple(getattr(texts.features["label"], "names", ()))
        if names != self.labels:
            raise CourseError(
                f"these texts have the labels {', '.join(names) or 'without names'}, "
                f"the classifier knows {', '.join(self.labels)}: cast the column with "
                "ClassLabel(names=list(classifier.labels))"
            )
        truth = np.asarray(texts["label"][:])
        found = {"this classifier": self.answers(texts)}
        return Evaluation.of(self.labels, truth, found)

    def __repr__(self) -> str:
        tested = self.evaluation
        figures = f", accuracy {tested.accuracy:.1%}" if tested else ""
        return f"Classifier({', '.join(self.labels)}{figures})"

    def _batch(self, texts: list[str]) -> dict[str, Any]:
        limit = self.tokenizer.model_max_length
        batch = self.tokenizer(
            texts,
            padding=True,
            truncation=True,
            max_length=limit,
            return_tensors="pt",
        )
        return {name: x.to(self.device) for name, x in batch.items()}


def _alike(texts: list[str]) -> Iterator[list[int]]:
    """Numbers of texts, those of similar length together: little is padded."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    for first in range(0, len(order), BATCH):
        yield order[first : first + BATCH]

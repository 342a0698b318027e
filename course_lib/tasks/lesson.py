"""A model, what it learns from, and by which of the two ways it learns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from torch import nn

from course_lib.tasks.trainer import Loss, train_with_trainer
from course_lib.tasks.validation import Collate, Metrics, validate
from course_lib.training import Checkpoints, TrainingPlan, TrainingResult, train

if TYPE_CHECKING:
    from datasets import Dataset

TRAIN, VALIDATION, TEST = "train", "validation", "test"
PURPOSE = {TRAIN: "to learn from", VALIDATION: "to choose by", TEST: "to be tested on"}


@dataclass(frozen=True)
class Lesson:
    """All that is needed for a model to learn, in one way or the other.

    Attributes:
        model: on the CPU.
        splits: "train" and "validation" as tokens.
        plan: what to do.
        collate: makes a batch of examples.
        with_trainer: in which way it learns.
        metrics: of (predictions, labels) on validation; None: the loss alone.
        outputs: what of the model's answer is a prediction.
        labels: what of a batch is a label.
        learner: what the course's loop trains, made of the model and sharing its
            parameters; None: the model.
        loss: what Trainer takes in place of the model's own, the same as the learner's.
    """

    model: nn.Module
    splits: "Mapping[str, Dataset]"
    plan: TrainingPlan
    collate: Collate
    with_trainer: bool
    metrics: Metrics | None = None
    outputs: Sequence[str] = ("logits",)
    labels: Sequence[str] = ("labels",)
    learner: Callable[[nn.Module], nn.Module] | None = None
    loss: Loss | None = None

    def learn(
        self, device: str | None, progress: bool, checkpoints: Path | None = None
    ) -> TrainingResult:
        """Train the model. It ends in evaluation mode, with its best weights.

        Args:
            device: "cpu", "cuda", "mps"; None takes the fastest.
            progress: whether to show how far it is.
            checkpoints: a folder where the run is kept; one that was stopped goes on.
        """
        learning = (self.splits[TRAIN], self.plan)
        shared = {"collate": self.collate, "device": device, "progress": progress}
        kept = self.splits[VALIDATION]
        if self.with_trainer:
            way = {"validation": kept, "loss": self.loss, "metrics": self.metrics}
            way["checkpoints"] = checkpoints
            return train_with_trainer(self.model, *learning, **way, **shared)
        if checkpoints is not None:
            shared["checkpoints"] = Checkpoints(checkpoints, resume=True)
        learner = self.learner(self.model) if self.learner else self.model
        if self.metrics is None:
            return train(learner, *learning, validation=kept, **shared)
        measure = validate(
            kept,
            self.collate,
            self.plan.batch_size,
            self.metrics,
            outputs=self.outputs,
            labels=self.labels,
        )
        return train(learner, *learning, measure=measure, **shared)

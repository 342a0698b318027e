"""Classification of texts, from a file of one's own to a classifier in three lines.

>>> data = load_classification("my.csv")
>>> classifier = finetune_classifier(data, model="course-bert", save="my-classifier")
>>> print(classifier.evaluation)

Source: Devlin et al. 2019, BERT, section 4.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from course_lib.resources.origins import resolve
from course_lib.resources.shipped import MODELS
from course_lib.tasks.baselines import baselines
from course_lib.tasks.classifier import Classifier
from course_lib.tasks.evaluation import Evaluation
from course_lib.tasks.labelled_texts import (
    TEST,
    TRAIN,
    VALIDATION,
    LabelledTexts,
    encode,
)
from course_lib.tasks.pretrained import Start, read_classifier
from course_lib.tasks.recipe import FineTuning, memory_advice
from course_lib.tasks.saved import read_evaluation, require_place
from course_lib.tasks.trainer import train_with_trainer
from course_lib.tasks.weighing import Weighed, balancing_weights, weighed_loss
from course_lib.training import TrainingPlan, train

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase


def finetune_classifier(
    data: "Mapping[str, Dataset]",
    *,
    model: str | PathLike[str] = "course-bert",
    save: str | PathLike[str] | None = None,
    with_trainer: bool = False,
    device: str | None = None,
    progress: bool = True,
    **settings: Any,
) -> Classifier:
    """Make a classifier of a pretrained model, test it beside baselines, and save it.

    Args:
        data: splits "train", "validation" and "test" with columns text and label, as
            `load_classification` makes them. The weights kept are those best on
            validation; the figures are those of test.
        model: name or folder of a pretrained encoder.
        save: a folder to save the classifier in; a classifier in it is replaced.
        with_trainer: take Transformers' model and `Trainer`, not `Bert` and `train`.
        device: "cpu", "cuda", "mps"; None takes the fastest.
        progress: whether to say what happens.
        settings: as for `FineTuning`, e.g. epochs=5, max_length=64, seed=1.

    Raises:
        CourseError: data, model, settings or the folder are not in order, which is
            found out before the training; or memory ran out in it.
    """
    recipe, texts = FineTuning.of(settings), LabelledTexts.of(data)
    start = Start(resolve(model), texts.labels, with_trainer)
    if save is not None:
        require_place(Path(save), start.folder)
    say = print if progress else _say_nothing
    with memory_advice(recipe):
        lesson = Lesson.of(texts, start, recipe, say)
        classifier = lesson.learn(device, progress)
        name = f"{_name(model, start.folder)}, fine-tuned"
        classifier.evaluation = _test(classifier, name, texts, lesson.weights)
    if save is not None:
        _keep(classifier, Path(save), say)
    return classifier


def load_classifier(
    folder: str | PathLike[str], *, device: str | None = None
) -> Classifier:
    """Read a classifier that was saved, by the course or by Transformers.

    Raises:
        CourseError: there is none, or its files are damaged.
    """
    place = resolve(folder)
    model, tokenizer, labels = read_classifier(place)
    evaluation = read_evaluation(place)
    return Classifier(model, tokenizer, labels, evaluation=evaluation, device=device)


@dataclass(frozen=True)
class Lesson:
    """All that is needed for a classifier to learn, in one way or the other.

    Attributes:
        model: with a new head, on the CPU.
        tokenizer: of the model.
        labels: their names, by number.
        splits: "train" and "validation" as tokens.
        plan: what to do.
        weights: (L,), how much each label counts; None where all count the same.
        with_trainer: in which way it learns.
    """

    model: nn.Module
    tokenizer: "PreTrainedTokenizerBase"
    labels: tuple[str, ...]
    splits: "Mapping[str, Dataset]"
    plan: TrainingPlan
    weights: Tensor | None
    with_trainer: bool

    @classmethod
    def of(
        cls,
        texts: LabelledTexts,
        start: Start,
        recipe: FineTuning,
        say: Callable[[object], None],
    ) -> "Lesson":
        """Prepare it, and say what was chosen."""
        say(texts)
        tokenizer = start.tokenizer()
        tokenizer.model_max_length = recipe.length(tokenizer.model_max_length)
        splits = {}
        for name in (TRAIN, VALIDATION):
            splits[name], cut = encode(texts.splits[name], tokenizer)
            if cut:
                say(
                    f"{cut:,} of {len(splits[name]):,} texts in {name} have more than "
                    f"{tokenizer.model_max_length} tokens: the rest is cut off."
                )
        weights = None
        if recipe.balances(list(texts.counts().values())):
            weights = balancing_weights(texts.numbers(TRAIN))
            say("The labels are weighed: each counts as much as any other.")
        plan = recipe.plan(len(splits[TRAIN]), start.width)
        model = start.model(recipe.seed)
        way = start.with_trainer
        return cls(model, tokenizer, texts.labels, splits, plan, weights, way)

    def learn(self, device: str | None, progress: bool) -> Classifier:
        """Train the model: a classifier with its best weights, not yet tested."""
        from transformers import DataCollatorWithPadding

        shared = {
            "collate": DataCollatorWithPadding(self.tokenizer),
            "validation": self.splits[VALIDATION],
            "device": device,
            "progress": progress,
        }
        train_on = (self.splits[TRAIN], self.plan)
        if self.with_trainer:
            loss = None if self.weights is None else weighed_loss(self.weights)
            result = train_with_trainer(self.model, *train_on, loss=loss, **shared)
        else:
            learner = self.model
            if self.weights is not None:
                learner = Weighed(self.model, self.weights)
            result = train(learner, *train_on, **shared)
        return Classifier(
            self.model, self.tokenizer, self.labels, result=result, device=device
        )


def _name(asked: str | PathLike[str], folder: Path) -> str:
    """What a model is called in tables: a stand-in by its own name."""
    return folder.name if folder.name in MODELS else Path(asked).name


def _test(
    classifier: Classifier, name: str, texts: LabelledTexts, weights: Tensor | None
) -> Evaluation:
    """The classifier's figures on the test split, and those of the baselines."""
    found = {name: classifier.answers(texts.splits[TEST])}
    found |= baselines(texts, balanced=weights is not None)
    return Evaluation.of(texts.labels, texts.numbers(TEST), found)


def _keep(classifier: Classifier, folder: Path, say: Callable[[object], None]) -> None:
    """Save it; a full disk must not cost what was learned."""
    try:
        classifier.save(folder)
    except OSError as error:
        warnings.warn(
            f"the classifier could not be saved in {folder} ({error}). It is what this "
            "call returns: make room, then classifier.save(...)",
            stacklevel=3,
        )
    else:
        say(f"Saved in {folder}: load_classifier({str(folder)!r}) reads it again.")


def _say_nothing(_: object) -> None:
    pass

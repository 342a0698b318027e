"""Classification of texts, from a file of one's own to a classifier in three lines.

>>> data = load_classification("my.csv")
>>> classifier = finetune_classifier(data, model="course-bert", save="my-classifier")
>>> print(classifier.evaluation)

Source: Devlin et al. 2019, BERT, section 4.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any

from course_lib.resources.origins import resolve
from course_lib.tasks.classification.baselines import baselines
from course_lib.tasks.classification.choosing import WATCHED, macro_f1_of
from course_lib.tasks.classification.classifier import Classifier
from course_lib.tasks.classification.evaluation import Evaluation
from course_lib.tasks.classification.labelled_texts import LabelledTexts, encode
from course_lib.tasks.classification.settings import ClassifierTuning
from course_lib.tasks.classification.weighing import (
    Weighed,
    balancing_weights,
    weighed_loss,
)
from course_lib.tasks.kinds import CLASSIFIER
from course_lib.tasks.lesson import TEST, TRAIN, VALIDATION, Lesson
from course_lib.tasks.pretrained import label_names, read_trained
from course_lib.tasks.recipe import looked_at, memory_advice
from course_lib.tasks.run import Run, leads
from course_lib.tasks.saved import read_evaluation

if TYPE_CHECKING:
    from datasets import Dataset


def finetune_classifier(
    data: "Mapping[str, Dataset]",
    *,
    model: str | PathLike[str] = "course-bert",
    save: str | PathLike[str] | None = None,
    with_trainer: bool = False,
    checkpoints: str | PathLike[str] | None = None,
    device: str | None = None,
    progress: bool = True,
    **settings: Any,
) -> Classifier:
    """Make a classifier of a pretrained model, test it beside baselines, and save it.

    Args:
        data: splits "train", "validation" and "test" with columns text and label, as
            `load_classification` makes them: to learn, to choose weights, to measure.
        model: name or folder of a pretrained encoder.
        save: a folder to save the classifier in; a classifier in it is replaced.
        with_trainer: take Transformers' model and `Trainer`, not `Bert` and `train`.
        checkpoints: a folder where the run is kept while it goes on: after a stop, the
            same call finds it there and goes on.
        device: "cpu", "cuda", "mps"; None takes the fastest.
        progress: whether to say what happens.
        settings: as for `ClassifierTuning`, e.g. epochs=5, max_length=64, seed=1.

    Raises:
        CourseError: data, model, settings or the folder are not in order, which is
            found out before the training; or memory ran out in it.
    """
    recipe, texts = ClassifierTuning.of(settings), LabelledTexts.of(data)
    places = {"save": save, "checkpoints": checkpoints}
    way = {"with_trainer": with_trainer, "device": device, "progress": progress}
    run = Run.of(model, CLASSIFIER, recipe, texts.labels, **places, **way)
    with memory_advice(recipe):
        balanced = recipe.balances(list(texts.counts().values()))
        classifier = _learn(texts, run, recipe, balanced)
        if leads():
            classifier.evaluation = _test(classifier, run.name, texts, balanced)
    run.keep(classifier)
    return classifier


def load_classifier(
    folder: str | PathLike[str], *, device: str | None = None
) -> Classifier:
    """Read a classifier that was saved, by the course or by Transformers.

    Raises:
        CourseError: there is none, or its files are damaged.
    """
    place = resolve(folder)
    model, tokenizer = read_trained(place, CLASSIFIER)
    figures = read_evaluation(place, Evaluation)
    labels = label_names(model)
    return Classifier(model, tokenizer, labels, evaluation=figures, device=device)


def _learn(
    texts: LabelledTexts, run: Run, recipe: ClassifierTuning, balanced: bool
) -> Classifier:
    """A classifier, not yet tested."""
    from transformers import DataCollatorWithPadding

    run.say(texts)
    tokenizer = run.start.tokenizer()
    tokenizer.model_max_length = recipe.length(tokenizer.model_max_length)
    splits = {
        name: encode(texts, name, tokenizer, run.say) for name in (TRAIN, VALIDATION)
    }
    plan = recipe.plan(len(splits[TRAIN]), run.start.width, WATCHED)
    kept = splits[VALIDATION]
    splits[VALIDATION] = kept.select(looked_at(plan, len(kept)))
    lesson = Lesson(
        run.start.model(recipe.seed),
        splits,
        plan,
        DataCollatorWithPadding(tokenizer),
        run.start.with_trainer,
        metrics=macro_f1_of,
    )
    if balanced:
        run.say("The labels are weighed: each counts as much as any other.")
        weights = balancing_weights(texts.numbers(TRAIN))
        weighed = partial(Weighed, weights=weights)
        lesson = replace(lesson, learner=weighed, loss=weighed_loss(weights))
    result = run.learn(lesson)
    told = {"result": result, "device": run.device}
    return Classifier(lesson.model, tokenizer, texts.labels, **told)


def _test(
    classifier: Classifier, name: str, texts: LabelledTexts, balanced: bool
) -> Evaluation:
    """The classifier's figures on the test split, and those of the baselines."""
    found = {name: classifier.answers(texts.splits[TEST])}
    found |= baselines(texts, balanced=balanced)
    return Evaluation.of(texts.labels, texts.numbers(TEST), found)

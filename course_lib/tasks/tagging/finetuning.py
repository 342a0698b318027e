"""Tagging of entities, from a file of one's own to a tagger in three lines.

>>> data = load_tagging("my.conll")
>>> tagger = finetune_tagger(data, model="course-bert", save="my-tagger")
>>> print(tagger.evaluation)

Source: Devlin et al. 2019, BERT, section 5.3.
"""

from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

from course_lib.resources.origins import resolve
from course_lib.tasks.kinds import TAGGER
from course_lib.tasks.lesson import TEST, TRAIN, VALIDATION, Lesson
from course_lib.tasks.pretrained import label_names, read_trained
from course_lib.tasks.recipe import apart, looked_at, memory_advice
from course_lib.tasks.run import Run, leads
from course_lib.tasks.saved import read_evaluation
from course_lib.tasks.tagging.alignment import for_words
from course_lib.tasks.tagging.baselines import baselines
from course_lib.tasks.tagging.evaluation import TagEvaluation
from course_lib.tasks.tagging.measures import WATCHED, f1_of
from course_lib.tasks.tagging.settings import TaggerTuning
from course_lib.tasks.tagging.tagged_sentences import TaggedSentences, encode
from course_lib.tasks.tagging.tagger import Tagger

if TYPE_CHECKING:
    from datasets import Dataset


def finetune_tagger(
    data: "Mapping[str, Dataset]",
    *,
    model: str | PathLike[str] = "course-bert",
    save: str | PathLike[str] | None = None,
    with_trainer: bool = False,
    checkpoints: str | PathLike[str] | None = None,
    device: str | None = None,
    progress: bool = True,
    **settings: Any,
) -> Tagger:
    """Make a tagger of a pretrained model, test it beside baselines, and save it.

    Args:
        data: splits "train", "validation" and "test" with columns tokens and tags
            (BIO), as `load_tagging` makes them. The weights kept are those best on
            validation; the figures are those of test.
        model, save, with_trainer, checkpoints, device, progress: as for
            `finetune_classifier`.
        settings: as for `TaggerTuning`, e.g. epochs=5, max_length=64, seed=1.

    Raises:
        CourseError: data, model, settings or the folder are not in order, which is
            found out before the training; or memory ran out in it.
    """
    recipe, sentences = TaggerTuning.of(settings), TaggedSentences.of(data)
    places = {"save": save, "checkpoints": checkpoints}
    way = {"with_trainer": with_trainer, "device": device, "progress": progress}
    run = Run.of(model, TAGGER, recipe, labels=sentences.names, **places, **way)
    with memory_advice(recipe):
        tagger = _learn(sentences, run, recipe)
        if leads():
            tagger.evaluation = _test(tagger, run.name, sentences)
    run.keep(tagger)
    return tagger


def load_tagger(folder: str | PathLike[str], *, device: str | None = None) -> Tagger:
    """Read a tagger that was saved, by the course or by Transformers.

    Raises:
        CourseError: there is none, or its files are damaged.
    """
    place = resolve(folder)
    model, tokenizer = read_trained(place, TAGGER)
    figures = read_evaluation(place, TagEvaluation)
    names = label_names(model)
    return Tagger(model, tokenizer, names, evaluation=figures, device=device)


def _learn(sentences: TaggedSentences, run: Run, recipe: TaggerTuning) -> Tagger:
    """A tagger, not yet tested."""
    from transformers import DataCollatorForTokenClassification

    run.say(sentences)
    tokenizer = for_words(run.start.tokenizer())
    tokenizer.model_max_length = recipe.length(tokenizer.model_max_length)
    splits = {
        name: encode(sentences, name, tokenizer, run.say)
        for name in (TRAIN, VALIDATION)
    }
    plan = recipe.plan(len(splits[TRAIN]), run.start.width, WATCHED)
    kept = splits[VALIDATION]
    splits[VALIDATION] = kept.select(looked_at(plan, len(kept)))
    plan = apart(plan, len(splits[VALIDATION]))
    lesson = Lesson(
        run.start.model(recipe.seed),
        splits,
        plan,
        DataCollatorForTokenClassification(tokenizer),
        run.start.with_trainer,
        metrics=f1_of(sentences.names),
    )
    result = run.learn(lesson)
    told = {"result": result, "device": run.device}
    return Tagger(lesson.model, tokenizer, sentences.names, **told)


def _test(tagger: Tagger, name: str, sentences: TaggedSentences) -> TagEvaluation:
    """The tagger's figures on the test split, and those of the baselines."""
    tags, unread = tagger.tag(sentences.words(TEST))
    found = {name: tags} | baselines(sentences)
    return TagEvaluation.of(sentences.tags(TEST), found, unread)

"""Translation and summaries, from a file of one's own to a model in three lines.

>>> data = load_pairs("my.tsv")
>>> translator = finetune_translator(data, model="course-marian", save="my-translator")
>>> print(translator.evaluation)

Source: Vaswani et al. 2017, Attention Is All You Need, section 5.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any, TypeVar

from course_lib.resources.origins import resolve
from course_lib.tasks.lesson import TEST, TRAIN, VALIDATION, Lesson
from course_lib.tasks.pretrained import read_trained
from course_lib.tasks.recipe import memory_advice
from course_lib.tasks.rewriting.evaluation import RewritingEvaluation
from course_lib.tasks.rewriting.rewriter import Rewriter, Summariser, Translator
from course_lib.tasks.rewriting.settings import RewriterTuning
from course_lib.tasks.rewriting.smoothing import Smoothed, smoothed_loss
from course_lib.tasks.rewriting.text_pairs import SOURCE, TARGET, TextPairs, encode
from course_lib.tasks.run import Run, leads
from course_lib.tasks.saved import read_evaluation

if TYPE_CHECKING:
    from datasets import Dataset

Made = TypeVar("Made", bound=Rewriter)


def finetune_translator(
    data: "Mapping[str, Dataset]",
    *,
    model: str | PathLike[str] = "course-marian",
    **how: Any,
) -> Translator:
    """Make a translator of a pretrained encoder-decoder, test it, and save it.

    Args:
        data: splits "train", "validation" and "test" with columns source and target,
            as `load_pairs` makes them.
        model: name or folder of a pretrained encoder-decoder.
        how: save, with_trainer, checkpoints, device and progress, as for
            `finetune_classifier`; and settings as for `RewriterTuning`, e.g. epochs=5,
            label_smoothing=0.1, num_beams=4.

    Raises:
        CourseError: data, model, settings or the folder are not in order, which is
            found out before the training; or memory ran out in it.
    """
    return _finetune(Translator, data, model, **how)


def finetune_summariser(
    data: "Mapping[str, Dataset]",
    *,
    model: str | PathLike[str] = "course-marian",
    **how: Any,
) -> Summariser:
    """Make a summariser of a pretrained encoder-decoder; as `finetune_translator`.

    The small model that ships has read no summaries; models of the Hub that have, such
    as BART's and T5's, are trained with with_trainer=True.
    """
    return _finetune(Summariser, data, model, **how)


def load_translator(
    folder: str | PathLike[str], *, device: str | None = None
) -> Translator:
    """Read a translator that was saved, by the course or by Transformers.

    Raises:
        CourseError: there is none, or its files are damaged.
    """
    return _load(Translator, folder, device)


def load_summariser(
    folder: str | PathLike[str], *, device: str | None = None
) -> Summariser:
    """Read a summariser that was saved, by the course or by Transformers.

    Raises:
        CourseError: there is none, or its files are damaged.
    """
    return _load(Summariser, folder, device)


def _finetune(
    made: type[Made],
    data: "Mapping[str, Dataset]",
    model: str | PathLike[str],
    *,
    save: str | PathLike[str] | None = None,
    with_trainer: bool = False,
    checkpoints: str | PathLike[str] | None = None,
    device: str | None = None,
    progress: bool = True,
    **settings: Any,
) -> Made:
    """Train one of the two, test it beside its baselines, and save it."""
    recipe, pairs = RewriterTuning.of(settings), TextPairs.of(data)
    places = {"save": save, "checkpoints": checkpoints}
    way = {"with_trainer": with_trainer, "device": device, "progress": progress}
    run = Run.of(model, made.kind, recipe, **places, **way)
    with memory_advice(recipe):
        rewriter = _learn(made, pairs, run, recipe)
        if leads():
            rewriter.evaluation = _test(rewriter, run.name, pairs)
    run.keep(rewriter)
    return rewriter


def _load(made: type[Made], folder: str | PathLike[str], device: str | None) -> Made:
    place = resolve(folder)
    model, tokenizer = read_trained(place, made.kind)
    figures = read_evaluation(place, RewritingEvaluation)
    return made(model, tokenizer, evaluation=figures, device=device)


def _learn(
    made: type[Made], pairs: TextPairs, run: Run, recipe: RewriterTuning
) -> Made:
    """One that writes, not yet tested."""
    from transformers import DataCollatorForSeq2Seq

    run.say(pairs)
    tokenizer = run.start.tokenizer()
    tokenizer.model_max_length = recipe.length(tokenizer.model_max_length)
    splits = {
        name: encode(pairs.splits[name], name, tokenizer, recipe, run.say)
        for name in (TRAIN, VALIDATION)
    }
    model = run.start.model(recipe.seed)
    theirs = model if run.start.with_trainer else None  # ours shifts labels itself
    lesson = Lesson(
        model,
        splits,
        recipe.plan(len(splits[TRAIN]), run.start.width, "loss"),
        DataCollatorForSeq2Seq(tokenizer, model=theirs),
        run.start.with_trainer,
    )
    if recipe.label_smoothing:
        share = recipe.label_smoothing
        smooth = partial(Smoothed, smoothing=share)
        lesson = replace(lesson, learner=smooth, loss=smoothed_loss(model, share))
    told = {"result": run.learn(lesson), "device": run.device}
    return made(lesson.model, tokenizer, recipe, **told)


def _test(rewriter: Rewriter, name: str, pairs: TextPairs) -> RewritingEvaluation:
    """The figures on the test split, and those of the baselines."""
    split = pairs.splits[TEST]
    written = {name: rewriter.predict(split[SOURCE][:])} | rewriter.baselines(pairs)
    return RewritingEvaluation.of(rewriter.measures, split[TARGET][:], written)

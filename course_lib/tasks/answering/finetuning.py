"""Question answering, from a file of one's own to an answerer in three lines.

>>> data = load_questions("my.json")
>>> answerer = finetune_answerer(data, model="course-bert", save="my-answerer")
>>> print(answerer.evaluation)

Source: Devlin et al. 2019, BERT, sections 4.2 and 4.3.
"""

from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

from course_lib.resources.origins import resolve
from course_lib.tasks.answering.answerer import Answerer
from course_lib.tasks.answering.asked_passages import ANSWERS, AskedPassages
from course_lib.tasks.answering.baselines import baselines
from course_lib.tasks.answering.evaluation import AnswerEvaluation
from course_lib.tasks.answering.measures import WATCHED, exact_spans_of
from course_lib.tasks.answering.settings import AnswererTuning
from course_lib.tasks.answering.windows import END, START, encode
from course_lib.tasks.kinds import ANSWERER
from course_lib.tasks.lesson import TEST, TRAIN, VALIDATION, Lesson
from course_lib.tasks.pretrained import read_trained
from course_lib.tasks.recipe import memory_advice
from course_lib.tasks.run import Run, leads
from course_lib.tasks.saved import read_evaluation

if TYPE_CHECKING:
    from datasets import Dataset


def finetune_answerer(
    data: "Mapping[str, Dataset]",
    *,
    model: str | PathLike[str] = "course-bert",
    save: str | PathLike[str] | None = None,
    with_trainer: bool = False,
    checkpoints: str | PathLike[str] | None = None,
    device: str | None = None,
    progress: bool = True,
    **settings: Any,
) -> Answerer:
    """Make an answerer of a pretrained model, test it beside baselines, and save it.

    Args:
        data: splits "train", "validation" and "test" with columns question, context
            and answers, as `load_questions` makes them.
        model: name or folder of a pretrained encoder.
        save: a folder to save the answerer in; an answerer in it is replaced.
        with_trainer: take Transformers' model and `Trainer`, not `Bert` and `train`.
        checkpoints: a folder where the run is kept while it goes on: after a stop, the
            same call finds it there and goes on.
        device: "cpu", "cuda", "mps"; None takes the fastest.
        progress: whether to say what happens.
        settings: as for `AnswererTuning`, e.g. epochs=5, max_length=128, stride=32.

    Raises:
        CourseError: data, model, settings or the folder are not in order, which is
            found out before the training; or memory ran out in it.
    """
    recipe, asked = AnswererTuning.of(settings), AskedPassages.of(data)
    places = {"save": save, "checkpoints": checkpoints}
    way = {"with_trainer": with_trainer, "device": device, "progress": progress}
    run = Run.of(model, ANSWERER, recipe, **places, **way)
    with memory_advice(recipe):
        answerer = _learn(asked, run, recipe)
        if leads():
            answerer.evaluation = _test(answerer, run.name, asked)
    run.keep(answerer)
    return answerer


def load_answerer(
    folder: str | PathLike[str], *, device: str | None = None
) -> Answerer:
    """Read an answerer that was saved, by the course or by Transformers.

    Raises:
        CourseError: there is none, or its files are damaged.
    """
    place = resolve(folder)
    model, tokenizer = read_trained(place, ANSWERER)
    figures = read_evaluation(place, AnswerEvaluation)
    return Answerer(model, tokenizer, evaluation=figures, device=device)


def _learn(asked: AskedPassages, run: Run, recipe: AnswererTuning) -> Answerer:
    """An answerer, not yet tested."""
    from transformers import DataCollatorWithPadding

    run.say(asked)
    tokenizer = run.start.tokenizer()
    tokenizer.model_max_length = recipe.length(tokenizer.model_max_length)
    splits = {
        name: encode(asked.splits[name], tokenizer, recipe)
        for name in (TRAIN, VALIDATION)
    }
    read, given = len(splits[TRAIN]), len(asked.splits[TRAIN])
    if read > given:
        run.say(
            f"{given:,} questions to learn from are read in {read:,} windows of at "
            f"most {tokenizer.model_max_length} tokens."
        )
    lesson = Lesson(
        run.start.model(recipe.seed),
        splits,
        recipe.plan(read, run.start.width, WATCHED),
        DataCollatorWithPadding(tokenizer),
        run.start.with_trainer,
        metrics=exact_spans_of,
        outputs=("start_logits", "end_logits"),
        labels=(START, END),
    )
    told = {"result": run.learn(lesson), "device": run.device}
    return Answerer(lesson.model, tokenizer, recipe, **told)


def _test(answerer: Answerer, name: str, asked: AskedPassages) -> AnswerEvaluation:
    """The answerer's figures on the test split, and those of the baselines."""
    split = asked.splits[TEST]
    found = {name: answerer.answers(split)} | baselines(split)
    return AnswerEvaluation.of(split[ANSWERS][:], found)

"""The verb `finetune`: makes a model for a task from a pretrained one, and tests it.

  python -m course_lib finetune classification --data my.csv
  python -m course_lib finetune tagging --data entities --epochs 5 --save my-tagger
  python -m course_lib finetune translation --data pairs.tsv --column source=en

The data are a file or folder of yours (CSV, TSV, JSON Lines, Parquet; CoNLL; SQuAD's
JSON), a set that comes with the course, "world", which is generated, or a data set of
the Hugging Face Hub. Everything is looked through before anything is trained. The run
is kept in SAVE.training until it is done: the same command goes on after a stop. On
several GPUs, or in several processes on CPUs:

  accelerate launch --multi_gpu --num_processes 2 -m course_lib finetune ...
"""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.errors import CourseError

if TYPE_CHECKING:
    from course_lib.tasks.named import Task

READING = ("validation", "test", "encoding", "delimiter")
SETTINGS = (
    *("epochs", "learning_rate", "batch_size", "max_length", "patience"),
    *("mixed_precision", "balanced", "seed"),
)


def run(arguments: list[str]) -> int:
    """Run `finetune TASK [options]`."""
    chosen = _parser().parse_args(arguments)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is imported
    from course_lib.resources.devices import device
    from course_lib.tasks.data_sets import open_data
    from course_lib.tasks.kept_run import kept_run
    from course_lib.tasks.named import task

    wanted = task(chosen.task)
    reading = _given(chosen, READING) | _columns(chosen, wanted)
    how = {"with_trainer": chosen.trainer, "device": chosen.device}
    device(chosen.device)  # says what is wrong with it
    save = Path(chosen.save or f"my-{wanted.kind.noun}")
    model, data = chosen.model or wanted.model, chosen.data or wanted.shipped
    asked = {"task": wanted.name, "data": data, "model": model} | reading
    asked |= _given(chosen, SETTINGS) | {"trainer": chosen.trainer}
    with kept_run(Path(f"{save}.training"), asked, resume=chosen.resume) as kept:
        splits = open_data(wanted.name, data, **reading)
        how |= {"checkpoints": kept, "save": save} | _given(chosen, SETTINGS)
        trained = wanted.finetune(splits, model=model, **how)
    if trained.evaluation is not None:
        print(f"\n{trained.evaluation}")
    return 0


def _given(chosen: argparse.Namespace, names: tuple[str, ...]) -> dict[str, Any]:
    """The options that were given, by name."""
    values = {name: getattr(chosen, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _columns(chosen: argparse.Namespace, wanted: "Task") -> dict[str, str]:
    """What --column says, as the task's loader takes it.

    Raises:
        CourseError: it is no ROLE=NAME, or the task has no such role.
    """
    columns = {}
    for pair in chosen.column:
        role, equals, name = pair.partition("=")
        if not equals or role not in wanted.columns or not name:
            raise CourseError(
                f"--column {pair}: expected ROLE=NAME, and {wanted.name} has the "
                f"roles {', '.join(wanted.columns)}"
            )
        columns[role] = name
    return columns


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m course_lib finetune",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "task",
        metavar="TASK",
        help="classification (or sentiment), tagging (or ner), question-answering (or "
        "qa), translation, summarisation",
    )
    _add_data(parser.add_argument_group("what it learns from"))
    _add_model(parser.add_argument_group("which model, and where it goes"))
    _add_settings(parser.add_argument_group("how it learns"))
    return parser


def _add_data(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--data",
        metavar="WHAT",
        help="a file, a folder, a set of the course, world, or a data set of the Hub "
        "(default: the set of the course for this task)",
    )
    add("--validation", metavar="FILE", help="a file of its own to choose weights by")
    add("--test", metavar="FILE", help="a file of its own to be tested on")
    add(
        "--column",
        metavar="ROLE=NAME",
        action="append",
        default=[],
        help="a column of your file, e.g. --column text=review --column label=stars "
        "(default: found by name or content, and said)",
    )
    add("--encoding", metavar="NAME", help="of your file (default: UTF-8)")
    add("--delimiter", metavar="C", help="of your file (default: as it looks)")


def _add_model(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--model",
        metavar="NAME",
        help="a pretrained model: of the course, a folder, or of the Hub (default: "
        "course-bert; course-marian for texts into texts)",
    )
    add(
        "--save",
        metavar="FOLDER",
        help="where the model goes; Transformers' AutoModelFor... opens it (default: "
        "my-classifier, my-tagger, ...)",
    )
    add(
        "--trainer",
        action="store_true",
        help="train Transformers' model with its Trainer, not the course's own",
    )
    add("--device", metavar="KIND", help="cpu, cuda or mps (default: the fastest)")
    add(
        "--resume",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="go on with a run that was stopped (the default), or begin anew",
    )


def _add_settings(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--epochs", type=float, metavar="N", help="how often each example is seen")
    add("--learning-rate", type=float, metavar="R", help="the highest")
    add("--batch-size", type=int, metavar="N", help="examples in a step (default: 16)")
    add("--max-length", type=int, metavar="N", help="tokens that are read of a text")
    add(
        "--patience",
        type=int,
        metavar="N",
        help="validations, of ten, without a new best until it stops (default: 5)",
    )
    add(
        "--mixed-precision",
        choices=("no", "bf16", "fp16"),
        help="numbers of 16 bits where they do (default: as the launcher says)",
    )
    add(
        "--balanced",
        action=argparse.BooleanOptionalAction,
        help="classification: whether rare labels count more (default: where needed)",
    )
    add("--seed", type=int, metavar="N", help="decides everything drawn (default: 0)")

"""What the small models have learned, beside untrained ones and plain counting."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is imported
sys.path.insert(0, str(Path(__file__).parent))

import continuing
import guessing
import torch
import translating
from figures import Report
from materials import Materials

from course_lib.errors import CourseError
from course_lib.models import GPT, Bert, Seq2Seq
from course_lib.models.checkpoints import read_config
from course_lib.pretraining import replace_figures, vocabulary
from course_lib.pretraining.card import BEGIN, END, FILE
from course_lib.pretraining.gpt import RECIPE
from course_lib.resources import data_folder

NAMES = ("course-bert", "course-gpt", "course-marian")
KINDS: dict[str, tuple[Callable[[Path], Any], Callable[..., Report]]] = {
    "bert": (lambda f: Bert.from_pretrained(f, head="masked-words"), guessing.report),
    "gpt2": (GPT.from_pretrained, continuing.report),
    "marian": (Seq2Seq.from_pretrained, translating.report),
}
"""By config.json's model_type: what opens such a model, and what measures it."""


def run(arguments: list[str]) -> int:
    """Measure models and print a table each."""
    options = _options(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    folders = [options.models / name for name in options.names or NAMES]
    require_models(folders)
    if options.cards:
        require_places(folders)
    materials = Materials(options.count, options.characters)
    reports = []
    for folder in folders:
        begun = time.process_time()
        reports.append(measured(folder, materials))
        seconds = time.process_time() - begun
        print(f"\n{reports[-1].table()}\n\n({seconds:.0f} s of CPU)", flush=True)
        if options.cards:
            replace_figures(folder, card(reports[-1], options.count))
            print(f"Written into {folder / FILE}.")
    if options.json:
        content = [report.as_dict() for report in reports]
        text = json.dumps(content, indent=2) + "\n"
        options.json.write_text(text, encoding="utf-8")
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "bench quality",
        description=__doc__,
        epilog="Texts and pairs are those that the models did not learn from.",
    )
    which = f"names of models, all of {', '.join(NAMES)} if none is given"
    parser.add_argument("names", nargs="*", metavar="NAME", help=which)
    says = "the folder that holds theirs (data/models)"
    default = data_folder() / "models"
    parser.add_argument(
        "--models", type=Path, metavar="DIR", default=default, help=says
    )
    says = "so many stories, sentence pairs and minimal pairs of each kind (300)"
    parser.add_argument("--count", type=_whole, metavar="N", default=300, help=says)
    says = f"of the world's stories, to count n-grams in ({RECIPE.amount:,}, as many "
    says += "as the models learned from)"
    amount = {"type": _whole, "metavar": "N", "default": RECIPE.amount}
    parser.add_argument("--characters", **amount, help=says)
    says = "of the CPU; as many as cores if not given"
    parser.add_argument("--threads", type=_whole, metavar="N", help=says)
    says = "write the figures into each model's README.md, between its two marks"
    parser.add_argument("--cards", action="store_true", help=says)
    says = "write all figures there"
    parser.add_argument("--json", type=Path, metavar="FILE", help=says)
    return parser.parse_args(arguments)


def _whole(text: str) -> int:
    number = int(text.replace(",", "").replace("_", ""))
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is too few: 1 or more")
    return number


def require_models(folders: list[Path]) -> None:
    """Refuse to begin where a model is missing.

    Raises:
        CourseError: names those that are not there.
    """
    missing = [folder for folder in folders if not (folder / "config.json").is_file()]
    if missing:
        names = " and ".join(folder.name for folder in missing)
        raise CourseError(
            f"{missing[0].parent} has no {names}: train it with `python -m course_lib "
            f"train-model {missing[0].name}`, or say where it is with --models DIR, or "
            "name those that you have"
        )


def require_places(folders: list[Path]) -> None:
    """Refuse to begin where figures could not be written in the end.

    Raises:
        CourseError: a card is missing, or has no marks.
    """
    for folder in folders:
        card = folder / FILE
        text = card.read_text(encoding="utf-8") if card.is_file() else ""
        if BEGIN not in text or END not in text:
            raise CourseError(
                f"{card} has no place for figures: put {BEGIN} and {END} into it, on "
                "lines of their own, or leave --cards out"
            )


def measured(folder: Path, materials: Materials) -> Report:
    """Open a model and measure it by what it is.

    Raises:
        CourseError: it is of no kind that is measured here.
    """
    kind = read_config(folder).get("model_type")
    if kind not in KINDS:
        raise CourseError(
            f"{folder} is a {kind}; measured are {', '.join(KINDS)}: choose another"
        )
    load, report = KINDS[kind]
    return report(folder.name, load(folder), vocabulary.load(folder), materials)


def card(report: Report, count: int) -> str:
    """What stands in a card between its marks."""
    command = f"python -m course_lib bench quality {report.name}"
    return f"{report.markdown()}\n\nMeasured by `{command}`, with --count {count}."


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

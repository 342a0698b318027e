"""The verb `train-model`: makes one of the small models that come with the course.

Its texts are generated and read from data/, its tokenizer is learned from them, and
it is trained from random weights: minutes on a GPU, an hour or two on two CPU cores.
It may be stopped at any time; the same command goes on from the last checkpoint.
"""

import argparse
import os

NAMES = ("course-bert", "course-gpt", "course-marian")  # known without importing torch


def run(arguments: list[str]) -> int:
    """Run `train-model NAME [options]`."""
    chosen = _parser().parse_args(arguments)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is imported
    from course_lib.pretraining import Options, named, train_model

    recipe = named(chosen.name)
    options = {name: x for name, x in vars(chosen).items() if name != "name"}
    train_model(recipe, Options(**options))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m course_lib train-model",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("name", metavar="NAME", help=f"which model: {', '.join(NAMES)}")
    add(
        "--output",
        metavar="FOLDER",
        default="models",
        help="where the model's folder is made, beside it SHA256SUMS and, until it is "
        "done, NAME.training (default: models)",
    )
    long = parser.add_mutually_exclusive_group()
    long.add_argument(
        "--steps", type=int, metavar="N", help="how many steps (default: the recipe's)"
    )
    long.add_argument(
        "--minutes",
        type=float,
        metavar="M",
        help="as many steps as take about so long here",
    )
    add("--threads", type=int, metavar="N", help="threads of the CPU (default: all)")
    add("--device", metavar="KIND", help="cpu, cuda or mps (default: the fastest)")
    add("--seed", type=int, default=0, help="decides everything drawn (default: 0)")
    add(
        "--resume",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="go on with a run that was stopped (the default), or begin anew",
    )
    return parser

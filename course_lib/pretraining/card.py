"""The card that each model carries: what it is, how it was made, what it can do."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.models.saving import Pretrained
from course_lib.pretraining.recipe import Recipe
from course_lib.training import Record, TrainingPlan

FILE, SUMS, WEIGHTS = "README.md", "SHA256SUMS", "model.safetensors"
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
NONE_YET = "Not measured yet: `python -m course_lib bench quality` measures them."


@dataclass(frozen=True)
class Outcome:
    """What came of a run.

    Attributes:
        history: its entries.
        best_step: whose weights the model has.
        written_loss: on the written texts kept aside, in nats.
        seconds: how long the run took.
        busy: seconds of the processor in it.
        hardware: a sentence.
        threads: of the CPU.
        plan: the run's.
        counts: texts and tokens of each split.
    """

    history: Sequence[Record]
    best_step: int | None
    written_loss: float
    seconds: float
    busy: float
    hardware: str
    threads: int
    plan: TrainingPlan
    counts: Mapping[str, Mapping[str, int]]


def write_card(
    folder: Path, recipe: Recipe, model: Pretrained, outcome: Outcome
) -> None:
    """Write README.md into a model's folder; its figures are still to be measured."""
    parts = (
        _front(recipe),
        _what(recipe, model),
        _made(recipe, outcome),
        _losses(outcome),
        f"## Figures\n\n{BEGIN}\n{NONE_YET}\n{END}",
        _limits(recipe),
        f"## Use\n\n```python\n{recipe.card.use}\n```",
        "## Licence\n\nWeights, tokenizer and card: CC BY 4.0, as the texts they were "
        "made\nfrom. The code that made them: Apache License 2.0.",
    )
    (folder / FILE).write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def replace_figures(folder: Path, markdown: str) -> None:
    """Put measured figures into a card, in place of those that it held.

    Args:
        folder: a model's.
        markdown: what is to stand between the marks.

    The card is exchanged as a whole: whoever stops this finds the old one.

    Raises:
        CourseError: there is no card, or it has no place for figures.
    """
    file = folder / FILE
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise CourseError(
            f"{file} has no place for figures: put {BEGIN} and {END} into it, on "
            "lines of their own"
        )
    new = folder / f".{FILE}"
    figures = f"{BEGIN}\n{markdown.strip()}\n{END}"
    try:
        new.write_text(f"{before}{figures}{after}", encoding="utf-8")
        os.replace(new, file)
    finally:
        new.unlink(missing_ok=True)


def record_checksum(folder: Path) -> None:
    """Note the SHA-256 of a model's weights in the file beside its folder.

    The file is as `sha256sum` writes it, and lists every model of the folder above.
    """
    file = folder.parent / SUMS
    name = f"{folder.name}/{WEIGHTS}"
    lines = file.read_text(encoding="ascii").splitlines() if file.is_file() else []
    others = [line for line in lines if line.split("  ", 1)[-1] != name]
    with (folder / WEIGHTS).open("rb") as weights:
        found = hashlib.file_digest(weights, "sha256").hexdigest()
    every = sorted([*others, f"{found}  {name}"], key=lambda line: line[66:])
    file.write_text("\n".join(every) + "\n", encoding="ascii")


def _front(recipe: Recipe) -> str:
    languages = ["en", "fr"] if "translation" in recipe.card.tags else ["en"]
    lines = [
        "---",
        "license: cc-by-4.0",
        "language:",
        *(f"- {one}" for one in languages),
        "library_name: transformers",
        f"pipeline_tag: {recipe.card.tags[0]}",
        "tags:",
        "- education",
        *(f"- {one}" for one in recipe.card.tags[1:]),
        "---",
    ]
    return "\n".join(lines)


def _what(recipe: Recipe, model: Pretrained) -> str:
    count = sum(x.numel() for x in model.parameters())
    return (
        f"# {recipe.name}: {recipe.card.title}\n\n"
        f"Trained {recipe.card.learns}.\n\n"
        f"`{model.architecture}` with {count / 1e6:.1f} million parameters: "
        f"{recipe.sizes}, V = {model.config.vocab_size:,}. Its tokenizer was trained "
        "with it. The weights are stored in 16 bit (float16) and read as float32."
    )


def _made(recipe: Recipe, outcome: Outcome) -> str:
    plan, train = outcome.plan, outcome.counts["train"]
    precision = {"bf16": "bfloat16 where it matters little"}
    rows = [
        ("command", f"`python -m course_lib train-model {recipe.name}`"),
        ("data", f"{recipe.card.data}"),
        ("counts", f"{train['texts']:,} texts, {train['tokens']:,} tokens"),
        ("steps", f"{plan.steps:,}, {recipe.step_says}"),
        (
            "optimiser",
            "Muon for the layers' matrices, AdamW for the rest; highest rate "
            f"{plan.learning_rate:g}, {plan.warmup_steps:,} steps of warm-up, then "
            f"{plan.decay}",
        ),
        ("precision", precision.get(plan.mixed_precision or "", "float32")),
        ("seed", f"{plan.seed}"),
        (
            "time",
            f"{outcome.seconds / 60:.0f} minutes, {outcome.busy / 60:.0f} of them of a "
            f"processor, {outcome.threads} thread{'s' * (outcome.threads != 1)}",
        ),
        ("hardware", outcome.hardware.removeprefix("Computing on the ")),
    ]
    table = "\n".join(f"| {name} | {says} |" for name, says in rows)
    return f"## How it was made\n\n| | |\n|---|---|\n{table}"


def _losses(outcome: Outcome) -> str:
    validated = [one for one in outcome.history if one.validation]
    lines = [
        f"| {one.step:,} | {one.loss:.3f} | {one.validation['loss']:.3f} |"
        for one in validated
    ]
    return "\n".join(
        [
            "## Losses",
            "",
            "Nats a token; training is the mean since the line before, validation that "
            "on texts",
            "of the world that it did not learn from.",
            "",
            "| step | training | validation |",
            "|---|---|---|",
            *lines,
            "",
            f"The weights are those of step {outcome.best_step:,}. On the written "
            "texts that were kept aside",
            f"the loss is {outcome.written_loss:.3f} nats.",
        ]
    )


def _limits(recipe: Recipe) -> str:
    can = "\n".join(f"- {one};" for one in recipe.card.can)
    cannot = "\n".join(f"- {one};" for one in recipe.card.cannot)
    return f"## What it can do\n\n{can[:-1]}.\n\n## What it cannot\n\n{cannot[:-1]}."

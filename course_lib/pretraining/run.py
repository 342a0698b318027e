"""A recipe is run: texts, tokenizer, training, and in the end a folder with a model."""

import copy
import difflib
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.models.saving import Pretrained
from course_lib.pretraining import bert, gpt, marian
from course_lib.pretraining.card import Outcome, record_checksum, write_card
from course_lib.pretraining.optimisers import muon_and_adamw
from course_lib.pretraining.recipe import Recipe, without_dropout
from course_lib.pretraining.workshop import Workshop, held_out_loss
from course_lib.resources import device as find_device
from course_lib.resources import device_sentence
from course_lib.training import Checkpoints, Record, TrainingPlan, train

RECIPES = {one.name: one for one in (bert.RECIPE, gpt.RECIPE, marian.RECIPE)}
NAMES = tuple(RECIPES)
TRIAL = 6  # steps that tell how long a step takes
STORED = torch.float16


@dataclass(frozen=True)
class Options:
    """What may be chosen about a run.

    Attributes:
        output: the folder in which the model's folder is made.
        steps: how many; None takes the recipe's.
        minutes: about how long the training may take, in place of steps.
        threads: of the CPU; None leaves what PyTorch takes.
        device: "cpu", "cuda", "mps"; None takes the fastest.
        seed: decides the world's stories, the first weights and every draw.
        resume: go on from the run's checkpoints, where there are any.
    """

    output: str | PathLike[str] = "models"
    steps: int | None = None
    minutes: float | None = None
    threads: int | None = None
    device: str | None = None
    seed: int = 0
    resume: bool = True


def named(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        CourseError: there is none; the message names those that there are.
    """
    if name in RECIPES:
        return RECIPES[name]
    near = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.4)
    guess = f" Did you mean {near[0]}?" if near else ""
    raise CourseError(
        f"There is no recipe for {name!r}.{guess} The recipes are: {', '.join(NAMES)}."
    )


def train_model(recipe: Recipe | str, options: Options | None = None) -> Path:
    """Train a small model, or go on training it, and save it with its card.

    Args:
        recipe: or its name.
        options: what else was chosen.

    Returns:
        The model's folder, in Hugging Face's format.

    Raises:
        CourseError: no such recipe, an option that can't be, or a run begun with
            others.
    """
    recipe = named(recipe) if isinstance(recipe, str) else recipe
    options = options or Options()
    if options.steps is not None and options.minutes is not None:
        raise CourseError("give steps or minutes, one of the two")
    threads = torch.get_num_threads()
    torch.set_num_threads(options.threads or threads)
    try:
        return _Run(recipe, options).run()
    finally:
        torch.set_num_threads(threads)


class _Run:
    """One model on its way."""

    def __init__(self, recipe: Recipe, options: Options) -> None:
        self.recipe, self.options = recipe, options
        self.device = find_device(options.device)
        self.output = Path(options.output)
        self.shop = Workshop(self.output / f"{recipe.name}.training", recipe)

    def run(self) -> Path:
        """Train, save, clear up."""
        recipe, shop = self.recipe, self.shop
        print(f"{recipe.name}: {device_sentence(self.device)}")
        if not self.options.resume:
            shop.clear()
        shop.open(self.options.seed)
        model, learner = self._model()
        plan = self._plan(learner)
        clock = Clock(shop.kept.get("seconds", 0.0), shop.kept.get("busy", 0.0))
        result = train(
            learner,
            shop.examples("train"),
            plan,
            collate=recipe.collate(shop.tokenizer),
            validation=shop.examples("validation"),
            checkpoints=Checkpoints(shop.folder / "checkpoints", resume=True),
            optimizers=lambda learner: muon_and_adamw(learner, plan),
            terms=recipe.terms,
            callbacks=[
                Reporter(plan.steps, clock),
                lambda *_: shop.keep(seconds=clock.seconds, busy=clock.busy),
            ],
            device=self.device.type,
            progress=False,
        )
        outcome = Outcome(
            history=result.history,
            best_step=result.best_step,
            written_loss=held_out_loss(learner, shop),
            seconds=clock.seconds,
            busy=clock.busy,
            hardware=device_sentence(self.device),
            threads=torch.get_num_threads(),
            plan=plan,
            counts=shop.counts,
        )
        return self._save(model, outcome)

    def _model(self) -> tuple[Pretrained, nn.Module]:
        torch.manual_seed(self.options.seed)
        model = self.recipe.model(self.shop.tokenizer)
        learner = without_dropout(self.recipe.learner(model))
        count = sum(x.numel() for x in model.parameters())
        print(f"{count:,} parameters; {self.shop.said()}")
        return model, learner

    def _plan(self, learner: nn.Module) -> TrainingPlan:
        """The plan that the run was begun with; else a new one."""
        shop, options = self.shop, self.options
        begun = shop.kept.get("steps")
        if begun is None:
            precision = "bf16" if computes_bf16(self.device) else "no"
            steps = options.steps or self.recipe.steps
            if options.minutes is not None:
                steps = self._steps_in(options.minutes, learner, precision)
            shop.keep(steps=steps, precision=precision)
        elif options.steps not in (None, begun):
            raise CourseError(
                f"{shop.folder} holds a run of {begun:,} steps, not {options.steps:,}: "
                "go on with it without --steps, or begin anew with --no-resume"
            )
        steps, precision = shop.kept["steps"], shop.kept["precision"]
        return self.recipe.plan(steps, shop.kept["seed"], precision)

    def _steps_in(self, minutes: float, learner: nn.Module, precision: str) -> int:
        """How many steps take about so long, from a few of a copy."""
        plan = self.recipe.plan(TRIAL, 0, precision)
        trial = train(
            copy.deepcopy(learner),
            self.shop.examples("validation"),
            plan,
            collate=self.recipe.collate(self.shop.tokenizer),
            optimizers=lambda copied: muon_and_adamw(copied, plan),
            device=self.device.type,
            progress=False,
        )
        each = trial.seconds / TRIAL
        steps = max(1, int(60 * minutes / each))
        print(f"A step takes about {each:.2f} s: {steps:,} steps in {minutes:g} min.")
        return steps

    def _save(self, model: Pretrained, outcome: Outcome) -> Path:
        folder = self.output / self.recipe.name
        model.save_pretrained(
            folder, tokenizer=self.shop.folder / "tokenizer", stored_as=STORED
        )
        write_card(folder, self.recipe, model, outcome)
        record_checksum(folder)
        shutil.rmtree(self.shop.folder)
        print(f"Saved in {folder}; its card is {folder / 'README.md'}.")
        return folder


class Clock:
    """How long a run has taken, all its parts together."""

    def __init__(self, seconds: float, busy: float) -> None:
        """Begin where the part before ended: its seconds, and the processor's."""
        self._began = time.perf_counter() - seconds
        self._busy = time.process_time() - busy

    @property
    def seconds(self) -> float:
        """On the wall."""
        return time.perf_counter() - self._began

    @property
    def busy(self) -> float:
        """Of the processor: on a machine that does other things too, that is less."""
        return time.process_time() - self._busy


@dataclass
class Reporter:
    """Says a line for each validation.

    Attributes:
        steps: of the whole run.
        clock: counts its time.
    """

    steps: int
    clock: Clock

    def __call__(self, history: Sequence[Record], ended: bool) -> None:
        """Called by the loop."""
        if ended or not history or not history[-1].validation:
            return
        last = history[-1]
        seconds = self.clock.seconds
        left = seconds / last.step * (self.steps - last.step)
        print(
            f"step {last.step:,} of {self.steps:,}: training {last.loss:.3f}, "
            f"validation {last.validation['loss']:.3f} nats; "
            f"{seconds / 60:.1f} min, about {left / 60:.0f} min to go",
            flush=True,
        )


def computes_bf16(device: torch.device) -> bool:
    """Whether bfloat16 is faster here than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type != "cpu":
        return False
    known = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    return bool(known())

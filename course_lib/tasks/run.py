"""How a fine-tuning is run, whatever the task: from which model, on what, where to."""

import os
from contextlib import nullcontext, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from os import PathLike
from pathlib import Path
from typing import Protocol, Self

from course_lib.resources.origins import resolve
from course_lib.resources.shipped import MODELS
from course_lib.tasks.kinds import Kind
from course_lib.tasks.lesson import Lesson
from course_lib.tasks.pretrained import Start
from course_lib.tasks.recipe import FineTuning
from course_lib.tasks.saved import keep, require_place
from course_lib.training import TrainingResult


class Savable(Protocol):
    """A trained model that writes itself into a folder."""

    def save(self, folder: Path, /) -> None:
        """Write it."""


@dataclass(frozen=True)
class Run:
    """One fine-tuning.

    Attributes:
        start: the model that it begins with.
        name: of that model, for tables.
        recipe: the settings.
        save: where the trained model goes, if anywhere.
        checkpoints: where the run is kept while it goes on, if anywhere.
        device: "cpu", "cuda", "mps"; None takes the fastest.
        progress: whether to say what happens.
    """

    start: Start
    name: str
    recipe: FineTuning
    save: Path | None
    checkpoints: Path | None
    device: str | None
    progress: bool

    @classmethod
    def of(
        cls,
        model: str | PathLike[str],
        kind: Kind,
        recipe: FineTuning,
        labels: tuple[str, ...] = (),
        *,
        with_trainer: bool = False,
        save: str | PathLike[str] | None = None,
        checkpoints: str | PathLike[str] | None = None,
        device: str | None = None,
        progress: bool = True,
    ) -> Self:
        """Find the model, and look whether what is made of it may be saved.

        Raises:
            CourseError: there is no such model, or it or the place do not fit.
        """
        with nullcontext() if leads() else redirect_stdout(StringIO()):
            start = Start(resolve(model), kind, labels, with_trainer)
        if save is not None:
            require_place(Path(save), kind, start.folder)
        # A stand-in goes by its own name.
        shipped = start.folder.name in MODELS
        name = start.folder.name if shipped else Path(model).name
        return cls(
            start,
            f"{name}, fine-tuned",
            recipe,
            save and Path(save),
            checkpoints and Path(checkpoints),
            device,
            progress and leads(),
        )

    def say(self, what: object) -> None:
        """Print it, if anything is to be said."""
        if self.progress:
            print(what)

    def learn(self, lesson: Lesson) -> TrainingResult:
        """Let the lesson's model learn."""
        return lesson.learn(self.device, self.progress, self.checkpoints)

    def keep(self, trained: Savable) -> None:
        """Save what was trained, if that was asked for; one process of many does."""
        if self.save is not None and leads():
            keep(trained.save, self.save, self.start.kind, self.say)


def leads() -> bool:
    """Whether this is the process that speaks, tests and saves: the first of many.

    torchrun and `accelerate launch` number their processes in RANK.
    """
    return os.environ.get("RANK", "0") == "0"

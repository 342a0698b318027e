"""What a checkpoint has to hold for a run to go on as if it had never stopped."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.optim.lr_scheduler import LRScheduler

from course_lib.errors import CourseError
from course_lib.training.checkpoints import Checkpoint
from course_lib.training.engine import Engine
from course_lib.training.history import Standing
from course_lib.training.randomness import (
    States,
    random_states,
    seed_everything,
    set_random_states,
)


class Snapshot:
    """Takes the state of a run down, and puts a run into that state."""

    def __init__(
        self, engine: Engine, schedules: Sequence[LRScheduler], data: int
    ) -> None:
        """Make it.

        Args:
            engine: holds model and optimisers.
            schedules: one for each optimiser.
            data: the number of examples, or of batches.
        """
        self.engine, self.schedules, self.data = engine, schedules, data
        self._random: list[States] = []  # of all processes, as a checkpoint has them

    def of(self, standing: Standing) -> tuple[dict[str, Any], dict[str, Any]]:
        """The state as it is, and the facts that a person may want to read."""
        state = {
            "optimizers": [one.state_dict() for one in self.engine.optimizers],
            "schedules": [one.state_dict() for one in self.schedules],
            "random": self.engine.everyones(random_states()),
            "standing": standing.as_numbers(),
        }
        if self.engine.scaler is not None:
            state["scaler"] = self.engine.scaler.state_dict()
        facts = {
            "step": standing.step,
            "best_step": standing.best_step,
            "best_value": standing.best_value,
            "torch": torch.__version__,
            **self._same(),
        }
        return state, facts

    def take_over(self, checkpoint: Checkpoint) -> Standing:
        """Put model and optimisers into the state of a checkpoint.

        Raises:
            CourseError: it belongs to another run; nothing is changed.
        """
        self._require_same(checkpoint)
        state = checkpoint.state()
        checkpoint.fill(self.engine.model)
        owners = (self.engine.optimizers, self.schedules)
        kept = (state["optimizers"], state["schedules"])
        for ours, theirs in zip(owners, kept, strict=True):
            for one, numbers in zip(ours, theirs, strict=True):
                one.load_state_dict(numbers)
        if self.engine.scaler is not None and "scaler" in state:
            self.engine.scaler.load_state_dict(state["scaler"])
        self._random = state["random"]
        return Standing.from_numbers(state["standing"])

    def set_randomness(self) -> None:
        """Set the random states: those of the checkpoint, or the first ones."""
        process = self.engine.share.process
        if process < len(self._random):
            set_random_states(self._random[process])
        else:  # a new run, or a process more than there were
            seed_everything(self.engine.plan.seed, process)

    def _same(self) -> dict[str, Any]:
        """What a run and its resumption have to share."""
        return {
            "plan": self.engine.plan.binding(),
            "data": {"length": self.data},
            "model": _shapes(self.engine.model),
        }

    def _require_same(self, checkpoint: Checkpoint) -> None:
        there, here = checkpoint.facts(), self._same()
        for part, ours in here.items():
            changes = _changes(there[part], ours)
            if changes:
                raise CourseError(
                    f"{checkpoint.folder} belongs to another run, its {part} differs: "
                    f"{'; '.join(changes)}. Resume with what the run began with, or "
                    "choose another folder"
                )


def _changes(there: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    """Say what differs between two mappings, three differences at most."""
    names = [n for n in {**there, **here} if there.get(n) != here.get(n)]
    said = [f"{n} was {there.get(n)!r}, is {here.get(n)!r}" for n in names[:3]]
    return [*said, f"and {len(names) - 3} more"] if len(names) > 3 else said


def _shapes(model: nn.Module) -> dict[str, list[int]]:
    return {name: list(x.shape) for name, x in model.state_dict().items()}

"""The part of a step that computes: gradients of one batch, then new weights.

Accelerate decides where: on the CPU, on a GPU, in several processes on one or many
machines, in which precision. No module but this and `launch` knows of it.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast_object_list, gather_object
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_, get_total_norm
from torch.optim import Optimizer

from course_lib.errors import CourseError
from course_lib.training.optimizer import all_parameters
from course_lib.training.order import Share
from course_lib.training.plan import TrainingPlan
from course_lib.training.randomness import seeded
from course_lib.training.terms import Batch, Terms


class LossOf(nn.Module):
    """A model as training sees it: a batch in, its loss out.

    It is this that Accelerate wraps, so that the learner's model stays as it is, and
    the other things that a model returns are not converted for nothing.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, batch: Batch) -> Tensor:
        """The loss of a batch, a number."""
        loss = getattr(self.model(**batch), "loss", None)
        if not isinstance(loss, Tensor):
            raise CourseError(
                f"the model returned no loss for a batch of {', '.join(batch)}: most "
                "models return one when the batch holds labels"
            )
        return loss


class Engine:
    """A model, what changes its weights, and the processes that share the work."""

    def __init__(
        self,
        model: nn.Module,
        make_optimizers: Callable[[nn.Module], Sequence[Optimizer]],
        accelerator: Accelerator,
        plan: TrainingPlan,
        terms: Terms,
    ) -> None:
        self.accelerator, self.plan, self.terms = accelerator, plan, terms
        self.model, self.home = model, _device_of(model)
        self.device = accelerator.device
        self.share = Share(
            accelerator.process_index,
            accelerator.num_processes,
            plan.gradient_accumulation,
        )
        self.loss_of = LossOf(model.to(self.device))
        self.optimizers = list(make_optimizers(model))
        self.parameters = all_parameters(self.optimizers)
        alone = self.share.processes == 1
        self.wrapped = accelerator.prepare(self.loss_of) if alone else None
        self.steppers = self.optimizers
        if self.scaler is not None:  # its steps may be left out: Accelerate knows how
            self.steppers = [accelerator.prepare(one) for one in self.optimizers]

    @property
    def scaler(self) -> torch.amp.GradScaler | None:
        """What keeps float16 gradients in range; None in other precisions."""
        return self.accelerator.scaler

    @property
    def is_main(self) -> bool:
        """Whether this process is the one that writes and speaks."""
        return self.accelerator.is_main_process

    def gradients(self, parts: list[Batch]) -> Tensor:
        """Compute the gradients of a step, clipped.

        Args:
            parts: this process's share of the step.

        Returns:
            (pieces + 1,): what each piece of the step, of all processes, adds to the
            loss; and the length of the gradient before clipping.
        """
        if self.wrapped is None:
            self.wrapped = self._wrap(self.to_device(parts[0]))
        counts, weights = self._weights(parts)
        losses = []
        for i, batch in enumerate(parts):
            last = i == len(parts) - 1
            with nullcontext() if last else self.accelerator.no_sync(self.wrapped):
                loss = self.wrapped(self.to_device(batch))
                if weights is not None:
                    # The mean of no terms is NaN, and 0 times NaN is too.
                    loss = torch.where(counts[i] > 0, loss, loss.nan_to_num())
                    loss = loss * weights[i]
                self.accelerator.backward(loss)
            losses.append(loss.detach().float())
        return torch.stack([*self._of_all(losses), self._clip().float()])

    def update(self) -> None:
        """Change the weights by the gradients, and forget those."""
        for optimizer in self.steppers:
            optimizer.step()
        for optimizer in self.optimizers:
            optimizer.zero_grad()

    @torch.no_grad()
    def loss(self, batch: Batch) -> float:
        """The loss of a batch, nothing learnt from it."""
        return self.loss_of(self.to_device(batch)).item()

    def to_device(self, batch: Batch) -> dict[str, Any]:
        """The batch where the model is."""
        if self.device.type == "cpu":
            return dict(batch)
        return {
            name: x.to(self.device, non_blocking=True) if isinstance(x, Tensor) else x
            for name, x in batch.items()
        }

    def _wrap(self, batch: Batch) -> nn.Module:
        """The model for several processes, which add their gradients up.

        They wait for every gradient, so they are told where some never come: a pooler
        that no head uses must not stop the run. Trying it on a batch finds out.
        """
        with seeded(self.plan.seed), self.accelerator.autocast():
            self.loss_of(batch).backward()
        unused = any(p.grad is None for p in self.model.parameters() if p.requires_grad)
        self.model.zero_grad()
        handler = self.accelerator.ddp_handler
        handler.find_unused_parameters = any(self.everyones(unused))
        return self.accelerator.prepare(self.loss_of)

    def _weights(self, parts: list[Batch]) -> tuple[Tensor, Tensor] | tuple[None, None]:
        """Terms of this process's parts, and what their losses count: both (parts,)."""
        if self.share.pieces == 1:
            return None, None
        mine = torch.tensor([self.terms(batch) for batch in parts], device=self.device)
        total = self.accelerator.reduce(mine.sum(), "sum").clamp(min=1)
        # Accelerate will take the mean over processes: each counts that much more.
        return mine, mine * (self.share.processes / total)

    def _of_all(self, losses: list[Tensor]) -> list[Tensor]:
        """The shares in the loss of all processes' pieces, in order."""
        if self.share.processes == 1:
            return losses
        everyones = self.accelerator.gather(torch.stack(losses))
        return list(everyones / self.share.processes)

    def _clip(self) -> Tensor:
        if self.scaler is not None:
            self.accelerator.unscale_gradients()
        if self.plan.max_gradient_norm is None:
            return get_total_norm(
                [p.grad for p in self.parameters if p.grad is not None]
            )
        return clip_grad_norm_(self.parameters, self.plan.max_gradient_norm)

    def everyones(self, value: Any) -> list[Any]:
        """A small value of each process, in the order of their numbers."""
        return gather_object([value])

    def agree(self, value: Any) -> Any:
        """The main process's value, in every process."""
        return broadcast_object_list([value])[0]

    def in_main(self, task: Callable[[], Any]) -> Any:
        """Let the main process do something: all return, or raise, what it does."""
        value = error = None
        if self.is_main:
            try:
                value = task()
            except CourseError as raised:
                error = raised
        value, error = self.agree((value, error))
        if error is not None:
            raise error
        return value

    def release(self) -> None:
        """Give the model back: where it was, without gradients, ready to be used."""
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        self.model.to(self.home).eval()


def _device_of(model: nn.Module) -> torch.device:
    """Where a model lies."""
    return next((p.device for p in model.parameters()), torch.device("cpu"))

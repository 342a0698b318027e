"""Transformers' `Trainer`, told what the course's own loop is told: one plan, two ways.

>>> result = train_with_trainer(model, examples, plan, collate=collate, validation=kept)

It is `course_lib.training.train` once more, for models of Transformers.
"""

import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from course_lib.resources.devices import device as choose_device
from course_lib.tasks.quiet import quiet_transformers
from course_lib.training import Record, TrainingPlan, TrainingResult
from course_lib.training.progress import Progress

if TYPE_CHECKING:
    from transformers import Trainer, TrainerCallback, TrainingArguments

Loss = Callable[..., Tensor]
"""Called by Trainer with (answer, labels, num_items_in_batch=...)."""

SAMPLING = {True: "group_by_length", False: "random"}
TENTH = 10
EVAL = "eval_"  # how Trainer begins the names of what validation gives


def train_with_trainer(
    model: nn.Module,
    data: Sequence[Any],
    plan: TrainingPlan,
    *,
    collate: Callable[[list[Any]], Mapping[str, Tensor]],
    validation: Sequence[Any],
    loss: Loss | None = None,
    metrics: Callable[[Any], Mapping[str, float]] | None = None,
    checkpoints: Path | None = None,
    device: str | None = None,
    progress: bool = True,
) -> TrainingResult:
    """Train a model of Transformers. It ends in evaluation mode, with its best weights.

    Args:
        model, data, plan, collate, validation, device, progress: as for `train`.
        loss, metrics: in place of the model's own; of (logits, labels), by name.
        checkpoints: a folder where the run is kept; one that was stopped goes on.
    """
    from transformers import PrinterCallback, Trainer

    line = Progress(0, plan.steps, progress)
    how = {"on_cpu": _on_cpu(device), "resumable": checkpoints is not None}
    with _place(checkpoints) as folder, quiet_transformers():
        trainer = Trainer(
            model,
            arguments(plan, folder, **how),
            train_dataset=data,
            eval_dataset=validation,
            data_collator=collate,
            compute_loss_func=loss,
            compute_metrics=metrics,
            callbacks=[_shown_by(line), *_early_stop(plan)],
        )
        trainer.remove_callback(PrinterCallback)
        with closing(line):
            trainer.train(resume_from_checkpoint=_newest(folder))
    model.to("cpu").eval()
    return _result(trainer, plan, line)


def _on_cpu(device: str | None) -> bool:
    return choose_device(device).type == "cpu"


@contextmanager
def _place(checkpoints: Path | None) -> Iterator[str]:
    """The folder of a run: the one that keeps it, or one that is gone afterwards."""
    if checkpoints is None:
        with tempfile.TemporaryDirectory(prefix="course-") as folder:
            yield folder
    else:
        checkpoints.mkdir(parents=True, exist_ok=True)
        yield str(checkpoints)


def _newest(folder: str) -> str | None:
    """The newest checkpoint in it, if there is one."""
    from transformers.trainer_utils import get_last_checkpoint

    return get_last_checkpoint(folder)


def arguments(
    plan: TrainingPlan, folder: str, *, on_cpu: bool, resumable: bool = False
) -> "TrainingArguments":
    """A plan in the words of Transformers.

    Args:
        plan: what to do, in steps.
        folder: for Trainer's checkpoints.
        on_cpu: whether to leave a GPU alone.
        resumable: whether checkpoints hold all that a stopped run needs to go on.
    """
    from transformers import TrainingArguments

    return TrainingArguments(
        output_dir=folder,
        max_steps=plan.steps,
        per_device_train_batch_size=plan.batch_size,
        per_device_eval_batch_size=plan.batch_size,
        train_sampling_strategy=SAMPLING[plan.group_by_length],
        learning_rate=plan.learning_rate,
        warmup_steps=plan.warmup_steps,
        lr_scheduler_type=plan.decay,
        weight_decay=plan.weight_decay,
        adam_beta1=plan.betas[0],
        adam_beta2=plan.betas[1],
        max_grad_norm=plan.max_gradient_norm or 0.0,
        optim="adamw_torch_fused",
        seed=plan.seed,
        **_looks(plan.validate_every or max(1, plan.steps // TENTH), plan.watch),
        save_only_model=not resumable,
        bf16=plan.mixed_precision == "bf16",
        fp16=plan.mixed_precision == "fp16",
        logging_steps=1,
        remove_unused_columns=False,
        dataloader_pin_memory=not on_cpu,
        report_to="none",
        disable_tqdm=True,
        use_cpu=on_cpu,
    )


def _looks(every: int, watch: str) -> dict[str, Any]:
    """The arguments that say: look after so many steps, keep the best weights."""
    return {
        "eval_strategy": "steps",
        "eval_steps": every,
        "save_strategy": "steps",
        "save_steps": every,
        "save_total_limit": 1,  # and the best
        "load_best_model_at_end": True,
        "metric_for_best_model": f"{EVAL}{watch}",
        "greater_is_better": watch != "loss",
        "prediction_loss_only": watch == "loss",
        "include_num_input_tokens_seen": "all",
    }


def _early_stop(plan: TrainingPlan) -> "list[TrainerCallback]":
    from transformers import EarlyStoppingCallback

    if plan.patience is None:
        return []
    return [EarlyStoppingCallback(early_stopping_patience=plan.patience)]


def _shown_by(line: Progress) -> "TrainerCallback":
    """What lets the course's line, not two bars and a table, show how far Trainer is.

    Its class is made here, since Transformers is imported late: the Hub may have to be
    probed first.
    """
    from transformers import TrainerCallback

    class Shown(TrainerCallback):
        loss, tokens = math.nan, 0

        def on_step_end(self, args: Any, state: Any, *_: Any, **more: Any) -> None:
            seen = state.num_input_tokens_seen
            line.advance(self.loss, seen - self.tokens, "tokens")
            self.tokens = seen

        def on_log(self, args: Any, state: Any, *_: Any, **more: Any) -> None:
            self.loss = line.loss = more["logs"].get("loss", self.loss)

        def on_evaluate(self, args: Any, state: Any, *_: Any, **more: Any) -> None:
            line.tell(_values(more["metrics"]))

    return Shown()


def _result(trainer: "Trainer", plan: TrainingPlan, line: Progress) -> TrainingResult:
    """Trainer's log in the words of the course."""
    state = trainer.state
    log = state.log_history
    looks = {e["step"]: _values(e) for e in log if "eval_loss" in e}
    sign = 1 if plan.watch == "loss" else -1
    best = min(looks, key=lambda step: sign * looks[step][plan.watch], default=None)
    return TrainingResult(
        history=_history([e for e in log if "loss" in e], looks, plan.report_every),
        steps=state.global_step,
        best_step=best,
        best_value=None if best is None else looks[best][plan.watch],
        stopped_early=state.global_step < plan.steps,
        seconds=line.seconds,
        tokens_per_second=line.rate,
    )


def _values(entry: Mapping[str, float]) -> dict[str, float]:
    """What a validation gave, by the names that the own loop uses."""
    found = {n.removeprefix(EVAL): x for n, x in entry.items() if n.startswith(EVAL)}
    own = ("runtime", "samples_per_second", "steps_per_second")
    return {name: float(x) for name, x in found.items() if name not in own}


def _history(
    entries: Sequence[Mapping[str, float]],
    looks: Mapping[int, Mapping[str, float]],
    every: int,
) -> list[Record]:
    """Records of a run whose log has an entry for each step, as the own loop's are."""
    history, losses = [], []
    for entry in entries:
        step = int(entry["step"])
        losses.append(entry["loss"])
        if step in looks or step % every == 0:
            looked = looks.get(step, {})
            mean, losses = sum(losses) / len(losses), []
            rate, norm = entry["learning_rate"], entry["grad_norm"]
            history.append(Record(step, entry["epoch"], mean, rate, norm, looked))
    return history

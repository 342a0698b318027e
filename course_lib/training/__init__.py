"""Floor 2: one training loop for all models, on whatever the computer has.

>>> plan = TrainingPlan(steps=400, batch_size=12, learning_rate=3e-3, warmup_steps=20)
>>> result = train(model, examples, plan, validation=others)
>>> result.best_step, result.history[-1].loss

The same lines train on a CPU, a GPU, and in many processes, started by one of

    accelerate launch --multi_gpu --num_processes 2 program.py
    torchrun --nproc-per-node 2 program.py

On a computer without a GPU both start processes that speak over gloo, whatever
--multi_gpu sounds like. (`accelerate launch --cpu` starts one process alone, and leaves
the others to mpirun.) On several machines each runs the line, with a number of its own
(--machine_rank; torchrun: --node-rank) and the first one's address.

What is the model: anything that is called with the names in a batch and answers with a
`loss`; Transformers' models and the course's do.
"""

from collections.abc import Callable, Sequence

from torch import nn
from torch.optim import Optimizer

from course_lib.training.checkpoints import Checkpoints
from course_lib.training.engine import Engine
from course_lib.training.feed import Collate, Data, make_feed
from course_lib.training.history import NotFinite, Record, TrainingResult
from course_lib.training.launch import make_accelerator
from course_lib.training.loop import Callback, Loop
from course_lib.training.optimizer import adamw, decay_groups
from course_lib.training.plan import TrainingPlan
from course_lib.training.terms import Terms, label_terms, next_token_terms
from course_lib.training.validation import Measure, Validation

__all__ = [
    "Checkpoints",
    "NotFinite",
    "Record",
    "TrainingPlan",
    "TrainingResult",
    "decay_groups",
    "next_token_terms",
    "train",
]


def train(
    model: nn.Module,
    data: Data,
    plan: TrainingPlan,
    *,
    collate: Collate | None = None,
    validation: Data | None = None,
    measure: Measure | None = None,
    checkpoints: Checkpoints | None = None,
    optimizers: Callable[[nn.Module], Sequence[Optimizer]] | None = None,
    terms: Terms = label_terms,
    callbacks: Sequence[Callback] = (),
    device: str | None = None,
    progress: bool = True,
) -> TrainingResult:
    """Train a model, or go on training it. It ends in evaluation mode.

    Args:
        model: called as model(**batch).loss.
        data: examples; or batches, with TrainingPlan(batch_size=None).
        plan: what to do.
        collate: makes a batch of a list of examples; None stacks equal shapes.
        validation: of the data's kind; the model ends with the weights best on it.
        measure: gives further values by name, e.g. {"accuracy": 0.9}.
        checkpoints: where to keep the run, so that it can go on after a stop.
        optimizers: makes them for the model; None makes one fused AdamW.
        terms: over how many terms a batch's loss is a mean.
        callbacks: called with the history, e.g. course_lib.viz's LossCurve.
        device: "cpu", "cuda", "mps"; None takes the fastest.
        progress: whether to show a line that moves.
    """
    make = optimizers or (lambda model: [adamw(model, plan)])
    engine = Engine(model, make, make_accelerator(plan, device), plan, terms)
    try:
        feed = make_feed(data, plan, engine.share, collate)
        valid = Validation(engine, validation, collate, measure)
        return Loop(engine, feed, valid, checkpoints, callbacks).run(progress)
    finally:
        engine.release()

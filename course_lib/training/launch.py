"""What computes: one process or many, on which device, in which precision."""

import atexit
import gc
import os
import sys
import warnings
from collections.abc import Mapping

import torch
from accelerate import Accelerator, DistributedDataParallelKwargs
from accelerate.state import AcceleratorState
from accelerate.utils import GradientAccumulationPlugin

from course_lib.errors import CourseError
from course_lib.resources import device as find_device
from course_lib.training.plan import TrainingPlan

WHOLE = "DEEPSPEED", "FSDP", "MEGATRON_LM", "TP", "XLA"  # they cut a model into pieces
SIZES = "WORLD_SIZE", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE"


def make_accelerator(plan: TrainingPlan, wanted: str | None) -> Accelerator:
    """What computes where, for this run.

    Raises:
        CourseError: the device or the precision is not to be had here.
    """
    kind = find_device(wanted).type
    if plan.mixed_precision == "fp16" and kind == "cpu":
        raise CourseError(
            'mixed_precision = "fp16" needs a GPU; the CPU computes in "bf16"'
        )
    # Accelerate remembers its first settings for the whole process; a notebook
    # trains several times. Processes that know one another go on doing so.
    joined = torch.distributed.is_available() and torch.distributed.is_initialized()
    AcceleratorState._reset_state(reset_partial_state=not joined)
    accelerator = Accelerator(
        cpu=kind == "cpu",
        mixed_precision=plan.mixed_precision,
        # Ours, and not the launcher's: parts are weighted by what they hold.
        gradient_accumulation_plugin=GradientAccumulationPlugin(num_steps=1),
        kwargs_handlers=[DistributedDataParallelKwargs()],
    )
    if accelerator.use_distributed and not joined:
        # Without this a process that ends early may abort, its work all done.
        atexit.register(_leave)
    if was_left_alone(os.environ):
        warnings.warn(
            "accelerate launch was asked for several processes and started this one "
            "alone: add --multi_gpu, which means several processes on CPUs as well",
            stacklevel=3,
        )
    if accelerator.distributed_type.name in WHOLE:
        raise CourseError(
            f"the launcher asks for {accelerator.distributed_type.name}; this loop "
            "keeps the whole model in each process: launch with --multi_gpu"
        )
    return accelerator


def was_left_alone(environment: Mapping[str, str]) -> bool:
    """Whether the launcher announced several processes, and nothing started them.

    With --cpu, and without --multi_gpu where there is but one GPU, `accelerate launch
    --num_processes 2` leaves it to an mpirun around it to start them.
    """
    launched = "ACCELERATE_MIXED_PRECISION" in environment
    announced = "MASTER_ADDR" in environment
    return launched and announced and not any(size in environment for size in SIZES)


def _leave() -> None:
    """Part from the other processes, while there is an interpreter to do it."""
    failed = hasattr(sys, "last_value")  # then others may wait, and leaving hangs
    if torch.distributed.is_initialized() and not failed:
        gc.collect()  # wrapped models of runs that are over hold on to the group
        torch.distributed.destroy_process_group()

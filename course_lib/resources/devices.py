"""Which device computes: a GPU where one works, else the CPU."""

import os
import platform
from functools import cache

import torch

from course_lib.errors import CourseError

KINDS = ("cuda", "mps", "cpu")  # in the order of preference


@cache
def _works(kind: str) -> bool:
    """True if a first computation on that kind of device succeeds."""
    try:
        # A driver too old, or a GPU too old for this build, shows only here.
        return float((torch.ones(2, device=kind) + 1).sum()) == 4.0
    except (AssertionError, NotImplementedError, RuntimeError):
        return False


def devices_there() -> list[str]:
    """The kinds of device that compute here, the fastest first."""
    cuda = torch.cuda.is_available()
    mps = torch.backends.mps.is_available()
    offered = {"cuda": cuda, "mps": mps, "cpu": True}
    return [kind for kind in KINDS if offered[kind] and _works(kind)]


def device(wanted: str | None = None) -> torch.device:
    """The device to compute on.

    Args:
        wanted: "cpu", "cuda", "cuda:1" or "mps"; None takes the fastest there is.

    Raises:
        CourseError: it is not there; the message names those that are.
    """
    there = devices_there()
    if wanted is None:
        return torch.device(there[0])
    kind, _, number = wanted.partition(":")
    count = torch.cuda.device_count() if kind == "cuda" else 1
    if kind in there and int(number or 0) < count:
        return torch.device(wanted)
    raise CourseError(
        f"There is no device {wanted!r} here; there is {', '.join(there)}. "
        "`device()` without a name picks the fastest."
    )


def device_sentence(chosen: torch.device | None = None) -> str:
    """A sentence that names the device, for people: "Computing on the CPU, ..."."""
    chosen = chosen or device()
    if chosen.type == "cuda":
        card = torch.cuda.get_device_properties(chosen)
        size = card.total_memory / 2**30
        return f"Computing on {card.name} (CUDA), {size:.0f} GiB of memory."
    if chosen.type == "mps":
        return "Computing on the GPU of this Mac (MPS)."
    cores = _cores()
    return f"Computing on the CPU, {cores} core{'s' * (cores > 1)} ({_processor()})."


def _cores() -> int:
    """How many cores this process may use (a container may have fewer)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    return platform.machine() or "unknown architecture"

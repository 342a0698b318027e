"""What is to be done to a model: asked for, as far as this machine can."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.inference import abilities
from course_lib.inference.layers import FixedLinear, Int8Linear, PackedLinear
from course_lib.inference.model import Optimised, Recording
from course_lib.models import GPT

DTYPES = (None, torch.float32, torch.bfloat16, torch.float16)
QUANTIZED = (None, "int8")


@dataclass(frozen=True)
class Plan:
    """What `optimize` does.

    Attributes:
        dtype: of everything that is not rounded to int8.
        layer: what takes the place of a large linear layer; None leaves them all.
        kind: what is mixed into the model's class: how it writes.
        lacks: what was asked for and can't be done here, a clause each.
    """

    dtype: torch.dtype
    layer: type[FixedLinear] | None
    kind: type[Optimised]
    lacks: tuple[str, ...]

    @classmethod
    def of(
        cls,
        model: nn.Module,
        dtype: torch.dtype | None = None,
        quantize: str | None = None,
        pack: bool = True,
    ) -> Self:
        """Compare what is asked for, as in `optimize`, with what there is.

        Args:
            model: what is to be optimised.
            dtype, quantize, pack: as for `optimize`.

        Raises:
            CourseError: an option does not exist, or contradicts another.
        """
        _require_sense(dtype, quantize)
        device = abilities.device_of(model)
        lacks: list[str] = []
        target = _dtype(dtype or abilities.dtype_of(model), dtype, device, lacks)
        records = isinstance(model, GPT) and device.type == "cuda"
        layer, kind = None, Recording if records else Optimised
        if device.type == "cpu":
            layer, target = _layer(quantize, pack, target, lacks)
        elif quantize:
            lacks.append(f"int8 is for the CPU: on {device} it stays {name(target)}")
        return cls(target, layer, kind, tuple(lacks))

    def report(self, changed: int, total: int) -> str:
        """One line: what was done, and what could not be.

        Args:
            changed: how many linear layers were laid out anew.
            total: how many there are.
        """
        done = [name(self.dtype)]
        if self.layer is not None:
            how = "to int8" if self.layer is Int8Linear else "packed for oneDNN"
            left = ", the others are too small to gain" if changed < total else ""
            done.append(f"{changed} of {total} linear layers {how}{left}")
        if self.kind is Recording:
            done.append("new tokens by a CUDA graph")
        return "optimize: " + "; ".join([*done, *self.lacks])


def name(dtype: torch.dtype) -> str:
    """float32, not torch.float32."""
    return str(dtype).removeprefix("torch.")


def _require_sense(dtype: torch.dtype | None, quantize: str | None) -> None:
    if dtype not in DTYPES:
        raise CourseError(
            f"dtype is {dtype}; choose torch.float32, torch.bfloat16 or torch.float16"
        )
    if quantize not in QUANTIZED:
        raise CourseError(f'quantize is {quantize!r}; choose "int8" or None')
    if quantize and dtype not in (None, torch.float32):
        raise CourseError(
            f"int8 layers give float32: choose quantize={quantize!r} or dtype={dtype}"
        )


def _dtype(
    target: torch.dtype,
    asked: torch.dtype | None,
    device: torch.device,
    lacks: list[str],
) -> torch.dtype:
    """The dtype asked for, or float32 where the device would only imitate it."""
    slow = (target is torch.bfloat16 and not abilities.has_bfloat16(device)) or (
        target is torch.float16 and device.type == "cpu"
    )
    if asked is None or not slow:
        return target
    lacks.append(f"no {name(asked)} arithmetic on this {device.type}: stays float32")
    return torch.float32


def _layer(
    quantize: str | None, pack: bool, dtype: torch.dtype, lacks: list[str]
) -> tuple[type[FixedLinear] | None, torch.dtype]:
    """What takes the place of linear layers on a CPU, and the dtype around them."""
    if quantize:
        if abilities.has_int8():
            return Int8Linear, torch.float32
        lacks.append("no int8 engine for this CPU")
    if not pack:
        return None, dtype
    if abilities.can_pack(dtype):
        return PackedLinear, dtype
    lacks.append(f"no oneDNN here that packs {name(dtype)}")
    return None, dtype
